//! Opening a log: find its end, cut what an interrupted write left, refuse what is damaged.

use std::io;

use jiff::civil::Date;
use uuid::Uuid;

use crate::chain::{Hash, Head, Linker};
use crate::error::{BadLine, Fault, OpenError};
use crate::files::{Files, SegmentFile, write_all};
use crate::header::Header;
use crate::line;
use crate::scan::{ScanError, line_number, scan};

/// What opening a log found and did. Nothing that was cut off had been acknowledged to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The log was not there and has been made.
    pub created: bool,
    /// Where the chain stands, and the outbox mark from which the outbox has to be taken up again.
    pub head: Head,
    /// Bytes cut off the end of the last segment, without the zeros at its very end: those are room that its writer had
    /// made, or a batch of which nothing arrived.
    pub truncated_bytes: u64,
    /// A last segment that was removed, because it ended before its first line did.
    pub removed_segment: Option<u32>,
}

/// The segment that is written to.
pub(crate) struct Current {
    pub(crate) number: u32,
    pub(crate) day: Date,
    /// Bytes that are durable; behind them the file holds nothing but zeros, unless a batch has failed.
    pub(crate) size: u64,
    /// Length of the file with these zeros, or more.
    pub(crate) reserved: u64,
    pub(crate) file: Box<dyn SegmentFile>,
}

/// A log ready for its writer.
pub(crate) struct Opened {
    pub(crate) log: Uuid,
    pub(crate) current: Current,
    pub(crate) recovery: Recovery,
}

/// Finds the end of the log; makes the log with the id `log` on the day `today` if there is none.
pub(crate) fn recover(files: &dyn Files, log: Uuid, today: Date) -> Result<Opened, OpenError> {
    let mut segments = files.segments().map_err(|source| failed(files, 1, source))?;
    segments.sort_unstable();
    let Some(last) = segments.pop() else {
        return create(files, log, today);
    };
    if let Some(opened) = resume(files, last)? {
        return Ok(opened);
    }
    // The header of the newest segment is torn. The writer makes a segment only when the one before is whole.
    let Some(before) = segments
        .pop()
        .or((last == 1).then_some(0))
        .filter(|before| before + 1 == last)
    else {
        return Err(bad(files, last, 1, 0, Fault::Torn));
    };
    let resumed = match before {
        0 => None,
        before => Some(resume(files, before)?.ok_or_else(|| bad(files, before, 1, 0, Fault::Torn))?),
    };
    files
        .remove(last)
        .and_then(|()| files.sync_dir())
        .map_err(|source| failed(files, last, source))?;
    let mut opened = resumed.map_or_else(|| create(files, log, today), Ok)?;
    opened.recovery.removed_segment = Some(last);
    Ok(opened)
}

/// Takes up a segment at its last good line; nothing comes back if its header is torn.
fn resume(files: &dyn Files, number: u32) -> Result<Option<Opened>, OpenError> {
    let io = |source| failed(files, number, source);
    let mut file = files.open(number).map_err(io)?;
    let size = file.size().map_err(io)?;
    let scan = match scan(&*file, size) {
        Ok(Some(scan)) => scan,
        Ok(None) => return Ok(None),
        Err(ScanError::Io(source)) => return Err(io(source)),
        Err(ScanError::Bad { offset, fault }) => {
            let line = line_number(&*file, offset).map_err(io)?;
            return Err(bad(files, number, line, offset, fault));
        }
    };
    if scan.header.segment != number {
        return Err(bad(
            files,
            number,
            1,
            0,
            Fault::Segment {
                found: scan.header.segment,
            },
        ));
    }
    // Whole lines of a batch that nobody was told about may be in the page cache only. They count from now on,
    // so they have to be as durable as all others; the name of the file, too.
    if scan.end < size {
        file.truncate(scan.end).map_err(io)?;
    }
    file.sync().and_then(|()| files.sync_dir()).map_err(io)?;
    let truncated_bytes = scan.written - scan.end;
    let recovery = Recovery {
        created: false,
        head: scan.head,
        truncated_bytes,
        removed_segment: None,
    };
    let current = Current {
        number,
        day: scan.header.day,
        size: scan.end,
        reserved: scan.end,
        file,
    };
    Ok(Some(Opened {
        log: scan.header.log,
        current,
        recovery,
    }))
}

fn create(files: &dyn Files, log: Uuid, day: Date) -> Result<Opened, OpenError> {
    let header = Header {
        log,
        segment: 1,
        previous: Hash::ZERO,
        day,
    };
    let (current, head) =
        create_segment(files, header, &Head::GENESIS).map_err(|source| failed(files, 1, source))?;
    let recovery = Recovery {
        created: true,
        head,
        truncated_bytes: 0,
        removed_segment: None,
    };
    Ok(Opened {
        log,
        current,
        recovery,
    })
}

/// Makes a segment with its header, durably. After an error the file may be there in any state: the caller has
/// to remove it, or leave that to the next opening.
pub(crate) fn create_segment(
    files: &dyn Files,
    header: Header,
    before: &Head,
) -> io::Result<(Current, Head)> {
    let mut bytes = Vec::new();
    let head = line::push(
        &mut bytes,
        &mut Linker::default(),
        before,
        before.outbox,
        &header.to_record(),
    );
    let mut file = files.create(header.segment)?;
    write_all(&mut *file, 0, &bytes)?;
    file.sync()?;
    files.sync_dir()?;
    Ok((
        Current {
            number: header.segment,
            day: header.day,
            size: bytes.len() as u64,
            reserved: bytes.len() as u64,
            file,
        },
        head,
    ))
}

fn failed(files: &dyn Files, segment: u32, source: io::Error) -> OpenError {
    OpenError::Io {
        path: files.path(segment),
        source,
    }
}

fn bad(files: &dyn Files, segment: u32, line: u64, offset: u64, fault: Fault) -> OpenError {
    BadLine {
        file: files.path(segment),
        line,
        offset,
        fault,
    }
    .into()
}
