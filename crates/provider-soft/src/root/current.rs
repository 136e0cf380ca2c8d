//! The steps that changes of a root key file have in common.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use claviger_crypto::{Rng, rng};
use claviger_key_file::whole;
use claviger_model::Timestamp;

use super::file::{RootFile, Stored};
use super::old::{OldFile, OldVersion};
use super::seal_entry::{SealEntry, wrapped_place};
use super::versions::VersionError;
use super::{RootKey, RootKeys};
use crate::sealer::{SealHead, wrap_under};
use crate::{ChangeError, CreateError, OpenError, Sealer};

impl RootKeys {
    /// The file as it stands now, in the current format, with the same versions as in memory.
    pub(super) fn current(&self, path: &Path, rng: &dyn Rng) -> Result<RootFile, ChangeError> {
        match Stored::read(path)? {
            Stored::Old(file) => self.upgrade(path, &file, rng),
            Stored::Current(file) => {
                self.follow(path, &file)?;
                Ok(file)
            }
        }
    }

    /// What a file of the old format would be in this one: its seal gets a sealing key, wrapped by what sealed so
    /// far.
    fn upgrade(&self, path: &Path, old: &OldFile, rng: &dyn Rng) -> Result<RootFile, ChangeError> {
        let other = || OpenError::OtherRoot {
            path: path.to_owned(),
        };
        let key = self.old_key.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key.as_ref().ok_or_else(other)?;
        for version in &old.versions {
            old.open(key, version, &self.pool).map_err(|error| match error {
                VersionError::Sealed => other(),
                VersionError::Memory(error) => error.into(),
            })?;
        }
        let versions = self.all();
        let same = |(version, root): (&OldVersion, &Arc<RootKey>)| version.version == root.version;
        if versions.len() != old.versions.len() || !old.versions.iter().zip(&versions).all(same) {
            return Err(other().into());
        }
        let head = old.head();
        let place = wrapped_place(&head);
        let entry = SealEntry::build(head, &versions, &self.pool, rng, |_, sealing_key| {
            wrap_under(key, rng, &place, sealing_key)
        })?;
        let mut file = RootFile::of(&versions);
        file.seals.push(entry);
        Ok(file)
    }

    /// A version after the newest one.
    pub(super) fn next(&self, rng: &dyn Rng, now: Timestamp) -> Result<RootKey, ChangeError> {
        let version = self.newest().version.checked_add(1);
        let key = self.pool.fill(|key| rng.fill(key).map_err(CreateError::Random))?;
        Ok(RootKey {
            version: version.ok_or(ChangeError::NoMoreVersions)?,
            created: now.to_string(),
            key,
        })
    }

    /// A seal that is new in `file`, over these versions.
    pub(super) fn new_entry(
        &self,
        file: &RootFile,
        sealer: &Sealer,
        versions: &[Arc<RootKey>],
        rng: &dyn Rng,
        now: Timestamp,
    ) -> Result<SealEntry, CreateError> {
        let id = match sealer.set() {
            Some(set) => set.to_owned(),
            None => free_id(file, u32::from_be_bytes(rng::draw(rng)?)),
        };
        let head = SealHead {
            id,
            created: now.to_string(),
            seal: sealer.new_seal(rng)?,
        };
        SealEntry::new(sealer, head, versions, &self.pool, rng)
    }

    /// Puts the file in the place of the old one.
    pub(super) fn replace(&self, path: &Path, file: &RootFile, rng: &dyn Rng) -> Result<(), ChangeError> {
        let content = file.to_json().map_err(CreateError::from)?;
        whole::replace(path, rng::draw(rng)?, &content).map_err(|source| write_error(path, source))?;
        *self.old_key.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}

/// A name that no seal of the file has.
fn free_id(file: &RootFile, mut number: u32) -> String {
    loop {
        let id = format!("{number:08x}");
        if file.seals.iter().all(|entry| entry.head.id != id) {
            return id;
        }
        number = number.wrapping_add(1);
    }
}

/// Keeps others from changing the file until it is dropped.
pub(super) fn lock(path: &Path) -> Result<File, ChangeError> {
    whole::lock(path).map_err(|source| write_error(path, source))
}

/// A seal that the newest version does not know.
pub(super) fn damaged(path: &Path, entry: &SealEntry, error: VersionError) -> ChangeError {
    match error {
        VersionError::Memory(error) => error.into(),
        VersionError::Sealed => ChangeError::DamagedSeal {
            path: path.to_owned(),
            id: entry.head.id.clone(),
        },
    }
}

fn write_error(path: &Path, source: io::Error) -> ChangeError {
    ChangeError::Write {
        path: path.to_owned(),
        source,
    }
}
