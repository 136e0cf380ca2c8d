//! SOURCE: RAM API reference, CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ListAccessKeys, GetAccessKeyLastUsed
//! (read 2026-11-22): without a name they are about the caller. The secret is shown once, and never again. A key that was
//! never used has an empty LastUsedDate.

use claviger_model::{AccessKeyId, AccessKeyStatus, Timestamp};
use claviger_service::NewAccessKey;
use claviger_service::ops::identity as core;

use super::users::user_or_caller;
use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::Fault;
use crate::params::parameter::USER_ACCESS_KEY;
use crate::row::{Input, WireOp};

pub(super) struct CreateAccessKey;
pub(super) struct UpdateAccessKey;
pub(super) struct DeleteAccessKey;
pub(super) struct ListAccessKeys;
pub(super) struct GetAccessKeyLastUsed;

fn holder(input: &Input<'_>) -> Result<core::KeyHolder, WireError> {
    let user = user_or_caller(input)?;
    Ok(user.map_or(core::KeyHolder::Caller, core::KeyHolder::User))
}

/// The access key that a request is about.
pub(crate) fn access_key(input: &Input<'_>) -> Result<AccessKeyId, WireError> {
    let text = input.required(USER_ACCESS_KEY.name)?;
    text.parse().map_err(|_| USER_ACCESS_KEY.format())
}

impl WireOp for CreateAccessKey {
    type Op = core::CreateAccessKey;

    fn decode(input: &Input<'_>) -> Result<core::CreateAccessKey, Fault> {
        Ok(core::CreateAccessKey {
            account: input.scope.account,
            holder: holder(input)?,
        })
    }

    fn encode(_: &Input<'_>, made: NewAccessKey, answer: &mut Answer) {
        encode_new(&made, answer);
    }
}

impl WireOp for UpdateAccessKey {
    type Op = core::UpdateAccessKey;

    fn decode(input: &Input<'_>) -> Result<core::UpdateAccessKey, Fault> {
        Ok(core::UpdateAccessKey {
            account: input.scope.account,
            holder: holder(input)?,
            id: access_key(input)?,
            status: input.status()?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for DeleteAccessKey {
    type Op = core::DeleteAccessKey;

    fn decode(input: &Input<'_>) -> Result<core::DeleteAccessKey, Fault> {
        Ok(core::DeleteAccessKey {
            account: input.scope.account,
            holder: holder(input)?,
            id: access_key(input)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListAccessKeys {
    type Op = core::ListAccessKeys;

    fn decode(input: &Input<'_>) -> Result<core::ListAccessKeys, Fault> {
        Ok(core::ListAccessKeys {
            account: input.scope.account,
            holder: holder(input)?,
        })
    }

    fn encode(_: &Input<'_>, keys: Vec<core::AccessKeyView>, answer: &mut Answer) {
        encode_list(&keys, answer);
    }
}

impl WireOp for GetAccessKeyLastUsed {
    type Op = core::GetAccessKeyLastUsed;

    fn decode(input: &Input<'_>) -> Result<core::GetAccessKeyLastUsed, Fault> {
        Ok(core::GetAccessKeyLastUsed {
            account: input.scope.account,
            holder: holder(input)?,
            id: access_key(input)?,
        })
    }

    fn encode(_: &Input<'_>, used: Option<Timestamp>, answer: &mut Answer) {
        answer.object("AccessKeyLastUsed", |answer| {
            answer.text("LastUsedDate", &used.map(date).unwrap_or_default());
        });
    }
}

/// An access key with its secret.
pub(crate) fn encode_new(made: &NewAccessKey, answer: &mut Answer) {
    answer.object("AccessKey", |answer| {
        answer.text("AccessKeyId", made.id.as_str());
        answer.secret("AccessKeySecret", &made.secret);
        answer.text("Status", status_name(made.status));
        answer.text("CreateDate", &date(made.created));
    });
}

/// Access keys without their secrets.
pub(crate) fn encode_list(keys: &[core::AccessKeyView], answer: &mut Answer) {
    answer.list("AccessKeys", "AccessKey", keys, |answer, key| {
        answer.text("AccessKeyId", key.id.as_str());
        answer.text("Status", status_name(key.status));
        answer.text("CreateDate", &date(key.created));
    });
}

fn status_name(status: AccessKeyStatus) -> &'static str {
    match status {
        AccessKeyStatus::Active => "Active",
        AccessKeyStatus::Inactive => "Inactive",
    }
}
