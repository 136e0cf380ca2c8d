//! Looks at the two ends of a segment file and tells what an interrupted write left from what is damage.
//!
//! What a process or machine that dies in the middle of a batch can leave behind the last durable line:
//! - nothing, or whole lines that nobody was told about: they are good lines and stay;
//! - part of a line: no newline ends it;
//! - zero bytes: room was made, the data never came. At the end of the file, or, since a disk may write sectors in any
//!   order, as a hole with later lines of the same batch behind it.
//!
//! Everything else is damage, and nothing of that is ever cut off.

use std::io;

use crate::chain::{Head, Linker};
use crate::error::Fault;
use crate::files::{SegmentFile, read_range};
use crate::header::{Header, MAX_HEADER};
use crate::line::{Envelope, MAX_LINE};
use crate::writer::MAX_BATCH;

/// How far the scan looks back from the end: a whole batch that came to nothing, and a good line before it.
const WINDOW: u64 = (MAX_BATCH + 2 * MAX_LINE) as u64;

/// Size in which disks write whole or not at all, and at which holes therefore begin and end.
const SECTOR: u64 = 512;

/// Portion in which files are read backwards or counted.
const CHUNK: u64 = 64 * 1024;

/// A segment whose end is understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) header: Header,
    /// The chain after the last good line.
    pub(crate) head: Head,
    /// Where the last good line ends. What follows is torn.
    pub(crate) end: u64,
    /// Where the zeros at the end of the file begin; at least `end`.
    pub(crate) written: u64,
}

#[derive(Debug)]
pub(crate) enum ScanError {
    Io(io::Error),
    /// The line that begins at `offset` is damaged.
    Bad {
        offset: u64,
        fault: Fault,
    },
}

impl From<io::Error> for ScanError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ScanError> for io::Error {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Io(error) => error,
            ScanError::Bad { .. } => io::ErrorKind::InvalidData.into(),
        }
    }
}

/// Scans the first `size` bytes of a segment; nothing comes back if even its header is torn.
pub(crate) fn scan(file: &dyn SegmentFile, size: u64) -> Result<Option<Scan>, ScanError> {
    let mut linker = Linker::default();
    let Some(start) = first_line(file, size, &mut linker)? else {
        return Ok(None);
    };
    let written = without_zeros(file, start.end, size)?;
    let window = Window::read(file, &start, written)?;
    let (head, end) = window.walk(&mut linker, written)?;
    Ok(Some(Scan {
        header: start.header,
        head,
        end,
        written,
    }))
}

/// The header line, checked by itself.
fn first_line(file: &dyn SegmentFile, size: u64, linker: &mut Linker) -> Result<Option<Scan>, ScanError> {
    let bytes = read_range(file, 0, size.min(MAX_HEADER as u64))?;
    let bad = |fault| ScanError::Bad { offset: 0, fault };
    let Some(line) = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .next()
        .filter(|line| line.ends_with(b"\n"))
    else {
        // The header is written and synced before anything else, so a torn one has nothing behind it.
        let torn = without_zeros(file, 0, size)? < MAX_HEADER as u64;
        return if torn { Ok(None) } else { Err(bad(Fault::Header)) };
    };
    let line = Envelope::parse(line).ok_or(bad(Fault::Shape))?;
    let header = Header::of_line(&line).map_err(bad)?;
    let before = header.head_before(&line).map_err(bad)?;
    let head = linker.follow(&before, &line).map_err(bad)?;
    let end = bytes.iter().take_while(|byte| **byte != b'\n').count() as u64 + 1;
    Ok(Some(Scan {
        header,
        head,
        end,
        written: end,
    }))
}

/// Where the file ends when trailing zero bytes are left out; never below `floor`.
fn without_zeros(file: &dyn SegmentFile, floor: u64, size: u64) -> io::Result<u64> {
    let mut end = size;
    while end > floor {
        let start = end.saturating_sub(CHUNK).max(floor);
        let chunk = read_range(file, start, end)?;
        if let Some(last) = chunk.iter().rposition(|byte| *byte != 0) {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(floor)
}

/// The whole lines at the end of a segment, and where the chain stands before them.
struct Window {
    bytes: Vec<u8>,
    offset: u64,
    before: Head,
}

impl Window {
    fn read(file: &dyn SegmentFile, start: &Scan, end: u64) -> Result<Self, ScanError> {
        let from = end.saturating_sub(WINDOW);
        if from <= start.end {
            let bytes = read_range(file, start.end, end)?;
            return Ok(Self {
                bytes,
                offset: start.end,
                before: start.head,
            });
        }
        // The window opens inside some line. The first whole one lies far behind what a crash can tear: its own
        // word for its number and hash is enough to check what follows.
        let mut bytes = read_range(file, from, end)?;
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let skipped = lines.next().unwrap_or_default().len();
        let anchor = lines.next().unwrap_or_default();
        let bad = ScanError::Bad {
            offset: from + skipped as u64,
            fault: Fault::Shape,
        };
        let before = Envelope::parse(anchor).ok_or(bad)?.head();
        let skipped = skipped + anchor.len();
        let rest = bytes.split_off(skipped);
        Ok(Self {
            bytes: rest,
            offset: from + skipped as u64,
            before,
        })
    }

    /// Follows the chain to the last good line and says where that ends.
    fn walk(&self, linker: &mut Linker, written: u64) -> Result<(Head, u64), ScanError> {
        let mut head = self.before;
        let mut offset = self.offset;
        for line in self.bytes.split_inclusive(|byte| *byte == b'\n') {
            match check(linker, &head, line) {
                Ok(next) => head = next,
                Err(_) if is_torn(line, offset, written) => break,
                Err(fault) => return Err(ScanError::Bad { offset, fault }),
            }
            offset += line.len() as u64;
        }
        Ok((head, offset))
    }
}

fn check(linker: &mut Linker, before: &Head, line: &[u8]) -> Result<Head, Fault> {
    if line.len() > MAX_LINE {
        return Err(Fault::TooLong);
    }
    let line = Envelope::parse(line).ok_or(Fault::Shape)?;
    if line.record.starts_with(crate::line::SEGMENT) {
        return Err(Fault::Misplaced);
    }
    linker.follow(before, &line)
}

/// Whether an interrupted batch can have left this bad line at `offset` of a file that ends at `written`.
fn is_torn(line: &[u8], offset: u64, written: u64) -> bool {
    let part_of_a_line = !line.ends_with(b"\n") && line.len() <= MAX_LINE;
    let in_last_batch = offset >= written.saturating_sub(MAX_BATCH as u64);
    part_of_a_line || (in_last_batch && has_hole(line, offset))
}

/// Whether zero bytes stand where sectors have not been written: from the start of the line or of a sector to the
/// end of a sector. Single zeroed bytes are damage, not holes.
fn has_hole(line: &[u8], offset: u64) -> bool {
    let mut at = offset;
    line.chunk_by(|a, b| (*a == 0) == (*b == 0)).any(|run| {
        let start = at;
        at += run.len() as u64;
        run.starts_with(&[0])
            && (start == offset || start.is_multiple_of(SECTOR))
            && at.is_multiple_of(SECTOR)
    })
}

/// Number of the line that begins at `offset`, from 1.
pub(crate) fn line_number(file: &dyn SegmentFile, offset: u64) -> io::Result<u64> {
    let mut line = 1;
    let mut at = 0;
    while at < offset {
        let end = (at + CHUNK).min(offset);
        line += read_range(file, at, end)?
            .split(|byte| *byte == b'\n')
            .skip(1)
            .count() as u64;
        at = end;
    }
    Ok(line)
}
