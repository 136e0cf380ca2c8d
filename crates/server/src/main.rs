//! The program `claviger`: configuration, wiring, start, stop, and the commands of the operator.
//!
//! This crate alone knows every implementation. Code here reads settings, builds parts and hands them to each other;
//! rules of key management live below.

mod admin;
mod bootstrap;
mod cli;
mod commands;
mod config;
mod descriptors;
mod folder;
mod hsm;
mod ids;
mod output;
mod parts;
mod private;
mod roots;
mod seal;
mod serving;
mod shapes;
mod stages;
mod tls;
mod trail;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A second line of defence: nothing secret exists yet at this point.
    let hardening = claviger_secret::harden_process();
    // The allocator keeps the memory of threads apart and asks for huge pages, so each thread would take 2 MiB of memory
    // for a few KiB. Where the system does not know the wish, more memory is used and nothing else happens.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let cli = cli::Cli::parse();
    let stages = cli
        .command
        .stage_times()
        .map(|path| (stages::StageTimes::default(), path));
    let done =
        output::start_logging(cli.log_filter(), stages.as_ref().map(|(times, _)| times)).and_then(|()| {
            tracing::debug!(?hardening, "process hardened");
            commands::run(cli)
        });
    let done = done.and_then(|code| match stages {
        Some((times, path)) => times.write(&path).map(|()| code),
        None => Ok(code),
    });
    match done {
        Ok(code) => code,
        Err(failure) => {
            output::complain(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
