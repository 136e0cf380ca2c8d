//! SOURCE: Key Management Service API reference, "Enabling Rotation for a CMK", "Changing the CMK Rotation Interval", "Disabling
//! Rotation for a CMK", "Querying the Rotation Status of a CMK", and of a later edition "Rotating a key on demand" (read
//! 2026-11-22): 30 to 365 days, 365 unless another interval counted before.

use claviger_model::{KeyVersionId, SignedDuration};
use claviger_service::ops::key as core;

use crate::error::{Fault, codes};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

/// The interval where none was ever set.
const YEAR: SignedDuration = days(365);

const fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(days * 24)
}

pub(super) struct EnableRotation;
pub(super) struct DisableRotation;
pub(super) struct UpdateInterval;
pub(super) struct RotationStatus;
pub(super) struct RotateOnDemand;

impl WireOp for EnableRotation {
    type Op = core::BeginRotation;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::BeginRotation, Fault> {
        Ok(core::BeginRotation {
            key: input.key("key_id")?,
            default: YEAR,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for DisableRotation {
    type Op = core::EndRotation;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::EndRotation, Fault> {
        Ok(core::EndRotation {
            key: input.key("key_id")?,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for UpdateInterval {
    type Op = core::AlterRotation;

    const REQUIRED: &'static [&'static str] = &["key_id", "rotation_interval"];

    fn decode(input: &Input<'_>) -> Result<core::AlterRotation, Fault> {
        let key = input.key("key_id")?;
        let interval = input.fields.whole("rotation_interval", codes::K3001)?;
        let interval = interval.filter(|days| (30..=365).contains(days));
        let interval = interval.and_then(|days| i64::try_from(days).ok());
        Ok(core::AlterRotation {
            key,
            interval: days(interval.ok_or_else(|| codes::K3001.error())?),
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for RotationStatus {
    type Op = core::GetRotationStatus;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::GetRotationStatus, Fault> {
        Ok(core::GetRotationStatus {
            key: input.key("key_id")?,
        })
    }

    fn encode(_: &Shown<'_>, view: core::RotationView, answer: &mut Answer) {
        answer.boolean("key_rotation_enabled", view.on);
        if let Some(interval) = view.interval {
            let days = u64::try_from(interval.as_hours() / 24).unwrap_or(0);
            answer.number("rotation_interval", days);
        }
        if let Some(last) = view.last {
            answer.millis("last_rotation_time", Some(last));
        }
        answer.number("number_of_rotations", view.count);
    }
}

impl WireOp for RotateOnDemand {
    type Op = core::RotateOnDemand;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::RotateOnDemand, Fault> {
        Ok(core::RotateOnDemand {
            key: input.key("key_id")?,
        })
    }

    fn encode(shown: &Shown<'_>, _: KeyVersionId, answer: &mut Answer) {
        let id = shown.input.fields.text("key_id").ok().flatten();
        answer.text("key_id", &id.unwrap_or_default());
    }
}
