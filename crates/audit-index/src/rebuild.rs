//! Makes an index from a log that nobody writes, and compares one with its log.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use claviger_audit::Seq;

use crate::error::FeedError;
use crate::mark::beginning;
use crate::schema;
use crate::segments;
use crate::tail::{Cursor, Tail};
use crate::writer::Writer;

/// Lines of one transaction.
const BATCH: u64 = 50_000;

/// Page cache, in KiB.
const CACHE: u32 = 64 << 10;

/// Makes the index `path` anew from the log in the folder `dir`: beside the file first, so an index that is there stays
/// until the new one is whole. `progress` is told after each batch which line was the last one and which one is the
/// last of the log. Gives the last line that is in.
///
/// # Errors
/// When the log cannot be read, or the file not be written.
pub fn rebuild(path: &Path, dir: &Path, progress: &mut dyn FnMut(Seq, Seq)) -> Result<Seq, FeedError> {
    let new = beside(path, ".new");
    schema::remove(&new)?;
    let of = end(dir)?;
    let writer = fill(&new, dir, None, &mut |done| progress(done, of))?;
    let done = writer.done();
    close(writer)?;
    schema::remove(path)?;
    fs::rename(&new, path).map_err(FeedError::file(path))?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(FeedError::file(folder))?;
    }
    Ok(done)
}

/// Makes an index of the lines up to `until`, or of all.
pub(crate) fn fill(
    path: &Path,
    dir: &Path,
    until: Option<Seq>,
    progress: &mut dyn FnMut(Seq),
) -> Result<Writer, FeedError> {
    let mut writer = Writer::open(path, CACHE)?;
    let Some(first) = beginning(dir)? else {
        return Ok(writer);
    };
    let mut tail = Tail::new(dir, first.log, Cursor::default());
    while writer.feed(&mut tail, first.log, until, BATCH)?.lines > 0 {
        progress(writer.done());
    }
    Ok(writer)
}

/// Closes the file so that nothing of it stands beside it.
pub(crate) fn close(writer: Writer) -> Result<(), FeedError> {
    let connection = writer.connection;
    connection.query_row("PRAGMA wal_checkpoint(truncate)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error.into())
}

/// The number of the last whole line of a log.
fn end(dir: &Path) -> Result<Seq, FeedError> {
    let Some(first) = beginning(dir)? else {
        return Ok(Seq(0));
    };
    let last = segments::numbers(dir)?.pop().unwrap_or(first.segment);
    let cursor = Cursor {
        segment: last,
        offset: 0,
        next: None,
    };
    let mut tail = Tail::new(dir, first.log, cursor);
    let mut end = Seq(0);
    while let Some(line) = tail.next(None)? {
        end = line.parts.seq;
    }
    Ok(end)
}

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
