//! Which part of the log is walked over, and which statements have to be met there.

use super::{Contents, Since, VerifyOptions};
use crate::chain::Head;
use crate::checkpoint::Checkpoint;
use crate::error::{Fault, VerifyError};
use crate::files::{self, Found};
use crate::signer::PublicKey;
use crate::walk::{after, at_header, missing};

/// A statement that the walk has to meet, and its line in the file, from 1; 0 for one that was given.
pub(super) type Expected = (u64, Checkpoint);

/// What part of the log is walked over.
pub(super) struct Plan {
    pub(super) segments: Vec<u32>,
    /// The chain before it, where that is known from elsewhere.
    pub(super) before: Option<Head>,
    /// Nothing after this segment counts, though the header of the next one is looked at.
    pub(super) until: Option<u32>,
    pub(super) expected: Vec<Expected>,
}

impl Contents<'_> {
    pub(super) fn plan(&self, options: &VerifyOptions, key: Option<PublicKey>) -> Result<Plan, VerifyError> {
        let found = after(self.dir, &self.segments, self.removed())?;
        let segments: Vec<u32> = found.iter().map(|found| found.segment).collect();
        if let Some(segment) = options.segment {
            return self.plan_segment(segment, &segments);
        }
        if segments.first() != Some(&self.first()) {
            return Err(missing(self.dir, self.first()));
        }
        if let Some(Found {
            segment,
            plain: false,
        }) = found.last()
        {
            // Only a closed segment is ever compressed, so another one has followed.
            return Err(missing(self.dir, segment.saturating_add(1)));
        }
        let mut plan = Plan {
            before: self.sealed().map(|sealed| sealed.head),
            until: None,
            expected: self.expected(),
            segments,
        };
        let start = match options.since {
            None => None,
            Some(Since::Checkpoint(checkpoint)) => self.given(&checkpoint, key, &mut plan)?,
            Some(Since::Seq(seq)) => {
                let all = self.statements.all.iter().rev();
                let mut before = all.filter(|statement| !statement.sealed && statement.head.seq <= seq);
                before.next().map(|statement| statement.segment)
            }
        };
        if let Some(start) = start.filter(|start| *start > self.first()) {
            plan.before = None;
            plan.segments.retain(|segment| *segment >= start);
        }
        Ok(plan)
    }

    fn plan_segment(&self, segment: u32, all: &[u32]) -> Result<Plan, VerifyError> {
        if !all.contains(&segment) {
            return Err(VerifyError::NoSegment { segment });
        }
        let next = all
            .iter()
            .copied()
            .find(|next| *next == segment.saturating_add(1));
        if next.is_none() && all.iter().any(|later| *later > segment) {
            return Err(missing(self.dir, segment.saturating_add(1)));
        }
        Ok(Plan {
            before: self
                .sealed()
                .filter(|_| segment == self.first())
                .map(|sealed| sealed.head),
            until: Some(segment),
            expected: self.expected(),
            segments: [segment].into_iter().chain(next).collect(),
        })
    }

    /// All checkpoints of the folder.
    fn expected(&self) -> Vec<Expected> {
        let numbered = (1..).zip(self.statements.all.iter().copied());
        numbered.filter(|(_, statement)| !statement.sealed).collect()
    }

    /// Adds a checkpoint that was given to those expected, and says in which segment to begin.
    fn given(
        &self,
        checkpoint: &Checkpoint,
        key: Option<PublicKey>,
        plan: &mut Plan,
    ) -> Result<Option<u32>, VerifyError> {
        if let Some(key) = key.filter(|key| !checkpoint.is_signed_by(key)) {
            return Err(VerifyError::Forged {
                key: key.fingerprint(),
            });
        }
        let bad = |segment, fault| Err(at_header(files::present(self.dir, segment), fault));
        let first = self.first();
        if let Some(own) = self
            .statements
            .all
            .first()
            .filter(|own| own.log != checkpoint.log)
        {
            return bad(own.segment.max(first), Fault::Log);
        }
        if let Some(sealed) = self.sealed() {
            if checkpoint.head.seq < sealed.head.seq {
                return Err(VerifyError::Removed {
                    seq: checkpoint.head.seq,
                    first: self.first_line(),
                });
            }
            if checkpoint.head.seq == sealed.head.seq {
                return if checkpoint.head == sealed.head {
                    Ok(None)
                } else {
                    bad(first, Fault::Vouched { statement: 0 })
                };
            }
        }
        let place = plan
            .expected
            .partition_point(|(_, other)| other.head.seq < checkpoint.head.seq);
        plan.expected.insert(place, (0, *checkpoint));
        // One that names a segment which is not there is beyond the end, or false; the walk will tell where.
        let last = plan.segments.last().copied().unwrap_or(first);
        Ok(Some(checkpoint.segment.clamp(first, last)))
    }
}
