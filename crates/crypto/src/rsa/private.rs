//! Keys that sign and decrypt.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{
        KeyPair, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey,
        Pkcs1PrivateDecryptingKey, PrivateDecryptingKey,
    },
};
use claviger_secret::SecretBytes;

use super::{RSA_ENCRYPTION, RsaEncryption, RsaSignature, RsaSize};
use crate::{GenerateError, KeyError, OpenError, SignError, encoding::KeyInfo};

/// An RSA private key, opened and checked once, for any number of operations from any number of threads.
///
/// Its numbers lie on the heap of the library, which wipes every block it frees.
pub struct RsaPrivateKey {
    size: RsaSize,
    spki: Box<[u8]>,
    // The library signs and decrypts with different types and converts neither into the other. The two for decrypting
    // share one key.
    signing: KeyPair,
    oaep: OaepPrivateDecryptingKey,
    pkcs1: Pkcs1PrivateDecryptingKey,
}

impl RsaPrivateKey {
    /// Makes a new key with the public exponent 65537. The library draws the primes from its own generator, which
    /// [`SystemRng`](crate::SystemRng) uses too. Takes from tenths of a second to seconds.
    ///
    /// # Errors
    /// [`GenerateError`] if there is no randomness or no memory.
    pub fn generate(size: RsaSize) -> Result<Self, GenerateError> {
        let key = PrivateDecryptingKey::generate(size.key_size()).map_err(|_| GenerateError)?;
        let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| GenerateError)?;
        Self::open(size, der.as_ref()).ok_or(GenerateError)
    }

    /// Opens a PKCS#8 `PrivateKeyInfo` in DER.
    ///
    /// The key must have all numbers of a two-prime key, and they must fit together; whether the factors are prime is
    /// not tested. The public exponent is odd, at least 3 and at most 33 bits long.
    ///
    /// # Errors
    /// [`KeyError`], which says what is wrong.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = KeyInfo::from_pkcs8(der).ok_or(KeyError::Encoding)?;
        if info.algorithm != RSA_ENCRYPTION {
            return Err(KeyError::Algorithm);
        }
        // The modulus comes after the version. Its size is looked at first, because checking a huge key takes long.
        let size = RsaSize::of_key(info.key, 1)?;
        Self::open(size, der).ok_or(KeyError::Invalid)
    }

    fn open(size: RsaSize, der: &[u8]) -> Option<Self> {
        let signing = KeyPair::from_pkcs8(der).ok()?;
        let decrypting = PrivateDecryptingKey::from_pkcs8(der).ok()?;
        let spki: PublicKeyX509Der<'_> = decrypting.public_key().as_der().ok()?;
        Some(Self {
            size,
            spki: spki.as_ref().into(),
            signing,
            oaep: OaepPrivateDecryptingKey::new(decrypting.clone()).ok()?,
            pkcs1: Pkcs1PrivateDecryptingKey::new(decrypting).ok()?,
        })
    }

    /// The key as a PKCS#8 `PrivateKeyInfo` in DER, which [`RsaPrivateKey::from_pkcs8`] opens.
    ///
    /// # Panics
    /// If there is no memory for it, as any allocation does.
    #[expect(
        clippy::expect_used,
        reason = "INVARIANT: a checked key can be written if there is memory"
    )]
    pub fn to_pkcs8(&self) -> SecretBytes {
        let der: Pkcs8V1Der<'_> = self.signing.as_der().expect("a checked key can be written");
        SecretBytes::copied(der.as_ref())
    }

    /// The size of the modulus.
    pub fn size(&self) -> RsaSize {
        self.size
    }

    /// The public key as a `SubjectPublicKeyInfo` in DER, with the object identifier `rsaEncryption` whatever the key
    /// is used for.
    ///
    /// SOURCE: RFC 3279, section 2.3.1.
    pub fn public_key_der(&self) -> Vec<u8> {
        self.spki.to_vec()
    }

    /// Signs a digest. A PSS signature has a new random salt each time.
    ///
    /// # Errors
    /// [`SignError::DigestLength`] if the digest has not the length of the scheme's hash, otherwise
    /// [`SignError::Failed`].
    pub fn sign_digest(&self, scheme: RsaSignature, digest: &[u8]) -> Result<Vec<u8>, SignError> {
        let digest = scheme.digest(digest).ok_or(SignError::DigestLength)?;
        let mut signature = vec![0; self.size.bytes()];
        self.signing
            .sign_digest(scheme.signing(), &digest, &mut signature)
            .map_err(|_| SignError::Failed)?;
        Ok(signature)
    }

    /// Decrypts. For [`RsaEncryption::Pkcs1V15`] read the warning of this [module](crate::rsa) first.
    ///
    /// # Errors
    /// [`OpenError`] for whatever is wrong.
    pub fn decrypt(&self, padding: RsaEncryption, ciphertext: &[u8]) -> Result<SecretBytes, OpenError> {
        SecretBytes::filled_within(self.size.bytes(), |out| {
            let opened = match padding {
                RsaEncryption::OaepSha1 => self.oaep.decrypt(&OAEP_SHA1_MGF1SHA1, ciphertext, out, None),
                RsaEncryption::OaepSha256 => {
                    self.oaep.decrypt(&OAEP_SHA256_MGF1SHA256, ciphertext, out, None)
                }
                RsaEncryption::Pkcs1V15 => self.pkcs1.decrypt(ciphertext, out),
            };
            opened.map(|plaintext| plaintext.len()).map_err(|_| OpenError)
        })
    }
}

impl fmt::Debug for RsaPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPrivateKey({} bits)", self.size.bits())
    }
}
