//! Algorithms that a caller names, and the keys they fit.

use crate::{Family, KeySpec};

/// A hash function under a signature or a padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// SHA-1, in OAEP only. SOURCE: FIPS 180-4.
    Sha1,
    /// SHA-256. SOURCE: FIPS 180-4.
    Sha256,
    /// SHA-384. SOURCE: FIPS 180-4.
    Sha384,
    /// SHA-512. SOURCE: FIPS 180-4.
    Sha512,
    /// SM3. SOURCE: GB/T 32905.
    Sm3,
}

impl HashAlgorithm {
    /// Bytes of a digest.
    pub fn digest_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 | Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// How a digest is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PSS, MGF1 with the same hash, salt as long as the hash. SOURCE: RFC 8017 section 8.1.
    RsaPss(HashAlgorithm),
    /// RSASSA-PKCS1-v1_5. SOURCE: RFC 8017 section 8.2.
    RsaPkcs1(HashAlgorithm),
    /// ECDSA, the signature as DER `SEQUENCE { r, s }`. SOURCE: FIPS 186-5 section 6; RFC 3279 section 2.2.3.
    Ecdsa(HashAlgorithm),
    /// SM2 over a digest that covers the signer's identity. SOURCE: GB/T 32918.2.
    Sm2Dsa,
}

impl SignatureAlgorithm {
    /// Whether keys of this spec sign like that.
    pub fn fits(self, spec: KeySpec) -> bool {
        match self {
            Self::RsaPss(_) | Self::RsaPkcs1(_) => spec.family() == Family::Rsa,
            Self::Ecdsa(_) => spec.family() == Family::Ec,
            Self::Sm2Dsa => spec.family() == Family::Sm2,
        }
    }

    /// As [`Self::fits`], but a curve goes with the hash of its size only.
    pub fn fits_size(self, spec: KeySpec) -> bool {
        match self {
            Self::Ecdsa(hash) => match spec {
                KeySpec::EcP256 | KeySpec::EcP256k => hash == HashAlgorithm::Sha256,
                KeySpec::EcP384 => hash == HashAlgorithm::Sha384,
                KeySpec::EcP521 => hash == HashAlgorithm::Sha512,
                _ => false,
            },
            Self::RsaPss(_) | Self::RsaPkcs1(_) | Self::Sm2Dsa => self.fits(spec),
        }
    }

    /// The hash whose digest is signed.
    pub fn hash(self) -> HashAlgorithm {
        match self {
            Self::RsaPss(hash) | Self::RsaPkcs1(hash) | Self::Ecdsa(hash) => hash,
            Self::Sm2Dsa => HashAlgorithm::Sm3,
        }
    }
}

/// How bytes are encrypted to a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EncryptionAlgorithm {
    /// RSAES-OAEP, MGF1 with the same hash, empty label. SOURCE: RFC 8017 section 7.1.
    RsaOaep(HashAlgorithm),
    /// RSAES-PKCS1-v1_5, for the import of key material only. SOURCE: RFC 8017 section 7.2.
    RsaPkcs1,
    /// SM2 public-key encryption. SOURCE: GB/T 32918.4.
    Sm2Pke,
}

impl EncryptionAlgorithm {
    /// Whether keys of this spec encrypt like that.
    pub fn fits(self, spec: KeySpec) -> bool {
        match self {
            Self::RsaOaep(_) | Self::RsaPkcs1 => spec.family() == Family::Rsa,
            Self::Sm2Pke => spec.family() == Family::Sm2,
        }
    }

    /// The longest plaintext under a key of this spec, in bytes; `None` where they do not fit together.
    pub fn longest_plaintext(self, spec: KeySpec) -> Option<usize> {
        let modulus = match spec {
            KeySpec::Rsa2048 => 256,
            KeySpec::Rsa3072 => 384,
            KeySpec::Rsa4096 => 512,
            // SOURCE: Alibaba Cloud KMS, AsymmetricEncrypt: at most 6047 bytes.
            KeySpec::Sm2 if self == Self::Sm2Pke => return Some(6047),
            _ => return None,
        };
        match self {
            Self::RsaOaep(hash) => Some(modulus - 2 * hash.digest_len() - 2),
            Self::RsaPkcs1 => Some(modulus - 11),
            Self::Sm2Pke => None,
        }
    }
}

/// How a message is authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MacAlgorithm {
    /// HMAC-SHA-224. SOURCE: FIPS 198-1.
    HmacSha224,
    /// HMAC-SHA-256.
    HmacSha256,
    /// HMAC-SHA-384.
    HmacSha384,
    /// HMAC-SHA-512.
    HmacSha512,
    /// HMAC-SM3.
    HmacSm3,
}

impl MacAlgorithm {
    /// The algorithm of keys of this spec; `None` for specs that make no codes.
    pub fn of(spec: KeySpec) -> Option<Self> {
        match spec {
            KeySpec::HmacSha224 => Some(Self::HmacSha224),
            KeySpec::HmacSha256 => Some(Self::HmacSha256),
            KeySpec::HmacSha384 => Some(Self::HmacSha384),
            KeySpec::HmacSha512 => Some(Self::HmacSha512),
            KeySpec::HmacSm3 => Some(Self::HmacSm3),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_with_the_hash_of_its_size() {
        let rows = [
            (KeySpec::EcP256, HashAlgorithm::Sha256),
            (KeySpec::EcP256k, HashAlgorithm::Sha256),
            (KeySpec::EcP384, HashAlgorithm::Sha384),
            (KeySpec::EcP521, HashAlgorithm::Sha512),
        ];
        for (spec, own) in rows {
            for hash in [
                HashAlgorithm::Sha1,
                HashAlgorithm::Sha256,
                HashAlgorithm::Sha384,
                HashAlgorithm::Sha512,
                HashAlgorithm::Sm3,
            ] {
                let algorithm = SignatureAlgorithm::Ecdsa(hash);
                assert_eq!(algorithm.fits_size(spec), hash == own, "{spec:?} {hash:?}");
                assert!(algorithm.fits(spec));
            }
        }
        let ecdsa = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
        assert!(!ecdsa.fits_size(KeySpec::Rsa2048) && !ecdsa.fits_size(KeySpec::Sm2));
        assert!(SignatureAlgorithm::RsaPss(HashAlgorithm::Sha512).fits_size(KeySpec::Rsa2048));
    }

    /// The figures of the vendor's table.
    #[test]
    fn plaintexts_are_as_long_as_the_vendor_says() {
        let sha256 = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
        let sha1 = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1);
        let rows = [
            (KeySpec::Rsa2048, 190, 214),
            (KeySpec::Rsa3072, 318, 342),
            (KeySpec::Rsa4096, 446, 470),
        ];
        for (spec, with_sha256, with_sha1) in rows {
            assert_eq!(sha256.longest_plaintext(spec), Some(with_sha256));
            assert_eq!(sha1.longest_plaintext(spec), Some(with_sha1));
            assert_eq!(EncryptionAlgorithm::Sm2Pke.longest_plaintext(spec), None);
        }
        assert_eq!(sha256.longest_plaintext(KeySpec::EcP256), None);
        assert_eq!(
            EncryptionAlgorithm::Sm2Pke.longest_plaintext(KeySpec::Sm2),
            Some(6047)
        );
    }
}
