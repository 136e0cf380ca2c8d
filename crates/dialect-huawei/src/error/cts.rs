//! The core's refusals in the words of the trace service.
//!
//! SOURCE: Cloud Trace Service API reference, "Error Codes" (read 2026-11-22).

use std::borrow::Cow;

use claviger_model::Error;
use http::StatusCode;

use super::{Shape, WireError};

fn plain(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> WireError {
    WireError::new(Shape::Plain, status, code, message)
}

/// A parameter is not valid.
pub(super) fn bad_parameter(message: impl Into<Cow<'static, str>>) -> WireError {
    plain(StatusCode::BAD_REQUEST, "CTS.0003", message)
}

/// The caller may not.
pub(super) fn no_right(message: impl Into<Cow<'static, str>>) -> WireError {
    plain(StatusCode::FORBIDDEN, "CTS.0013", message)
}

/// The core's refusal in the words of the trace service. Nothing of it refuses but for rights and bad questions.
pub(super) fn wire(error: &Error) -> WireError {
    match error {
        Error::Denied(_) => no_right("no permission to query traces"),
        Error::Throttled(wait) => WireError::throttled().after(*wait),
        Error::Overloaded => WireError::throttled(),
        Error::Unavailable => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "CTS.0300",
            "traces cannot be queried at the moment",
        ),
        Error::Internal => plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "CTS.0300",
            "traces cannot be queried",
        ),
        _ => bad_parameter(error.to_string()),
    }
}
