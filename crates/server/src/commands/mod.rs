//! The commands, one file each.

mod audit;
mod dev;
mod doctor;
mod hsm;
mod init;
mod root;
mod serve;

use std::process::ExitCode;

pub(crate) use self::audit::AuditCommand;
pub(crate) use self::hsm::HsmProcess;
pub(crate) use self::root::RootCommand;
use crate::cli::{Cli, Command};
use crate::output::{Failure, say};

/// Runs a command. `Ok` with another code than 0 means that a check found something.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let filter = cli.log_filter().to_owned();
    match cli.command {
        Command::Dev(arguments) => dev::run(&arguments, &filter).map(|()| ExitCode::SUCCESS),
        Command::Init(arguments) => init::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Serve(arguments) => serve::run(&arguments, &filter).map(|()| ExitCode::SUCCESS),
        Command::Hsm(arguments) => hsm::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Root(command) => root::run(&command),
        Command::Admin(admin) => crate::admin::run(&admin).map(|()| ExitCode::SUCCESS),
        Command::Audit(command) => audit::run(&command),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Settings => {
            say(crate::config::reference().trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The runtime that serves: one worker thread a core, and as many for long computations. More of those than cores would
/// only take turns, each with a cold cache.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(cores)
        .build()
        .map_err(|error| Failure::failed(format!("cannot start the runtime: {error}")))
}
