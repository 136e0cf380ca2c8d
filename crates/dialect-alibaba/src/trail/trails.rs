//! SOURCE: ActionTrail 2020-07-06, DescribeTrails and GetTrailStatus (read 2026-11-22): names of trails have 6 to 36 lower-case
//! letters, digits, `-` and `_`, a letter first. Trails that are asked for and not there are left out of the list.

use claviger_service::ops::audit as core;
use claviger_service::{Call, Service};

use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, Row, WireOp, refuse};

pub(super) struct DescribeTrails;

impl WireOp for DescribeTrails {
    type Op = core::DescribeTrails;

    fn decode(input: &Input<'_>) -> Result<core::DescribeTrails, Fault> {
        for name in ["IncludeShadowTrails", "IncludeOrganizationTrail"] {
            flag(input, name)?;
        }
        let names = input.optional("NameList").unwrap_or_default();
        if !names.is_empty() && !names.split(',').all(is_name) {
            return Err(WireError::trail_name().into());
        }
        Ok(core::DescribeTrails(input.scope.clone()))
    }

    fn encode(_: &Input<'_>, (): (), answer: &mut Answer) {
        answer.texts("TrailList", &[]);
    }
}

/// No trail is there for anybody, so this asks nobody whether they may know: the answer is the same.
pub(super) const GET_STATUS: Row = Row {
    name: "GetTrailStatus",
    dry_runs: false,
    serve: |service, call, input, _| Box::pin(no_such_trail(service, call, input)),
};

async fn no_such_trail(service: &Service, call: &Call<'_>, input: &Input<'_>) -> Result<(), WireError> {
    let asked = flag(input, "IsOrganizationTrail").and_then(|()| input.required("Name").map(drop));
    let error = asked.err().unwrap_or_else(WireError::no_such_trail);
    Err(refuse(service, call, input.api, "GetTrailStatus", error).await)
}

fn flag(input: &Input<'_>, name: &str) -> Result<(), WireError> {
    let read = input.boolean(name).map(drop);
    read.map_err(|_| WireError::query_parameter(name))
}

fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (6..=36).contains(&text.len())
        && text.bytes().all(fits)
        && text.starts_with(|first: char| first.is_ascii_lowercase())
}
