//! Up to where a log was indexed, and whether it still is the same log.

use std::path::Path;

use claviger_audit::{LineError, LineReader, Seq, VerifyError, read};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::FeedError;
use crate::places::Place;
use crate::tail::Cursor;

/// The record that opens a segment.
#[derive(Deserialize)]
struct Header<'a> {
    log: &'a str,
    segment: u32,
}

fn header(record: &[u8]) -> Option<(Uuid, u32)> {
    if !record.starts_with(b"{\"kind\":\"segment\",") {
        return None;
    }
    let header: Header<'_> = serde_json::from_slice(record).ok()?;
    Some((Uuid::try_parse(header.log).ok()?, header.segment))
}

/// Whether a record opens this segment of this log.
pub(crate) fn belongs(record: &[u8], log: Uuid, segment: u32) -> bool {
    header(record) == Some((log, segment))
}

/// How the part of a log begins that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub(crate) log: Uuid,
    pub(crate) segment: u32,
    pub(crate) seq: Seq,
}

/// The first line of a log; nothing where there is none.
pub(crate) fn beginning(dir: &Path) -> Result<Option<Beginning>, FeedError> {
    let line = match read(dir, Seq(0)).next() {
        None | Some(Err(VerifyError::Empty { .. })) => return Ok(None),
        Some(line) => line?,
    };
    let (log, segment) =
        header(&line.record).ok_or(FeedError::Replaced("it does not begin with a header"))?;
    Ok(Some(Beginning {
        log,
        segment,
        seq: line.seq,
    }))
}

/// The last line that was indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) log: Uuid,
    pub(crate) seq: Seq,
    pub(crate) place: Place,
    /// What it says, to know it again.
    pub(crate) record: Vec<u8>,
}

impl Mark {
    /// Where to go on, if the log still is the one that was indexed.
    ///
    /// # Errors
    /// [`FeedError::Replaced`] where it is not.
    pub(crate) fn resume(&self, dir: &Path, log: Uuid, head: Option<Seq>) -> Result<Cursor, FeedError> {
        if self.log != log {
            return Err(FeedError::Replaced("another id"));
        }
        if head.is_some_and(|head| head < self.seq) {
            return Err(FeedError::Replaced("it is shorter"));
        }
        let mut buffer = Vec::new();
        match LineReader::open(dir).line(self.place.segment, self.place.offset, &mut buffer) {
            Ok(line) if line.seq == self.seq && line.record == self.record => {}
            Ok(_) => return Err(FeedError::Replaced("another line where the indexed one was")),
            Err(LineError::Gone { .. }) => self.after_removal(dir)?,
            Err(LineError::Bad(_)) => return Err(FeedError::Replaced("no line where the indexed one was")),
            Err(error @ LineError::Io { .. }) => return Err(error.into()),
        }
        Ok(Cursor {
            segment: self.place.segment,
            offset: self.place.offset.saturating_add(self.place.length.into()),
            next: Some(Seq(self.seq.0.saturating_add(1))),
        })
    }

    /// Retention removed the segment of the line: then the log begins behind it.
    fn after_removal(&self, dir: &Path) -> Result<(), FeedError> {
        match beginning(dir)? {
            Some(first) if first.segment > self.place.segment && first.seq > self.seq => Ok(()),
            _ => Err(FeedError::Replaced("the segment of the indexed line is gone")),
        }
    }
}
