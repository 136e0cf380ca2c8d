//! The sealing key of one seal, wrapped by a key that a key file holds or a passphrase makes.

use claviger_crypto::{Rng, gcm, rng};
use claviger_secret::{LockedKey, LockedPool, PoolError};

use crate::SealerError;

/// Wraps: nonce, ciphertext, tag.
///
/// Random nonces of 96 bits are fine here: the key of a key file sees as many messages as it ever has seals.
pub(super) fn close(
    key: &LockedKey<32>,
    rng: &dyn Rng,
    place: &[u8],
    sealing_key: &LockedKey<32>,
) -> Result<Vec<u8>, SealerError> {
    let nonce: [u8; gcm::NONCE_LEN] = rng::draw(rng)?;
    let mut wrapped = nonce.to_vec();
    gcm::seal(key.expose(), &nonce, place, sealing_key.expose(), &mut wrapped)?;
    Ok(wrapped)
}

/// Opens what [`close`] made; `None` with another key or where anything was changed.
pub(super) fn open(
    key: &LockedKey<32>,
    pool: &LockedPool<32>,
    place: &[u8],
    wrapped: &[u8],
) -> Result<Option<LockedKey<32>>, PoolError> {
    let Some((nonce, body)) = wrapped.split_first_chunk() else {
        return Ok(None);
    };
    let opened =
        pool.fill(|out| gcm::open_into(key.expose(), nonce, place, body, out).map_err(|_| Fault::Closed));
    match opened {
        Ok(key) => Ok(Some(key)),
        Err(Fault::Closed) => Ok(None),
        Err(Fault::Memory(error)) => Err(error),
    }
}

/// Why nothing was opened.
pub(crate) enum Fault {
    Closed,
    Memory(PoolError),
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        Self::Memory(error)
    }
}
