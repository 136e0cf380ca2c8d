//! SOURCE: Key Management Service API reference, "Querying the Number of Instances", "Querying the User Quota" (read 2026-11-22).
//! Default master keys are in neither.

use claviger_service::ops::key as core;

use crate::error::Fault;
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

pub(super) struct UserInstances;
pub(super) struct UserQuotas;

impl WireOp for UserInstances {
    type Op = core::CountKeys;

    fn decode(input: &Input<'_>) -> Result<core::CountKeys, Fault> {
        Ok(core::CountKeys {
            scope: input.scope.clone(),
        })
    }

    fn encode(_: &Shown<'_>, keys: u64, answer: &mut Answer) {
        answer.number("instance_num", keys);
    }
}

impl WireOp for UserQuotas {
    type Op = core::GetQuotas;

    fn decode(input: &Input<'_>) -> Result<core::GetQuotas, Fault> {
        Ok(core::GetQuotas {
            scope: input.scope.clone(),
        })
    }

    fn encode(shown: &Shown<'_>, quotas: core::ScopeQuotas, answer: &mut Answer) {
        let settings = shown.input.settings;
        let rows = [
            ("CMK", quotas.keys, settings.keys.min(quotas.most_keys)),
            ("grant_per_CMK", quotas.grants, settings.grants),
        ];
        answer.object("quotas", |answer| {
            answer.objects("resources", rows, |answer, (kind, used, quota)| {
                answer.text("type", kind);
                answer.number("used", used);
                answer.number("quota", quota.into());
            });
        });
    }
}
