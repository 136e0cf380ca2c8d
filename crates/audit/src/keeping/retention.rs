//! Removes the oldest closed segments, and leaves a signed statement of where they ended.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::ledger::Ledger;
use super::{Keeping, failed};
use crate::chain::{Head, Seq};
use crate::checkpoint::Checkpoint;
use crate::error::{Fault, KeepError};
use crate::files::{self, Found};
use crate::signer::PublicKey;
use crate::statements::Statements;
use crate::walk::{Walk, first_line, missing};

impl Keeping {
    /// Removes the oldest segment if it is due. What an interrupted removal left is removed first.
    pub(super) fn retire(
        &self,
        ledger: &mut Ledger,
        now: Timestamp,
        delivered: Seq,
    ) -> Result<Option<Checkpoint>, KeepError> {
        let io = |source| failed(&self.folder, source);
        let (left, found): (Vec<_>, Vec<_>) = files::found(&self.folder)
            .map_err(io)?
            .into_iter()
            .partition(|found| found.segment <= ledger.removed());
        for found in left {
            remove(&self.folder, found.segment).map_err(io)?;
        }
        let Some((oldest, rest)) = found.split_first() else {
            return Ok(None);
        };
        let live = self.log.tip().segment;
        if oldest.segment >= live || !self.is_over(*oldest, rest, now)? {
            return Ok(None);
        }
        let due = ledger.removed().saturating_add(1);
        if oldest.segment != due {
            return Err(missing(&self.folder, due).into());
        }
        let head = self.end_of(oldest.segment, rest)?;
        let vouched = ledger.last().is_some_and(|last| last.head.seq >= head.seq);
        if !vouched || delivered < head.seq {
            return Ok(None);
        }
        let statements = self.check(oldest.segment, &head, rest)?;
        let statement = Checkpoint {
            sealed: true,
            log: self.log.id(),
            segment: oldest.segment,
            head,
            time: now,
            key: PublicKey(self.signer.public_key()).fingerprint(),
            signature: [0; 64],
        };
        let sealed = statement.sign(&*self.signer)?;
        ledger.seal(sealed, &statements)?;
        remove(&self.folder, oldest.segment).map_err(io)?;
        Ok(Some(sealed))
    }

    /// Whether the oldest segment is past its days, or there are too many bytes.
    fn is_over(&self, oldest: Found, rest: &[Found], now: Timestamp) -> Result<bool, KeepError> {
        let (days, bytes) = (self.options.retain_days, self.options.retain_bytes);
        if days > 0 {
            // A segment holds records of one day only, that of its header.
            let (_, header) = first_line(&self.folder, oldest.segment)?;
            let today = now.to_zoned(TimeZone::UTC).date();
            if header.day.saturating_add(i64::from(days).days()) < today {
                return Ok(true);
            }
        }
        if bytes == 0 {
            return Ok(false);
        }
        let mut total: u64 = 0;
        for segment in [oldest].iter().chain(rest) {
            let path = files::present(&self.folder, segment.segment);
            let size = fs::metadata(&path).map_err(|source| failed(&path, source))?.len();
            total = total.saturating_add(size);
        }
        Ok(total > bytes)
    }

    /// The chain after the last line of a closed segment, by the word of the header after it.
    fn end_of(&self, segment: u32, rest: &[Found]) -> Result<Head, KeepError> {
        let next = segment.saturating_add(1);
        if rest.first().is_none_or(|first| first.segment != next) {
            return Err(missing(&self.folder, next).into());
        }
        let (head, _) = first_line(&self.folder, next)?;
        Ok(head)
    }

    /// Walks over the segment and on to the next signed checkpoint, so that a log that was changed is kept as evidence,
    /// and nothing is vouched for that was not written.
    fn check(&self, segment: u32, end: &Head, rest: &[Found]) -> Result<Statements, KeepError> {
        let statements = Statements::load(&self.folder)?;
        statements.check(&self.folder, &PublicKey(self.signer.public_key()))?;
        let before = statements.sealed().map(|sealed| sealed.head);
        let numbers = [segment]
            .into_iter()
            .chain(rest.iter().map(|found| found.segment));
        let mut walk = Walk::new(&self.folder, numbers.collect()).after(before, Some(self.log.id()));
        let mut due = statements
            .all
            .iter()
            .enumerate()
            .filter(|(_, statement)| !statement.sealed)
            .peekable();
        loop {
            let Some(step) = walk.step()? else {
                return Err(walk.bad(Fault::CutOff { checkpoint: end.seq }).into());
            };
            let (head, segment) = (step.line.head(), step.segment);
            if head.seq == end.seq && head != *end {
                return Err(walk.bad(Fault::Hash).into());
            }
            if let Some((at, statement)) = due.next_if(|(_, statement)| statement.head.seq <= head.seq) {
                if (statement.head, statement.segment) != (head, segment) {
                    let statement = at as u64 + 1;
                    return Err(walk.bad(Fault::Vouched { statement }).into());
                }
                if head.seq >= end.seq {
                    break;
                }
            }
        }
        Ok(statements)
    }
}

/// Removes both files of a segment, durably.
fn remove(folder: &Path, segment: u32) -> io::Result<()> {
    for path in [files::path(folder, segment), files::packed_path(folder, segment)] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    files::sync_dir(folder)
}
