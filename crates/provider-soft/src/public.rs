//! Public halves of key pairs, wherever the private ones are.

use claviger_crypto::SealError;
use claviger_crypto::ec::{EcPublicKey, EcdsaHash};
use claviger_crypto::rsa::{RsaEncryption, RsaPublicKey, RsaSignature};
use claviger_crypto::sm2::Sm2PublicKey;
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::ProviderError;

use crate::pair::Kind;

/// A public key, opened once and used often.
#[derive(Debug)]
pub struct PublicKey(Key);

#[derive(Debug)]
enum Key {
    Rsa(Box<RsaPublicKey>),
    Ec(EcPublicKey),
    Sm2(Sm2PublicKey),
}

/// How a ciphertext is made, to the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    Rsa(RsaEncryption),
    Sm2,
}

impl PublicKey {
    /// Opens a key from its DER `SubjectPublicKeyInfo`; `None` if the bytes are not one of this spec.
    #[must_use]
    pub fn open(spec: KeySpec, spki: &[u8]) -> Option<Self> {
        Self::of_kind(Kind::of(spec)?, spki)
    }

    pub(crate) fn of_kind(kind: Kind, spki: &[u8]) -> Option<Self> {
        let key = match kind {
            Kind::Rsa(size) => {
                let key = RsaPublicKey::from_spki(spki).ok()?;
                (key.size() == size).then(|| Key::Rsa(Box::new(key)))?
            }
            Kind::Ec(curve) => {
                let key = EcPublicKey::from_spki(spki).ok()?;
                (key.curve() == curve).then(|| Key::Ec(key))?
            }
            Kind::Sm2 => Key::Sm2(Sm2PublicKey::from_spki(spki).ok()?),
        };
        Some(Self(key))
    }

    /// Whether a signature is one of a digest that has the length of its hash.
    ///
    /// # Errors
    /// [`ProviderError::Incapable`] for an algorithm that is not one of this key.
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        Ok(match &self.0 {
            Key::Rsa(key) => key.verify_digest(rsa_signature(algorithm)?, digest, signature),
            Key::Ec(key) => key.verify_digest(ecdsa_hash(algorithm)?, digest, signature),
            Key::Sm2(key) => {
                sm2_signature(algorithm)?;
                key.verify_digest(digest, signature)
            }
        })
    }

    /// Encrypts to the key.
    ///
    /// # Errors
    /// [`ProviderError::Incapable`] for an algorithm that is not one of this key; [`ProviderError::BadInput`] for a
    /// plaintext that is too long for it.
    pub fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        match (&self.0, Encryption::of(algorithm)?) {
            (Key::Rsa(key), Encryption::Rsa(padding)) => key.encrypt(padding, plaintext),
            (Key::Sm2(key), Encryption::Sm2) => key.encrypt(plaintext),
            _ => return Err(ProviderError::Incapable),
        }
        .map_err(|SealError| ProviderError::BadInput)
    }
}

impl Encryption {
    /// Whether callers may have it is not said here.
    pub(crate) fn of(algorithm: EncryptionAlgorithm) -> Result<Self, ProviderError> {
        match algorithm {
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1) => Ok(Self::Rsa(RsaEncryption::OaepSha1)),
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256) => Ok(Self::Rsa(RsaEncryption::OaepSha256)),
            EncryptionAlgorithm::RsaPkcs1 => Ok(Self::Rsa(RsaEncryption::Pkcs1V15)),
            EncryptionAlgorithm::Sm2Pke => Ok(Self::Sm2),
            EncryptionAlgorithm::RsaOaep(_) => Err(ProviderError::Incapable),
        }
    }
}

/// SM2 signs in one way only.
pub(crate) fn sm2_signature(algorithm: SignatureAlgorithm) -> Result<(), ProviderError> {
    match algorithm {
        SignatureAlgorithm::Sm2Dsa => Ok(()),
        _ => Err(ProviderError::Incapable),
    }
}

pub(crate) fn rsa_signature(algorithm: SignatureAlgorithm) -> Result<RsaSignature, ProviderError> {
    use SignatureAlgorithm::{RsaPkcs1, RsaPss};
    match algorithm {
        RsaPss(HashAlgorithm::Sha256) => Ok(RsaSignature::PssSha256),
        RsaPss(HashAlgorithm::Sha384) => Ok(RsaSignature::PssSha384),
        RsaPss(HashAlgorithm::Sha512) => Ok(RsaSignature::PssSha512),
        RsaPkcs1(HashAlgorithm::Sha256) => Ok(RsaSignature::Pkcs1Sha256),
        RsaPkcs1(HashAlgorithm::Sha384) => Ok(RsaSignature::Pkcs1Sha384),
        RsaPkcs1(HashAlgorithm::Sha512) => Ok(RsaSignature::Pkcs1Sha512),
        _ => Err(ProviderError::Incapable),
    }
}

pub(crate) fn ecdsa_hash(algorithm: SignatureAlgorithm) -> Result<EcdsaHash, ProviderError> {
    match algorithm {
        SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256) => Ok(EcdsaHash::Sha256),
        SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha384) => Ok(EcdsaHash::Sha384),
        SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha512) => Ok(EcdsaHash::Sha512),
        _ => Err(ProviderError::Incapable),
    }
}
