//! SOURCE: KMS API reference, UpdateAlias (read 2026-11-21): moves an alias to another key of the same region.

use claviger_model::Alias;
use claviger_service::ops::alias as core;

use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct UpdateAlias;

impl WireOp for UpdateAlias {
    type Op = core::UpdateAlias;

    fn decode(input: &Input<'_>) -> Result<core::UpdateAlias, Fault> {
        Ok(core::UpdateAlias {
            key: input.key_by_id("KeyId")?,
            name: input.alias("AliasName")?,
        })
    }

    fn encode(_: &Input<'_>, _: Alias, _: &mut Answer) {}
}
