//! SOURCE: Key Management Service API reference, "Enabling a CMK", "Disabling a CMK" (read 2026-11-22): only from the other
//! state.

use claviger_model::{Again, Change, StateKind};
use claviger_service::ops::key as core;

use crate::error::Fault;
use crate::json::Answer;
use crate::names;
use crate::row::{Input, Shown, WireOp};

pub(super) struct EnableKey;
pub(super) struct DisableKey;

impl WireOp for EnableKey {
    type Op = core::EnableKey;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::EnableKey, Fault> {
        Ok(core::EnableKey {
            key: input.key("key_id")?,
            again: Again::Refused,
        })
    }

    fn encode(shown: &Shown<'_>, _: Change<()>, answer: &mut Answer) {
        encode(shown, StateKind::Enabled, answer);
    }
}

impl WireOp for DisableKey {
    type Op = core::DisableKey;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::DisableKey, Fault> {
        Ok(core::DisableKey {
            key: input.key("key_id")?,
            again: Again::Refused,
        })
    }

    fn encode(shown: &Shown<'_>, _: Change<()>, answer: &mut Answer) {
        encode(shown, StateKind::Disabled, answer);
    }
}

/// The key by the id that it was named with, for nothing else names it here.
fn encode(shown: &Shown<'_>, state: StateKind, answer: &mut Answer) {
    let id = shown.input.fields.text("key_id");
    answer.object("key_info", |answer| {
        answer.text("key_id", &id.ok().flatten().unwrap_or_default());
        answer.plain("key_state", names::state_name(state));
    });
}
