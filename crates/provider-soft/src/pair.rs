//! Key pairs: RSA and the curves, opened once and used often.

use claviger_crypto::ec::{Curve, EcPrivateKey, EcPublicKey, EcdsaHash};
use claviger_crypto::rsa::{RsaEncryption, RsaPrivateKey, RsaPublicKey, RsaSignature, RsaSize};
use claviger_crypto::{SealError, SignError};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::ProviderError;
use claviger_secret::SecretBytes;

/// A key pair, both halves ready for use.
#[derive(Debug)]
pub(crate) enum Pair {
    Rsa(Box<Halves<RsaPrivateKey, RsaPublicKey>>),
    Ec(Box<Halves<EcPrivateKey, EcPublicKey>>),
}

/// The halves of a pair.
#[derive(Debug)]
pub(crate) struct Halves<R, U> {
    private: R,
    public: U,
}

/// What a spec of key pairs is to the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rsa(RsaSize),
    Ec(Curve),
}

impl Kind {
    /// `None` for specs that are no key pairs here.
    pub(crate) fn of(spec: KeySpec) -> Option<Self> {
        match spec {
            KeySpec::Rsa2048 => Some(Self::Rsa(RsaSize::R2048)),
            KeySpec::Rsa3072 => Some(Self::Rsa(RsaSize::R3072)),
            KeySpec::Rsa4096 => Some(Self::Rsa(RsaSize::R4096)),
            KeySpec::EcP256 => Some(Self::Ec(Curve::P256)),
            KeySpec::EcP256k => Some(Self::Ec(Curve::P256K)),
            KeySpec::EcP384 => Some(Self::Ec(Curve::P384)),
            KeySpec::EcP521 => Some(Self::Ec(Curve::P521)),
            KeySpec::Aes256
            | KeySpec::Aes192
            | KeySpec::Aes128
            | KeySpec::Sm4
            | KeySpec::Sm2
            | KeySpec::HmacSha224
            | KeySpec::HmacSha256
            | KeySpec::HmacSha384
            | KeySpec::HmacSha512
            | KeySpec::HmacSm3 => None,
        }
    }

    /// Whether making such a key, opening it and using its private half takes too long for the threads of the runtime.
    pub(crate) fn is_slow(self) -> bool {
        matches!(self, Self::Rsa(_))
    }

    /// Makes a key pair: its PKCS#8 form.
    pub(crate) fn generate(self) -> Result<SecretBytes, ProviderError> {
        match self {
            Self::Rsa(size) => RsaPrivateKey::generate(size).map(|key| key.to_pkcs8()),
            Self::Ec(curve) => EcPrivateKey::generate(curve).map(|key| key.to_pkcs8()),
        }
        .map_err(|_| ProviderError::Random)
    }

    /// Opens a key pair; `None` if the bytes are not one of this kind.
    pub(crate) fn open(self, pkcs8: &SecretBytes) -> Option<Pair> {
        match self {
            Self::Rsa(size) => {
                let private = RsaPrivateKey::from_pkcs8(pkcs8.expose()).ok()?;
                let public = RsaPublicKey::from_spki(&private.public_key_der()).ok()?;
                (private.size() == size).then(|| Pair::Rsa(Box::new(Halves { private, public })))
            }
            Self::Ec(curve) => {
                let private = EcPrivateKey::from_pkcs8(pkcs8.expose()).ok()?;
                let public = EcPublicKey::from_spki(&private.public_key_der()).ok()?;
                (private.curve() == curve).then(|| Pair::Ec(Box::new(Halves { private, public })))
            }
        }
    }
}

impl Pair {
    /// Signs a digest.
    pub(crate) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        match self {
            Self::Rsa(pair) => pair.private.sign_digest(rsa_signature(algorithm)?, digest),
            Self::Ec(pair) => pair.private.sign_digest(ecdsa_hash(algorithm)?, digest),
        }
        .map_err(|error| match error {
            SignError::DigestLength => ProviderError::BadInput,
            SignError::Failed => ProviderError::Unavailable,
        })
    }

    /// Whether a signature is one of a digest that has the length of its hash.
    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        Ok(match self {
            Self::Rsa(pair) => pair
                .public
                .verify_digest(rsa_signature(algorithm)?, digest, signature),
            Self::Ec(pair) => pair
                .public
                .verify_digest(ecdsa_hash(algorithm)?, digest, signature),
        })
    }

    /// Encrypts to the public half.
    pub(crate) fn encrypt(&self, padding: RsaEncryption, plaintext: &[u8]) -> Result<Vec<u8>, ProviderError> {
        match self {
            Self::Rsa(pair) => pair
                .public
                .encrypt(padding, plaintext)
                .map_err(|SealError| ProviderError::BadInput),
            Self::Ec(_) => Err(ProviderError::Incapable),
        }
    }

    /// Decrypts with the private half.
    pub(crate) fn decrypt(
        &self,
        padding: RsaEncryption,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        match self {
            Self::Rsa(pair) => pair
                .private
                .decrypt(padding, ciphertext)
                .map_err(|_| ProviderError::DoesNotOpen),
            Self::Ec(_) => Err(ProviderError::Incapable),
        }
    }

    /// The pair as PKCS#8, in the one encoding that is stored.
    pub(crate) fn to_pkcs8(&self) -> SecretBytes {
        match self {
            Self::Rsa(pair) => pair.private.to_pkcs8(),
            Self::Ec(pair) => pair.private.to_pkcs8(),
        }
    }

    /// The public half as DER `SubjectPublicKeyInfo`.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        match self {
            Self::Rsa(pair) => pair.private.public_key_der(),
            Self::Ec(pair) => pair.private.public_key_der(),
        }
    }
}

/// The padding of a ciphertext; whether callers may have it is not said here.
pub(crate) fn padding(algorithm: EncryptionAlgorithm) -> Result<RsaEncryption, ProviderError> {
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
