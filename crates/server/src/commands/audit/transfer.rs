//! Records on their way from the log to an output.

use std::path::Path;

use claviger_audit::{Line, Seq};

use super::cursor::{Cursor, Stand};
use super::options::Wanted;
use super::output::{Output, Written};
use super::source::Source;
use crate::output::Failure;

/// What is written at a time, in bytes.
const PORTION: usize = 1 << 20;
/// Lines that are looked at before something is said of it: few records may be wanted of many.
const LINES: u64 = 100_000;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// There may be more in the log.
    More,
    /// The end of the log for now.
    End,
    /// Nobody reads any more.
    Closed,
}

/// A transfer.
pub(super) struct Transfer<'a> {
    wanted: &'a Wanted,
    source: Source,
    output: Output,
    cursor: Option<Cursor>,
    portion: Vec<u8>,
    /// The last line of the portion.
    last: Option<Line>,
}

impl<'a> Transfer<'a> {
    /// A transfer of what is wanted.
    pub(super) fn new(wanted: &'a Wanted, source: Source, output: Output) -> Self {
        Self {
            wanted,
            source,
            output,
            cursor: None,
            portion: Vec::with_capacity(PORTION),
            last: None,
        }
    }

    /// A transfer that goes on where the last one with this cursor ended.
    pub(super) fn behind(
        wanted: &'a Wanted,
        log: &Path,
        cursor: Cursor,
        output: Output,
    ) -> Result<Self, Failure> {
        let mut transfer = Self::new(wanted, Source::new(log, cursor.line()), output);
        let first = transfer.source.next()?;
        let known = cursor.knows(first.as_ref())?;
        if let Some(first) = first.filter(|_| !known) {
            transfer.take(first)?;
        }
        transfer.cursor = Some(cursor);
        Ok(transfer)
    }

    /// Moves the next portion. A line of the log that is damaged ends it, and what is in front of it was moved.
    pub(super) fn step(&mut self) -> Result<Step, Failure> {
        let filled = self.fill();
        if self.last.is_some() {
            self.source.settle()?;
        }
        if !self.portion.is_empty() && self.output.write(&self.portion)? == Written::Closed {
            return Ok(Step::Closed);
        }
        self.portion.clear();
        if let (Some(last), Some(cursor)) = (&self.last, &mut self.cursor) {
            self.output.sync()?;
            cursor.store(&Stand::behind(last))?;
        }
        self.last = None;
        filled
    }

    /// The last line that was looked at.
    pub(super) fn place(&self) -> Seq {
        self.source.place()
    }

    fn fill(&mut self) -> Result<Step, Failure> {
        for _ in 0..LINES {
            if self.portion.len() >= PORTION {
                break;
            }
            match self.source.next()? {
                Some(line) => self.take(line)?,
                None => return Ok(Step::End),
            }
        }
        Ok(Step::More)
    }

    fn take(&mut self, line: Line) -> Result<(), Failure> {
        self.wanted.write(&line, &mut self.portion)?;
        self.last = Some(line);
        Ok(())
    }
}
