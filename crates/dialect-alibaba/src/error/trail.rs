//! What only the audit trail says.
//!
//! SOURCE: ActionTrail 2020-07-06, LookupEvents, DescribeTrails and GetTrailStatus, error codes (read 2026-11-22).

use http::StatusCode;

use super::WireError;

impl WireError {
    pub(crate) fn start_time() -> Self {
        Self::bad("InvalidParameterStartTime", "The specified StartTime is invalid.")
    }

    pub(crate) fn end_time() -> Self {
        Self::bad("InvalidParameterEndTime", "The specified EndTime is invalid.")
    }

    pub(crate) fn time_range() -> Self {
        Self::bad(
            "InvalidParameterCombination",
            "The end time must be later than the start time.",
        )
    }

    /// The published sentence, and which parameter is meant.
    pub(crate) fn query_parameter(name: &str) -> Self {
        Self::bad(
            "InvalidQueryParameter",
            format!("The specified query parameter is invalid: {name}."),
        )
    }

    pub(crate) fn trail_name() -> Self {
        Self::bad(
            "InvalidTrailNameException",
            "The specified Trail name is invalid.",
        )
    }

    pub(crate) fn no_such_trail() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "TrailNotFoundException",
            "The specified Trail does not exist.",
        )
    }
}
