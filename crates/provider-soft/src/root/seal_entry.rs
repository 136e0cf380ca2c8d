//! One seal of a root key file with everything under it.
//!
//! The sealing key of a seal is wrapped twice: by its sealer, to open the file, and by the newest version of the
//! root key, the *renewal*, so that whoever has the root key open can seal another version for every seal, also
//! for those whose secret is far away. That opens no door: a sealing key protects versions of the root key and
//! nothing else, and whoever can open a renewal has the root key already.
//!
//! The renewal is bound to all that the file says of the seal, the wrapped sealing key included. So whoever opens
//! the file by one seal can tell whether the others are as they were written, without their secrets.

use std::sync::Arc;

use claviger_crypto::Rng;
use claviger_secret::{LockedKey, LockedPool};

use super::file::{FORMAT, VersionEntry};
use super::versions::{self, VersionError};
use super::{RootKey, SealInfo, ShareCounts};
use crate::sealer::{Seal, SealHead};
use crate::wrap;
use crate::{CreateError, Sealer, SealerError};

pub(super) struct SealEntry {
    pub(super) head: SealHead,
    /// The sealing key, wrapped by the sealer.
    pub(super) wrapped: Vec<u8>,
    /// The sealing key, wrapped by the newest version.
    pub(super) renewal: Vec<u8>,
    /// One for each version of the file, in the same order.
    pub(super) sealed: Vec<Vec<u8>>,
}

impl SealEntry {
    /// A new seal over these versions, the last of which is the newest.
    pub(super) fn new(
        sealer: &Sealer,
        head: SealHead,
        versions: &[Arc<RootKey>],
        pool: &LockedPool<32>,
        rng: &dyn Rng,
    ) -> Result<Self, CreateError> {
        let place = wrapped_place(&head);
        Self::build(head, versions, pool, rng, |head, sealing_key| {
            sealer.wrap(pool, rng, head, &place, sealing_key)
        })
    }

    /// A seal whose sealing key `wrap` wraps.
    pub(super) fn build(
        head: SealHead,
        versions: &[Arc<RootKey>],
        pool: &LockedPool<32>,
        rng: &dyn Rng,
        wrap: impl FnOnce(&SealHead, &LockedKey<32>) -> Result<Vec<u8>, SealerError>,
    ) -> Result<Self, CreateError> {
        let sealing_key = pool.fill(|key| rng.fill(key).map_err(CreateError::Random))?;
        let wrapped = wrap(&head, &sealing_key)?;
        let sealed = versions
            .iter()
            .map(|root| versions::close(&sealing_key, &head, root, rng))
            .collect::<Result<_, _>>()?;
        let mut entry = Self {
            head,
            wrapped,
            renewal: Vec::new(),
            sealed,
        };
        if let Some(newest) = versions.last() {
            entry.renew(newest, &sealing_key, rng)?;
        }
        Ok(entry)
    }

    /// The sealing key, if `sealer` gives it.
    pub(super) fn unwrap(
        &self,
        sealer: &Sealer,
        pool: &LockedPool<32>,
    ) -> Result<Option<LockedKey<32>>, SealerError> {
        sealer.unwrap(pool, &self.head, &wrapped_place(&self.head), &self.wrapped)
    }

    /// The sealing key, from the newest version.
    pub(super) fn sealing_key(
        &self,
        newest: &RootKey,
        pool: &LockedPool<32>,
    ) -> Result<LockedKey<32>, VersionError> {
        Ok(wrap::unwrap_sealing_key(
            newest,
            pool,
            &self.renewal_place(),
            &self.renewal,
        )?)
    }

    /// Opens all versions.
    pub(super) fn open(
        &self,
        sealing_key: &LockedKey<32>,
        entries: &[VersionEntry],
        pool: &LockedPool<32>,
    ) -> Result<Vec<RootKey>, VersionError> {
        entries
            .iter()
            .zip(&self.sealed)
            .map(|(entry, sealed)| versions::open(sealing_key, &self.head, entry, sealed, pool))
            .collect()
    }

    /// Whether the seal is as it was written, as far as that can be told without its sealer.
    pub(super) fn is_intact(
        &self,
        newest: &RootKey,
        entries: &[VersionEntry],
        pool: &LockedPool<32>,
    ) -> Result<bool, claviger_secret::PoolError> {
        let opened = self
            .sealing_key(newest, pool)
            .and_then(|sealing_key| self.open(&sealing_key, entries, pool));
        match opened {
            Ok(_) => Ok(true),
            Err(VersionError::Sealed) => Ok(false),
            Err(VersionError::Memory(error)) => Err(error),
        }
    }

    /// Seals a further version, which becomes the newest.
    pub(super) fn add(
        &mut self,
        sealing_key: &LockedKey<32>,
        root: &RootKey,
        rng: &dyn Rng,
    ) -> Result<(), CreateError> {
        self.sealed
            .push(versions::close(sealing_key, &self.head, root, rng)?);
        self.renew(root, sealing_key, rng)
    }

    pub(super) fn info(&self) -> SealInfo {
        SealInfo::of(&self.head)
    }

    fn renew(
        &mut self,
        newest: &RootKey,
        sealing_key: &LockedKey<32>,
        rng: &dyn Rng,
    ) -> Result<(), CreateError> {
        self.renewal = wrap::wrap_sealing_key(newest, rng, &self.renewal_place(), sealing_key)?;
        Ok(())
    }

    fn renewal_place(&self) -> Vec<u8> {
        self.head.place("renewal", FORMAT, &[&self.wrapped])
    }
}

impl SealInfo {
    pub(super) fn of(head: &SealHead) -> Self {
        let recovery = match &head.seal {
            Seal::Recovery(quorum) => Some(ShareCounts {
                threshold: quorum.threshold,
                shares: quorum.shares,
            }),
            _ => None,
        };
        Self {
            id: head.id.clone(),
            kind: head.seal.kind(),
            created: head.created.clone(),
            recovery,
        }
    }
}

/// What a sealing key is bound to when its sealer wraps it.
pub(super) fn wrapped_place(head: &SealHead) -> Vec<u8> {
    head.place("sealing key", FORMAT, &[])
}
