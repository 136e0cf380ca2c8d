//! One version of the root key, closed and opened by a sealing key.

use claviger_crypto::{Rng, gcm, rng};
use claviger_secret::{LockedKey, LockedPool, PoolError};

use super::RootKey;
use super::file::{FORMAT, SealedVersion};
use crate::CreateError;
use crate::sealer::Seal;

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

/// Seals one version: nonce, ciphertext, tag.
///
/// Random nonces of 96 bits are fine here: a sealing key sees as many messages as the root key has versions.
pub(super) fn close(
    sealing_key: &LockedKey<32>,
    seal: &Seal,
    root: &RootKey,
    created: &str,
    rng: &dyn Rng,
) -> Result<Vec<u8>, CreateError> {
    let nonce: [u8; gcm::NONCE_LEN] = rng::draw(rng)?;
    let mut sealed = Vec::with_capacity(gcm::NONCE_LEN + root.key.expose().len() + gcm::TAG_LEN);
    sealed.extend_from_slice(&nonce);
    let additional = additional(seal, root.version, created);
    gcm::seal(
        sealing_key.expose(),
        &nonce,
        &additional,
        root.key.expose(),
        &mut sealed,
    )?;
    Ok(sealed)
}

/// Opens what [`close`] made.
pub(super) fn open(
    sealing_key: &LockedKey<32>,
    seal: &Seal,
    sealed: &SealedVersion,
    pool: &LockedPool<32>,
) -> Result<RootKey, VersionError> {
    let (nonce, body) = sealed.sealed.split_first_chunk().ok_or(VersionError::Sealed)?;
    let additional = additional(seal, sealed.version, &sealed.created);
    let key = pool.fill(|key| {
        gcm::open_into(sealing_key.expose(), nonce, &additional, body, key).map_err(|_| VersionError::Sealed)
    })?;
    Ok(RootKey {
        version: sealed.version,
        key,
    })
}

/// What a version is bound to: everything else that the file says of it. The byte of the sealer settles which parts
/// follow, all but the last have fixed lengths, so no two files share these bytes.
fn additional(seal: &Seal, version: u32, created: &str) -> Vec<u8> {
    let mut out = b"claviger root key".to_vec();
    out.extend_from_slice(&FORMAT.to_be_bytes());
    out.push(match seal {
        Seal::KeyFile => 1,
        Seal::Passphrase(_) => 2,
    });
    out.extend_from_slice(&version.to_be_bytes());
    if let Seal::Passphrase(stretch) = seal {
        for number in [stretch.memory_kib, stretch.passes, stretch.lanes] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&stretch.salt);
    }
    out.extend_from_slice(created.as_bytes());
    out
}
