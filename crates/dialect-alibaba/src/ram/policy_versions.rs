//! SOURCE: RAM API reference, CreatePolicyVersion, GetPolicyVersion, DeletePolicyVersion, ListPolicyVersions,
//! SetDefaultPolicyVersion (read 2026-11-22): RotateStrategy is `None` or `DeleteOldestNonDefaultVersionWhenLimitExceeded`.

use claviger_model::{Language, PolicyVersion, Timestamp};
use claviger_service::Operation;
use claviger_service::ops::identity as core;

use crate::answer::{Answer, date};
use crate::params::Fault;
use crate::params::parameter::{POLICY_DOCUMENT, ROTATE_STRATEGY, SET_AS_DEFAULT};
use crate::row::{Input, WireOp};

pub(super) struct CreatePolicyVersion;
pub(super) struct GetPolicyVersion;
pub(super) struct DeletePolicyVersion;
pub(super) struct ListPolicyVersions;
pub(super) struct SetDefaultPolicyVersion;

impl WireOp for CreatePolicyVersion {
    type Op = core::CreatePolicyVersion;

    fn decode(input: &Input<'_>) -> Result<core::CreatePolicyVersion, Fault> {
        let strategies = [
            ("None", false),
            ("DeleteOldestNonDefaultVersionWhenLimitExceeded", true),
        ];
        Ok(core::CreatePolicyVersion {
            account: input.scope.account,
            name: input.policy_name()?,
            language: Language::Ram,
            document: input.document(POLICY_DOCUMENT)?,
            title: None,
            description: None,
            as_default: input.flag(SET_AS_DEFAULT)?,
            drop_oldest: input.word(ROTATE_STRATEGY, &strategies)?.unwrap_or_default(),
        })
    }

    /// It counts from the beginning where that was asked for.
    fn encode(input: &Input<'_>, version: PolicyVersion, answer: &mut Answer) {
        let default = input.flag(SET_AS_DEFAULT).unwrap_or_default();
        answer.object("PolicyVersion", |answer| {
            encode(&version, default, answer);
        });
    }
}

impl WireOp for GetPolicyVersion {
    type Op = core::GetPolicyVersion;

    fn decode(input: &Input<'_>) -> Result<core::GetPolicyVersion, Fault> {
        Ok(core::GetPolicyVersion {
            account: input.scope.account,
            policy: input.policy()?,
            number: input.policy_version()?,
        })
    }

    fn encode(_: &Input<'_>, (version, default): <Self::Op as Operation>::Output, answer: &mut Answer) {
        answer.object("PolicyVersion", |answer| encode(&version, default, answer));
    }
}

impl WireOp for DeletePolicyVersion {
    type Op = core::DeletePolicyVersion;

    fn decode(input: &Input<'_>) -> Result<core::DeletePolicyVersion, Fault> {
        Ok(core::DeletePolicyVersion {
            account: input.scope.account,
            name: input.policy_name()?,
            number: input.policy_version()?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListPolicyVersions {
    type Op = core::ListPolicyVersions;

    fn decode(input: &Input<'_>) -> Result<core::ListPolicyVersions, Fault> {
        Ok(core::ListPolicyVersions {
            account: input.scope.account,
            policy: input.policy()?,
        })
    }

    fn encode(_: &Input<'_>, versions: <Self::Op as Operation>::Output, answer: &mut Answer) {
        answer.list(
            "PolicyVersions",
            "PolicyVersion",
            versions,
            |answer, (version, default)| encode(&version, default, answer),
        );
    }
}

impl WireOp for SetDefaultPolicyVersion {
    type Op = core::SetDefaultPolicyVersion;

    fn decode(input: &Input<'_>) -> Result<core::SetDefaultPolicyVersion, Fault> {
        Ok(core::SetDefaultPolicyVersion {
            account: input.scope.account,
            name: input.policy_name()?,
            number: input.policy_version()?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

fn encode(version: &PolicyVersion, default: bool, answer: &mut Answer) {
    encode_version(
        (version.number, default),
        &version.document,
        version.created,
        answer,
    );
}

/// A version by its number and whether it counts, its document, and when it was made.
pub(super) fn encode_version(
    (number, default): (u32, bool),
    document: &str,
    created: Timestamp,
    answer: &mut Answer,
) {
    answer.text("VersionId", &version_name(number));
    answer.boolean("IsDefaultVersion", default);
    answer.text("PolicyDocument", document);
    answer.text("CreateDate", &date(created));
}

/// A version as this face calls it.
pub(super) fn version_name(number: u32) -> String {
    format!("v{number}")
}
