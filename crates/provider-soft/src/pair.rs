//! Key pairs: RSA, the curves and SM2, opened once and used often.

use claviger_crypto::ec::{Curve, EcPrivateKey, EcPublicKey, EcdsaHash};
use claviger_crypto::rsa::{RsaEncryption, RsaPrivateKey, RsaPublicKey, RsaSignature, RsaSize};
use claviger_crypto::sm2::{Sm2PrivateKey, Sm2PublicKey};
use claviger_crypto::{SealError, SignError};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::ProviderError;
use claviger_secret::SecretBytes;

/// A key pair, both halves ready for use.
#[derive(Debug)]
pub(crate) enum Pair {
    Rsa(Box<Halves<RsaPrivateKey, RsaPublicKey>>),
    Ec(Box<Halves<EcPrivateKey, EcPublicKey>>),
    Sm2(Box<Halves<Sm2PrivateKey, Sm2PublicKey>>),
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
    Sm2,
}

/// What is done with key pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Make,
    Open,
    Sign,
    Verify,
    Encrypt,
    Decrypt,
}

/// How a ciphertext is made, to the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    Rsa(RsaEncryption),
    Sm2,
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
            KeySpec::Sm2 => Some(Self::Sm2),
            KeySpec::Aes256
            | KeySpec::Aes192
            | KeySpec::Aes128
            | KeySpec::Sm4
            | KeySpec::HmacSha224
            | KeySpec::HmacSha256
            | KeySpec::HmacSha384
            | KeySpec::HmacSha512
            | KeySpec::HmacSm3 => None,
        }
    }

    /// Whether that takes too long for the threads of the runtime: more than about half a millisecond. With RSA it is
    /// the private half that does, with SM2 what multiplies another point than the base of the curve.
    pub(crate) fn is_slow(self, task: Task) -> bool {
        match self {
            Self::Rsa(_) => !matches!(task, Task::Verify | Task::Encrypt),
            Self::Ec(_) => false,
            Self::Sm2 => matches!(task, Task::Verify | Task::Encrypt | Task::Decrypt),
        }
    }

    /// Makes a key pair: its PKCS#8 form.
    pub(crate) fn generate(self) -> Result<SecretBytes, ProviderError> {
        match self {
            Self::Rsa(size) => RsaPrivateKey::generate(size).map(|key| key.to_pkcs8()),
            Self::Ec(curve) => EcPrivateKey::generate(curve).map(|key| key.to_pkcs8()),
            Self::Sm2 => Sm2PrivateKey::generate().map(|key| key.to_pkcs8()),
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
            Self::Sm2 => {
                let private = Sm2PrivateKey::from_pkcs8(pkcs8.expose()).ok()?;
                let public = private.public_key();
                Some(Pair::Sm2(Box::new(Halves { private, public })))
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
            Self::Sm2(pair) => {
                sm2_signature(algorithm)?;
                pair.private.sign_digest(digest)
            }
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
            Self::Sm2(pair) => {
                sm2_signature(algorithm)?;
                pair.public.verify_digest(digest, signature)
            }
        })
    }

    /// Encrypts to the public half.
    pub(crate) fn encrypt(&self, how: Encryption, plaintext: &[u8]) -> Result<Vec<u8>, ProviderError> {
        match (self, how) {
            (Self::Rsa(pair), Encryption::Rsa(padding)) => pair.public.encrypt(padding, plaintext),
            (Self::Sm2(pair), Encryption::Sm2) => pair.public.encrypt(plaintext),
            _ => return Err(ProviderError::Incapable),
        }
        .map_err(|SealError| ProviderError::BadInput)
    }

    /// Decrypts with the private half.
    pub(crate) fn decrypt(&self, how: Encryption, ciphertext: &[u8]) -> Result<SecretBytes, ProviderError> {
        match (self, how) {
            (Self::Rsa(pair), Encryption::Rsa(padding)) => pair.private.decrypt(padding, ciphertext),
            (Self::Sm2(pair), Encryption::Sm2) => pair.private.decrypt(ciphertext),
            _ => return Err(ProviderError::Incapable),
        }
        .map_err(|_| ProviderError::DoesNotOpen)
    }

    /// The pair as PKCS#8, in the one encoding that is stored.
    pub(crate) fn to_pkcs8(&self) -> SecretBytes {
        match self {
            Self::Rsa(pair) => pair.private.to_pkcs8(),
            Self::Ec(pair) => pair.private.to_pkcs8(),
            Self::Sm2(pair) => pair.private.to_pkcs8(),
        }
    }

    /// The public half as DER `SubjectPublicKeyInfo`.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        match self {
            Self::Rsa(pair) => pair.private.public_key_der(),
            Self::Ec(pair) => pair.private.public_key_der(),
            Self::Sm2(pair) => pair.public.to_spki(),
        }
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
fn sm2_signature(algorithm: SignatureAlgorithm) -> Result<(), ProviderError> {
    match algorithm {
        SignatureAlgorithm::Sm2Dsa => Ok(()),
        _ => Err(ProviderError::Incapable),
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
