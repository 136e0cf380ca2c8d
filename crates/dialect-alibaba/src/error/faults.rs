//! What has nothing to do with the request: who sends it is not known, or the server cannot.
//!
//! SOURCE: KMS, RAM and STS API references, error codes (read 2026-11-22): KMS says `InternalFailure`, `Forbidden.AccessKey`
//! and `Rejected.Throttling` where the others say `InternalError` and, from general knowledge of the platform's gateway,
//! `InvalidAccessKeyId.Inactive`, `Throttling.User` and `ServiceUnavailable`.

use claviger_service::AuthnError;
use http::StatusCode;

use super::WireError;
use crate::api::Api;

impl WireError {
    /// The words for a caller that is not known. A wrong signature has its own, with the string to sign.
    pub(crate) fn unknown_caller(api: Api, error: AuthnError) -> Self {
        match error {
            AuthnError::NoCredentials => Self::missing("AccessKeyId"),
            AuthnError::Skewed => Self::bad(
                "InvalidTimeStamp.Expired",
                "Specified time stamp or date value is expired.",
            ),
            // Nobody comes through this face with a password, or with a token alone.
            AuthnError::UnknownKey
            | AuthnError::TokenRevoked
            | AuthnError::Credentials
            | AuthnError::Locked => unknown_key(),
            // Whose it is was switched off, with all its access keys.
            AuthnError::InactiveKey | AuthnError::Disabled => inactive_key(api),
            AuthnError::WrongSignature => Self::wrong_signature(""),
            AuthnError::NonceUsed => Self::bad(
                "SignatureNonceUsed",
                "Specified signature nonce was used already.",
            ),
            AuthnError::TokenMalformed => Self::bad(
                "InvalidSecurityToken.Malformed",
                "Specified SecurityToken is malformed.",
            ),
            AuthnError::TokenMismatch => Self::bad(
                "InvalidSecurityToken.MismatchWithAccessKey",
                "Specified SecurityToken mismatch with the AccessKey.",
            ),
            // SOURCE: KMS, common error codes, `InvalidAccessKeyId.NotFound`: what an expired token gives there.
            AuthnError::TokenExpired if api == Api::Kms => unknown_key(),
            AuthnError::TokenExpired => Self::bad(
                "InvalidSecurityToken.Expired",
                "Specified SecurityToken is expired.",
            ),
            AuthnError::Overloaded => Self::throttled(api),
            AuthnError::Unavailable => Self::unavailable(api),
        }
    }

    pub(crate) fn throttled(api: Api) -> Self {
        let (code, message) = match api {
            Api::Kms => ("Rejected.Throttling", "QPS Limit Exceeded"),
            Api::Ram | Api::Sts | Api::ActionTrail | Api::ActionTrail2017 | Api::Admin => {
                ("Throttling.User", "Request was denied due to user flow control.")
            }
        };
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, message)
    }

    /// For keys the spelling that clients test for; the vendor's metadata has another.
    pub(crate) fn unavailable(api: Api) -> Self {
        let (code, message) = match api {
            Api::Kms => ("ServiceUnavailableTemporary", "Service Unavailable Temporary."),
            Api::Ram | Api::Sts | Api::ActionTrail | Api::ActionTrail2017 | Api::Admin => (
                "ServiceUnavailable",
                "The request has failed due to a temporary failure of the server.",
            ),
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    pub(crate) fn internal(api: Api) -> Self {
        let (code, message) = match api {
            Api::Kms => ("InternalFailure", "Internal Failure."),
            Api::Ram | Api::Sts | Api::ActionTrail | Api::ActionTrail2017 | Api::Admin => {
                ("InternalError", "An internal error occurred.")
            }
        };
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, message)
    }
}

fn unknown_key() -> WireError {
    WireError::new(
        StatusCode::NOT_FOUND,
        "InvalidAccessKeyId.NotFound",
        "The AccessKey ID provided does not exist in our records.",
    )
}

fn inactive_key(api: Api) -> WireError {
    let code = match api {
        Api::Kms => "Forbidden.AccessKey",
        Api::Ram | Api::Sts | Api::ActionTrail | Api::ActionTrail2017 | Api::Admin => {
            "InvalidAccessKeyId.Inactive"
        }
    };
    WireError::new(StatusCode::FORBIDDEN, code, "This AccessKey is not enabled.")
}
