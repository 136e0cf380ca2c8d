//! Names of algorithms in the audit trail.

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, MacAlgorithm, SignatureAlgorithm};

/// The word for a way to encrypt to a public key.
pub(in crate::ops) fn encryption(algorithm: EncryptionAlgorithm) -> &'static str {
    match algorithm {
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1) => "rsa-oaep-sha1",
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256) => "rsa-oaep-sha256",
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha384) => "rsa-oaep-sha384",
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha512) => "rsa-oaep-sha512",
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sm3) => "rsa-oaep-sm3",
        EncryptionAlgorithm::RsaPkcs1 => "rsa-pkcs1",
        EncryptionAlgorithm::Sm2Pke => "sm2",
    }
}

/// The word for a scheme of signatures. The hash stands beside it, in [`hash`].
pub(super) fn signature(algorithm: SignatureAlgorithm) -> &'static str {
    match algorithm {
        SignatureAlgorithm::RsaPss(_) => "rsa-pss",
        SignatureAlgorithm::RsaPkcs1(_) => "rsa-pkcs1",
        SignatureAlgorithm::Ecdsa(_) => "ecdsa",
        SignatureAlgorithm::Sm2Dsa => "sm2",
    }
}

/// The word for a hash function.
pub(super) fn hash(hash: HashAlgorithm) -> &'static str {
    match hash {
        HashAlgorithm::Sha1 => "sha1",
        HashAlgorithm::Sha256 => "sha256",
        HashAlgorithm::Sha384 => "sha384",
        HashAlgorithm::Sha512 => "sha512",
        HashAlgorithm::Sm3 => "sm3",
    }
}

/// The word for a kind of message authentication codes.
pub(super) fn mac(algorithm: MacAlgorithm) -> &'static str {
    match algorithm {
        MacAlgorithm::HmacSha224 => "hmac-sha224",
        MacAlgorithm::HmacSha256 => "hmac-sha256",
        MacAlgorithm::HmacSha384 => "hmac-sha384",
        MacAlgorithm::HmacSha512 => "hmac-sha512",
        MacAlgorithm::HmacSm3 => "hmac-sm3",
    }
}
