//! Public halves, which are used outside of the token.

use claviger_crypto::ec::{Curve, EcPublicKey, EcdsaHash};
use claviger_crypto::rsa::{RsaEncryption, RsaPublicKey, RsaSignature, RsaSize};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::ProviderError;

/// A public key, opened.
#[derive(Debug)]
pub(crate) struct Public {
    /// Its DER `SubjectPublicKeyInfo`.
    pub(crate) spki: Box<[u8]>,
    key: Key,
}

#[derive(Debug)]
enum Key {
    Rsa(Box<RsaPublicKey>),
    Ec(Box<EcPublicKey>),
}

impl Public {
    /// Opens a public key; nothing if the bytes are not one of this spec.
    pub(crate) fn open(spec: KeySpec, spki: &[u8]) -> Option<Self> {
        let key = match (rsa_size(spec), curve(spec)) {
            (Some(size), _) => {
                let key = RsaPublicKey::from_spki(spki).ok()?;
                (key.size() == size).then(|| Key::Rsa(Box::new(key)))?
            }
            (_, Some(curve)) => {
                let key = EcPublicKey::from_spki(spki).ok()?;
                (key.curve() == curve).then(|| Key::Ec(Box::new(key)))?
            }
            (None, None) => return None,
        };
        Some(Self {
            spki: spki.into(),
            key,
        })
    }

    /// Whether a signature is one of a digest that has the length of its hash.
    pub(crate) fn verifies(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        match &self.key {
            Key::Rsa(key) => Ok(key.verify_digest(rsa_signature(algorithm)?, digest, signature)),
            Key::Ec(key) => Ok(key.verify_digest(ecdsa_hash(algorithm)?, digest, signature)),
        }
    }

    /// Encrypts to the key.
    pub(crate) fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        match &self.key {
            Key::Rsa(key) => key
                .encrypt(padding(algorithm)?, plaintext)
                .map_err(|_| ProviderError::BadInput),
            Key::Ec(_) => Err(ProviderError::Incapable),
        }
    }
}

fn rsa_size(spec: KeySpec) -> Option<RsaSize> {
    match spec {
        KeySpec::Rsa2048 => Some(RsaSize::R2048),
        KeySpec::Rsa3072 => Some(RsaSize::R3072),
        KeySpec::Rsa4096 => Some(RsaSize::R4096),
        _ => None,
    }
}

fn curve(spec: KeySpec) -> Option<Curve> {
    match spec {
        KeySpec::EcP256 => Some(Curve::P256),
        KeySpec::EcP256k => Some(Curve::P256K),
        KeySpec::EcP384 => Some(Curve::P384),
        KeySpec::EcP521 => Some(Curve::P521),
        _ => None,
    }
}

fn padding(algorithm: EncryptionAlgorithm) -> Result<RsaEncryption, ProviderError> {
    match algorithm {
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1) => Ok(RsaEncryption::OaepSha1),
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256) => Ok(RsaEncryption::OaepSha256),
        EncryptionAlgorithm::RsaPkcs1 => Ok(RsaEncryption::Pkcs1V15),
        EncryptionAlgorithm::RsaOaep(_) | EncryptionAlgorithm::Sm2Pke => Err(ProviderError::Incapable),
    }
}

fn rsa_signature(algorithm: SignatureAlgorithm) -> Result<RsaSignature, ProviderError> {
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

fn ecdsa_hash(algorithm: SignatureAlgorithm) -> Result<EcdsaHash, ProviderError> {
    match algorithm {
        SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256) => Ok(EcdsaHash::Sha256),
        SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha384) => Ok(EcdsaHash::Sha384),
        SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha512) => Ok(EcdsaHash::Sha512),
        _ => Err(ProviderError::Incapable),
    }
}
