//! The words of the gateway: what has nothing to do with the operation. No such path, an unknown caller, too many calls.
//!
//! SOURCE: API Gateway user guide, "Error Codes" (read 2026-11-22), with the prefix `APIGW.` that the public cloud sends. The
//! beginnings of the texts for unknown callers are those that clients' reports quote.

use claviger_front::Trouble;
use claviger_service::AuthnError;
use http::StatusCode;

use super::{Shape, WireError};

/// How texts about unknown callers begin.
const INCORRECT: &str = "Incorrect IAM authentication information";

impl WireError {
    fn flat(
        status: StatusCode,
        code: &'static str,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Self {
        Self::new(Shape::Flat, status, code, message)
    }

    /// There is nothing at that path.
    pub(crate) fn no_such_api() -> Self {
        let message = "The API does not exist or has not been published";
        Self::flat(StatusCode::NOT_FOUND, "APIGW.0101", message)
    }

    /// The request itself is not well-formed.
    pub(crate) fn malformed(detail: &dyn std::fmt::Display) -> Self {
        Self::flat(
            StatusCode::BAD_REQUEST,
            "APIGW.0201",
            format!("Bad request: {detail}"),
        )
    }

    /// The caller is not known. 401 is what makes clients with passwords ask for a new token.
    pub(crate) fn unknown(detail: &dyn std::fmt::Display) -> Self {
        Self::flat(
            StatusCode::UNAUTHORIZED,
            "APIGW.0301",
            format!("{INCORRECT}: {detail}"),
        )
    }

    /// The signature is not that of the request. Quotes what was to be signed, with its lines on one.
    pub(crate) fn wrong_signature(canonical: &[u8]) -> Self {
        let text = String::from_utf8_lossy(canonical).replace('\n', "|");
        Self::unknown(&format_args!(
            "verify aksk signature fail, canonicalRequest:{text}"
        ))
    }

    /// The words for a caller that is not known.
    pub(crate) fn unknown_caller(access_key: &str, error: AuthnError) -> Self {
        let ak = |why: &str| Self::unknown(&format_args!("Get secretKey failed,ak:{access_key},err:{why}"));
        match error {
            AuthnError::NoCredentials => Self::unknown(&"x-auth-token not found"),
            AuthnError::Skewed => Self::unknown(&"the time of the signature is more than 15 minutes off"),
            AuthnError::UnknownKey => ak("ak not exist"),
            AuthnError::InactiveKey => ak("ak is inactive"),
            AuthnError::WrongSignature => Self::unknown(&"verify aksk signature fail"),
            AuthnError::NonceUsed => Self::unknown(&"the request was used before"),
            AuthnError::TokenMalformed => Self::unknown(&"decrypt token fail"),
            AuthnError::TokenMismatch => Self::unknown(&"the security token is of another ak"),
            AuthnError::TokenExpired => Self::unknown(&"token expires"),
            AuthnError::TokenRevoked => Self::unknown(&"token is revoked"),
            AuthnError::Credentials => Self::unknown(&"the username or password is wrong"),
            AuthnError::Locked => Self::unknown(&"too many wrong passwords"),
            AuthnError::Disabled => Self::unknown(&"the user is disabled"),
            AuthnError::Overloaded => Self::throttled(),
            AuthnError::Unavailable => Self::flat(
                StatusCode::SERVICE_UNAVAILABLE,
                "APIGW.0613",
                "IAM cannot answer at the moment",
            ),
        }
    }

    /// Too many calls: the only status on which clients try again by themselves.
    pub(crate) fn throttled() -> Self {
        let message = "The throttling threshold has been reached";
        Self::flat(StatusCode::TOO_MANY_REQUESTS, "APIGW.0308", message)
    }

    /// The words for what the front refuses before a request is read.
    pub(crate) fn trouble(trouble: Trouble) -> Self {
        let detail = match trouble {
            Trouble::Malformed => "the request is not well-formed HTTP",
            Trouble::LongTarget => "the request URI is too long",
            Trouble::LargeHead => "the request headers are too large",
            Trouble::LargeBody => "the request body is too large",
            Trouble::SlowBody => "the request body did not arrive whole and in time",
            Trouble::Overload => return Self::throttled(),
            Trouble::Fault => "internal error",
        };
        Self {
            status: trouble.status(),
            ..Self::malformed(&detail)
        }
    }
}
