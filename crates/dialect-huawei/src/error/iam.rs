//! The core's refusals in the words of identities: those of Keystone under `/v3`, and the vendor's own elsewhere.
//!
//! SOURCE: Identity and Access Management API reference, "Status Codes", "Error Codes" (read 2026-11-22). Plain numbers are about users; the
//! answer for a third access key has the shape of Keystone everywhere, as the page about it shows.

use std::borrow::Cow;

use claviger_model::{Action, Error, Existing, Field, Quota};
use http::StatusCode;

use super::codes::{self, Code};
use super::{Shape, WireError};

/// An error of Keystone. Its title is the name of its status.
pub(crate) fn keystone(status: StatusCode, message: impl Into<Cow<'static, str>>) -> WireError {
    let title = status.canonical_reason().unwrap_or("Error");
    WireError::new(Shape::Keystone, status, title, message)
}

/// An error of the vendor's own kind.
pub(crate) fn extension(
    status: StatusCode,
    code: &'static str,
    message: impl Into<Cow<'static, str>>,
) -> WireError {
    WireError::new(Shape::Plain, status, code, message)
}

/// What all APIs have in common, in the vendor's own words for identities.
pub(super) fn plain(wire: WireError) -> WireError {
    let is = |code: Code| wire.code == code.text;
    let code = if is(codes::K0204) {
        "1100"
    } else if is(codes::K0202) {
        "IAM.0011"
    } else if is(codes::K0203) {
        "IAM.1101"
    } else if wire.status == StatusCode::FORBIDDEN {
        "IAM.0002"
    } else {
        "IAM.0007"
    };
    extension(wire.status, code, wire.message)
}

/// The core's refusal in the words of identities.
pub(super) fn wire(shape: Shape, action: Action, error: &Error) -> WireError {
    let (status, code) = match error {
        Error::Throttled(wait) => return WireError::throttled().after(*wait),
        Error::Overloaded => return WireError::throttled(),
        Error::Quota(Quota::AccessKeys) => return keystone(StatusCode::BAD_REQUEST, "akSkNumExceed"),
        Error::Quota(Quota::Users) => (StatusCode::BAD_REQUEST, "1115"),
        Error::Quota(_) => (StatusCode::FORBIDDEN, "IAM.0002"),
        Error::Denied(_) => (StatusCode::FORBIDDEN, "IAM.0003"),
        // A token for what is not there: whoever asks has no right to it either way.
        Error::NotFound(_) if action == Action::CreateToken => (StatusCode::UNAUTHORIZED, "IAM.0001"),
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "IAM.0004"),
        Error::Exists(Existing::User) if shape == Shape::Plain => (StatusCode::BAD_REQUEST, "1109"),
        Error::Exists(_) | Error::AliasExists | Error::AlreadyOpen | Error::InUse(_) => {
            (StatusCode::CONFLICT, "IAM.0005")
        }
        Error::Credentials if shape == Shape::Plain => (StatusCode::BAD_REQUEST, "1103"),
        Error::Credentials => (StatusCode::UNAUTHORIZED, "IAM.0062"),
        Error::Invalid(Field::Password) => (StatusCode::BAD_REQUEST, "1118"),
        Error::Document(_) => (StatusCode::BAD_REQUEST, "IAM.1020"),
        Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "IAM.0006"),
        Error::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "IAM.0006"),
        Error::Invalid(_)
        | Error::Malformed(..)
        | Error::ReservedAlias
        | Error::Refused(_)
        | Error::Unsupported(_)
        | Error::ImportToken
        | Error::ImportTokenExpired
        | Error::ImportTokenOfOther
        | Error::KeyMaterial(_)
        | Error::DryRun => (StatusCode::BAD_REQUEST, "IAM.0007"),
    };
    let message = match error {
        Error::Invalid(Field::SessionDuration) => "`duration_seconds` is not valid".to_owned(),
        other => other.to_string(),
    };
    match shape {
        Shape::Plain => extension(status, code, message),
        Shape::Keystone | Shape::Nested | Shape::Flat => keystone(status, message),
    }
}
