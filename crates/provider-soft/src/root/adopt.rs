//! Following a file that somebody else changed.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use claviger_key_file::whole;

use super::file::{RootFile, Stored};
use super::old::OldFile;
use super::versions::{self, VersionError};
use super::{RootKey, RootKeys};
use crate::OpenError;

impl RootKeys {
    /// Takes over what the file at `path` says now: a version that another process added, and the loss of those
    /// that were retired. Needs no secret, because each version leads to the next. Gives the number of the newest
    /// version.
    ///
    /// # Errors
    /// [`OpenError::Unlinked`] if the file is ahead by more than one rotation or was renewed, so that it must be
    /// opened anew; [`OpenError::OtherRoot`] if it holds another root key or an older state of this one.
    pub fn adopt(&self, path: &Path) -> Result<u32, OpenError> {
        // Not for the file, which is whole at any time, but for the order in which memory follows it.
        let _lock = whole::lock(path).map_err(|source| OpenError::Read {
            path: path.to_owned(),
            source,
        })?;
        match Stored::read(path)? {
            Stored::Old(file) => self.check_old(path, &file)?,
            Stored::Current(file) => self.follow(path, &file)?,
        }
        Ok(self.newest().version)
    }

    /// Nothing that this program does adds versions to a file of the old format, so it must be the one that was
    /// opened.
    fn check_old(&self, path: &Path, file: &OldFile) -> Result<(), OpenError> {
        let held = self.versions();
        let same = file.versions.iter().map(|version| version.version).eq(held);
        same.then_some(()).ok_or_else(|| OpenError::OtherRoot {
            path: path.to_owned(),
        })
    }

    /// Holds from now on what the file holds.
    pub(super) fn follow(&self, path: &Path, file: &RootFile) -> Result<(), OpenError> {
        let other = || OpenError::OtherRoot {
            path: path.to_owned(),
        };
        let unlinked = || OpenError::Unlinked {
            path: path.to_owned(),
        };
        let held = self.all();
        let newest = self.newest();
        if file.newest() < newest.version {
            return Err(other());
        }
        let mut versions: Vec<Arc<RootKey>> = held
            .into_iter()
            .filter(|root| file.versions.iter().any(|entry| entry.version == root.version))
            .collect();
        if let Some(entry) = file
            .versions
            .last()
            .filter(|entry| entry.version > newest.version)
        {
            let next = versions::open_link(&newest, entry, &self.pool).map_err(|error| match error {
                VersionError::Memory(error) => OpenError::Memory(error),
                VersionError::Sealed => unlinked(),
            })?;
            versions.push(Arc::new(next));
        }
        if versions.len() != file.versions.len() {
            return Err(unlinked());
        }
        // A file of another root key may have the same numbers.
        let top = versions.last().ok_or_else(other)?;
        let mut ours = false;
        for entry in &file.seals {
            ours |= entry.is_intact(top, &file.versions, &self.pool)?;
        }
        if !ours {
            return Err(other());
        }
        self.hold(versions);
        *self.old_key.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}
