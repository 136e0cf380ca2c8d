//! SOURCE: KMS API reference, UpdateKeyDescription (read 2026-11-21): the new text is required, but may be empty.

use claviger_model::Change;
use claviger_service::ops::key as core;

use super::create_key::DESCRIPTION_LIMIT;
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct UpdateKeyDescription;

impl WireOp for UpdateKeyDescription {
    type Op = core::UpdateKeyDescription;

    fn decode(input: &Input<'_>) -> Result<core::UpdateKeyDescription, Fault> {
        let key = input.key_by_id("KeyId")?;
        if input.params.get("Description").is_none() {
            return Err(WireError::missing("Description").into());
        }
        let description = input.bounded_text("Description", DESCRIPTION_LIMIT)?.to_owned();
        Ok(core::UpdateKeyDescription { key, description })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}
