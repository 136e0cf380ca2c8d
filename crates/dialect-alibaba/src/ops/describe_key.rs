//! SOURCE: KMS API reference, DescribeKey (read 2026-11-21): empty values are sent as empty text; NextRotationDate and
//! RotationInterval only with a rotation policy; DeleteDate has a value only while the key waits for its deletion.

use claviger_model::{Creator, Key, KeyState, Origin, Resource, StateKind, Timestamp};
use claviger_service::ops::key as core;

use super::create_key::{protection_name, spec_name, usage_name};
use super::{Input, WireOp};
use crate::answer::Answer;
use crate::error::arn;
use crate::params::Fault;

pub(super) struct DescribeKey;

impl WireOp for DescribeKey {
    type Op = core::DescribeKey;

    fn decode(input: &Input<'_>) -> Result<core::DescribeKey, Fault> {
        Ok(core::DescribeKey(input.key("KeyId")?))
    }

    fn encode(_: &Input<'_>, key: Key, answer: &mut Answer) {
        answer.object("KeyMetadata", |answer| {
            encode_metadata(&key, answer);
            answer.text("DeletionProtection", "Disabled");
            answer.text("DeletionProtectionDescription", "");
        });
    }
}

/// The metadata that CreateKey and DescribeKey share.
pub(super) fn encode_metadata(key: &Key, answer: &mut Answer) {
    answer.id("KeyId", key.id.to_ascii());
    answer.text("Arn", &arn(&Resource::Key(key.scope.clone(), key.id)));
    answer.text("KeyState", state_name(key.state.kind()));
    answer.text("KeySpec", spec_name(key.spec));
    answer.text("KeyUsage", usage_name(key.usage));
    answer.text("ProtectionLevel", protection_name(key.protection));
    answer.text(
        "Origin",
        match key.origin {
            Origin::Generated => "Aliyun_KMS",
            Origin::External => "EXTERNAL",
        },
    );
    match &key.creator {
        Creator::Account => answer.text("Creator", &key.scope.account.to_string()),
        Creator::Service(name) => answer.text("Creator", name),
    }
    answer.text("CreationDate", &date(key.created));
    answer.text("Description", &key.description);
    if let Some(version) = key.primary {
        answer.id("PrimaryKeyVersion", version.to_ascii());
    }
    answer.text("LastRotationDate", &date(key.last_rotated));
    answer.text("AutomaticRotation", "Disabled");
    match key.state {
        KeyState::PendingDeletion { due } => answer.text("DeleteDate", &date(due)),
        KeyState::PendingImport | KeyState::Enabled | KeyState::Disabled => answer.text("DeleteDate", ""),
    }
    answer.text("MaterialExpireTime", "");
    answer.text("DKMSInstanceId", "");
}

/// Every state with its name on this face.
const STATES: [(StateKind, &str); 4] = [
    (StateKind::Enabled, "Enabled"),
    (StateKind::Disabled, "Disabled"),
    (StateKind::PendingDeletion, "PendingDeletion"),
    (StateKind::PendingImport, "PendingImport"),
];

pub(super) fn state_name(state: StateKind) -> &'static str {
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

/// Dates are UTC with seconds.
fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
