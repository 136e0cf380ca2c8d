//! Keys that verify and encrypt.

use std::{fmt, sync::OnceLock};

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey,
        PublicEncryptingKey,
    },
    signature::ParsedPublicKey,
};

use super::{RSA_ENCRYPTION, RsaEncryption, RsaSignature, RsaSize};
use crate::{KeyError, SealError, encoding::KeyInfo};

/// An RSA public key, opened and checked once, for any number of operations from any number of threads.
pub struct RsaPublicKey {
    size: RsaSize,
    spki: Box<[u8]>,
    oaep: OaepPublicEncryptingKey,
    pkcs1: Pkcs1PublicEncryptingKey,
    /// The library ties a key that verifies to its scheme. Few keys see more than one, so each is made at its first
    /// use.
    verifying: [OnceLock<Option<ParsedPublicKey>>; RsaSignature::COUNT],
}

impl RsaPublicKey {
    /// Opens a `SubjectPublicKeyInfo` in DER with the object identifier `rsaEncryption` and the parameters `NULL`. Any
    /// other encoding of the same key is refused.
    ///
    /// SOURCE: RFC 3279, section 2.3.1.
    ///
    /// # Errors
    /// [`KeyError`], which says what is wrong.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let info = KeyInfo::from_spki(der).ok_or(KeyError::Encoding)?;
        if info.algorithm != RSA_ENCRYPTION {
            return Err(KeyError::Algorithm);
        }
        let size = RsaSize::of_key(info.key, 0)?;
        let key = PublicEncryptingKey::from_der(der).map_err(|_| KeyError::Invalid)?;
        let written: PublicKeyX509Der<'_> = key.as_der().map_err(|_| KeyError::Invalid)?;
        if written.as_ref() != der {
            return Err(KeyError::Encoding);
        }
        Ok(Self {
            size,
            spki: der.into(),
            oaep: OaepPublicEncryptingKey::new(key.clone()).map_err(|_| KeyError::Invalid)?,
            pkcs1: Pkcs1PublicEncryptingKey::new(key).map_err(|_| KeyError::Invalid)?,
            verifying: Default::default(),
        })
    }

    /// The size of the modulus.
    pub fn size(&self) -> RsaSize {
        self.size
    }

    /// Whether `signature` is one of `digest`. `false` also for a digest that has not the length of the scheme's hash,
    /// and for a PSS signature with a salt of another length than that.
    pub fn verify_digest(&self, scheme: RsaSignature, digest: &[u8], signature: &[u8]) -> bool {
        let Some(digest) = scheme.digest(digest) else {
            return false;
        };
        self.verifying
            .get(scheme as usize)
            .and_then(|key| key.get_or_init(|| self.open_for(scheme)).as_ref())
            .is_some_and(|key| key.verify_digest_sig(&digest, signature).is_ok())
    }

    fn open_for(&self, scheme: RsaSignature) -> Option<ParsedPublicKey> {
        ParsedPublicKey::new(scheme.verification(), &self.spki).ok()
    }

    /// Encrypts, differently each time.
    ///
    /// # Errors
    /// [`SealError`] if the plaintext is longer than [`RsaPublicKey::max_plaintext`].
    pub fn encrypt(&self, padding: RsaEncryption, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut ciphertext = vec![0; self.size.bytes()];
        match padding {
            RsaEncryption::OaepSha1 => {
                self.oaep
                    .encrypt(&OAEP_SHA1_MGF1SHA1, plaintext, &mut ciphertext, None)
            }
            RsaEncryption::OaepSha256 => {
                self.oaep
                    .encrypt(&OAEP_SHA256_MGF1SHA256, plaintext, &mut ciphertext, None)
            }
            RsaEncryption::Pkcs1V15 => self.pkcs1.encrypt(plaintext, &mut ciphertext),
        }
        .map_err(|_| SealError)?;
        Ok(ciphertext)
    }

    /// Bytes that one ciphertext can carry at most.
    pub fn max_plaintext(&self, padding: RsaEncryption) -> usize {
        self.size.max_plaintext(padding)
    }
}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPublicKey({} bits)", self.size.bits())
    }
}
