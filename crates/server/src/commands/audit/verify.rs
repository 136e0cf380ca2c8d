//! `claviger audit verify` and `claviger audit key`: what an auditor needs.

use std::path::Path;
use std::process::ExitCode;

use claviger_audit::{
    Checkpoint, KeySource, PublicKey, Report, Seq, Since, VerifyError, VerifyOptions, verify_with,
};

use super::log_folder;
use super::options::{Place, Verify};
use crate::folder::{PUBLIC_KEY, is_there};
use crate::output::{Failure, note, say};
use crate::seal::chain;

/// Checks every link and every signature; exit code 1 where one does not hold.
pub(super) fn verify(options: &Verify) -> Result<ExitCode, Failure> {
    let log = log_folder(&options.data)?;
    let wanted = VerifyOptions {
        segment: options.segment,
        since: options.since.as_deref().map(since).transpose()?,
        key: options.key.as_deref().map(read_key).transpose()?,
    };
    match verify_with(&log, &wanted) {
        Ok(report) => {
            say(&told(&report));
            Ok(ExitCode::SUCCESS)
        }
        Err(
            error
            @ (VerifyError::Removed { .. } | VerifyError::Beyond { .. } | VerifyError::NoSegment { .. }),
        ) => {
            say(&format!("not checked: {}", chain(&error)));
            Ok(ExitCode::from(1))
        }
        Err(error @ (VerifyError::Io { .. } | VerifyError::NoKey { .. })) => {
            Err(Failure::failed(chain(&error)))
        }
        Err(error) => {
            say(&format!("the log is not whole: {}", chain(&error)));
            Ok(ExitCode::from(1))
        }
    }
}

/// Prints the public key, and its id beside it: what is printed is a PEM file and nothing else.
pub(super) fn key(place: &Place) -> Result<ExitCode, Failure> {
    let path = log_folder(&place.data)?.join(PUBLIC_KEY);
    if !is_there(&path)? {
        let path = path.display();
        return Err(Failure::failed(format!(
            "`{path}` is not there; the first start of the server makes it"
        )));
    }
    let key = read_key(&path)?;
    say(key.to_pem().trim_end());
    note(&format!("the id of the key is {}", key.fingerprint()));
    Ok(ExitCode::SUCCESS)
}

fn since(text: &str) -> Result<Since, Failure> {
    if let Ok(number) = text.parse() {
        return Ok(Since::Seq(Seq(number)));
    }
    let file = std::fs::read(text)
        .map_err(|error| Failure::usage(format!("cannot read the checkpoint `{text}`: {error}")))?;
    // A copy of the file with all of them counts by its last line.
    let mut lines = file.rsplit(|byte| *byte == b'\n');
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let checkpoint = Checkpoint::parse(line)
        .map_err(|fault| Failure::usage(format!("`{text}` is no checkpoint: {fault}")))?;
    Ok(Since::Checkpoint(checkpoint))
}

fn read_key(path: &Path) -> Result<PublicKey, Failure> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read the public key `{name}`: {error}")))?;
    PublicKey::from_pem(&text)
        .ok_or_else(|| Failure::usage(format!("`{name}` is no Ed25519 public key in PEM")))
}

/// What holds, line by line.
fn told(report: &Report) -> String {
    let log = report.log.map_or_else(|| "none".to_owned(), |id| id.to_string());
    let (records, segments, bytes) = (report.records, report.segments, report.bytes);
    let mut lines = vec![
        format!("whole: {records} records in {segments} segments, {bytes} bytes"),
        format!("log         {log}"),
        format!("first       {}", report.first),
        format!("last        {}", report.head.seq),
        format!("head        {}", report.head.hash),
    ];
    if let Some(sealed) = &report.sealed {
        let (seq, time) = (sealed.head.seq, sealed.time);
        lines.push(format!(
            "removed     what was before, up to line {seq}, by retention at {time:.0}"
        ));
    }
    match &report.checkpoint {
        Some(checkpoint) => lines.push(format!(
            "checkpoint  line {} at {:.0}",
            checkpoint.head.seq, checkpoint.time
        )),
        None => lines.push("checkpoint  none".to_owned()),
    }
    match report.unvouched {
        0 => {}
        1 => lines.push("            1 line after it has no checkpoint yet".to_owned()),
        more => lines.push(format!(
            "            {more} lines after it have no checkpoint yet"
        )),
    }
    if let Some((id, source)) = &report.key {
        lines.push(format!("key         {id}"));
        if *source == KeySource::Folder {
            lines.push(
                "            from the folder itself; an auditor brings the key along, with --key".to_owned(),
            );
        }
    }
    if report.tail_bytes > 0 {
        let bytes = report.tail_bytes;
        lines.push(format!("{bytes} bytes at the end are still being written"));
    }
    lines.join("\n")
}
