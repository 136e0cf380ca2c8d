//! SOURCE: Key Management Service API reference, "Creating a CMK" (read 2026-11-22): `key_alias` is what people call the key; the
//! usage by default is that of the kind of key.

use claviger_model::{AccountId, Family, Key, KeySpec, Origin, ProtectionLevel, Tags, Title, Usage};
use claviger_service::ops::key as core;

use crate::error::{Fault, WireError, codes};
use crate::fields::Fields;
use crate::json::Answer;
use crate::keys::has_form_of_id;
use crate::names;
use crate::row::{Input, Shown, WireOp};

/// Longest description, in characters.
pub(super) const DESCRIPTION_LIMIT: usize = 255;

pub(super) struct CreateKey;

impl WireOp for CreateKey {
    type Op = core::CreateKey;

    const REQUIRED: &'static [&'static str] = &["key_alias"];

    fn decode(input: &Input<'_>) -> Result<core::CreateKey, Fault> {
        let fields = input.fields;
        let title = title(fields)?;
        let spec = spec(fields)?;
        let origin = match fields.text("origin")? {
            Some(name) => names::origin(&name).ok_or_else(|| codes::K0308.on("origin"))?,
            None => Origin::Generated,
        };
        elsewhere(input)?;
        Ok(core::CreateKey {
            scope: input.scope.clone(),
            spec,
            usage: usage(fields, spec)?,
            origin,
            protection: protection(spec),
            title: Some(title),
            description: description(fields)?,
            tags: Tags::default(),
            rotation: None,
            policy: None,
            quota: Some(input.settings.keys),
        })
    }

    fn owner(key: &Key) -> Option<AccountId> {
        Some(key.scope.account)
    }

    fn encode(shown: &Shown<'_>, key: Key, answer: &mut Answer) {
        answer.object("key_info", |answer| {
            answer.id("key_id", key.id.to_ascii());
            answer.plain("domain_id", shown.domain());
            answer.plain("region_id", key.scope.region.as_str());
        });
    }
}

/// Callers cannot name the protection level: SM2 and SM4 are offered in hardware only, all else in software.
fn protection(spec: KeySpec) -> ProtectionLevel {
    match spec {
        KeySpec::Sm2 | KeySpec::Sm4 => ProtectionLevel::Hsm,
        _ => ProtectionLevel::Software,
    }
}

/// What people call the key.
pub(super) fn title(fields: &Fields<'_>) -> Result<Title, WireError> {
    let name = "key_alias";
    let text = fields
        .text(name)
        .map_err(|_| codes::K1101.breaks(name, "must be a text"))?;
    let text = text.ok_or_else(|| codes::K0204.on(name))?;
    text.parse().map_err(|_| {
        let rule = "must be 1 to 255 letters, digits, `:`, `/`, `_` and `-`, all of ASCII";
        codes::K1101.breaks(name, rule)
    })
}

fn spec(fields: &Fields<'_>) -> Result<KeySpec, WireError> {
    let wrong = || codes::K1110.breaks("key_spec", &names::spec_rule());
    match fields.text("key_spec").map_err(|_| wrong())? {
        Some(name) => names::spec(&name).ok_or_else(wrong),
        None => Ok(KeySpec::Aes256),
    }
}

/// SOURCE: KMS.1114, KMS.1115.
fn usage(fields: &Fields<'_>, spec: KeySpec) -> Result<Option<Usage>, WireError> {
    let wrong = || codes::K1110.breaks("key_usage", &names::usage_rule());
    let Some(name) = fields.text("key_usage").map_err(|_| wrong())? else {
        return Ok(None);
    };
    let usage = names::usage(&name).ok_or_else(wrong)?;
    match (spec.family(), usage) {
        (Family::Ec, Usage::EncryptDecrypt) => Err(codes::K1114.error()),
        (Family::Cipher, Usage::SignVerify) => Err(codes::K1115.error()),
        _ => Ok(Some(usage)),
    }
}

/// A description, possibly empty.
pub(super) fn description(fields: &Fields<'_>) -> Result<String, WireError> {
    let text = fields.text("key_description").map_err(|_| codes::K1103.error())?;
    let text = text.unwrap_or_default().into_owned();
    if text.len() > DESCRIPTION_LIMIT && text.chars().count() > DESCRIPTION_LIMIT {
        return Err(codes::K1103.error());
    }
    Ok(text)
}

/// Other places for a key than the project: a region that old clients name again, a store of keys, and a group of
/// resources, of which there are none here, so any will do.
fn elsewhere(input: &Input<'_>) -> Result<(), WireError> {
    let realm = input.fields.text("realm").map_err(|_| codes::K1102.error())?;
    if realm.is_some_and(|realm| realm != input.scope.region.as_str()) {
        return Err(codes::K1102.error());
    }
    if input.fields.text("keystore_id")?.is_some_and(|id| id != "0") {
        return Err(codes::K0340.error());
    }
    let group = "enterprise_project_id";
    if input
        .fields
        .text(group)?
        .is_some_and(|id| id != "0" && !has_form_of_id(&id))
    {
        return Err(codes::K0308.on(group));
    }
    Ok(())
}
