//! Kinds of keys, states and algorithms as this face spells them.
//!
//! SOURCE: Key Management Service API reference, "Creating a CMK", "Querying the Information About a CMK", "Signing Data",
//! "Encrypting Data", "Obtaining CMK Import Parameters" (read 2026-11-22). Kinds of keys that this vendor does not have are ours,
//! named in its style; see docs/huawei.md.

use std::fmt::Debug;

use claviger_model::{
    EncryptionAlgorithm, HashAlgorithm, KeySpec, MacAlgorithm, Origin, SignatureAlgorithm, StateKind, Usage,
};

/// Every value with its name.
type Table<T, const N: usize> = [(T, &'static str); N];

fn named<T: Copy>(table: &[(T, &'static str)], text: &str) -> Option<T> {
    table
        .iter()
        .find(|(_, name)| *name == text)
        .map(|(value, _)| *value)
}

fn name<T: PartialEq>(table: &[(T, &'static str)], value: &T) -> &'static str {
    table
        .iter()
        .find(|(known, _)| known == value)
        .map_or("", |(_, name)| name)
}

/// The name of what records note by its name in the program.
fn noted<T: Debug>(table: &[(T, &'static str)], text: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(value, _)| format!("{value:?}") == text)
        .map(|(_, name)| *name)
}

/// That a value must be one of the names.
fn rule<T>(table: &[(T, &'static str)]) -> String {
    let names: Vec<&str> = table.iter().map(|(_, name)| *name).collect();
    format!("must be one of {}", names.join(", "))
}

const SPECS: Table<KeySpec, 17> = [
    (KeySpec::Aes256, "AES_256"),
    (KeySpec::Aes192, "AES_192"),
    (KeySpec::Aes128, "AES_128"),
    (KeySpec::Sm4, "SM4"),
    (KeySpec::Rsa2048, "RSA_2048"),
    (KeySpec::Rsa3072, "RSA_3072"),
    (KeySpec::Rsa4096, "RSA_4096"),
    (KeySpec::EcP256, "EC_P256"),
    (KeySpec::EcP256k, "SECP256K1"),
    (KeySpec::EcP384, "EC_P384"),
    (KeySpec::EcP521, "EC_P521"),
    (KeySpec::Sm2, "SM2"),
    (KeySpec::HmacSha224, "HMAC_224"),
    (KeySpec::HmacSha256, "HMAC_256"),
    (KeySpec::HmacSha384, "HMAC_384"),
    (KeySpec::HmacSha512, "HMAC_512"),
    (KeySpec::HmacSm3, "HMAC_SM3"),
];

/// A key spec.
pub(crate) fn spec(text: &str) -> Option<KeySpec> {
    named(&SPECS, text)
}

/// What a key spec must be, for callers who named another.
pub(crate) fn spec_rule() -> String {
    rule(&SPECS)
}

pub(crate) fn spec_name(spec: KeySpec) -> &'static str {
    name(&SPECS, &spec)
}

/// A key spec of a record.
pub(crate) fn noted_spec(text: &str) -> Option<&'static str> {
    noted(&SPECS, text)
}

const USAGES: Table<Usage, 3> = [
    (Usage::EncryptDecrypt, "ENCRYPT_DECRYPT"),
    (Usage::SignVerify, "SIGN_VERIFY"),
    (Usage::GenerateVerifyMac, "GENERATE_VERIFY_MAC"),
];

/// A key usage.
pub(crate) fn usage(text: &str) -> Option<Usage> {
    named(&USAGES, text)
}

/// What a key usage must be, for callers who named another.
pub(crate) fn usage_rule() -> String {
    rule(&USAGES)
}

pub(crate) fn usage_name(usage: Usage) -> &'static str {
    name(&USAGES, &usage)
}

/// A key usage of a record.
pub(crate) fn noted_usage(text: &str) -> Option<&'static str> {
    noted(&USAGES, text)
}

const ORIGINS: Table<Origin, 2> = [(Origin::Generated, "kms"), (Origin::External, "external")];

/// Where material comes from.
pub(crate) fn origin(text: &str) -> Option<Origin> {
    named(&ORIGINS, text)
}

pub(crate) fn origin_name(origin: Origin) -> &'static str {
    name(&ORIGINS, &origin)
}

/// Where material comes from, of a record.
pub(crate) fn noted_origin(text: &str) -> Option<&'static str> {
    noted(&ORIGINS, text)
}

/// 1 and 7 are states that no key has here.
const STATES: Table<StateKind, 4> = [
    (StateKind::Enabled, "2"),
    (StateKind::Disabled, "3"),
    (StateKind::PendingDeletion, "4"),
    (StateKind::PendingImport, "5"),
];

/// A key state.
pub(crate) fn state(text: &str) -> Option<StateKind> {
    named(&STATES, text)
}

pub(crate) fn state_name(state: StateKind) -> &'static str {
    name(&STATES, &state)
}

const SIGNATURES: Table<SignatureAlgorithm, 10> = [
    (
        SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256),
        "RSASSA_PSS_SHA_256",
    ),
    (
        SignatureAlgorithm::RsaPss(HashAlgorithm::Sha384),
        "RSASSA_PSS_SHA_384",
    ),
    (
        SignatureAlgorithm::RsaPss(HashAlgorithm::Sha512),
        "RSASSA_PSS_SHA_512",
    ),
    (
        SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256),
        "RSASSA_PKCS1_V1_5_SHA_256",
    ),
    (
        SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha384),
        "RSASSA_PKCS1_V1_5_SHA_384",
    ),
    (
        SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha512),
        "RSASSA_PKCS1_V1_5_SHA_512",
    ),
    (SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256), "ECDSA_SHA_256"),
    (SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha384), "ECDSA_SHA_384"),
    (SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha512), "ECDSA_SHA_512"),
    (SignatureAlgorithm::Sm2Dsa, "SM2DSA_SM3"),
];

/// A signing algorithm.
pub(crate) fn signature(text: &str) -> Option<SignatureAlgorithm> {
    named(&SIGNATURES, text)
}

/// The algorithm of symmetric keys, which is the one where none is named.
pub(crate) const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

const ENCRYPTIONS: Table<EncryptionAlgorithm, 2> = [
    (
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
        "RSAES_OAEP_SHA_256",
    ),
    (EncryptionAlgorithm::Sm2Pke, "SM2_ENCRYPT"),
];

/// An encryption algorithm of key pairs.
pub(crate) fn encryption(text: &str) -> Option<EncryptionAlgorithm> {
    named(&ENCRYPTIONS, text)
}

pub(crate) fn encryption_name(algorithm: EncryptionAlgorithm) -> &'static str {
    name(&ENCRYPTIONS, &algorithm)
}

const WRAPPINGS: Table<EncryptionAlgorithm, 4> = [
    (
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
        "RSAES_OAEP_SHA_256",
    ),
    (
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1),
        "RSAES_OAEP_SHA_1",
    ),
    (EncryptionAlgorithm::RsaPkcs1, "RSAES_PKCS1_V1_5"),
    (EncryptionAlgorithm::Sm2Pke, "SM2_ENCRYPT"),
];

/// How material is wrapped on its way here.
pub(crate) fn wrapping(text: &str) -> Option<EncryptionAlgorithm> {
    named(&WRAPPINGS, text)
}

/// How material is wrapped on its way here, of a record.
pub(crate) fn noted_wrapping(text: &str) -> Option<&'static str> {
    noted(&WRAPPINGS, text)
}

const MACS: Table<MacAlgorithm, 5> = [
    (MacAlgorithm::HmacSha224, "HMAC_SHA_224"),
    (MacAlgorithm::HmacSha256, "HMAC_SHA_256"),
    (MacAlgorithm::HmacSha384, "HMAC_SHA_384"),
    (MacAlgorithm::HmacSha512, "HMAC_SHA_512"),
    (MacAlgorithm::HmacSm3, "HMAC_SM3"),
];

/// An algorithm of message authentication codes.
pub(crate) fn mac(text: &str) -> Option<MacAlgorithm> {
    named(&MACS, text)
}

pub(crate) fn mac_name(algorithm: MacAlgorithm) -> &'static str {
    name(&MACS, &algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_key_has_a_name_that_reads_back() {
        for known in KeySpec::ALL {
            assert_eq!(spec(spec_name(*known)), Some(*known));
            assert!(
                known
                    .usages()
                    .iter()
                    .all(|known| usage(usage_name(*known)) == Some(*known))
            );
        }
        for (known, _) in STATES {
            assert_eq!(state(state_name(known)), Some(known));
        }
        for (known, _) in ORIGINS {
            assert_eq!(origin(origin_name(known)), Some(known));
        }
    }

    #[test]
    fn every_algorithm_has_a_name_that_reads_back() {
        assert!(
            SIGNATURES
                .iter()
                .all(|(known, _)| signature(name(&SIGNATURES, known)) == Some(*known))
        );
        assert!(
            ENCRYPTIONS
                .iter()
                .all(|(known, _)| encryption(encryption_name(*known)) == Some(*known))
        );
        assert!(
            MACS.iter()
                .all(|(known, _)| mac(mac_name(*known)) == Some(*known))
        );
        assert_eq!(
            wrapping("RSAES_OAEP_SHA_1"),
            Some(EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1))
        );
        assert_eq!((encryption(SYMMETRIC), wrapping(SYMMETRIC)), (None, None));
    }

    #[test]
    fn names_are_case_sensitive() {
        assert_eq!(
            (spec("aes_256"), usage("sign_verify"), origin("KMS")),
            (None, None, None)
        );
    }
}
