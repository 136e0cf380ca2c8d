//! Housekeeping of the log: signed checkpoints, compression of closed segments, retention.

mod ledger;
mod retention;

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::chain::Seq;
use crate::checkpoint::Checkpoint;
use crate::error::KeepError;
use crate::files;
use crate::log::AuditLog;
use crate::pack::{TEMPORARY, pack, replace};
use crate::signer::{PublicKey, Signer};
use crate::statements;
use ledger::Ledger;

/// What is done with a log as time goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepingOptions {
    /// Records wait no longer than this for a checkpoint after them.
    pub checkpoint_every: SignedDuration,
    /// Whether closed segments are compressed.
    pub compress: bool,
    /// Whole days (UTC) for which records are kept, besides the day that goes on; 0 = for ever.
    pub retain_days: u32,
    /// Most bytes of all segments together, as they lie on the disk; the oldest go first. 0 = no bound. The live
    /// segment is never removed.
    pub retain_bytes: u64,
}

impl Default for KeepingOptions {
    /// A checkpoint every 5 minutes; closed segments are compressed and kept for ever.
    fn default() -> Self {
        Self {
            checkpoint_every: SignedDuration::from_mins(5),
            compress: true,
            retain_days: 0,
            retain_bytes: 0,
        }
    }
}

/// What a round has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// The checkpoint that was written.
    pub checkpoint: Option<Checkpoint>,
    /// The sealed head that was written: all segments up to its own are gone.
    pub sealed: Option<Checkpoint>,
    /// The segment that was compressed.
    pub packed: Option<u32>,
    /// Whether there may be more to do at once: a round is kept short, so that a stop does not wait for it.
    pub more: bool,
}

/// Keeps a log. All methods block on the disk; give it a thread of its own, with a low priority.
#[derive(Debug)]
pub struct Keeping {
    folder: PathBuf,
    log: Arc<AuditLog>,
    signer: Arc<dyn Signer>,
    options: KeepingOptions,
    ledger: Mutex<Ledger>,
}

impl Keeping {
    /// Takes up the keeping of `log`, which lies in `folder`, and writes the public key beside it
    /// (`checkpoint.pub`). What an interrupted keeping left is cleaned up.
    ///
    /// # Errors
    /// [`KeepError::Beyond`], [`KeepError::OtherLog`], [`KeepError::OtherKey`] or [`KeepError::Damaged`] where statements
    /// are there that do not fit the log or the key: then something is wrong that a person has to look at.
    pub fn open(
        folder: &Path,
        log: Arc<AuditLog>,
        signer: Arc<dyn Signer>,
        options: KeepingOptions,
    ) -> Result<Self, KeepError> {
        let key = PublicKey(signer.public_key());
        remove_temporary(folder).map_err(|source| failed(folder, source))?;
        publish(folder, &key)?;
        let ledger = Ledger::open(folder, &key)?;
        fits(folder, ledger.last(), &log)?;
        Ok(Self {
            folder: folder.to_owned(),
            log,
            signer,
            options,
            ledger: Mutex::new(ledger),
        })
    }

    /// Does what is due at `now`, at most one segment of each kind of work: a checkpoint where records came since the
    /// last one and it is old enough or a segment was closed; retention; compression. Nothing of a line after
    /// `delivered` is removed: that is what all followers of the log are done with.
    ///
    /// An error ends only the kind of work that it befell; the first one comes back, and the next round tries again.
    pub fn round(&self, now: Timestamp, delivered: Seq) -> Result<Round, KeepError> {
        let mut ledger = self.ledger();
        let checkpoint = if self.is_due(&ledger, now) {
            self.checkpoint(&mut ledger, now)
        } else {
            Ok(None)
        };
        let sealed = self.retire(&mut ledger, now, delivered);
        let packed = if self.options.compress {
            self.pack()
        } else {
            Ok(None)
        };
        let (checkpoint, sealed, packed) = (checkpoint?, sealed?, packed?);
        Ok(Round {
            checkpoint,
            sealed,
            packed,
            more: sealed.is_some() || packed.is_some(),
        })
    }

    /// Writes the checkpoint after the last line. To be called once, after [`AuditLog::close`].
    pub fn finish(&self, now: Timestamp) -> Result<Option<Checkpoint>, KeepError> {
        self.checkpoint(&mut self.ledger(), now)
    }

    /// The last checkpoint that is on the disk; a sealed head where none came after it.
    pub fn last_checkpoint(&self) -> Option<Checkpoint> {
        self.ledger().last()
    }

    /// Each change of the ledger is complete in itself, so a poisoned lock tells nothing.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_due(&self, ledger: &Ledger, now: Timestamp) -> bool {
        ledger.last().is_none_or(|last| {
            // A clock that was set back must not put the next checkpoint off.
            let age = now.duration_since(last.time).abs();
            last.sealed || age >= self.options.checkpoint_every || self.log.tip().segment > last.segment
        })
    }

    /// A checkpoint after the last durable line, if there is none yet.
    fn checkpoint(&self, ledger: &mut Ledger, now: Timestamp) -> Result<Option<Checkpoint>, KeepError> {
        let tip = self.log.tip();
        if ledger.last().is_some_and(|last| last.head.seq >= tip.head.seq) {
            return Ok(None);
        }
        let statement = Checkpoint {
            sealed: false,
            log: self.log.id(),
            segment: tip.segment,
            head: tip.head,
            time: now,
            key: PublicKey(self.signer.public_key()).fingerprint(),
            signature: [0; 64],
        };
        let signed = statement.sign(&*self.signer)?;
        ledger.append(signed)?;
        Ok(Some(signed))
    }

    /// Compresses the oldest closed segment that is not compressed yet.
    fn pack(&self) -> Result<Option<u32>, KeepError> {
        let live = self.log.tip().segment;
        let found = files::found(&self.folder).map_err(|source| failed(&self.folder, source))?;
        let Some(next) = found.iter().find(|found| found.plain && found.segment < live) else {
            return Ok(None);
        };
        pack(&self.folder, next.segment)
            .map_err(|source| failed(&files::path(&self.folder, next.segment), source))?;
        Ok(Some(next.segment))
    }
}

/// The last statement is on the chain of the log, as far as that can be seen at its end.
fn fits(folder: &Path, last: Option<Checkpoint>, log: &AuditLog) -> Result<(), KeepError> {
    let Some(last) = last else { return Ok(()) };
    if last.log != log.id() {
        return Err(KeepError::OtherLog {
            path: statements::path(folder),
            found: last.log,
        });
    }
    let head = log.head();
    if last.head.seq > head.seq || (last.head.seq == head.seq && last.head != head) {
        return Err(KeepError::Beyond {
            checkpoint: last.head.seq,
            head: head.seq,
        });
    }
    Ok(())
}

/// Writes the public key, or sees that it is there.
fn publish(folder: &Path, key: &PublicKey) -> Result<(), KeepError> {
    let path = statements::key_path(folder);
    match statements::read_key(folder)? {
        Some(found) if found == *key => Ok(()),
        Some(found) => Err(KeepError::OtherKey {
            path,
            expected: key.fingerprint(),
            found: found.fingerprint(),
        }),
        None => {
            let pem = key.to_pem();
            replace(&path, 0o644, |to| to.write_all(pem.as_bytes()), |_| Ok(()))
                .map_err(|source| failed(&path, source))
        }
    }
}

/// Removes files that were not whole when the process died. Only one keeping works on a folder.
fn remove_temporary(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == TEMPORARY) {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

fn failed(path: &Path, source: io::Error) -> KeepError {
    KeepError::Io {
        path: path.to_owned(),
        source,
    }
}
