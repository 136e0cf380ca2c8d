//! Walks over the lines of a log on disk and checks each one against the one before.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::{thread, vec};

use uuid::Uuid;

use crate::chain::{Head, Linker, Seq};
use crate::error::{BadLine, Fault, VerifyError};
use crate::files::{self, Found};
use crate::header::Header;
use crate::line::{Envelope, MAX_LINE, SEGMENT};
use crate::source::Source;

/// The segments in a folder, ascending.
pub(crate) fn segments(folder: &Path) -> Result<Vec<Found>, VerifyError> {
    files::found(folder).map_err(|source| VerifyError::Io {
        path: folder.to_owned(),
        source,
    })
}

/// Those after number `removed`; at least one.
pub(crate) fn after(folder: &Path, found: &[Found], removed: u32) -> Result<Vec<Found>, VerifyError> {
    let later: Vec<_> = found
        .iter()
        .copied()
        .filter(|found| found.segment > removed)
        .collect();
    if !later.is_empty() {
        Ok(later)
    } else if removed > 0 {
        Err(missing(folder, removed.saturating_add(1)))
    } else {
        Err(VerifyError::Empty {
            folder: folder.to_owned(),
        })
    }
}

/// How often a line with zeros in it is looked at again before it counts as it stands.
const PATIENCE: u32 = 64;

/// A walk from the first line of one segment to the end of the log.
pub(crate) struct Walk {
    folder: PathBuf,
    ahead: vec::IntoIter<u32>,
    open: Option<Segment>,
    /// The chain after the last line; before the first line of a walk that does not begin at the beginning,
    /// nothing.
    pub(crate) head: Option<Head>,
    pub(crate) log: Option<Uuid>,
    /// Bytes after the last whole line of the last segment, without the zeros at the very end.
    pub(crate) tail_bytes: u64,
    linker: Linker,
    line: Vec<u8>,
}

struct Segment {
    number: u32,
    path: PathBuf,
    source: Source,
    /// Number of the line in hand, from 1.
    line: u64,
    /// Where the line in hand begins.
    offset: u64,
    /// Bytes of the line in hand.
    length: u64,
    /// The same without zeros at its end, where no newline ends it.
    tail: u64,
}

/// Bytes up to the last one that is not zero.
fn written(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last as u64 + 1)
}

impl Segment {
    fn open(folder: &Path, number: u32) -> Result<Self, VerifyError> {
        let (path, source) = Source::open(folder, number).map_err(|source| VerifyError::Io {
            path: files::path(folder, number),
            source,
        })?;
        Ok(Self {
            number,
            path,
            source,
            line: 0,
            offset: 0,
            length: 0,
            tail: 0,
        })
    }

    /// Reads the next line into `line`, as far as a line can go.
    fn read(&mut self, line: &mut Vec<u8>) -> Result<Read, VerifyError> {
        line.clear();
        self.line += 1;
        self.offset += self.length;
        let mut portion = io::Read::take(&mut self.source, MAX_LINE as u64 + 1);
        portion
            .read_until(b'\n', line)
            .map_err(|source| self.failed(source))?;
        self.length = line.len() as u64;
        Ok(match (line.ends_with(b"\n"), line.len()) {
            (true, ..=MAX_LINE) => Read::Line,
            (false, 0) if self.line > 1 => Read::End,
            (false, ..=MAX_LINE) => {
                self.tail = written(line);
                Read::Torn
            }
            (true, _) => Read::TooLong,
            (false, _) => {
                self.tail = written(line);
                self.skip().map_err(|source| self.failed(source))?
            }
        })
    }

    /// Reads the line in hand once more.
    fn read_again(&mut self, line: &mut Vec<u8>) -> Result<Read, VerifyError> {
        self.source
            .rewind_to(self.offset)
            .map_err(|source| self.failed(source))?;
        self.line -= 1;
        self.length = 0;
        self.read(line)
    }

    /// Whether the file, which goes on for longer than a line can, has a newline after all.
    fn skip(&mut self) -> io::Result<Read> {
        loop {
            let bytes = self.source.fill_buf()?;
            let length = bytes.len();
            if length == 0 {
                return Ok(Read::Torn);
            }
            if bytes.contains(&b'\n') {
                return Ok(Read::TooLong);
            }
            if let Some(last) = bytes.iter().rposition(|byte| *byte != 0) {
                self.tail = self.length + last as u64 + 1;
            }
            self.source.consume(length);
            self.length += length as u64;
        }
    }

    fn failed(&self, source: io::Error) -> VerifyError {
        if self.source.is_packed() && source.kind() == io::ErrorKind::InvalidData {
            return self.bad(Fault::Packed);
        }
        VerifyError::Io {
            path: self.path.clone(),
            source,
        }
    }

    fn bad(&self, fault: Fault) -> VerifyError {
        BadLine {
            file: self.path.clone(),
            line: self.line,
            offset: self.offset,
            fault,
        }
        .into()
    }
}

/// What comes next in a segment.
enum Read {
    Line,
    /// Bytes that no newline ends, or nothing at all where the header has to be.
    Torn,
    TooLong,
    End,
}

/// A line that holds.
pub(crate) struct Step<'a> {
    pub(crate) segment: u32,
    /// Whether this is the header of its segment.
    pub(crate) header: bool,
    pub(crate) line: Envelope<'a>,
    /// Where the line begins in the plain segment.
    pub(crate) offset: u64,
    /// Bytes of the line.
    pub(crate) length: u64,
}

impl Walk {
    /// Walks over `segments`, ascending. If they begin with the first one, so must the chain; otherwise the first
    /// header is believed.
    pub(crate) fn new(folder: &Path, segments: Vec<u32>) -> Self {
        let head = segments.starts_with(&[1]).then_some(Head::GENESIS);
        Self {
            folder: folder.to_owned(),
            ahead: segments.into_iter(),
            open: None,
            head,
            log: None,
            tail_bytes: 0,
            linker: Linker::default(),
            line: Vec::new(),
        }
    }

    /// Begins after `head` of the log `log`, where that is known better than by the first header.
    pub(crate) fn after(mut self, head: Option<Head>, log: Option<Uuid>) -> Self {
        self.head = head.or(self.head);
        self.log = log;
        self
    }

    /// What is wrong with the line in hand; after the last one, with the line that would be next.
    pub(crate) fn bad(&self, fault: Fault) -> VerifyError {
        match &self.open {
            Some(segment) => segment.bad(fault),
            None => missing(&self.folder, 1),
        }
    }

    /// Steps to the next line; nothing at the end of the log.
    pub(crate) fn step(&mut self) -> Result<Option<Step<'_>>, VerifyError> {
        if !self.advance()? {
            return Ok(None);
        }
        let Some(segment) = &self.open else {
            return Ok(None);
        };
        let check = |fault| segment.bad(fault);
        let line = Envelope::parse(&self.line).ok_or_else(|| check(Fault::Shape))?;
        let header = segment.line == 1;
        let before = match self.head {
            _ if header => {
                let header = Header::of_line(&line).map_err(check)?;
                check_header(&header, segment.number, self.log, self.head).map_err(check)?;
                self.log = Some(header.log);
                self.head
                    .map_or_else(|| header.head_before(&line), Ok)
                    .map_err(check)?
            }
            Some(head) => head,
            None => return Err(check(Fault::Header)),
        };
        if !header && line.record.starts_with(SEGMENT) {
            return Err(check(Fault::Misplaced));
        }
        let head = self.linker.follow(&before, &line).map_err(check)?;
        if header && head.outbox != before.outbox {
            return Err(check(Fault::Mark {
                before: before.outbox,
                found: head.outbox,
            }));
        }
        self.head = Some(head);
        Ok(Some(Step {
            segment: segment.number,
            header,
            line,
            offset: segment.offset,
            length: segment.length,
        }))
    }

    /// Reads the next line, of the next segment if this one is at its end; false at the end of the log.
    fn advance(&mut self) -> Result<bool, VerifyError> {
        loop {
            if let Some(segment) = &mut self.open {
                let live = self.ahead.as_slice().is_empty() && !segment.source.is_packed();
                let mut read = segment.read(&mut self.line)?;
                // The writer fills the room behind the last line piece by piece, so whoever reads beside it may find
                // zeros in the middle of a batch for a moment.
                for _ in 0..PATIENCE {
                    if !live || !matches!(read, Read::Line | Read::TooLong) || !self.line.contains(&0) {
                        break;
                    }
                    thread::yield_now();
                    read = segment.read_again(&mut self.line)?;
                }
                match read {
                    Read::Line => return Ok(true),
                    Read::TooLong => return Err(segment.bad(Fault::TooLong)),
                    Read::Torn if live => {
                        self.tail_bytes = segment.tail;
                        return Ok(false);
                    }
                    Read::Torn => return Err(segment.bad(Fault::Torn)),
                    Read::End => {}
                }
            }
            let Some(number) = self.ahead.next() else {
                return Ok(false);
            };
            let expected = self
                .open
                .as_ref()
                .map_or(number, |segment| segment.number.saturating_add(1));
            if number != expected {
                return Err(missing(&self.folder, expected));
            }
            self.open = Some(Segment::open(&self.folder, number)?);
        }
    }
}

/// Number of the first line of a segment; nothing if it is not a line.
pub(crate) fn first_seq(folder: &Path, segment: u32) -> Result<Option<Seq>, VerifyError> {
    let mut line = Vec::new();
    Segment::open(folder, segment)?.read(&mut line)?;
    Ok(Envelope::parse(&line).map(|line| line.seq))
}

/// The header of a segment, and the chain before it by the header's own word.
pub(crate) fn first_line(folder: &Path, number: u32) -> Result<(Head, Header), VerifyError> {
    let mut line = Vec::new();
    let mut segment = Segment::open(folder, number)?;
    segment.read(&mut line)?;
    let bad = |fault| segment.bad(fault);
    let line = Envelope::parse(&line).ok_or_else(|| bad(Fault::Shape))?;
    let header = Header::of_line(&line).map_err(bad)?;
    check_header(&header, number, None, None).map_err(bad)?;
    let before = header.head_before(&line).map_err(bad)?;
    Ok((before, header))
}

/// The file of a segment that has to be there is not.
pub(crate) fn missing(folder: &Path, segment: u32) -> VerifyError {
    at_header(files::path(folder, segment), Fault::Missing)
}

/// Something is wrong with the first line of a segment.
pub(crate) fn at_header(file: PathBuf, fault: Fault) -> VerifyError {
    BadLine {
        file,
        line: 1,
        offset: 0,
        fault,
    }
    .into()
}

fn check_header(header: &Header, segment: u32, log: Option<Uuid>, before: Option<Head>) -> Result<(), Fault> {
    if header.segment != segment {
        return Err(Fault::Segment {
            found: header.segment,
        });
    }
    if log.is_some_and(|log| log != header.log) {
        return Err(Fault::Log);
    }
    if before.is_some_and(|before| before.hash != header.previous) {
        return Err(Fault::Previous);
    }
    Ok(())
}
