//! SOURCE: KMS API reference, DescribeKey (read 2026-11-21): empty values are sent as empty text; NextRotationDate and
//! RotationInterval only with a rotation policy; DeleteDate has a value only while the key waits for its deletion.

use claviger_model::{Creator, Key, KeyState, Resource, RotationStatus, StateKind};
use claviger_service::ops::key as core;

use super::specs::{origin_name, protection_name, spec_name, usage_name};
use crate::answer::{Answer, date};
use crate::params::{Fault, interval_text};
use crate::row::{Input, WireOp};

pub(super) struct DescribeKey;

impl WireOp for DescribeKey {
    type Op = core::DescribeKey;

    fn decode(input: &Input<'_>) -> Result<core::DescribeKey, Fault> {
        Ok(core::DescribeKey(input.key("KeyId")?))
    }

    fn encode(_: &Input<'_>, key: Key, answer: &mut Answer) {
        answer.object("KeyMetadata", |answer| {
            encode_metadata(&key, answer);
            let protected = key.deletion_protection.is_some();
            answer.text(
                "DeletionProtection",
                if protected { "Enabled" } else { "Disabled" },
            );
            let reason = key.deletion_protection.as_deref().unwrap_or_default();
            answer.text("DeletionProtectionDescription", reason);
        });
    }
}

/// The metadata that CreateKey and DescribeKey share.
pub(super) fn encode_metadata(key: &Key, answer: &mut Answer) {
    answer.id("KeyId", key.id.to_ascii());
    answer.resource("Arn", &Resource::Key(key.scope.clone(), key.id));
    answer.text("KeyState", state_name(key.state.kind()));
    answer.text("KeySpec", spec_name(key.spec));
    answer.text("KeyUsage", usage_name(key.usage));
    answer.text("ProtectionLevel", protection_name(key.protection));
    answer.text("Origin", origin_name(key.origin));
    match &key.creator {
        Creator::Account => answer.text("Creator", &key.scope.account.to_string()),
        Creator::Service(name) => answer.text("Creator", name.as_str()),
    }
    answer.text("CreationDate", &date(key.created));
    answer.text("Description", &key.description);
    if let Some(version) = key.primary.filter(|_| !key.spec.is_asymmetric()) {
        answer.id("PrimaryKeyVersion", version.to_ascii());
    }
    encode_rotation(key, answer);
    match key.state {
        KeyState::PendingDeletion { due } => answer.text("DeleteDate", &date(due)),
        KeyState::PendingImport | KeyState::Enabled | KeyState::Disabled => answer.text("DeleteDate", ""),
    }
    let expires = key.import.as_ref().and_then(|import| import.expires);
    answer.text("MaterialExpireTime", &expires.map(date).unwrap_or_default());
    answer.text("DKMSInstanceId", "");
}

fn encode_rotation(key: &Key, answer: &mut Answer) {
    answer.text("LastRotationDate", &date(key.last_rotated));
    answer.text(
        "AutomaticRotation",
        match key.rotation_status() {
            RotationStatus::Disabled => "Disabled",
            RotationStatus::Enabled => "Enabled",
            RotationStatus::Suspended => "Suspended",
        },
    );
    if let (Some(interval), Some(next)) = (key.rotation, key.next_rotation()) {
        answer.text("RotationInterval", &interval_text(interval));
        answer.text("NextRotationDate", &date(next));
    }
}

/// Every state with its name on this face.
const STATES: [(StateKind, &str); 4] = [
    (StateKind::Enabled, "Enabled"),
    (StateKind::Disabled, "Disabled"),
    (StateKind::PendingDeletion, "PendingDeletion"),
    (StateKind::PendingImport, "PendingImport"),
];

pub(crate) fn state_name(state: StateKind) -> &'static str {
    STATES
        .iter()
        .find(|(known, _)| *known == state)
        .map_or("", |(_, name)| name)
}

pub(super) fn state(text: &str) -> Option<StateKind> {
    STATES
        .iter()
        .find(|(_, name)| *name == text)
        .map(|(state, _)| *state)
}
