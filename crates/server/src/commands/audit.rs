//! `claviger audit`: the log.

use std::path::Path;
use std::process::ExitCode;

use crate::output::{Failure, say};
use crate::seal::chain;

/// Checks every link; exit code 1 where one does not hold.
pub(crate) fn verify(data: &Path) -> Result<ExitCode, Failure> {
    let own = data.join("audit");
    let log = if own.is_dir() { own } else { data.to_owned() };
    if !log.is_dir() {
        return Err(Failure::usage(format!("`{}` is not a folder", log.display())));
    }
    match claviger_audit::verify(&log) {
        Ok(report) => {
            say(&format!("{report:#?}"));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say(&format!("the log is not whole: {}", chain(&error)));
            Ok(ExitCode::from(1))
        }
    }
}
