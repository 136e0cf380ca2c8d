//! SOURCE: KMS API reference, ScheduleKeyDeletion, CancelKeyDeletion, SetDeletionProtection (read 2026-11-21): a window
//! of 7 to 366 days, 30 where none is given; a key taken back is enabled; the reason of a protection is kept only while
//! it is on. None of them takes an alias.

use claviger_model::{Change, Key, Resume, SignedDuration};
use claviger_service::KeyRef;
use claviger_service::ops::key as core;

use super::create_key::DESCRIPTION_LIMIT;
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Days until a deletion when none are given, as the vendor's own templates have it.
const DEFAULT_DAYS: u32 = 30;

pub(super) struct ScheduleKeyDeletion;
pub(super) struct CancelKeyDeletion;
pub(super) struct SetDeletionProtection;

impl WireOp for ScheduleKeyDeletion {
    type Op = core::ScheduleKeyDeletion;

    fn decode(input: &Input<'_>) -> Result<core::ScheduleKeyDeletion, Fault> {
        let key = input.key_by_id("KeyId")?;
        let days = input.integer("PendingWindowInDays")?.unwrap_or(DEFAULT_DAYS);
        if !(7..=366).contains(&days) {
            return Err(WireError::invalid("PendingWindowInDays").into());
        }
        let window = SignedDuration::from_hours(i64::from(days) * 24);
        Ok(core::ScheduleKeyDeletion { key, window })
    }

    fn encode(_: &Input<'_>, _: Key, _: &mut Answer) {}
}

impl WireOp for CancelKeyDeletion {
    type Op = core::CancelKeyDeletion;

    fn decode(input: &Input<'_>) -> Result<core::CancelKeyDeletion, Fault> {
        Ok(core::CancelKeyDeletion {
            key: input.key_by_id("KeyId")?,
            resume: Resume::Enabled,
        })
    }

    fn encode(_: &Input<'_>, _: Key, _: &mut Answer) {}
}

impl WireOp for SetDeletionProtection {
    type Op = core::SetDeletionProtection;

    fn decode(input: &Input<'_>) -> Result<core::SetDeletionProtection, Fault> {
        if input.optional("KmsInstanceId").is_some() {
            return Err(WireError::no_such_instance().into());
        }
        let key = protected(input)?;
        let text = input.bounded_text("DeletionProtectionDescription", DESCRIPTION_LIMIT)?;
        let enable = input.required_boolean("EnableDeletionProtection")?;
        Ok(core::SetDeletionProtection {
            key,
            reason: enable.then(|| text.to_owned()),
        })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}

/// The key, by its resource name or by KeyId, of which newer clients send the latter. Both must mean the same.
fn protected(input: &Input<'_>) -> Result<KeyRef, Fault> {
    let by_id = match input.optional("KeyId") {
        None => None,
        Some(_) => Some(input.key_by_id("KeyId")?),
    };
    let by_resource = match input.optional("ProtectedResourceArn") {
        None => None,
        Some(text) if text.starts_with("acs:kms:") => Some(input.key_by_id("ProtectedResourceArn")?),
        Some(_) => return Err(WireError::invalid("ProtectedResourceArn").into()),
    };
    match (by_resource, by_id) {
        (Some(one), Some(other)) if one != other => Err(WireError::invalid("KeyId").into()),
        (Some(key), _) | (None, Some(key)) => Ok(key),
        (None, None) => Err(WireError::missing("ProtectedResourceArn").into()),
    }
}
