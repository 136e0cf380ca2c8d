//! Words for kinds of keys.

use claviger_model::{KeyKind, KeySpec, Origin, Usage};

use crate::context::KeyWords;

/// How conditions call the kind of a key.
///
/// SOURCE: KMS API, `key_spec`, `key_usage` and `origin` of "Creating a CMK" (read 2026-11-22). Kinds that only the other
/// face makes are named after the same pattern.
pub fn key_words(kind: KeyKind) -> KeyWords<'static> {
    KeyWords {
        origin: match kind.origin {
            Origin::Generated => "kms",
            Origin::External => "external",
        },
        spec: match kind.spec {
            KeySpec::Aes256 => "AES_256",
            KeySpec::Aes192 => "AES_192",
            KeySpec::Aes128 => "AES_128",
            KeySpec::Sm4 => "SM4",
            KeySpec::Rsa2048 => "RSA_2048",
            KeySpec::Rsa3072 => "RSA_3072",
            KeySpec::Rsa4096 => "RSA_4096",
            KeySpec::EcP256 => "EC_P256",
            KeySpec::EcP256k => "SECP256K1",
            KeySpec::EcP384 => "EC_P384",
            KeySpec::EcP521 => "EC_P521",
            KeySpec::Sm2 => "SM2",
            KeySpec::HmacSha224 => "HMAC_224",
            KeySpec::HmacSha256 => "HMAC_256",
            KeySpec::HmacSha384 => "HMAC_384",
            KeySpec::HmacSha512 => "HMAC_512",
            KeySpec::HmacSm3 => "HMAC_SM3",
        },
        usage: match kind.usage {
            Usage::EncryptDecrypt => "ENCRYPT_DECRYPT",
            Usage::SignVerify => "SIGN_VERIFY",
            Usage::GenerateVerifyMac => "GENERATE_VERIFY_MAC",
        },
    }
}
