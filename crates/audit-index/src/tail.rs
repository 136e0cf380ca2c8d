//! Follows the log line by line, and knows where each line stands.

use std::fmt;
use std::path::{Path, PathBuf};

use claviger_audit::{Lines, Seq, read};
use uuid::Uuid;

use crate::error::FeedError;
use crate::mark::belongs;
use crate::places::Place;
use crate::segments::{self, Parts, Segment, parts};

/// Bytes that are read at once: more than the longest line.
const PORTION: usize = 512 << 10;

/// Where the next line is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) segment: u32,
    /// In plain bytes.
    pub(crate) offset: u64,
    /// Its number; unknown ahead of the first line that is there.
    pub(crate) next: Option<Seq>,
}

/// Hands out lines from a place on.
#[derive(Debug)]
pub(crate) struct Tail {
    dir: PathBuf,
    log: Uuid,
    at: Cursor,
    source: Source,
    /// Bytes of a plain segment; those from `at.offset` on begin at `used`.
    buffer: Vec<u8>,
    used: usize,
}

/// The segment in hand.
enum Source {
    Unopened,
    Plain(Segment),
    /// Compressed, so closed; and the record of the line in hand.
    Packed(Box<Lines>, Vec<u8>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unopened => "Unopened",
            Self::Plain(_) => "Plain",
            Self::Packed(..) => "Packed",
        })
    }
}

/// A line of the log with its place.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) parts: Parts<'a>,
    pub(crate) place: Place,
}

/// What a segment has next.
enum Ahead {
    /// A line in the buffer, of so many bytes.
    Buffered(usize),
    /// A line in the hands of the source.
    Packed(Seq, u64),
    Nothing,
}

impl Tail {
    /// Goes on at a place; the default is the first line that is there.
    pub(crate) fn new(dir: &Path, log: Uuid, at: Cursor) -> Self {
        Self {
            dir: dir.to_owned(),
            log,
            at,
            source: Source::Unopened,
            buffer: Vec::new(),
            used: 0,
        }
    }

    /// Forgets what was read ahead: only what is read from now on may be believed as far as the log now promises.
    pub(crate) fn refresh(&mut self) {
        self.buffer.clear();
        self.used = 0;
    }

    /// The next line. With `until`, lines up to that one are promised by the log, and nothing beyond is given;
    /// without, the end is where no whole line follows.
    pub(crate) fn next(&mut self, until: Option<Seq>) -> Result<Option<Line<'_>>, FeedError> {
        if until.is_some_and(|until| self.at.next.is_some_and(|next| next > until)) {
            return Ok(None);
        }
        loop {
            match self.ahead()? {
                Ahead::Nothing if self.step(until.is_some())? => {}
                Ahead::Nothing => return Ok(None),
                ahead => return self.take(&ahead).map(Some),
            }
        }
    }

    fn ahead(&mut self) -> Result<Ahead, FeedError> {
        loop {
            if matches!(self.source, Source::Unopened) && !self.open()? {
                return Ok(Ahead::Nothing);
            }
            match &mut self.source {
                Source::Unopened => return Ok(Ahead::Nothing),
                Source::Plain(_) => {
                    let rest = self.buffer.get(self.used..).unwrap_or_default();
                    if let Some(end) = memchr::memchr(b'\n', rest) {
                        return Ok(Ahead::Buffered(end + 1));
                    }
                    if !self.fill()? {
                        return Ok(Ahead::Nothing);
                    }
                }
                Source::Packed(lines, record) => match lines.next().transpose()? {
                    Some(line) if line.segment != self.at.segment => return Ok(Ahead::Nothing),
                    Some(line) if line.offset < self.at.offset => {}
                    Some(line) => {
                        *record = line.record;
                        return Ok(Ahead::Packed(line.seq, line.length));
                    }
                    None => return Ok(Ahead::Nothing),
                },
            }
        }
    }

    /// Opens the segment of the cursor; false where there is none.
    fn open(&mut self) -> Result<bool, FeedError> {
        if let Some(segment) = segments::open(&self.dir, self.at.segment)? {
            self.source = Source::Plain(segment);
            return Ok(true);
        }
        if segments::numbers(&self.dir)?.contains(&self.at.segment) {
            let from = self.at.next.unwrap_or_default();
            self.source = Source::Packed(Box::new(read(&self.dir, from)), Vec::new());
            return Ok(true);
        }
        Ok(false)
    }

    /// Reads more of a plain segment; whether there was more that can be part of a line.
    fn fill(&mut self) -> Result<bool, FeedError> {
        let Source::Plain(segment) = &self.source else {
            return Ok(false);
        };
        self.buffer.drain(..self.used);
        self.used = 0;
        let length = self.buffer.len();
        if length > PORTION {
            return Err(bad(&self.dir, &self.at));
        }
        let (from, path) = (
            self.at.offset.saturating_add(length as u64),
            segments::path(&self.dir, self.at.segment),
        );
        let ahead = segment.ahead(from).map_err(FeedError::file(&path))?;
        let ahead = usize::try_from(ahead).unwrap_or(PORTION).min(PORTION);
        self.buffer.resize(length + ahead, 0);
        let portion = self.buffer.get_mut(length..).unwrap_or_default();
        let read = segment.read_at(from, portion).map_err(FeedError::file(&path))?;
        // Zeros are room behind the last line.
        let read = portion.get(..read).unwrap_or_default();
        let read = read
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        self.buffer.truncate(length + read);
        if read == 0 {
            self.refresh();
        }
        Ok(read > 0)
    }

    /// Goes on to the next segment; false where there is none and need not be.
    fn step(&mut self, promised: bool) -> Result<bool, FeedError> {
        let ahead = segments::numbers(&self.dir)?;
        let Some(next) = ahead.into_iter().find(|number| *number > self.at.segment) else {
            // Looked for anew the next time, since the segment may have been closed and compressed.
            self.source = Source::Unopened;
            return if promised {
                Err(bad(&self.dir, &self.at))
            } else {
                Ok(false)
            };
        };
        self.source = Source::Unopened;
        self.refresh();
        self.at.segment = next;
        self.at.offset = 0;
        Ok(true)
    }

    /// Checks that the line ahead is the right one, and steps over it.
    fn take(&mut self, ahead: &Ahead) -> Result<Line<'_>, FeedError> {
        let (found, length) = match (ahead, &self.source) {
            (Ahead::Buffered(length), _) => {
                let line = self.buffer.get(self.used..self.used + length);
                (line.and_then(parts), *length as u64)
            }
            (Ahead::Packed(seq, length), Source::Packed(_, record)) => {
                (Some(Parts { seq: *seq, record }), *length)
            }
            _ => (None, 0),
        };
        let parts = match found {
            Some(parts) if check(&self.at, &parts, self.log)? => parts,
            _ => return Err(bad(&self.dir, &self.at)),
        };
        let place = Place {
            segment: self.at.segment,
            offset: self.at.offset,
            length: u32::try_from(length).unwrap_or(u32::MAX),
        };
        if let Ahead::Buffered(length) = ahead {
            self.used += length;
        }
        self.at.offset += length;
        self.at.next = Some(Seq(parts.seq.0.saturating_add(1)));
        Ok(Line { parts, place })
    }
}

fn bad(dir: &Path, at: &Cursor) -> FeedError {
    FeedError::Line {
        path: segments::path(dir, at.segment),
        offset: at.offset,
    }
}

/// Whether a line may stand at the cursor.
fn check(at: &Cursor, parts: &Parts<'_>, log: Uuid) -> Result<bool, FeedError> {
    let header = at.offset == 0;
    if header && !belongs(parts.record, log, at.segment) {
        return Err(FeedError::Replaced("another id in the header of a segment"));
    }
    Ok(match at.next {
        Some(next) if parts.seq == next => true,
        // Segments may be removed before they were read.
        Some(next) if header && parts.seq > next => {
            tracing::warn!(
                from = next.0,
                to = parts.seq.0,
                "lines of the audit log were removed before they were indexed"
            );
            true
        }
        Some(_) => false,
        None => header,
    })
}
