//! Keys that verify and encrypt.

use std::fmt;

use ::sm2::{
    PublicKey,
    dsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier},
    elliptic_curve::sec1::ToSec1Point,
    pke::{EncryptingKey, Mode},
};

use super::{CURVE, LibraryRng, MessageDigest, check_algorithm};
use crate::{
    KeyError, SealError,
    ec::EC_PUBLIC_KEY,
    encoding::{self, KeyInfo},
};

/// Bytes of an uncompressed point: a mark and the coordinates.
const POINT_LEN: usize = 1 + 64;

/// A point of the curve, opened and checked once, for any number of operations from any number of threads.
pub struct Sm2PublicKey {
    verifying: VerifyingKey,
    encrypting: EncryptingKey,
}

impl Sm2PublicKey {
    /// Opens a `SubjectPublicKeyInfo` in DER with the point uncompressed. Any other encoding of the same key is refused.
    ///
    /// # Errors
    /// [`KeyError`], which says what is wrong.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let info = KeyInfo::from_spki(der).ok_or(KeyError::Encoding)?;
        check_algorithm(&info)?;
        // The library takes compressed points too.
        if info.key.first() != Some(&4) || info.key.len() != POINT_LEN {
            return Err(KeyError::Encoding);
        }
        let key = PublicKey::from_sec1_bytes(info.key).map_err(|_| KeyError::Invalid)?;
        Self::new(key).ok_or(KeyError::Invalid)
    }

    /// `None` never comes: the identity, which is not used, has a length that all have room for.
    pub(super) fn new(key: PublicKey) -> Option<Self> {
        Some(Self {
            verifying: VerifyingKey::new("", key).ok()?,
            encrypting: EncryptingKey::new_with_mode(key, Mode::C1C3C2),
        })
    }

    /// The key as a `SubjectPublicKeyInfo` in DER, with the point uncompressed.
    pub fn to_spki(&self) -> Vec<u8> {
        let point = self.verifying.to_sec1_point(false);
        encoding::write_spki(&EC_PUBLIC_KEY, &CURVE, point.as_bytes())
    }

    /// Begins a message of the owner of this key, with the default identity; see [`digest`](super::digest).
    pub fn message_digest(&self) -> MessageDigest {
        let point = self.verifying.to_sec1_point(false);
        MessageDigest::of_signer(point.as_bytes().get(1..).unwrap_or_default())
    }

    /// Whether `signature`, in DER, is one of `digest`. `false` also for a digest that has not 32 bytes.
    pub fn verify_digest(&self, digest: &[u8], signature: &[u8]) -> bool {
        Signature::from_der(signature)
            .is_ok_and(|signature| self.verifying.verify_prehash(digest, &signature).is_ok())
    }

    /// Encrypts, differently each time. The ciphertext is DER; see this [module](crate::sm2). It is longer than the
    /// plaintext by at most 120 bytes.
    ///
    /// # Errors
    /// [`SealError`] if the plaintext is empty or longer than DER has room for, or if there is no randomness.
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        self.encrypting
            .encrypt_der(&mut LibraryRng, plaintext)
            .map_err(|_| SealError)
    }
}

impl fmt::Debug for Sm2PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm2PublicKey")
    }
}
