//! What the software provider can do.

use std::borrow::Cow;

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, ProtectionLevel};
use claviger_provider::{Binding, Capability, EnvelopeFormat, ProviderError};

/// What keys of the protection level SOFTWARE can be. SM2 and SM4 are for modules in hardware.
pub static SOFTWARE: Capability = Capability {
    name: Cow::Borrowed("software"),
    protection: ProtectionLevel::Software,
    keeps_keys: false,
    symmetric: Cow::Borrowed(&[
        (KeySpec::Aes256, EnvelopeFormat::Xaes256Gcm),
        (KeySpec::Aes192, EnvelopeFormat::DerivedAes192Gcm),
        (KeySpec::Aes128, EnvelopeFormat::DerivedAes128Gcm),
    ]),
    others: Cow::Borrowed(&[
        KeySpec::Rsa2048,
        KeySpec::Rsa3072,
        KeySpec::Rsa4096,
        KeySpec::EcP256,
        KeySpec::EcP256k,
        KeySpec::EcP384,
        KeySpec::EcP521,
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
    ]),
    wraps: Cow::Borrowed(&[(
        KeySpec::Rsa2048,
        Cow::Borrowed(&[
            EncryptionAlgorithm::RsaPkcs1,
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1),
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
        ]),
    )]),
};

/// Refuses keys that are not in the table.
pub(crate) fn check(capability: &Capability, binding: &Binding<'_>) -> Result<(), ProviderError> {
    if binding.protection == capability.protection && capability.makes(binding.spec) {
        Ok(())
    } else {
        Err(ProviderError::Incapable)
    }
}
