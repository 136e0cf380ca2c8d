//! SOURCE: KMS API reference, CreateAlias (read 2026-11-21): names that begin with `alias/acs` are reserved.

use claviger_service::ops::alias as core;

use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct CreateAlias;

impl WireOp for CreateAlias {
    type Op = core::CreateAlias;

    fn decode(input: &Input<'_>) -> Result<core::CreateAlias, Fault> {
        let key = input.key_by_id("KeyId")?;
        let name = input.alias("AliasName")?;
        Ok(core::CreateAlias {
            prefixed: true,
            name,
            key,
            per_key: u32::MAX,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}
