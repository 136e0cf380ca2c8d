//! `claviger audit reindex`: makes the index anew, or compares it with the log.

use std::io::{IsTerminal as _, stderr};
use std::process::ExitCode;

use claviger_audit_index::{check, rebuild};

use super::options::Reindex;
use super::progress::Progress;
use crate::folder::{Folder, is_there};
use crate::output::{Failure, absolute, say};
use crate::private::must_be_ours;
use crate::seal::chain;

/// Makes it beside the one that is there, and puts it in its place.
pub(super) fn run(wanted: &Reindex) -> Result<ExitCode, Failure> {
    let folder = Folder::at(&absolute(&wanted.place.data));
    let path = folder.path().display();
    if !folder.audit().is_dir() {
        return Err(Failure::usage(format!("`{path}` holds no audit log")));
    }
    must_be_ours(&folder.audit())?;
    // Held until the end, so that no server begins meanwhile.
    let Some(_lock) = folder.take()? else {
        return Err(Failure::failed(format!(
            "`{path}` is in use by a running server, or by another command; a server makes the index by itself where it is \
             missing"
        )));
    };
    if wanted.check {
        return compare(&folder);
    }
    let mut progress = Progress::new(stderr().is_terminal());
    let made = rebuild(&folder.index(), &folder.audit(), &mut |done, of| {
        progress.of(done, of);
    });
    drop(progress);
    made.map(|_| ExitCode::SUCCESS)
        .map_err(|error| Failure::failed(format!("the index was not made anew: {}", chain(&error))))
}

/// Exit code 1 where index and log differ.
fn compare(folder: &Folder) -> Result<ExitCode, Failure> {
    if !is_there(&folder.index())? {
        say("there is no index yet");
        return Ok(ExitCode::SUCCESS);
    }
    let found = check(&folder.index(), &folder.audit())
        .map_err(|error| Failure::failed(format!("the index was not compared: {}", chain(&error))))?;
    if found.faults.is_empty() {
        say(&format!(
            "the index tells what the log tells, up to line {}",
            found.done
        ));
        return Ok(ExitCode::SUCCESS);
    }
    for fault in &found.faults {
        say(&format!("the index is not that of the log: {fault}"));
    }
    Ok(ExitCode::from(1))
}
