//! The walk over what is verified.

use super::plan::Expected;
use crate::chain::{Head, Seq};
use crate::checkpoint::Checkpoint;
use crate::error::{Fault, VerifyError};
use crate::walk::Walk;

/// A walk that meets the statements on its way.
pub(super) struct Tour {
    pub(super) walk: Walk,
    expected: std::iter::Peekable<std::vec::IntoIter<Expected>>,
    until: Option<u32>,
    pub(super) segments: u64,
    pub(super) records: u64,
    pub(super) bytes: u64,
    pub(super) first: Option<Seq>,
    pub(super) head: Head,
    pub(super) last: Option<Checkpoint>,
    pub(super) unvouched: u64,
}

impl Tour {
    pub(super) fn new(walk: Walk, expected: Vec<Expected>, until: Option<u32>) -> Self {
        Self {
            walk,
            expected: expected.into_iter().peekable(),
            until,
            segments: 0,
            records: 0,
            bytes: 0,
            first: None,
            head: Head::GENESIS,
            last: None,
            unvouched: 0,
        }
    }

    /// Steps over one line; false at the end of what is verified.
    pub(super) fn step(&mut self) -> Result<bool, VerifyError> {
        let Some(step) = self.walk.step()? else {
            return Ok(false);
        };
        let (head, segment, header, length) = (step.line.head(), step.segment, step.header, step.length);
        if self.first.is_none() {
            self.first = Some(head.seq);
            // What lies before a part of the log is not looked at. What was given has to be met.
            while self
                .expected
                .next_if(|(number, next)| *number > 0 && next.segment < segment)
                .is_some()
            {}
        }
        let mut vouched = None;
        while let Some((statement, met)) = self.expected.next_if(|(_, next)| next.head.seq <= head.seq) {
            if (met.head, met.segment) != (head, segment) {
                return Err(self.walk.bad(Fault::Vouched { statement }));
            }
            vouched = Some(met);
        }
        if self.until.is_some_and(|until| segment > until) {
            // All that follows belongs to the next segment.
            self.expected = Vec::new().into_iter().peekable();
            return Ok(false);
        }
        self.head = head;
        self.bytes += length;
        self.segments += u64::from(header);
        self.records += u64::from(!header);
        self.unvouched = if vouched.is_some() { 0 } else { self.unvouched + 1 };
        self.last = vouched.or(self.last);
        Ok(true)
    }

    /// No statement may be left that vouches for more than was found.
    pub(super) fn end(&mut self) -> Result<(), VerifyError> {
        match self.expected.by_ref().last() {
            Some((_, beyond)) => Err(self.walk.bad(Fault::CutOff {
                checkpoint: beyond.head.seq,
            })),
            None => Ok(()),
        }
    }
}
