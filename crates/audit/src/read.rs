//! Hands out the lines of a log, for those who build something from it.

use std::path::Path;

use crate::chain::Seq;
use crate::error::VerifyError;
use crate::statements::removed;
use crate::walk::{Walk, after, first_seq, segments};

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub seq: Seq,
    /// The outbox mark after it.
    pub outbox: u64,
    /// The segment it stands in.
    pub segment: u32,
    /// Where it begins, in bytes from 0, in the segment as it was written, compressed or not since then.
    pub offset: u64,
    /// Bytes of the line, its newline included.
    pub length: u64,
    /// Whether it is the header of its segment and not a record that somebody appended.
    pub header: bool,
    /// The record, byte for byte as it was appended.
    pub record: Vec<u8>,
}

/// The lines of a log; see [`read`].
pub struct Lines {
    from: Seq,
    /// What cannot be walked over says why, once.
    walk: Result<Walk, Option<VerifyError>>,
}

/// Lines of the log in the folder `dir` with numbers from `from` on, headers included. The chain is checked from
/// the segment that holds `from`; the first thing that does not hold is the last item.
///
/// Takes no lock. Besides durable lines it may meet some that the writer is about to make durable or to take back:
/// whoever needs durable ones stops at [`AuditLog::head`](crate::AuditLog::head), asked beforehand.
pub fn read(dir: &Path, from: Seq) -> Lines {
    Lines {
        from,
        walk: start(dir, from).map_err(Some),
    }
}

/// Begins with the last segment whose header is not beyond `from`.
fn start(dir: &Path, from: Seq) -> Result<Walk, VerifyError> {
    let found = after(dir, &segments(dir)?, removed(dir))?;
    let mut numbers: Vec<_> = found.iter().map(|found| found.segment).collect();
    let mut first = 0;
    for (at, number) in numbers.iter().enumerate().rev() {
        if first_seq(dir, *number)?.is_some_and(|seq| seq <= from) {
            first = at;
            break;
        }
    }
    Ok(Walk::new(dir, numbers.split_off(first)))
}

impl Iterator for Lines {
    type Item = Result<Line, VerifyError>;

    fn next(&mut self) -> Option<Self::Item> {
        let error = match &mut self.walk {
            Ok(walk) => loop {
                match walk.step() {
                    Ok(Some(step)) if step.line.seq < self.from => {}
                    Ok(Some(step)) => {
                        return Some(Ok(Line {
                            seq: step.line.seq,
                            outbox: step.line.outbox,
                            segment: step.segment,
                            offset: step.offset,
                            length: step.length,
                            header: step.header,
                            record: step.line.record.to_vec(),
                        }));
                    }
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            },
            Err(error) => error.take(),
        };
        self.walk = Err(None);
        error.map(Err)
    }
}
