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
            let log = report.log.map_or_else(|| "none".to_owned(), |id| id.to_string());
            say(&format!(
                "whole: {} records in {} segments, {} bytes\nlog    {log}\nfirst  {}\nlast   {}\nhead   {}",
                report.records,
                report.segments,
                report.bytes,
                report.first,
                report.head.seq,
                report.head.hash
            ));
            if report.tail_bytes > 0 {
                say(&format!(
                    "{} bytes at the end are still being written",
                    report.tail_bytes
                ));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say(&format!("the log is not whole: {}", chain(&error)));
            Ok(ExitCode::from(1))
        }
    }
}
