//! `claviger audit verify`: is every line what was written, in its place, and none missing?

mod plan;
mod tour;

use std::io::ErrorKind;
use std::path::Path;

use uuid::Uuid;

use crate::chain::{Head, Seq};
use crate::checkpoint::Checkpoint;
use crate::error::VerifyError;
use crate::files::Found;
use crate::signer::{Fingerprint, PublicKey};
use crate::statements::{self, Statements};
use crate::walk::{Walk, segments};
use tour::Tour;

/// How often a log that changes under the verifier's eyes is looked at anew, beside the times that a segment was gone when
/// its turn came.
const TRIES: u32 = 16;

/// What a log consists of that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Id of the log; nothing if not even the first header is whole.
    pub log: Option<Uuid>,
    /// Segments with at least a header.
    pub segments: u64,
    /// Lines that are not segment headers.
    pub records: u64,
    /// Bytes of whole lines, as they were before compression.
    pub bytes: u64,
    /// Number of the first line.
    pub first: Seq,
    /// The chain after the last line. That it is the head the writer has seen cannot be told from the log alone:
    /// lines cut off the end, after the last checkpoint, leave a shorter log that is whole.
    pub head: Head,
    /// Bytes at the very end that no newline ends: a line that is just being written, or that a crash has torn. Zeros
    /// behind them are room for lines to come and do not count.
    pub tail_bytes: u64,
    /// The key that statements were checked with, and where it came from. Nothing if there are no statements.
    pub key: Option<(Fingerprint, KeySource)>,
    /// Statements whose signatures were checked.
    pub statements: u64,
    /// The last checkpoint that vouches for a line of what was verified.
    pub checkpoint: Option<Checkpoint>,
    /// Lines after that: the chain alone speaks for them.
    pub unvouched: u64,
    /// What says that the segments before the first one were removed by retention.
    pub sealed: Option<Checkpoint>,
    /// Bytes at the end of the statements that no newline ends.
    pub statement_tail_bytes: u64,
}

/// Where the public key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Whoever verifies brought it along.
    Given,
    /// It was read from `checkpoint.pub` beside the log. Whoever can write to the folder can have replaced it.
    Folder,
}

/// What is verified.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// This segment alone, and that the next one continues it. `since` does not count then.
    pub segment: Option<u32>,
    /// From a place in the log to its end.
    pub since: Option<Since>,
    /// The key that has to have signed the checkpoints. Without one, that in the folder is believed. With one, there has
    /// to be a checkpoint.
    pub key: Option<PublicKey>,
}

/// Where verification begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// At a checkpoint that was noted earlier; it has to be on the chain.
    Checkpoint(Checkpoint),
    /// At the last checkpoint in the folder that is not after this line, which has to be in the log; at the first line if
    /// there is none.
    Seq(Seq),
}

/// Checks every line of the log in the folder `dir`, from the first, and every signed statement about it, and names the
/// first that does not hold. Statements are checked with the key in the folder.
///
/// Takes no lock, so a writer may go on meanwhile. Only while that writer's disk fails can the check meet lines
/// that are then taken back, and report a fault that is gone when it is repeated.
pub fn verify(dir: &Path) -> Result<Report, VerifyError> {
    verify_with(dir, &VerifyOptions::default())
}

/// As [`verify`], of a part of the log or with a key that was brought along.
pub fn verify_with(dir: &Path, options: &VerifyOptions) -> Result<Report, VerifyError> {
    let mut tries = 0;
    loop {
        let folder = Contents::load(dir)?;
        let outcome = folder.verify(options);
        // A segment is compressed once and removed once, so this comes to an end by itself.
        let gone =
            matches!(&outcome, Err(VerifyError::Io { source, .. }) if source.kind() == ErrorKind::NotFound);
        tries += u32::from(!gone);
        // Retention and compression may have gone on meanwhile; then that is looked at which is there now.
        if outcome.is_ok() || tries == TRIES || !folder.has_changed()? {
            return outcome;
        }
    }
}

/// What is in the folder of a log.
struct Contents<'a> {
    dir: &'a Path,
    /// Read before the segments are listed, so that no checkpoint can be ahead of what is found.
    statements: Statements,
    /// All that are there, those too that retention has not removed quite.
    segments: Vec<Found>,
}

impl<'a> Contents<'a> {
    fn load(dir: &'a Path) -> Result<Self, VerifyError> {
        let statements = Statements::load(dir)?;
        Ok(Self {
            dir,
            segments: segments(dir)?,
            statements,
        })
    }

    fn has_changed(&self) -> Result<bool, VerifyError> {
        let now = Self::load(self.dir)?;
        Ok(now.segments != self.segments || now.statements.sealed() != self.statements.sealed())
    }

    fn sealed(&self) -> Option<&Checkpoint> {
        self.statements.sealed()
    }

    /// The last segment that was removed; 0 if none was.
    fn removed(&self) -> u32 {
        self.sealed().map_or(0, |sealed| sealed.segment)
    }

    /// Number of the first segment that has to be there.
    fn first(&self) -> u32 {
        self.removed().saturating_add(1)
    }

    /// Number of the first line that has to be there.
    fn first_line(&self) -> Seq {
        let removed = self.sealed().map_or(0, |sealed| sealed.head.seq.0);
        Seq(removed.saturating_add(1))
    }

    fn verify(&self, options: &VerifyOptions) -> Result<Report, VerifyError> {
        let key = self.key(options)?;
        if let Some((key, _)) = &key {
            self.statements.check(self.dir, key)?;
        }
        let plan = self.plan(options, key.map(|(key, _)| key))?;
        let log = self.statements.all.first().map(|first| first.log);
        let walk = Walk::new(self.dir, plan.segments).after(plan.before, log);
        let mut tour = Tour::new(walk, plan.expected, plan.until);
        while tour.step()? {}
        tour.end()?;
        if let Some(Since::Seq(seq)) = options.since
            && options.segment.is_none()
            && seq > tour.head.seq
        {
            let (first, last) = (self.first_line(), tour.head.seq);
            return Err(VerifyError::Beyond { seq, first, last });
        }
        Ok(Report {
            log: tour.walk.log,
            segments: tour.segments,
            records: tour.records,
            bytes: tour.bytes,
            first: tour.first.unwrap_or_default(),
            head: tour.head,
            tail_bytes: tour.walk.tail_bytes,
            key: key.map(|(key, source)| (key.fingerprint(), source)),
            statements: self.statements.all.len() as u64,
            checkpoint: tour.last,
            unvouched: tour.unvouched,
            sealed: self.sealed().copied(),
            statement_tail_bytes: self.statements.tail_bytes,
        })
    }

    fn key(&self, options: &VerifyOptions) -> Result<Option<(PublicKey, KeySource)>, VerifyError> {
        let given = matches!(options.since, Some(Since::Checkpoint(_)));
        match (options.key, self.statements.is_empty()) {
            (Some(_), true) => Err(VerifyError::NoCheckpoint {
                folder: self.dir.to_owned(),
            }),
            (Some(key), false) => Ok(Some((key, KeySource::Given))),
            (None, true) if !given => Ok(None),
            (None, _) => match statements::read_key(self.dir)? {
                Some(key) => Ok(Some((key, KeySource::Folder))),
                None => Err(VerifyError::NoKey {
                    path: statements::key_path(self.dir),
                }),
            },
        }
    }
}
