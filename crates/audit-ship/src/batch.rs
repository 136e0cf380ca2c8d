//! Batches of records, read from the log and spelled for a sink.

use std::path::PathBuf;

use bytes::Bytes;
use claviger_audit::view::Entry;
use claviger_audit::{Line, LineReader, Lines, Seq, read};
use claviger_model::Timestamp;

use crate::fault::Fault;
use crate::shape::Render;
use crate::syslog::message::Header;

/// Lines of the log in a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    /// The first line; those that are not shipped count too, so that batches join without a gap.
    pub(crate) first: Seq,
    /// The last line.
    pub(crate) last: Seq,
    /// How many of the lines are in it.
    pub(crate) records: usize,
    /// Their text.
    pub(crate) bytes: Bytes,
    /// The time of the last record.
    pub(crate) time: Option<Timestamp>,
    /// How many lines before it are not in the log any more.
    pub(crate) missed: u64,
    /// Whether there was no room for more.
    pub(crate) full: bool,
}

/// How records are put behind each other.
#[derive(Debug, Clone)]
pub(crate) enum Framing {
    /// A line each.
    Lines,
    /// Counted messages of syslog.
    Syslog(Header),
}

/// What becomes of records.
pub(crate) struct Recipe {
    pub(crate) render: Render,
    pub(crate) framing: Framing,
    /// Most records of a batch.
    pub(crate) records: usize,
    /// Size at which it is full, in bytes.
    pub(crate) bytes: usize,
}

/// Reads the log from some line on.
pub(crate) struct Reader {
    folder: PathBuf,
    recipe: Recipe,
    /// The line after the last one handed out.
    next: Seq,
    /// Stands before `next`, with how far its lines are durable: up to where the log was when it was opened. Behind
    /// that it may have read ahead what the writer then took back.
    lines: Option<(Lines, Seq)>,
    /// Where `next` begins, if it is in the segment of the line before: number and offset.
    place: Option<(u32, u64)>,
    /// Reads what came since without a walk over the segment.
    single: LineReader,
}

/// A line in hand.
struct Found {
    seq: Seq,
    header: bool,
    record: Vec<u8>,
}

impl Reader {
    /// Begins behind `done`.
    pub(crate) fn new(folder: PathBuf, recipe: Recipe, done: Seq) -> Self {
        Self {
            single: LineReader::open(&folder),
            folder,
            recipe,
            next: after(done),
            lines: None,
            place: None,
        }
    }

    /// Goes back, or forth, to behind `done`.
    pub(crate) fn rewind(&mut self, done: Seq) {
        self.next = after(done);
        self.lines = None;
        self.place = None;
    }

    /// The next batch of lines up to `head`, which are durable; nothing if there are none.
    pub(crate) fn batch(&mut self, head: Seq) -> Result<Option<Batch>, Fault> {
        let mut batch = Batch {
            first: self.next,
            ..Batch::default()
        };
        let (mut bytes, mut latest) = (Vec::new(), None);
        while self.next <= head && !batch.full {
            let line = self.line(head)?;
            if batch.last == Seq(0) {
                batch.missed = line.seq.0.saturating_sub(self.next.0);
                batch.first = line.seq;
            }
            self.next = after(line.seq);
            batch.last = line.seq;
            if !line.header && self.push(&mut bytes, &line) {
                batch.records += 1;
                latest = Some(line.record);
            }
            batch.full = batch.records >= self.recipe.records || bytes.len() >= self.recipe.bytes;
        }
        batch.bytes = bytes.into();
        batch.time = latest.and_then(|record| time(&Entry::parse(&record).ok()?));
        Ok((batch.last >= batch.first).then_some(batch))
    }

    /// Whether the shape has a place for it.
    fn push(&self, bytes: &mut Vec<u8>, line: &Found) -> bool {
        let Some(body) = (self.recipe.render)(line.seq, &line.record) else {
            return false;
        };
        match &self.recipe.framing {
            Framing::Lines => {
                bytes.extend_from_slice(&body);
                bytes.push(b'\n');
            }
            Framing::Syslog(header) => {
                let entry = Entry::parse(&line.record).unwrap_or(Entry::Other);
                header.push(bytes, line.seq, &entry, &body);
            }
        }
        true
    }

    /// The next line, which is there and durable. A line that is far behind the head is walked to, which checks the
    /// chain; what comes while this waits is read where it stands.
    fn line(&mut self, head: Seq) -> Result<Found, Fault> {
        match self.lines.take() {
            Some((mut lines, durable)) if self.next <= durable => {
                if let Some(Ok(line)) = lines.next() {
                    self.lines = Some((lines, durable));
                    return Ok(self.step(line));
                }
            }
            _ => {
                if let Some(line) = self.at_place() {
                    return Ok(line);
                }
            }
        }
        // A segment that was compressed or removed under way is found, or said to be missing, by this search.
        let mut lines = read(&self.folder, self.next);
        let line = lines.next();
        self.lines = Some((lines, head));
        let line = line.ok_or(Fault::Short(self.next.0))?.map_err(Fault::Log)?;
        Ok(self.step(line))
    }

    fn step(&mut self, line: Line) -> Found {
        self.place = Some((line.segment, line.offset.saturating_add(line.length)));
        Found {
            seq: line.seq,
            header: line.header,
            record: line.record,
        }
    }

    /// The next line where it has to be: behind the one before, or at the beginning of the next segment.
    fn at_place(&mut self) -> Option<Found> {
        let (segment, offset) = self.place.take()?;
        let mut buffer = Vec::new();
        for (segment, offset) in [(segment, offset), (segment.saturating_add(1), 0)] {
            let line = self.single.line(segment, offset, &mut buffer);
            if let Ok(line) = line
                && line.seq == self.next
            {
                self.place = Some((segment, offset.saturating_add(line.length)));
                return Some(Found {
                    seq: line.seq,
                    header: offset == 0,
                    record: line.record.to_vec(),
                });
            }
        }
        None
    }
}

fn after(seq: Seq) -> Seq {
    Seq(seq.0.saturating_add(1))
}

/// When it happened, as the record says.
pub(crate) fn time(entry: &Entry<'_>) -> Option<Timestamp> {
    match entry {
        Entry::Call(event) => Some(event.time),
        Entry::Strangers(strangers) => Some(strangers.until),
        Entry::Server(mark) => Some(mark.time),
        Entry::Other => None,
    }
}
