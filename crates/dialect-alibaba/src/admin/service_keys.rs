//! Access keys of services, as those of users are in RAM.

use claviger_service::NewAccessKey;
use claviger_service::ops::identity::{self as core, KeyHolder};

use super::services::service;
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::ram::{access_key, encode_key_list, encode_new_key};
use crate::row::{Input, WireOp};

pub(super) struct CreateServiceAccessKey;
pub(super) struct UpdateServiceAccessKey;
pub(super) struct DeleteServiceAccessKey;
pub(super) struct ListServiceAccessKeys;

fn holder(input: &Input<'_>) -> Result<KeyHolder, WireError> {
    service(input).map(KeyHolder::Service)
}

impl WireOp for CreateServiceAccessKey {
    type Op = core::CreateAccessKey;

    fn decode(input: &Input<'_>) -> Result<core::CreateAccessKey, Fault> {
        Ok(core::CreateAccessKey {
            account: input.scope.account,
            holder: holder(input)?,
        })
    }

    fn encode(_: &Input<'_>, made: NewAccessKey, answer: &mut Answer) {
        encode_new_key(&made, answer);
    }
}

impl WireOp for UpdateServiceAccessKey {
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

impl WireOp for DeleteServiceAccessKey {
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

impl WireOp for ListServiceAccessKeys {
    type Op = core::ListAccessKeys;

    fn decode(input: &Input<'_>) -> Result<core::ListAccessKeys, Fault> {
        Ok(core::ListAccessKeys {
            account: input.scope.account,
            holder: holder(input)?,
        })
    }

    fn encode(_: &Input<'_>, keys: Vec<core::AccessKeyView>, answer: &mut Answer) {
        encode_key_list(&keys, answer);
    }
}
