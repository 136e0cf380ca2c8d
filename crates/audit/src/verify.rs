//! `claviger audit verify`: is every line what was written, in its place, and none missing?

use std::path::Path;

use uuid::Uuid;

use crate::chain::{Head, Seq};
use crate::error::VerifyError;
use crate::walk::{Walk, missing, segments};

/// What a whole log consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Id of the log; nothing if not even the first header is whole.
    pub log: Option<Uuid>,
    /// Segments with at least a header.
    pub segments: u64,
    /// Lines that are not segment headers.
    pub records: u64,
    /// Bytes of whole lines.
    pub bytes: u64,
    /// Number of the first line.
    pub first: Seq,
    /// The chain after the last line. That it is the head the writer has seen cannot be told from the log alone:
    /// lines cut off the end leave a shorter log that is whole.
    pub head: Head,
    /// Bytes at the very end that no newline ends: a line that is just being written, or that a crash has torn. Zeros
    /// behind them are room for lines to come and do not count.
    pub tail_bytes: u64,
}

/// Checks every line of the log in the folder `dir`, from the first, and names the first bad one.
///
/// Takes no lock, so a writer may go on meanwhile. Only while that writer's disk fails can the check meet lines
/// that are then taken back, and report a fault that is gone when it is repeated.
pub fn verify(dir: &Path) -> Result<Report, VerifyError> {
    let numbers = segments(dir)?;
    if !numbers.starts_with(&[1]) {
        return Err(missing(dir, 1));
    }
    let mut walk = Walk::new(dir, numbers);
    let (mut segments, mut records, mut bytes, mut first) = (0, 0, 0, None);
    while let Some(step) = walk.step()? {
        first = first.or(Some(step.line.seq));
        bytes += step.length;
        if step.header {
            segments += 1;
        } else {
            records += 1;
        }
    }
    Ok(Report {
        log: walk.log,
        segments,
        records,
        bytes,
        first: first.unwrap_or_default(),
        head: walk.head.unwrap_or(Head::GENESIS),
        tail_bytes: walk.tail_bytes,
    })
}
