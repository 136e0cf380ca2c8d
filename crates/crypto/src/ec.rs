//! ECDSA over the curves P-256, secp256k1, P-384 and P-521.
//!
//! A signature is the DER encoding of `SEQUENCE { r INTEGER, s INTEGER }`, so its length varies by a few bytes. Only
//! that one encoding verifies: no other form of lengths or integers, and nothing after it. Both `s` and its negative
//! verify, as the standard has it; systems that allow only the smaller one must look for themselves.
//!
//! The caller takes the digest, with any of three hashes on any curve. ECDSA signs the leftmost bits of it, as many as
//! the order of the curve has: a longer digest counts as cut off, a shorter one as a smaller number.
//!
//! Private keys travel as PKCS#8, public ones as `SubjectPublicKeyInfo`; the curve is named, and the point is
//! uncompressed.
//!
//! SOURCE: FIPS 186-5, section 6.4; SEC 1 version 2.0, sections 4.1 and C.5; RFC 5480, section 2; RFC 5915, section 3.

mod private;
mod public;

use aws_lc_rs::{
    digest::{Algorithm, Digest, SHA256, SHA384, SHA512},
    signature::{self, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm},
};

pub use private::EcPrivateKey;
pub use public::EcPublicKey;

use crate::{
    KeyError,
    encoding::{self, KeyInfo},
};

/// Contents of the object identifier `id-ecPublicKey`, 1.2.840.10045.2.1.
pub(crate) const EC_PUBLIC_KEY: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

/// The curves that are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256, also secp256r1 and prime256v1.
    P256,
    /// secp256k1, the curve of Bitcoin.
    P256K,
    /// NIST P-384, also secp384r1.
    P384,
    /// NIST P-521, also secp521r1.
    P521,
}

impl Curve {
    const ALL: [Self; 4] = [Self::P256, Self::P256K, Self::P384, Self::P521];

    /// Contents of the curve's object identifier.
    ///
    /// SOURCE: RFC 5480, section 2.1.1.1; SEC 2 version 2.0, section A.2.1, for secp256k1.
    fn identifier(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
            Self::P256K => &[0x2b, 0x81, 4, 0, 0x0a],
            Self::P384 => &[0x2b, 0x81, 4, 0, 0x22],
            Self::P521 => &[0x2b, 0x81, 4, 0, 0x23],
        }
    }

    /// The curve that a key structure names.
    fn of_key(info: &KeyInfo<'_>) -> Result<Self, KeyError> {
        Self::ALL
            .into_iter()
            .filter(|_| info.algorithm == EC_PUBLIC_KEY)
            .find(|curve| info.named_parameters() == Some(curve.identifier()))
            .ok_or(KeyError::Algorithm)
    }

    /// The public key with this uncompressed point.
    fn write_spki(self, point: &[u8]) -> Vec<u8> {
        encoding::write_spki(&EC_PUBLIC_KEY, self.identifier(), point)
    }

    /// The library offers few pairs of curve and hash. ECDSA sees no more of the hash than a number, so one hash a
    /// curve is enough, if the number comes in its length.
    fn hash(self) -> &'static Algorithm {
        match self {
            Self::P256 | Self::P256K => &SHA256,
            Self::P384 => &SHA384,
            Self::P521 => &SHA512,
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P256K => &signature::ECDSA_P256K1_SHA256_ASN1_SIGNING,
            Self::P384 => &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }

    fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_ASN1,
            Self::P256K => &signature::ECDSA_P256K1_SHA256_ASN1,
            Self::P384 => &signature::ECDSA_P384_SHA384_ASN1,
            Self::P521 => &signature::ECDSA_P521_SHA512_ASN1,
        }
    }

    /// The number that ECDSA makes of the digest, in the length of [`Curve::hash`]. `None` if the digest has not the
    /// length of its own hash.
    ///
    /// The orders have 256, 384 and 521 bits, so the leftmost bits are whole bytes, and no hash fills P-521.
    fn digest(self, hash: EcdsaHash, digest: &[u8]) -> Option<Digest> {
        if digest.len() != hash.digest_len() {
            return None;
        }
        let mut number = [0; 64];
        let number = number.get_mut(..self.hash().output_len())?;
        let used = digest.len().min(number.len());
        let start = number.len() - used;
        number.get_mut(start..)?.copy_from_slice(digest.get(..used)?);
        Digest::import_less_safe(number, self.hash()).ok()
    }
}

/// The hash that a digest was taken with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EcdsaHash {
    /// SHA-256; digests of 32 bytes.
    Sha256,
    /// SHA-384; digests of 48 bytes.
    Sha384,
    /// SHA-512; digests of 64 bytes.
    Sha512,
}

impl EcdsaHash {
    /// Bytes of a digest.
    pub fn digest_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

#[cfg(test)]
mod tests;
