//! What providers are asked to do.

use claviger_model::{HashAlgorithm, KeySpec, SignatureAlgorithm};

/// An operation that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// 64 bytes.
    Encrypt,
    /// Of what `Encrypt` made.
    Decrypt,
    /// RSASSA-PSS with 2048 bits.
    Rsa,
    /// ECDSA on P-256.
    Ec,
    /// SM2.
    Sm2,
}

impl Job {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [Self::Encrypt, Self::Decrypt, Self::Rsa, Self::Ec, Self::Sm2];

    /// Its name in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Encrypt => "encrypt 64 B",
            Self::Decrypt => "decrypt 64 B",
            Self::Rsa => "sign RSA-2048 PSS",
            Self::Ec => "sign ECDSA P-256",
            Self::Sm2 => "sign SM2",
        }
    }

    /// The key for it.
    pub(super) fn spec(self) -> KeySpec {
        match self {
            Self::Encrypt | Self::Decrypt => KeySpec::Aes256,
            Self::Rsa => KeySpec::Rsa2048,
            Self::Ec => KeySpec::EcP256,
            Self::Sm2 => KeySpec::Sm2,
        }
    }

    /// How it signs, if it does.
    pub(super) fn signature(self) -> Option<SignatureAlgorithm> {
        match self {
            Self::Encrypt | Self::Decrypt => None,
            Self::Rsa => Some(SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256)),
            Self::Ec => Some(SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256)),
            Self::Sm2 => Some(SignatureAlgorithm::Sm2Dsa),
        }
    }
}

/// What is encrypted.
pub(super) const PLAINTEXT: [u8; 64] = [0x5a; 64];

/// What is bound to it: as long as the head of an envelope without a context.
pub(super) const ADDITIONAL: [u8; 41] = [0xa5; 41];

/// What is signed.
pub(super) const DIGEST: [u8; 32] = [0x5a; 32];
