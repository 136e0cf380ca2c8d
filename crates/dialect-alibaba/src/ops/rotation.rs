//! SOURCE: KMS API reference, UpdateRotationPolicy (read 2026-11-21): RotationInterval is required to enable and not
//! read to disable.

use claviger_model::Change;
use claviger_service::ops::key as core;

use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct UpdateRotationPolicy;

impl WireOp for UpdateRotationPolicy {
    type Op = core::UpdateRotationPolicy;

    fn decode(input: &Input<'_>) -> Result<core::UpdateRotationPolicy, Fault> {
        let key = input.key_by_id("KeyId")?;
        let interval = if input.required_boolean("EnableAutomaticRotation")? {
            Some(input.interval("RotationInterval")?)
        } else {
            None
        };
        Ok(core::UpdateRotationPolicy { key, interval })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}
