//! Recovery keys: the second way to open a root key, for the day when the first one is gone.
//!
//! A recovery key is an X25519 key pair. Its public half stands in the root key file and is all that sealing
//! takes. The private half exists only as shares on paper, made by Shamir's scheme over GF(256), so that any *k*
//! of *n* people open the file together and fewer learn nothing.
//!
//! Nothing is ever sealed for a public key only because it stands in the file: whoever may write the file could
//! put another one there. Rotation takes the key of the seal from where the root key itself wrapped it, bound to
//! the public key.
//!
//! The same shares carry a root key to another machine. **Ceremony for a clone** (a second node of a managed HSM,
//! say):
//! 1. On the first machine, add a recovery seal made for this purpose, and give its shares to the people present.
//! 2. Copy the root key file to the second machine. It is sealed; the way does not matter.
//! 3. There, `RootKeys::open` with the shares, and `RootKeys::copy_to` the place where it stays, sealed for that
//!    machine. Destroy the copied file.
//! 4. On the first machine, remove the recovery seal. Destroy the shares.
//!
//! SOURCE: A. Shamir, "How to share a secret", Communications of the ACM 22 (11), 1979; RFC 9180 (HPKE), base
//! mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM; both read 2026-11-22. The scheme over
//! GF(256) comes from `vsss-rs`, which has no tables that an observer of the cache could watch and draws
//! coefficients from the whole field.

mod coins;
mod error;
mod share;
#[cfg(test)]
mod tests;

use claviger_crypto::{Rng, rng};
use claviger_secret::{LockedKey, LockedPool, PoolError, SecretBytes};
use hpke::aead::{AeadTag, AesGcm256};
use hpke::inout::InOutBuf;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use vsss_rs::Gf256;

use crate::sealer::Quorum;
use coins::Coins;
pub use error::RecoveryError;
pub use share::Share;

/// What the encryption is for.
const INFO: &[u8] = b"claviger recovery seal";
/// Bytes of the key that the sender makes for one message.
const ENCAPSULATED_LEN: usize = 32;
const KEY_LEN: usize = 32;
const TAG_LEN: usize = 16;
/// Bytes of the name of a set, half the digits of its text.
const SET_LEN: usize = 4;

/// A recovery key to seal with.
pub(crate) struct Dealt {
    set: String,
    quorum: Quorum,
}

/// A recovery key to open with.
pub(crate) struct Joined {
    set: String,
    private: LockedKey<KEY_LEN>,
}

/// Makes a recovery key and its shares.
pub(crate) fn deal(threshold: u8, shares: u8, rng: &dyn Rng) -> Result<(Dealt, Vec<Share>), RecoveryError> {
    if threshold < 2 || threshold > shares {
        return Err(RecoveryError::Counts { threshold, shares });
    }
    let private = LockedPool::new()?.fill(|key| rng.fill(key).map_err(RecoveryError::Random))?;
    let public_key = public_half(&private)?;
    let set = format!("{:08x}", u32::from_be_bytes(rng::draw::<SET_LEN>(rng)?));
    let mut coins = Coins::new(rng);
    let points = Gf256::split_bytes(threshold.into(), shares.into(), private.expose(), &mut coins);
    let points: Vec<_> = points
        .map_err(|_| RecoveryError::Unfit)?
        .into_iter()
        .map(SecretBytes::from)
        .collect();
    coins.check()?;
    let shares_made = points
        .iter()
        .map(|point| Share::new(&set, threshold, point.expose()))
        .collect::<Option<Vec<_>>>()
        .ok_or(RecoveryError::Unfit)?;
    let quorum = Quorum {
        public_key,
        threshold,
        shares,
    };
    Ok((Dealt { set, quorum }, shares_made))
}

/// Puts a recovery key together.
pub(crate) fn join(shares: &[Share]) -> Result<Joined, RecoveryError> {
    let first = shares.first().ok_or(RecoveryError::TooFew {
        given: 0,
        threshold: 2,
    })?;
    for (at, share) in shares.iter().enumerate() {
        if share.set() != first.set() || share.threshold() != first.threshold() {
            return Err(RecoveryError::OtherSet {
                index: share.index(),
                set: share.set().to_owned(),
                others: first.set().to_owned(),
            });
        }
        if shares.iter().take(at).any(|other| other.index() == share.index()) {
            return Err(RecoveryError::Twice { index: share.index() });
        }
    }
    if shares.len() < first.threshold().into() {
        return Err(RecoveryError::TooFew {
            given: shares.len(),
            threshold: first.threshold(),
        });
    }
    let points = Points(shares.iter().map(Share::point).collect());
    let private = Gf256::combine_bytes(&points.0).map_err(|_| RecoveryError::Unfit)?;
    let private = SecretBytes::from(private);
    let private = private.expose().try_into().map_err(|_| RecoveryError::Unfit)?;
    Ok(Joined {
        set: first.set().to_owned(),
        private: LockedPool::new()?.store(private)?,
    })
}

impl Dealt {
    pub(crate) fn new(set: String, quorum: Quorum) -> Self {
        Self { set, quorum }
    }

    pub(crate) fn set(&self) -> &str {
        &self.set
    }

    pub(crate) fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// Encrypts a sealing key: the encapsulated key, the ciphertext, the tag.
    pub(crate) fn wrap(
        &self,
        rng: &dyn Rng,
        place: &[u8],
        sealing_key: &LockedKey<32>,
    ) -> Result<Vec<u8>, RecoveryError> {
        let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&self.quorum.public_key)
            .map_err(|_| RecoveryError::Unfit)?;
        let mut coins = Coins::new(rng);
        let mut body = zeroize::Zeroizing::new(*sealing_key.expose());
        let (encapsulated, tag) =
            hpke::single_shot_seal_inout_detached_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
                &OpModeS::Base,
                &public,
                INFO,
                InOutBuf::from(body.as_mut_slice()),
                place,
                &mut coins,
            )
            .map_err(|_| RecoveryError::Unfit)?;
        coins.check()?;
        Ok([
            encapsulated.to_bytes().as_slice(),
            body.as_slice(),
            tag.to_bytes().as_slice(),
        ]
        .concat())
    }
}

impl Joined {
    pub(crate) fn set(&self) -> &str {
        &self.set
    }

    /// Decrypts what [`Dealt::wrap`] made; `None` for another key or where anything was changed.
    pub(crate) fn unwrap(
        &self,
        pool: &LockedPool<32>,
        place: &[u8],
        wrapped: &[u8],
    ) -> Result<Option<LockedKey<32>>, PoolError> {
        let Some((encapsulated, body, tag)) = cut(wrapped) else {
            return Ok(None);
        };
        let mut opened = false;
        let key = pool.fill(|key| {
            key.copy_from_slice(body);
            opened = self.decrypt(encapsulated, key, place, tag).is_some();
            Ok::<_, PoolError>(())
        })?;
        Ok(opened.then_some(key))
    }

    fn decrypt(
        &self,
        encapsulated: &[u8; ENCAPSULATED_LEN],
        body: &mut [u8; KEY_LEN],
        place: &[u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(self.private.expose()).ok()?;
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        let tag = AeadTag::<AesGcm256>::from_bytes(tag).ok()?;
        hpke::single_shot_open_inout_detached::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &private,
            &encapsulated,
            INFO,
            InOutBuf::from(body.as_mut_slice()),
            place,
            &tag,
        )
        .ok()
    }
}

/// The three parts of an encrypted sealing key.
fn cut(wrapped: &[u8]) -> Option<(&[u8; ENCAPSULATED_LEN], &[u8; KEY_LEN], &[u8; TAG_LEN])> {
    let (encapsulated, rest) = wrapped.split_first_chunk()?;
    let (body, tag) = rest.split_first_chunk()?;
    Some((encapsulated, body, tag.try_into().ok()?))
}

fn public_half(private: &LockedKey<KEY_LEN>) -> Result<[u8; KEY_LEN], RecoveryError> {
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(private.expose())
        .map_err(|_| RecoveryError::Unfit)?;
    let public = X25519HkdfSha256::sk_to_pk(&private).to_bytes();
    public.as_slice().try_into().map_err(|_| RecoveryError::Unfit)
}

/// Points of the polynomials as the library takes them, wiped when dropped.
struct Points(Vec<Vec<u8>>);

impl Drop for Points {
    fn drop(&mut self) {
        for point in self.0.drain(..) {
            drop(SecretBytes::from(point));
        }
    }
}
