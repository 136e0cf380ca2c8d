//! Walks over the lines of a log on disk and checks each one against the one before.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::vec;

use uuid::Uuid;

use crate::chain::{Head, Linker, Seq};
use crate::error::{BadLine, Fault, VerifyError};
use crate::files;
use crate::header::Header;
use crate::line::{Envelope, MAX_LINE, SEGMENT};

const BUFFER: usize = 1024 * 1024;

/// Numbers of the segments in a folder, ascending; at least one.
pub(crate) fn segments(folder: &Path) -> Result<Vec<u32>, VerifyError> {
    let mut segments = files::segments(folder).map_err(|source| VerifyError::Io {
        path: folder.to_owned(),
        source,
    })?;
    segments.sort_unstable();
    if segments.is_empty() {
        Err(VerifyError::Empty {
            folder: folder.to_owned(),
        })
    } else {
        Ok(segments)
    }
}

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
    reader: BufReader<File>,
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
        let path = files::path(folder, number);
        let file = File::open(&path).map_err(|source| VerifyError::Io {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            number,
            path,
            reader: BufReader::with_capacity(BUFFER, file),
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
        let mut portion = io::Read::take(&mut self.reader, MAX_LINE as u64 + 1);
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

    /// Whether the file, which goes on for longer than a line can, has a newline after all.
    fn skip(&mut self) -> io::Result<Read> {
        loop {
            let bytes = self.reader.fill_buf()?;
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
            self.reader.consume(length);
            self.length += length as u64;
        }
    }

    fn failed(&self, source: io::Error) -> VerifyError {
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
            length: segment.length,
        }))
    }

    /// Reads the next line, of the next segment if this one is at its end; false at the end of the log.
    fn advance(&mut self) -> Result<bool, VerifyError> {
        loop {
            if let Some(segment) = &mut self.open {
                match segment.read(&mut self.line)? {
                    Read::Line => return Ok(true),
                    Read::TooLong => return Err(segment.bad(Fault::TooLong)),
                    Read::Torn if self.ahead.as_slice().is_empty() => {
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

/// The file of a segment that has to be there.
pub(crate) fn missing(folder: &Path, segment: u32) -> VerifyError {
    BadLine {
        file: files::path(folder, segment),
        line: 1,
        offset: 0,
        fault: Fault::Missing,
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
