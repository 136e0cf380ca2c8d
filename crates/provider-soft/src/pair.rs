//! Key pairs: RSA, the curves and SM2, opened once and used often.

use claviger_crypto::SignError;
use claviger_crypto::ec::{Curve, EcPrivateKey};
use claviger_crypto::rsa::{RsaPrivateKey, RsaSize};
use claviger_crypto::sm2::Sm2PrivateKey;
use claviger_model::{KeySpec, SignatureAlgorithm};
use claviger_provider::ProviderError;
use claviger_secret::SecretBytes;

use crate::public::{self, Encryption, PublicKey};

/// A key pair, both halves ready for use.
#[derive(Debug)]
pub(crate) struct Pair {
    private: PrivateKey,
    public: PublicKey,
}

#[derive(Debug)]
enum PrivateKey {
    Rsa(RsaPrivateKey),
    Ec(EcPrivateKey),
    Sm2(Sm2PrivateKey),
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
        let (private, spki) = match self {
            Self::Rsa(_) => {
                let key = RsaPrivateKey::from_pkcs8(pkcs8.expose()).ok()?;
                let spki = key.public_key_der();
                (PrivateKey::Rsa(key), spki)
            }
            Self::Ec(_) => {
                let key = EcPrivateKey::from_pkcs8(pkcs8.expose()).ok()?;
                let spki = key.public_key_der();
                (PrivateKey::Ec(key), spki)
            }
            Self::Sm2 => {
                let key = Sm2PrivateKey::from_pkcs8(pkcs8.expose()).ok()?;
                let spki = key.public_key_der();
                (PrivateKey::Sm2(key), spki)
            }
        };
        let public = PublicKey::of_kind(self, &spki)?;
        Some(Pair { private, public })
    }
}

impl Pair {
    /// Signs a digest.
    pub(crate) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        match &self.private {
            PrivateKey::Rsa(key) => key.sign_digest(public::rsa_signature(algorithm)?, digest),
            PrivateKey::Ec(key) => key.sign_digest(public::ecdsa_hash(algorithm)?, digest),
            PrivateKey::Sm2(key) => {
                public::sm2_signature(algorithm)?;
                key.sign_digest(digest)
            }
        }
        .map_err(|error| match error {
            SignError::DigestLength => ProviderError::BadInput,
            SignError::Failed => ProviderError::Unavailable,
        })
    }

    /// Decrypts with the private half.
    pub(crate) fn decrypt(&self, how: Encryption, ciphertext: &[u8]) -> Result<SecretBytes, ProviderError> {
        match (&self.private, how) {
            (PrivateKey::Rsa(key), Encryption::Rsa(padding)) => key.decrypt(padding, ciphertext),
            (PrivateKey::Sm2(key), Encryption::Sm2) => key.decrypt(ciphertext),
            _ => return Err(ProviderError::Incapable),
        }
        .map_err(|_| ProviderError::DoesNotOpen)
    }

    /// The public half.
    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The pair as PKCS#8, in the one encoding that is stored.
    pub(crate) fn to_pkcs8(&self) -> SecretBytes {
        match &self.private {
            PrivateKey::Rsa(key) => key.to_pkcs8(),
            PrivateKey::Ec(key) => key.to_pkcs8(),
            PrivateKey::Sm2(key) => key.to_pkcs8(),
        }
    }

    /// The public half as DER `SubjectPublicKeyInfo`.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        match &self.private {
            PrivateKey::Rsa(key) => key.public_key_der(),
            PrivateKey::Ec(key) => key.public_key_der(),
            PrivateKey::Sm2(key) => key.public_key_der(),
        }
    }
}
