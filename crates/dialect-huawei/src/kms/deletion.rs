//! SOURCE: Key Management Service API reference, "Scheduling the Deletion of a CMK", "Canceling the Scheduled Deletion of a CMK"
//! (read 2026-11-22): 7 to 1096 days; a key that is taken back is disabled. The answers are flat.

use claviger_model::{Key, Resume, SignedDuration};
use claviger_service::ops::key as core;

use crate::error::{Fault, codes};
use crate::json::Answer;
use crate::names;
use crate::row::{Input, Shown, WireOp};

pub(super) struct ScheduleKeyDeletion;
pub(super) struct CancelKeyDeletion;

impl WireOp for ScheduleKeyDeletion {
    type Op = core::ScheduleKeyDeletion;

    const REQUIRED: &'static [&'static str] = &["key_id", "pending_days"];

    fn decode(input: &Input<'_>) -> Result<core::ScheduleKeyDeletion, Fault> {
        let key = input.key("key_id")?;
        let days = input.fields.whole("pending_days", codes::K1401)?;
        let days = days
            .filter(|days| (7..=1096).contains(days))
            .ok_or(codes::K1401)?;
        let hours = i64::try_from(days).map_err(|_| codes::K1401)? * 24;
        Ok(core::ScheduleKeyDeletion {
            key,
            window: SignedDuration::from_hours(hours),
        })
    }

    fn encode(_: &Shown<'_>, key: Key, answer: &mut Answer) {
        encode(&key, answer);
    }
}

impl WireOp for CancelKeyDeletion {
    type Op = core::CancelKeyDeletion;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::CancelKeyDeletion, Fault> {
        Ok(core::CancelKeyDeletion {
            key: input.key("key_id")?,
            resume: Resume::Disabled,
        })
    }

    fn encode(_: &Shown<'_>, key: Key, answer: &mut Answer) {
        encode(&key, answer);
    }
}

fn encode(key: &Key, answer: &mut Answer) {
    answer.id("key_id", key.id.to_ascii());
    answer.plain("key_state", names::state_name(key.state.kind()));
}
