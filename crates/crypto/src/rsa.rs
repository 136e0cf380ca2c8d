//! RSA with 2048, 3072 and 4096 bits: signatures of digests, encryption of keys.
//!
//! - Signatures are RSASSA-PSS, with MGF1 over the same hash and a salt as long as the hash, or RSASSA-PKCS1-v1_5.
//! - Encryption is RSAES-OAEP, with MGF1 over the same hash and an empty label, or RSAES-PKCS1-v1_5.
//! - Signatures and ciphertexts are as long as the modulus.
//!
//! The library blinds every private operation with a random factor, so its time does not follow the input, and checks
//! the result with the public key before it leaves, so a fault of the machine does not give the key away.
//!
//! **RSAES-PKCS1-v1_5 tells strangers too much.** The library looks at the padding in constant time, but it must say
//! whether that was right, and anyone who may ask that of many ciphertexts can open one of them (Bleichenbacher 1998).
//! It does not return a random plaintext for a wrong padding, as some libraries do. So this padding is for ciphertexts
//! of callers who could do harm in simpler ways, such as the import of a key that the caller itself has wrapped; where
//! there is a choice, offer OAEP.
//!
//! SOURCE: RFC 8017, sections 7.1, 7.2, 8.1 and 8.2.

mod private;
mod public;

use aws_lc_rs::{
    digest::{Algorithm, Digest, SHA256, SHA384, SHA512},
    rsa::KeySize,
    signature::{self, RsaParameters, RsaSignatureEncoding},
};

pub use private::RsaPrivateKey;
pub use public::RsaPublicKey;

use crate::{KeyError, encoding};

/// Contents of the object identifier `rsaEncryption`, 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// The sizes of modulus that are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RsaSize {
    /// 2048 bits.
    R2048,
    /// 3072 bits.
    R3072,
    /// 4096 bits.
    R4096,
}

impl RsaSize {
    /// Bits of the modulus.
    pub fn bits(self) -> usize {
        self.bytes() * 8
    }

    /// Bytes of the modulus, and so of every signature and ciphertext.
    pub fn bytes(self) -> usize {
        self.key_size().len()
    }

    /// Bytes that one ciphertext can carry at most.
    pub fn max_plaintext(self, padding: RsaEncryption) -> usize {
        self.bytes() - padding.overhead()
    }

    fn key_size(self) -> KeySize {
        match self {
            Self::R2048 => KeySize::Rsa2048,
            Self::R3072 => KeySize::Rsa3072,
            Self::R4096 => KeySize::Rsa4096,
        }
    }

    /// Reads the modulus, which is the `INTEGER` after `skipped` others of the key's sequence.
    fn of_key(key: &[u8], skipped: usize) -> Result<Self, KeyError> {
        let modulus = encoding::integer_in_sequence(key, skipped).ok_or(KeyError::Encoding)?;
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        let first = modulus.get(zeros).copied().unwrap_or_default();
        match ((modulus.len() - zeros) * 8).saturating_sub(first.leading_zeros() as usize) {
            2048 => Ok(Self::R2048),
            3072 => Ok(Self::R3072),
            4096 => Ok(Self::R4096),
            _ => Err(KeyError::Size),
        }
    }
}

/// How a digest is signed, and which hash it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RsaSignature {
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    PssSha256,
    /// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
    PssSha384,
    /// RSASSA-PSS with SHA-512 and a salt of 64 bytes.
    PssSha512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Pkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Pkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Pkcs1Sha512,
}

impl RsaSignature {
    /// How many there are.
    const COUNT: usize = 6;

    /// Bytes of the digest that is signed.
    pub fn digest_len(self) -> usize {
        self.hash().output_len()
    }

    /// `None` if the digest has another length than the hash.
    fn digest(self, digest: &[u8]) -> Option<Digest> {
        Digest::import_less_safe(digest, self.hash()).ok()
    }

    fn hash(self) -> &'static Algorithm {
        match self {
            Self::PssSha256 | Self::Pkcs1Sha256 => &SHA256,
            Self::PssSha384 | Self::Pkcs1Sha384 => &SHA384,
            Self::PssSha512 | Self::Pkcs1Sha512 => &SHA512,
        }
    }

    fn signing(self) -> &'static RsaSignatureEncoding {
        match self {
            Self::PssSha256 => &signature::RSA_PSS_SHA256,
            Self::PssSha384 => &signature::RSA_PSS_SHA384,
            Self::PssSha512 => &signature::RSA_PSS_SHA512,
            Self::Pkcs1Sha256 => &signature::RSA_PKCS1_SHA256,
            Self::Pkcs1Sha384 => &signature::RSA_PKCS1_SHA384,
            Self::Pkcs1Sha512 => &signature::RSA_PKCS1_SHA512,
        }
    }

    fn verification(self) -> &'static RsaParameters {
        match self {
            Self::PssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
            Self::PssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
            Self::PssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
            Self::Pkcs1Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::Pkcs1Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Self::Pkcs1Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        }
    }
}

/// How a plaintext is padded before it is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RsaEncryption {
    /// RSAES-OAEP with SHA-1, which old clients ask for. OAEP needs no collision resistance of it.
    OaepSha1,
    /// RSAES-OAEP with SHA-256.
    OaepSha256,
    /// RSAES-PKCS1-v1_5; see the warning of this module.
    Pkcs1V15,
}

impl RsaEncryption {
    /// Bytes of the modulus that the padding takes.
    fn overhead(self) -> usize {
        match self {
            Self::OaepSha1 => 2 * 20 + 2,
            Self::OaepSha256 => 2 * 32 + 2,
            Self::Pkcs1V15 => 11,
        }
    }
}

#[cfg(test)]
mod tests;
