//! Opening a root key file by one of its seals.

use std::path::Path;
use std::sync::Arc;

use claviger_secret::{LockedKey, LockedPool};

use super::file::{RootFile, Stored};
use super::old::OldFile;
use super::seal_entry::SealEntry;
use super::versions::{self, VersionError};
use super::{Held, RootKey, SealInfo};
use crate::sealer::SealHead;
use crate::{OpenError, Sealer, SealerKind, SealerKinds};

/// An open file.
pub(super) struct Opened {
    pub(super) held: Held,
    /// The seal that opened it.
    pub(super) seal: SealInfo,
    /// See [`super::RootKeys::damage`].
    pub(super) damage: Vec<String>,
    /// What seals a file of the old format.
    pub(super) old_key: Option<LockedKey<32>>,
}

/// Opens every version.
pub(super) fn open(path: &Path, sealer: &Sealer, pool: &LockedPool<32>) -> Result<Opened, OpenError> {
    let case = Case { path, sealer, pool };
    match Stored::read(path)? {
        Stored::Old(file) => case.open_old(&file),
        Stored::Current(file) => case.open_current(&file),
    }
}

/// What is opened, by what, into which memory.
struct Case<'a> {
    path: &'a Path,
    sealer: &'a Sealer,
    pool: &'a LockedPool<32>,
}

impl Case<'_> {
    fn open_old(&self, file: &OldFile) -> Result<Opened, OpenError> {
        let head = file.head();
        // Apart from the root keys, because it goes when the file is written anew.
        let key = self.sealer.key_for(&LockedPool::new()?, &head.seal)?;
        let key = key.ok_or_else(|| self.other_sealer(&[&head]))?;
        let mut roots = Vec::with_capacity(file.versions.len());
        for version in &file.versions {
            let root = file
                .open(&key, version, self.pool)
                .map_err(|error| self.closed(error, roots.is_empty()))?;
            roots.push(root);
        }
        Ok(Opened {
            held: self.held(roots)?,
            seal: SealInfo::of(&head),
            damage: Vec::new(),
            old_key: Some(key),
        })
    }

    fn open_current(&self, file: &RootFile) -> Result<Opened, OpenError> {
        let fitting: Vec<_> = file
            .seals
            .iter()
            .filter(|entry| self.sealer.fits(&entry.head))
            .collect();
        if fitting.is_empty() {
            let heads: Vec<_> = file.seals.iter().map(|entry| &entry.head).collect();
            return Err(self.other_sealer(&heads));
        }
        let mut refused = None;
        for entry in fitting {
            match entry.unwrap(self.sealer, self.pool) {
                Ok(None) => {}
                Ok(Some(key)) => {
                    if let Some(roots) = self.open_versions(file, entry, &key)? {
                        return self.check(file, entry, roots);
                    }
                }
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.map_or_else(|| self.wrong_seal(), OpenError::Sealer))
    }

    /// All versions under one seal; `None` if not even the first opens.
    fn open_versions(
        &self,
        file: &RootFile,
        entry: &SealEntry,
        key: &LockedKey<32>,
    ) -> Result<Option<Vec<RootKey>>, OpenError> {
        let mut roots = Vec::with_capacity(file.versions.len());
        for (version, sealed) in file.versions.iter().zip(&entry.sealed) {
            match versions::open(key, &entry.head, version, sealed, self.pool) {
                Ok(root) => roots.push(root),
                Err(VersionError::Sealed) if roots.is_empty() => return Ok(None),
                Err(error) => return Err(self.closed(error, false)),
            }
        }
        Ok(Some(roots))
    }

    /// Looks at the rest of the file, now that the root key is open.
    fn check(&self, file: &RootFile, used: &SealEntry, roots: Vec<RootKey>) -> Result<Opened, OpenError> {
        let held = self.held(roots)?;
        if !used.is_intact(&held.newest, &file.versions, self.pool)? {
            // Its versions opened, so it is what the newest of them wrapped.
            return Err(self.damaged("renewal"));
        }
        let mut damage = Vec::new();
        for entry in &file.seals {
            if !entry.is_intact(&held.newest, &file.versions, self.pool)? {
                let SealHead { id, seal, .. } = &entry.head;
                damage.push(format!("the seal `{id}` ({})", seal.kind()));
            }
        }
        if let Some(entry) = file.versions.last().filter(|entry| entry.link.is_some()) {
            let before = held.older.last();
            let opened = before.map(|before| versions::open_link(before, entry, self.pool));
            match opened {
                Some(Ok(_)) => {}
                Some(Err(VersionError::Memory(error))) => return Err(error.into()),
                Some(Err(VersionError::Sealed)) | None => {
                    damage.push(format!("the link to version {}", entry.version));
                }
            }
        }
        Ok(Opened {
            held,
            seal: used.info(),
            damage,
            old_key: None,
        })
    }

    fn held(&self, roots: Vec<RootKey>) -> Result<Held, OpenError> {
        let roots = roots.into_iter().map(Arc::new).collect();
        Held::of(roots).ok_or_else(|| self.damaged("versions"))
    }

    /// A version that does not open is the first sign of a wrong seal. Once another one opened, the seal is right
    /// and the version was changed.
    fn closed(&self, error: VersionError, first: bool) -> OpenError {
        match error {
            VersionError::Memory(error) => OpenError::Memory(error),
            VersionError::Sealed if first => self.wrong_seal(),
            VersionError::Sealed => self.damaged("versions"),
        }
    }

    fn wrong_seal(&self) -> OpenError {
        OpenError::WrongSeal {
            path: self.path.to_owned(),
            given: self.sealer.kind(),
        }
    }

    fn damaged(&self, field: &'static str) -> OpenError {
        OpenError::Damaged {
            path: self.path.to_owned(),
            field,
        }
    }

    /// None of the seals is for this sealer.
    fn other_sealer(&self, heads: &[&SealHead]) -> OpenError {
        let path = self.path.to_owned();
        let sets: Vec<_> = heads.iter().filter(|head| head.is_recovery()).collect();
        if let Some(given) = self.sealer.set().filter(|_| !sets.is_empty()) {
            let sets: Vec<_> = sets.iter().map(|head| head.id.as_str()).collect();
            return OpenError::OtherShares {
                path,
                sealed_for: sets.join(", "),
                given: given.to_owned(),
            };
        }
        let mut sealed_by: Vec<SealerKind> = Vec::new();
        for kind in heads.iter().map(|head| head.seal.kind()) {
            if !sealed_by.contains(&kind) {
                sealed_by.push(kind);
            }
        }
        OpenError::OtherSealer {
            path,
            sealed_by: SealerKinds(sealed_by),
            given: self.sealer.kind(),
        }
    }
}
