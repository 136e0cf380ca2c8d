//! SOURCE: KMS API reference, EnableKey and DisableKey (read 2026-11-21): both succeed where nothing changes; neither
//! takes an alias.

use claviger_model::{Again, Change};
use claviger_service::ops::key as core;

use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct EnableKey;
pub(super) struct DisableKey;

impl WireOp for EnableKey {
    type Op = core::EnableKey;

    fn decode(input: &Input<'_>) -> Result<core::EnableKey, Fault> {
        Ok(core::EnableKey {
            key: input.key_by_id("KeyId")?,
            again: Again::Fine,
        })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}

impl WireOp for DisableKey {
    type Op = core::DisableKey;

    fn decode(input: &Input<'_>) -> Result<core::DisableKey, Fault> {
        Ok(core::DisableKey {
            key: input.key_by_id("KeyId")?,
            again: Again::Fine,
        })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}
