//! Keys that verify.

use std::fmt;

use aws_lc_rs::signature::ParsedPublicKey;

use super::{Curve, EcdsaHash};
use crate::{KeyError, encoding::KeyInfo};

/// A point of one of the curves, opened and checked once, for any number of verifications from any number of threads.
pub struct EcPublicKey {
    curve: Curve,
    key: ParsedPublicKey,
}

impl EcPublicKey {
    /// Opens a `SubjectPublicKeyInfo` in DER, which names its curve and has the point uncompressed. Any other encoding
    /// of the same key is refused.
    ///
    /// # Errors
    /// [`KeyError`], which says what is wrong.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let info = KeyInfo::from_spki(der).ok_or(KeyError::Encoding)?;
        let curve = Curve::of_key(&info)?;
        // The library takes compressed points too.
        if info.key.first() != Some(&4) {
            return Err(KeyError::Encoding);
        }
        ParsedPublicKey::new(curve.verification(), der)
            .map(|key| Self { curve, key })
            .map_err(|_| KeyError::Invalid)
    }

    /// The curve of the key.
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// Whether `signature`, in DER, is one of `digest`. `false` also for a digest that has not the length of `hash`.
    pub fn verify_digest(&self, hash: EcdsaHash, digest: &[u8], signature: &[u8]) -> bool {
        self.curve
            .digest(hash, digest)
            .is_some_and(|digest| self.key.verify_digest_sig(&digest, signature).is_ok())
    }
}

impl fmt::Debug for EcPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcPublicKey({:?})", self.curve)
    }
}
