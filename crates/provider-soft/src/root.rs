//! The root key: all its versions, open.
//!
//! On disk they lie in one file under several *seals*, each of which opens the file alone: a key file for every
//! day, say, and a recovery key for the day when it is lost. `seal_entry.rs` says how a seal is built and why
//! whoever has the root key open can seal new versions for all of them.
//!
//! **What rotation does and does not do.** A new version limits how much one key wraps, and after a rewrap the
//! old version is needed no more. It does not shut out somebody who has the old version, or an old copy of the
//! file and the secret of one of its seals: a link leads from each version to the next, so that running servers
//! can follow without a secret, and the sealing keys stay the same. After the loss of a seal or of the root key
//! itself, [`RootKeys::renew`] makes a version that nothing old leads to; running servers then start anew.

mod adopt;
mod change;
mod current;
mod file;
mod json;
mod old;
mod open;
mod seal_entry;
mod versions;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use claviger_crypto::Rng;
use claviger_model::Timestamp;
use claviger_secret::{LockedKey, LockedPool, PoolReport};

use crate::{CreateError, OpenError, Sealer, SealerKind};
use file::{RootFile, Stored, VersionEntry};

/// The versions of the root key, in plaintext in locked memory.
///
/// The newest version wraps new material; the older ones open what they wrapped. All changes go to the file
/// first, whole and durable, and then to memory, so nothing is ever wrapped by a version that a crash could take
/// away. Changes of a file wait for each other, across processes.
pub struct RootKeys {
    pool: LockedPool<32>,
    held: RwLock<Held>,
    /// What seals the file if it is of the old format, which its next change needs.
    old_key: Mutex<Option<LockedKey<32>>>,
    damage: Vec<String>,
}

struct Held {
    newest: Arc<RootKey>,
    /// In ascending order.
    older: Vec<Arc<RootKey>>,
}

/// One version of the root key.
pub(crate) struct RootKey {
    pub(crate) version: u32,
    /// As the file writes it.
    created: String,
    pub(crate) key: LockedKey<32>,
}

/// One seal of a root key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealInfo {
    /// Its name within the file. For a recovery key it is the name of the set of shares.
    pub id: String,
    /// What opens it.
    pub kind: SealerKind,
    /// When it was made, in RFC 3339.
    pub created: String,
    /// For a recovery key: its shares.
    pub recovery: Option<ShareCounts>,
}

/// How a recovery key was split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareCounts {
    /// Shares that are needed.
    pub threshold: u8,
    /// Shares that there are.
    pub shares: u8,
}

/// What [`RootKeys::drill`] proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillReport {
    /// The seal that was used, and no other.
    pub seal: SealInfo,
    /// The versions that it opened: all that the file has, in ascending order.
    pub versions: Vec<u32>,
    /// Other parts of the file that are not as they were written, by name. Empty if all is well.
    pub damage: Vec<String>,
}

impl RootKeys {
    /// Draws a root key, version 1, and writes it, sealed, to a new file at `path`.
    ///
    /// When it returns, the file is whole and durable. A passphrase takes 64 MiB of memory and a noticeable time.
    ///
    /// # Errors
    /// [`CreateError::Exists`] where there is a file of that name, which is left alone; otherwise whatever failed.
    pub fn create(path: &Path, sealer: &Sealer, rng: &dyn Rng, now: Timestamp) -> Result<Self, CreateError> {
        Self::create_with(path, &[sealer], rng, now)
    }

    /// Like [`RootKeys::create`], with as many seals as there are sealers, each of which opens the file alone.
    ///
    /// # Errors
    /// As there, and [`CreateError::NoSealer`].
    pub fn create_with(
        path: &Path,
        sealers: &[&Sealer],
        rng: &dyn Rng,
        now: Timestamp,
    ) -> Result<Self, CreateError> {
        let pool = LockedPool::new()?;
        let key = pool.fill(|key| rng.fill(key).map_err(CreateError::Random))?;
        let first = RootKey {
            version: 1,
            created: now.to_string(),
            key,
        };
        let roots = Self {
            pool,
            held: RwLock::new(Held {
                newest: Arc::new(first),
                older: Vec::new(),
            }),
            old_key: Mutex::new(None),
            damage: Vec::new(),
        };
        roots.copy_to(path, sealers, rng, now)?;
        Ok(roots)
    }

    /// Opens every version of the root key in the file at `path`, by whichever of its seals fits. The others are
    /// not needed; [`RootKeys::damage`] names those that were changed since they were written.
    ///
    /// A passphrase takes the memory and time that the file states, for each seal of that kind.
    ///
    /// # Errors
    /// [`OpenError::WrongSeal`] for another passphrase or key; one for each way in which the file may be wrong.
    pub fn open(path: &Path, sealer: &Sealer) -> Result<Self, OpenError> {
        let pool = LockedPool::new()?;
        let opened = open::open(path, sealer, &pool)?;
        Ok(Self {
            held: RwLock::new(opened.held),
            old_key: Mutex::new(opened.old_key),
            damage: opened.damage,
            pool,
        })
    }

    /// Opens the file at `path`, or a copy of it from a backup, by that sealer alone and closes it again: the
    /// proof that a second way to open it works without the first.
    ///
    /// # Errors
    /// As [`RootKeys::open`].
    pub fn drill(path: &Path, sealer: &Sealer) -> Result<DrillReport, OpenError> {
        let opened = open::open(path, sealer, &LockedPool::new()?)?;
        Ok(DrillReport {
            versions: opened.held.all().map(|root| root.version).collect(),
            seal: opened.seal,
            damage: opened.damage,
        })
    }

    /// The seals of the file at `path`, in the order in which they were made. Needs no secret and proves nothing.
    ///
    /// # Errors
    /// If the file cannot be read or makes no sense.
    pub fn seals(path: &Path) -> Result<Vec<SealInfo>, OpenError> {
        Ok(match Stored::read(path)? {
            Stored::Old(file) => vec![SealInfo::of(&file.head())],
            Stored::Current(file) => file.seals.iter().map(seal_entry::SealEntry::info).collect(),
        })
    }

    /// What of the file was not as it was written when this root key was opened, by name: seals that would not
    /// open it any more, and should be removed and added again while another one still does. Empty if all was
    /// well.
    pub fn damage(&self) -> &[String] {
        &self.damage
    }

    /// The numbers of the versions that are open, in ascending order.
    pub fn versions(&self) -> Vec<u32> {
        self.all().iter().map(|root| root.version).collect()
    }

    /// How well the memory is protected that holds the root key and the keys that providers have open.
    pub fn memory(&self) -> PoolReport {
        self.pool.report()
    }

    /// The version that wraps.
    pub(crate) fn newest(&self) -> Arc<RootKey> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&held.newest)
    }

    /// The version of that number.
    pub(crate) fn version(&self, number: u32) -> Option<Arc<RootKey>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        // Most of what there is was wrapped by the newest.
        std::iter::once(&held.newest)
            .chain(&held.older)
            .find(|root| root.version == number)
            .cloned()
    }

    /// Locked memory for keys that are unwrapped.
    pub(crate) fn pool(&self) -> &LockedPool<32> {
        &self.pool
    }

    /// All versions in ascending order.
    fn all(&self) -> Vec<Arc<RootKey>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.all().cloned().collect()
    }

    /// Holds these versions, in ascending order, from now on.
    fn hold(&self, versions: Vec<Arc<RootKey>>) {
        if let Some(held) = Held::of(versions) {
            *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        }
    }
}

impl Held {
    /// `None` without any version.
    fn of(mut versions: Vec<Arc<RootKey>>) -> Option<Self> {
        let newest = versions.pop()?;
        Some(Self {
            newest,
            older: versions,
        })
    }

    fn all(&self) -> impl Iterator<Item = &Arc<RootKey>> {
        self.older.iter().chain(std::iter::once(&self.newest))
    }
}

impl RootKey {
    /// The version that an entry of a file speaks of.
    fn of(entry: &VersionEntry, key: LockedKey<32>) -> Self {
        Self {
            version: entry.version,
            created: entry.created.clone(),
            key,
        }
    }
}

impl RootFile {
    /// A file with these versions and no seals yet.
    fn of(versions: &[Arc<RootKey>]) -> Self {
        let entry = |root: &Arc<RootKey>| VersionEntry {
            version: root.version,
            created: root.created.clone(),
            link: None,
        };
        Self {
            versions: versions.iter().map(entry).collect(),
            seals: Vec::new(),
        }
    }
}

impl fmt::Debug for RootKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        write!(
            f,
            "RootKeys(newest {}, {} older)",
            held.newest.version,
            held.older.len()
        )
    }
}
