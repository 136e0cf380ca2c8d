//! Specs, usages, protection levels and origins as this face spells them.
//!
//! SOURCE: KMS API reference, CreateKey; "Key types and specifications" (read 2026-11-21). The vendor has no keys on
//! P-384 and P-521, and never published the names of keys for message authentication codes: those are ours, built
//! like its names of curves and algorithms. See docs/alibaba.md.

use claviger_model::{KeySpec, Origin, ProtectionLevel, Usage};

/// Every spec with its name.
const SPECS: [(KeySpec, &str); 17] = [
    (KeySpec::Aes256, "Aliyun_AES_256"),
    (KeySpec::Aes192, "Aliyun_AES_192"),
    (KeySpec::Aes128, "Aliyun_AES_128"),
    (KeySpec::Sm4, "Aliyun_SM4"),
    (KeySpec::Rsa2048, "RSA_2048"),
    (KeySpec::Rsa3072, "RSA_3072"),
    (KeySpec::Rsa4096, "RSA_4096"),
    (KeySpec::EcP256, "EC_P256"),
    (KeySpec::EcP256k, "EC_P256K"),
    (KeySpec::EcP384, "EC_P384"),
    (KeySpec::EcP521, "EC_P521"),
    (KeySpec::Sm2, "EC_SM2"),
    (KeySpec::HmacSha224, "HMAC_SHA_224"),
    (KeySpec::HmacSha256, "HMAC_SHA_256"),
    (KeySpec::HmacSha384, "HMAC_SHA_384"),
    (KeySpec::HmacSha512, "HMAC_SHA_512"),
    (KeySpec::HmacSm3, "HMAC_SM3"),
];

pub(super) fn spec(text: &str) -> Option<KeySpec> {
    let found = SPECS.iter().find(|(_, name)| *name == text);
    found.map(|(spec, _)| *spec)
}

pub(crate) fn spec_name(spec: KeySpec) -> &'static str {
    let found = SPECS.iter().find(|(known, _)| *known == spec);
    found.map_or("", |(_, name)| name)
}

pub(super) fn usage(text: &str) -> Option<Usage> {
    let usages = [Usage::EncryptDecrypt, Usage::SignVerify, Usage::GenerateVerifyMac];
    usages.into_iter().find(|usage| usage_name(*usage) == text)
}

pub(crate) fn usage_name(usage: Usage) -> &'static str {
    match usage {
        Usage::EncryptDecrypt => "ENCRYPT/DECRYPT",
        Usage::SignVerify => "SIGN/VERIFY",
        Usage::GenerateVerifyMac => "GENERATE/VERIFY_MAC",
    }
}

pub(super) fn protection(text: &str) -> Option<ProtectionLevel> {
    let levels = [ProtectionLevel::Software, ProtectionLevel::Hsm];
    levels.into_iter().find(|level| protection_name(*level) == text)
}

pub(crate) fn protection_name(level: ProtectionLevel) -> &'static str {
    match level {
        ProtectionLevel::Software => "SOFTWARE",
        ProtectionLevel::Hsm => "HSM",
    }
}

pub(super) fn origin(text: &str) -> Option<Origin> {
    let origins = [Origin::Generated, Origin::External];
    origins.into_iter().find(|origin| origin_name(*origin) == text)
}

pub(crate) fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Generated => "Aliyun_KMS",
        Origin::External => "EXTERNAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spec_has_a_name_that_reads_back() {
        for known in KeySpec::ALL {
            let name = spec_name(*known);
            assert!(!name.is_empty(), "{known:?}");
            assert_eq!(spec(name), Some(*known));
        }
        for known in KeySpec::ALL.iter().flat_map(|spec| spec.usages()) {
            assert_eq!(usage(usage_name(*known)), Some(*known));
        }
        assert_eq!(protection("HSM"), Some(ProtectionLevel::Hsm));
        assert_eq!(origin("EXTERNAL"), Some(Origin::External));
    }

    #[test]
    fn names_are_case_sensitive() {
        assert_eq!((spec("aliyun_aes_256"), usage("sign/verify")), (None, None));
        assert_eq!((protection("hsm"), origin("External")), (None, None));
    }
}
