//! One version of the root key, closed and opened by the key of a seal, and the link from one version to the next.

use claviger_crypto::{Rng, gcm, rng};
use claviger_secret::{LockedKey, LockedPool, PoolError};

use super::RootKey;
use super::file::{FORMAT, VersionEntry};
use crate::CreateError;
use crate::sealer::{SealHead, frame};
use crate::wrap::{self, KeyError};

/// Why a version does not open.
pub(super) enum VersionError {
    /// Wrong key, or changed.
    Sealed,
    Memory(PoolError),
}

impl From<PoolError> for VersionError {
    fn from(error: PoolError) -> Self {
        Self::Memory(error)
    }
}

impl From<KeyError> for VersionError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::DoesNotOpen => Self::Sealed,
            KeyError::Memory(error) => Self::Memory(error),
        }
    }
}

/// Seals one version: nonce, ciphertext, tag.
///
/// Random nonces of 96 bits are fine here: a sealing key sees as many messages as the root key has versions.
pub(super) fn close(
    sealing_key: &LockedKey<32>,
    head: &SealHead,
    root: &RootKey,
    rng: &dyn Rng,
) -> Result<Vec<u8>, CreateError> {
    let nonce: [u8; gcm::NONCE_LEN] = rng::draw(rng)?;
    let mut sealed = nonce.to_vec();
    let place = place(head, root.version, &root.created);
    gcm::seal(
        sealing_key.expose(),
        &nonce,
        &place,
        root.key.expose(),
        &mut sealed,
    )?;
    Ok(sealed)
}

/// Opens what [`close`] made.
pub(super) fn open(
    sealing_key: &LockedKey<32>,
    head: &SealHead,
    entry: &VersionEntry,
    sealed: &[u8],
    pool: &LockedPool<32>,
) -> Result<RootKey, VersionError> {
    let (nonce, body) = sealed.split_first_chunk().ok_or(VersionError::Sealed)?;
    let place = place(head, entry.version, &entry.created);
    let key = pool.fill(|key| {
        gcm::open_into(sealing_key.expose(), nonce, &place, body, key).map_err(|_| VersionError::Sealed)
    })?;
    Ok(RootKey::of(entry, key))
}

/// Wraps `next` by the version before it, so that whoever has that one open can follow.
pub(super) fn close_link(before: &RootKey, next: &RootKey, rng: &dyn Rng) -> Result<Vec<u8>, CreateError> {
    wrap::wrap_link(before, rng, &link_place(next.version, &next.created), &next.key)
}

/// Opens the link to that version; [`VersionError::Sealed`] also where there is none.
pub(super) fn open_link(
    before: &RootKey,
    entry: &VersionEntry,
    pool: &LockedPool<32>,
) -> Result<RootKey, VersionError> {
    let link = entry.link.as_deref().ok_or(VersionError::Sealed)?;
    let place = link_place(entry.version, &entry.created);
    let key = wrap::unwrap_link(before, pool, &place, link)?;
    Ok(RootKey::of(entry, key))
}

/// What a sealed version is bound to: everything that the file says of the seal and of the version.
fn place(head: &SealHead, version: u32, created: &str) -> Vec<u8> {
    head.place("root key", FORMAT, &[&version.to_be_bytes(), created.as_bytes()])
}

fn link_place(version: u32, created: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let parts: [&[u8]; 4] = [
        b"link",
        &FORMAT.to_be_bytes(),
        &version.to_be_bytes(),
        created.as_bytes(),
    ];
    for part in parts {
        frame(&mut out, part);
    }
    out
}
