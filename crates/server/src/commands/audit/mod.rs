//! `claviger audit`: the log.

mod cursor;
mod export;
mod moment;
mod options;
mod output;
mod progress;
mod reindex;
mod source;
mod transfer;
mod verify;
mod wanted;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) use self::options::AuditCommand;
use crate::output::Failure;

/// Does it. `Ok` with another code than 0 means that a check found something.
pub(crate) fn run(command: &AuditCommand) -> Result<ExitCode, Failure> {
    match command {
        AuditCommand::Verify(options) => verify::verify(options),
        AuditCommand::Key(place) => verify::key(place),
        AuditCommand::Reindex(place) => reindex::run(place),
        AuditCommand::Export(options) => export::export(options),
        AuditCommand::Follow(options) => export::follow(options),
    }
}

/// The folder of the log, which may be named itself.
fn log_folder(data: &Path) -> Result<PathBuf, Failure> {
    let own = data.join("audit");
    let log = if own.is_dir() { own } else { data.to_owned() };
    if !log.is_dir() {
        return Err(Failure::usage(format!("`{}` is not a folder", log.display())));
    }
    Ok(log)
}
