//! Reads the segments of a log by place.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use claviger_audit::Seq;

use crate::error::FeedError;

/// A segment that is not compressed.
#[derive(Debug)]
pub(crate) struct Segment(File);

impl Segment {
    /// Bytes from `offset` to the end of the file.
    pub(crate) fn ahead(&self, offset: u64) -> io::Result<u64> {
        Ok(self.0.metadata()?.len().saturating_sub(offset))
    }

    /// Reads bytes from `offset` on: fewer than asked for, and none at the end.
    pub(crate) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read_at(buffer, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

/// The file of a segment that is not compressed.
pub(crate) fn path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:08}.jsonl"))
}

/// Opens a segment that is not compressed; nothing if there is none.
pub(crate) fn open(dir: &Path, number: u32) -> Result<Option<Segment>, FeedError> {
    let path = path(dir, number);
    match File::open(&path) {
        Ok(file) => Ok(Some(Segment(file))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FeedError::file(&path)(error)),
    }
}

/// Numbers of the segments that are there, compressed or not, ascending.
pub(crate) fn numbers(dir: &Path) -> Result<Vec<u32>, FeedError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(FeedError::file(dir))? {
        let name = entry.map_err(FeedError::file(dir))?.file_name();
        let name = name.to_str().unwrap_or_default();
        let stem = name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".jsonl");
        found.extend(stem.and_then(|stem| stem.parse::<u32>().ok()));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// A line of the log taken apart; see `docs/audit-log.md`. Its hash is for the verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) seq: Seq,
    pub(crate) record: &'a [u8],
}

/// Takes a line with its newline apart.
pub(crate) fn parts(line: &[u8]) -> Option<Parts<'_>> {
    let body = line.strip_suffix(b"\"}\n")?;
    let (rest, _) = body.split_at_checked(body.len().checked_sub(64)?)?;
    let rest = rest.strip_suffix(b",\"hash\":\"")?;
    let (seq, rest) = number(rest.strip_prefix(b"{\"seq\":")?)?;
    let (_, rest) = number(rest.strip_prefix(b",\"outbox\":")?)?;
    let record = rest.strip_prefix(b",\"record\":")?;
    Some(Parts {
        seq: Seq(seq),
        record,
    })
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = bytes.split_at_checked(digits)?;
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, rest))
}
