//! SOURCE: KMS API reference, CreateKey (read 2026-11-21).

use claviger_model::{Key, KeySpec, Origin, ProtectionLevel, Usage};
use claviger_service::ops::key as core;

use super::describe_key::encode_metadata;
use super::{Input, WireOp};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;

/// Longest description, in characters.
pub(super) const DESCRIPTION_LIMIT: usize = 8192;

pub(super) struct CreateKey;

impl WireOp for CreateKey {
    type Op = core::CreateKey;

    fn decode(input: &Input<'_>) -> Result<core::CreateKey, Fault> {
        if input.optional("DKMSInstanceId").is_some() {
            return Err(WireError::no_such_instance().into());
        }
        if input.optional("Policy").is_some() {
            return Err(WireError::no_key_policy().into());
        }
        if input.boolean("EnableAutomaticRotation")? {
            return Err(WireError::unsupported_operation().into());
        }
        Ok(core::CreateKey {
            scope: input.scope.clone(),
            spec: match input.optional("KeySpec") {
                None => KeySpec::Aes256,
                Some(text) => spec(text).ok_or_else(|| WireError::invalid("KeySpec"))?,
            },
            usage: match input.optional("KeyUsage") {
                None => None,
                Some(text) => Some(usage(text).ok_or_else(|| WireError::invalid("KeyUsage"))?),
            },
            origin: match input.optional("Origin") {
                None | Some("Aliyun_KMS") => Origin::Generated,
                Some("EXTERNAL") => Origin::External,
                Some(_) => return Err(WireError::invalid("Origin").into()),
            },
            protection: match input.optional("ProtectionLevel") {
                None => ProtectionLevel::Software,
                Some(text) => protection(text).ok_or_else(|| WireError::invalid("ProtectionLevel"))?,
            },
            description: input.bounded_text("Description", DESCRIPTION_LIMIT)?.to_owned(),
            tags: input.tags("Tags")?,
        })
    }

    fn encode(_: &Input<'_>, key: Key, answer: &mut Answer) {
        answer.object("KeyMetadata", |answer| encode_metadata(&key, answer));
    }
}

/// Every spec with its name on this face.
const SPECS: [(KeySpec, &str); 10] = [
    (KeySpec::Aes256, "Aliyun_AES_256"),
    (KeySpec::Aes192, "Aliyun_AES_192"),
    (KeySpec::Aes128, "Aliyun_AES_128"),
    (KeySpec::Sm4, "Aliyun_SM4"),
    (KeySpec::Rsa2048, "RSA_2048"),
    (KeySpec::Rsa3072, "RSA_3072"),
    (KeySpec::Rsa4096, "RSA_4096"),
    (KeySpec::EcP256, "EC_P256"),
    (KeySpec::EcP256k, "EC_P256K"),
    (KeySpec::Sm2, "EC_SM2"),
];

pub(super) fn spec(text: &str) -> Option<KeySpec> {
    SPECS
        .iter()
        .find(|(_, name)| *name == text)
        .map(|(spec, _)| *spec)
}

pub(super) fn spec_name(spec: KeySpec) -> &'static str {
    SPECS
        .iter()
        .find(|(known, _)| *known == spec)
        .map_or("", |(_, name)| name)
}

pub(super) fn usage(text: &str) -> Option<Usage> {
    [Usage::EncryptDecrypt, Usage::SignVerify]
        .into_iter()
        .find(|usage| usage_name(*usage) == text)
}

pub(super) fn usage_name(usage: Usage) -> &'static str {
    match usage {
        Usage::EncryptDecrypt => "ENCRYPT/DECRYPT",
        Usage::SignVerify => "SIGN/VERIFY",
    }
}

pub(super) fn protection(text: &str) -> Option<ProtectionLevel> {
    let levels = [ProtectionLevel::Software, ProtectionLevel::Hsm];
    levels.into_iter().find(|level| protection_name(*level) == text)
}

pub(super) fn protection_name(level: ProtectionLevel) -> &'static str {
    match level {
        ProtectionLevel::Software => "SOFTWARE",
        ProtectionLevel::Hsm => "HSM",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for (known, name) in SPECS {
            assert_eq!((spec(name), spec_name(known)), (Some(known), name));
        }
        assert_eq!(usage("SIGN/VERIFY"), Some(Usage::SignVerify));
        assert_eq!(protection("HSM"), Some(ProtectionLevel::Hsm));
        assert_eq!(
            (spec("aliyun_aes_256"), usage("sign/verify"), protection("hsm")),
            (None, None, None)
        );
    }
}
