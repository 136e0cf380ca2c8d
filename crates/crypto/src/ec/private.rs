//! Keys that sign.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsBigEndian, EcPrivateKeyBin},
    signature::{EcdsaKeyPair, KeyPair},
};
use claviger_secret::SecretBytes;

use super::{Curve, EcdsaHash};
use crate::{GenerateError, KeyError, SignError, encoding::KeyInfo};

/// A private key on one of the curves, opened and checked once, for any number of signatures from any number of
/// threads.
///
/// Its number lies on the heap of the library, which wipes every block it frees.
pub struct EcPrivateKey {
    curve: Curve,
    pair: EcdsaKeyPair,
}

impl EcPrivateKey {
    /// Makes a new key. The library draws it from its own generator, which [`SystemRng`](crate::SystemRng) uses too.
    ///
    /// # Errors
    /// [`GenerateError`] if there is no randomness or no memory.
    pub fn generate(curve: Curve) -> Result<Self, GenerateError> {
        EcdsaKeyPair::generate(curve.signing())
            .map(|pair| Self { curve, pair })
            .map_err(|_| GenerateError)
    }

    /// Opens a PKCS#8 `PrivateKeyInfo` in DER, which names its curve. The public key need not be in it; if it is, it
    /// must be the right one.
    ///
    /// # Errors
    /// [`KeyError`], which says what is wrong.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = KeyInfo::from_pkcs8(der).ok_or(KeyError::Encoding)?;
        let curve = Curve::of_key(&info)?;
        let pair = EcdsaKeyPair::from_pkcs8(curve.signing(), der).map_err(|_| KeyError::Invalid)?;
        let pair = from_its_numbers(curve, &pair).ok_or(KeyError::Invalid)?;
        Ok(Self { curve, pair })
    }

    /// The key as a PKCS#8 `PrivateKeyInfo` in DER, public key included, which [`EcPrivateKey::from_pkcs8`] opens.
    ///
    /// # Panics
    /// If there is no memory for it, as any allocation does.
    #[expect(
        clippy::expect_used,
        reason = "INVARIANT: a checked key can be written if there is memory"
    )]
    pub fn to_pkcs8(&self) -> SecretBytes {
        let der = self.pair.to_pkcs8v1().expect("a checked key can be written");
        SecretBytes::copied(der.as_ref())
    }

    /// The curve of the key.
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// The public key as a `SubjectPublicKeyInfo` in DER, which names the curve and has the point uncompressed.
    pub fn public_key_der(&self) -> Vec<u8> {
        self.curve.write_spki(self.pair.public_key().as_ref())
    }

    /// Signs a digest, differently each time. The signature is DER; see this [module](crate::ec).
    ///
    /// # Errors
    /// [`SignError::DigestLength`] if the digest has not the length of `hash`, otherwise [`SignError::Failed`].
    pub fn sign_digest(&self, hash: EcdsaHash, digest: &[u8]) -> Result<Vec<u8>, SignError> {
        let digest = self.curve.digest(hash, digest).ok_or(SignError::DigestLength)?;
        self.pair
            .sign_digest(&digest)
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| SignError::Failed)
    }
}

/// The same key without what the library remembers of the way it was encoded, such as a missing or compressed public
/// key, and would write again.
fn from_its_numbers(curve: Curve, pair: &EcdsaKeyPair) -> Option<EcdsaKeyPair> {
    let number: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().ok()?;
    let point = pair.public_key().as_ref();
    EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), number.as_ref(), point).ok()
}

impl fmt::Debug for EcPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcPrivateKey({:?})", self.curve)
    }
}
