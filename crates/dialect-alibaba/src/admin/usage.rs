//! How keys are used, and how the audit log is doing.

use claviger_audit::Health;
use claviger_audit::index::{LastUse, Usage};
use claviger_model::KeyState;
use claviger_service::ops::audit as core;

use crate::answer::{Answer, date};
use crate::ops::state_name;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct GetKeyUsage;
pub(super) struct GetAuditStatus;

impl WireOp for GetKeyUsage {
    type Op = core::GetKeyUsage;

    fn decode(input: &Input<'_>) -> Result<core::GetKeyUsage, Fault> {
        Ok(core::GetKeyUsage {
            key: input.key("KeyId")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::KeyUsage, answer: &mut Answer) {
        let key = &output.key;
        answer.id("KeyId", key.id.to_ascii());
        answer.text("KeyState", state_name(key.state.kind()));
        let due = match key.state {
            KeyState::PendingDeletion { due } => date(due),
            KeyState::PendingImport | KeyState::Enabled | KeyState::Disabled => String::new(),
        };
        answer.text("DeletionDate", &due);
        answer.boolean("RecentlyUsed", output.recently_used);
        encode_usage(&output.usage, answer);
    }
}

fn encode_usage(usage: &Usage, answer: &mut Answer) {
    if let Some(last) = &usage.last {
        answer.object("LastUsed", |answer| encode_last(last, answer));
    }
    answer.list("Versions", "Version", &usage.versions, |answer, version| {
        let id = version.version.map(|id| id.to_string());
        answer.text("KeyVersionId", &id.unwrap_or_default());
        answer.text("FirstUsed", &date(version.first));
        answer.text("LastUsed", &date(version.last));
        answer.number("Count", version.count);
    });
    answer.list("Days", "Day", &usage.days, |answer, day| {
        answer.text("Date", &day.day.to_string());
        answer.text("Action", &day.action);
        answer.text("Outcome", &day.outcome);
        answer.number("Count", day.count);
    });
}

fn encode_last(last: &LastUse, answer: &mut Answer) {
    answer.text("Time", &date(last.time));
    answer.text("Action", &last.action);
    answer.text("Caller", &last.caller);
    answer.text("AccessKeyId", last.access_key.as_deref().unwrap_or_default());
}

impl WireOp for GetAuditStatus {
    type Op = core::GetAuditStatus;

    fn decode(_: &Input<'_>) -> Result<core::GetAuditStatus, Fault> {
        Ok(core::GetAuditStatus)
    }

    fn encode(_: &Input<'_>, status: core::AuditStatus, answer: &mut Answer) {
        answer.object("Log", |answer| {
            answer.text("LogId", &status.log);
            answer.number("Lines", status.head.seq.0);
            answer.boolean("Healthy", status.health == Health::Healthy);
        });
        answer.object("Index", |answer| encode_follower(&status.index, answer));
        answer.list("Followers", "Follower", &status.followers, |answer, follower| {
            encode_follower(follower, answer);
        });
    }
}

fn encode_follower(follower: &core::Followed, answer: &mut Answer) {
    let progress = &follower.progress;
    answer.text("Name", &progress.name);
    answer.number("Done", progress.done.0);
    answer.number("Behind", follower.behind);
    if let Some(lag) = progress.lag {
        let millis = u64::try_from(lag.as_millis()).unwrap_or(0);
        answer.number("LagMilliseconds", millis);
    }
    answer.text("Trouble", progress.trouble.as_deref().unwrap_or_default());
}
