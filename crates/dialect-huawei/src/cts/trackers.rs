//! SOURCE: Cloud Trace Service API reference, "Querying a Tracker", "Creating a Tracker", "Modifying a Tracker", "Deleting a
//! Tracker" (read 2026-11-22). Every project has the one tracker `system`, which keeps what the audit log keeps. Its id is that
//! of the project: there is no other.

use claviger_service::ops::audit as core;
use claviger_service::{Call, Service};

use super::question::{SYSTEM, parameter};
use crate::error::{self, Fault, WireError, codes};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

pub(super) struct ListTrackers;

impl WireOp for ListTrackers {
    type Op = core::DescribeTrails;

    fn decode(input: &Input<'_>) -> Result<core::DescribeTrails, Fault> {
        Ok(core::DescribeTrails(input.scope.clone()))
    }

    fn encode(shown: &Shown<'_>, (): (), answer: &mut Answer) {
        let is_meant = |name| parameter(shown.input, name).is_none_or(|value| value == SYSTEM);
        let trackers = (is_meant("tracker_name") && is_meant("tracker_type")).then_some(());
        answer.objects("trackers", trackers, |answer, ()| {
            answer.text("id", shown.input.path("project_id"));
            answer.plain("tracker_name", SYSTEM);
            answer.plain("tracker_type", SYSTEM);
            answer.plain("status", "enabled");
            answer.plain("domain_id", shown.domain());
            answer.text("project_id", shown.input.path("project_id"));
            answer.boolean("is_support_validate", false);
            answer.boolean("is_support_trace_files_encryption", false);
        });
    }
}

/// Refuses what would make, change or remove a tracker, whoever asks.
pub(super) async fn refuse_change(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
) -> Result<(), WireError> {
    let wire = WireError {
        message: "trackers are set by the operator of the server".into(),
        ..codes::K0306.error()
    };
    let wire = error::dressed(input.row.api, wire);
    Err(input.refuse(service, call, input.row.name, wire).await)
}
