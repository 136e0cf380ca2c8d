//! What the managed HSM can do.

use std::borrow::Cow;

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, ProtectionLevel};
use claviger_provider::{Capability, EnvelopeFormat};

/// What keys of the managed HSM can be: all that software keys can, and SM2 and SM4.
///
/// Both ends have this table; the HSM computes by it, the server offers by it.
pub static MANAGED: Capability = Capability {
    name: Cow::Borrowed("managed-hsm"),
    protection: ProtectionLevel::Hsm,
    keeps_keys: false,
    symmetric: Cow::Borrowed(&[
        (KeySpec::Aes256, EnvelopeFormat::Xaes256Gcm),
        (KeySpec::Aes192, EnvelopeFormat::DerivedAes192Gcm),
        (KeySpec::Aes128, EnvelopeFormat::DerivedAes128Gcm),
        (KeySpec::Sm4, EnvelopeFormat::Sm4Gcm),
    ]),
    others: Cow::Borrowed(&[
        KeySpec::Rsa2048,
        KeySpec::Rsa3072,
        KeySpec::Rsa4096,
        KeySpec::EcP256,
        KeySpec::EcP256k,
        KeySpec::EcP384,
        KeySpec::EcP521,
        KeySpec::Sm2,
        KeySpec::HmacSha224,
        KeySpec::HmacSha256,
        KeySpec::HmacSha384,
        KeySpec::HmacSha512,
        KeySpec::HmacSm3,
    ]),
    imports: Cow::Borrowed(&[
        KeySpec::Aes256,
        KeySpec::Aes192,
        KeySpec::Aes128,
        KeySpec::Sm4,
        KeySpec::HmacSha224,
        KeySpec::HmacSha256,
        KeySpec::HmacSha384,
        KeySpec::HmacSha512,
        KeySpec::HmacSm3,
    ]),
    pairs: Cow::Borrowed(&[
        KeySpec::Rsa2048,
        KeySpec::Rsa3072,
        KeySpec::Rsa4096,
        KeySpec::EcP256,
        KeySpec::EcP256k,
        KeySpec::EcP384,
        KeySpec::EcP521,
        KeySpec::Sm2,
    ]),
    wraps: Cow::Borrowed(&[
        (
            KeySpec::Rsa2048,
            Cow::Borrowed(&[
                EncryptionAlgorithm::RsaPkcs1,
                EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1),
                EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
            ]),
        ),
        (KeySpec::Sm2, Cow::Borrowed(&[EncryptionAlgorithm::Sm2Pke])),
    ]),
};
