//! The root key: all its versions, open.

mod file;
mod seal;

use std::fmt;
use std::io;
use std::path::Path;

use claviger_crypto::{Rng, rng};
use claviger_model::Timestamp;
use claviger_secret::{LockedKey, LockedPool, PoolReport};

use crate::{CreateError, OpenError, Sealer, new_file};
use file::{RootFile, SealedVersion};
use seal::VersionError;

/// The versions of the root key, in plaintext in locked memory.
///
/// The newest version wraps new material; the older ones open what they wrapped.
pub struct RootKeys {
    pool: LockedPool<32>,
    newest: RootKey,
    older: Vec<RootKey>,
}

/// One version of the root key.
pub(crate) struct RootKey {
    pub(crate) version: u32,
    pub(crate) key: LockedKey<32>,
}

impl RootKeys {
    /// Draws a root key, version 1, and writes it, sealed, to a new file at `path`.
    ///
    /// When it returns, the file is whole and durable. A passphrase takes 64 MiB of memory and a noticeable time.
    ///
    /// # Errors
    /// [`CreateError::Exists`] where there is a file of that name, which is left alone; otherwise whatever failed.
    pub fn create(path: &Path, sealer: &Sealer, rng: &dyn Rng, now: Timestamp) -> Result<Self, CreateError> {
        let pool = LockedPool::new()?;
        let key = pool.fill(|key| rng.fill(key).map_err(CreateError::Random))?;
        let newest = RootKey { version: 1, key };
        let (seal, sealing_key) = sealer.new_seal(&pool, rng)?;
        let created = now.to_string();
        let body = seal::close(&sealing_key, &seal, &newest, &created, rng)?;
        let file = RootFile {
            seal,
            versions: vec![SealedVersion {
                version: newest.version,
                created,
                sealed: body,
            }],
        };
        new_file::create(path, rng::draw(rng)?, &file.to_json()?).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => CreateError::Exists {
                path: path.to_owned(),
            },
            _ => CreateError::Write {
                path: path.to_owned(),
                source,
            },
        })?;
        Ok(Self {
            pool,
            newest,
            older: Vec::new(),
        })
    }

    /// Opens every version of the root key in the file at `path`.
    ///
    /// A passphrase takes the memory and time that the file states.
    ///
    /// # Errors
    /// [`OpenError::WrongSeal`] for another passphrase or key; one for each way in which the file may be wrong.
    pub fn open(path: &Path, sealer: &Sealer) -> Result<Self, OpenError> {
        let file = RootFile::read(path)?;
        let pool = LockedPool::new()?;
        let sealing_key = sealer
            .key_for(&pool, &file.seal)?
            .ok_or_else(|| OpenError::OtherSealer {
                path: path.to_owned(),
                sealed_by: file.seal.kind(),
                given: sealer.kind(),
            })?;
        let damaged = || OpenError::Damaged {
            path: path.to_owned(),
            field: "versions",
        };
        let mut opened = Vec::with_capacity(file.versions.len());
        for sealed in &file.versions {
            let root = seal::open(&sealing_key, &file.seal, sealed, &pool).map_err(|error| match error {
                VersionError::Memory(error) => OpenError::Memory(error),
                VersionError::Sealed if opened.is_empty() => OpenError::WrongSeal {
                    path: path.to_owned(),
                    given: sealer.kind(),
                },
                // The seal is right, since another version opened, so this one was changed.
                VersionError::Sealed => damaged(),
            })?;
            opened.push(root);
        }
        let newest = opened.pop().ok_or_else(damaged)?;
        Ok(Self {
            pool,
            newest,
            older: opened,
        })
    }

    /// How well the memory is protected that holds the root key and the keys that providers have open.
    pub fn memory(&self) -> PoolReport {
        self.pool.report()
    }

    /// The version that wraps.
    pub(crate) fn newest(&self) -> &RootKey {
        &self.newest
    }

    /// The version of that number.
    pub(crate) fn version(&self, number: u32) -> Option<&RootKey> {
        std::iter::once(&self.newest)
            .chain(&self.older)
            .find(|root| root.version == number)
    }

    /// Locked memory for keys that are unwrapped.
    pub(crate) fn pool(&self) -> &LockedPool<32> {
        &self.pool
    }
}

impl fmt::Debug for RootKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RootKeys(newest {}, {} older)",
            self.newest.version,
            self.older.len()
        )
    }
}
