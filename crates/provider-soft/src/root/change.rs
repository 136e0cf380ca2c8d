//! Changes of a root key file. Each reads the file anew under the lock, so two processes never lose each other's
//! change.

use std::io;
use std::path::Path;
use std::sync::Arc;

use claviger_crypto::{Rng, rng};
use claviger_key_file::whole;
use claviger_model::Timestamp;

use super::current::{damaged, lock};
use super::file::{RootFile, VersionEntry};
use super::seal_entry::SealEntry;
use super::{RootKeys, SealInfo, versions};
use crate::sealer::Seal;
use crate::{ChangeError, CreateError, Sealer, SealerKind};

/// The version that fingerprints of imported material are made with, for ever.
const FIRST: u32 = 1;

impl RootKeys {
    /// Writes all versions, sealed anew by these sealers and no others, to a new file at `path`: the root key for
    /// another machine, or a copy that only shares open.
    ///
    /// # Errors
    /// As [`RootKeys::create_with`].
    pub fn copy_to(
        &self,
        path: &Path,
        sealers: &[&Sealer],
        rng: &dyn Rng,
        now: Timestamp,
    ) -> Result<(), CreateError> {
        if sealers.is_empty() {
            return Err(CreateError::NoSealer);
        }
        let versions = self.all();
        let mut file = RootFile::of(&versions);
        for sealer in sealers {
            let entry = self.new_entry(&file, sealer, &versions, rng, now)?;
            file.seals.push(entry);
        }
        let content = file.to_json()?;
        whole::create(path, rng::draw(rng)?, &content).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => CreateError::Exists {
                path: path.to_owned(),
            },
            _ => CreateError::Write {
                path: path.to_owned(),
                source,
            },
        })
    }

    /// Adds a version to the file at `path`, sealed for every seal of it, and wraps by it from now on. Gives its
    /// number. Others who have the file open follow by [`RootKeys::adopt`]. What older versions wrapped stays as
    /// it is.
    ///
    /// # Errors
    /// [`ChangeError::DamagedSeal`] if a seal could not be taken along; otherwise whatever failed.
    pub fn rotate(&self, path: &Path, rng: &dyn Rng, now: Timestamp) -> Result<u32, ChangeError> {
        let _lock = lock(path)?;
        let mut file = self.current(path, rng)?;
        let newest = self.newest();
        let next = self.next(rng, now)?;
        for entry in &mut file.seals {
            let sealing_key = entry
                .sealing_key(&newest, &self.pool)
                .map_err(|error| damaged(path, entry, error))?;
            entry.add(&sealing_key, &next, rng)?;
        }
        for entry in &mut file.versions {
            entry.link = None;
        }
        file.versions.push(VersionEntry {
            version: next.version,
            created: next.created.clone(),
            link: Some(versions::close_link(&newest, &next, rng)?),
        });
        let number = next.version;
        let mut all = self.all();
        all.push(Arc::new(next));
        self.replace(path, &file, rng)?;
        self.hold(all);
        Ok(number)
    }

    /// Adds a version that nothing old leads to: the answer to a root key or to a seal that somebody else may
    /// have. All seals are made anew, for these sealers and for the recovery keys of the file; others are gone.
    /// Who has the file open elsewhere must open it anew, and material should be wrapped anew at once. Gives the
    /// number of the version.
    ///
    /// # Errors
    /// [`CreateError::NoSealer`] unless one of the sealers works without shares; otherwise as [`RootKeys::rotate`].
    pub fn renew(
        &self,
        path: &Path,
        sealers: &[&Sealer],
        rng: &dyn Rng,
        now: Timestamp,
    ) -> Result<u32, ChangeError> {
        if sealers.iter().all(|sealer| sealer.kind() == SealerKind::Recovery) {
            return Err(CreateError::NoSealer.into());
        }
        let _lock = lock(path)?;
        let old = self.current(path, rng)?;
        let newest = self.newest();
        let next = Arc::new(self.next(rng, now)?);
        let mut all = self.all();
        all.push(Arc::clone(&next));
        let mut file = RootFile::of(&all);
        for sealer in sealers {
            let entry = self.new_entry(&file, sealer, &all, rng, now)?;
            file.seals.push(entry);
        }
        for entry in &old.seals {
            let Seal::Recovery(quorum) = &entry.head.seal else {
                continue;
            };
            if file.seals.iter().any(|new| new.head.id == entry.head.id) {
                continue;
            }
            // The proof that the public key is the one that was put there: only the root key makes renewals.
            entry
                .sealing_key(&newest, &self.pool)
                .map_err(|error| damaged(path, entry, error))?;
            let sealer = Sealer::of_quorum(&entry.head.id, quorum);
            let entry = SealEntry::new(&sealer, entry.head.clone(), &all, &self.pool, rng)?;
            file.seals.push(entry);
        }
        self.replace(path, &file, rng)?;
        self.hold(all);
        Ok(next.version)
    }

    /// Adds a seal to the file at `path`, which opens all versions from now on.
    ///
    /// # Errors
    /// [`ChangeError::SealExists`] for a recovery key that the file has already; otherwise whatever failed.
    pub fn add_seal(
        &self,
        path: &Path,
        sealer: &Sealer,
        rng: &dyn Rng,
        now: Timestamp,
    ) -> Result<SealInfo, ChangeError> {
        let _lock = lock(path)?;
        let mut file = self.current(path, rng)?;
        if let Some(id) = sealer
            .set()
            .filter(|set| file.seals.iter().any(|entry| entry.head.id == *set))
        {
            return Err(ChangeError::SealExists {
                path: path.to_owned(),
                id: id.to_owned(),
            });
        }
        let entry = self.new_entry(&file, sealer, &self.all(), rng, now)?;
        let info = entry.info();
        file.seals.push(entry);
        self.replace(path, &file, rng)?;
        Ok(info)
    }

    /// Removes a seal from the file at `path`. It still opens copies of the file that were made before: if
    /// somebody else may have its secret, use [`RootKeys::renew`].
    ///
    /// # Errors
    /// [`ChangeError::LastSeal`] if nothing whole would be left that opens the file without shares;
    /// [`ChangeError::NoSuchSeal`].
    pub fn remove_seal(&self, path: &Path, id: &str, rng: &dyn Rng) -> Result<(), ChangeError> {
        let _lock = lock(path)?;
        let mut file = self.current(path, rng)?;
        let before = file.seals.len();
        file.seals.retain(|entry| entry.head.id != id);
        if file.seals.len() == before {
            return Err(ChangeError::NoSuchSeal {
                path: path.to_owned(),
                id: id.to_owned(),
            });
        }
        let newest = self.newest();
        let mut left = false;
        for entry in file.seals.iter().filter(|entry| !entry.head.is_recovery()) {
            left |= entry.is_intact(&newest, &file.versions, &self.pool)?;
        }
        if !left {
            return Err(ChangeError::LastSeal {
                path: path.to_owned(),
                id: id.to_owned(),
            });
        }
        self.replace(path, &file, rng)
    }

    /// Removes a version from the file at `path`, and from memory. The caller answers for it that nothing is
    /// wrapped by it any more: such a thing would be lost for ever.
    ///
    /// # Errors
    /// [`ChangeError::VersionNeeded`] for the newest version, and for version 1, which makes the fingerprints of
    /// imported material; [`ChangeError::NoSuchVersion`].
    pub fn retire(&self, path: &Path, version: u32, rng: &dyn Rng) -> Result<(), ChangeError> {
        let _lock = lock(path)?;
        let mut file = self.current(path, rng)?;
        if version == FIRST || version == file.newest() {
            return Err(ChangeError::VersionNeeded { version });
        }
        let at = file.versions.iter().position(|entry| entry.version == version);
        let at = at.ok_or_else(|| ChangeError::NoSuchVersion {
            path: path.to_owned(),
            version,
        })?;
        file.versions.remove(at);
        for entry in &mut file.seals {
            entry.sealed.remove(at);
        }
        // The link was made by the version that is gone.
        if let Some(last) = file
            .versions
            .last_mut()
            .filter(|last| last.version == version + 1)
        {
            last.link = None;
        }
        self.replace(path, &file, rng)?;
        let mut all = self.all();
        all.retain(|root| root.version != version);
        self.hold(all);
        Ok(())
    }
}
