//! Errors on the wire: every code, status and text of this face.
//!
//! SOURCE: KMS API reference, "Common error codes" and the error tables of the operations (read 2026-11-21). Codes of
//! the platform's gateway are from general knowledge of it; they are marked.

mod core;

use std::borrow::Cow;

use claviger_front::Trouble;
use claviger_model::{AliasName, Resource};
use claviger_service::AuthnError;
use http::StatusCode;

pub(crate) use self::core::{code, wire};

/// An error as this face spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
}

impl WireError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    fn bad(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn missing(name: &str) -> Self {
        Self::bad(
            "MissingParameter",
            format!("The parameter {name} is needed but not provided."),
        )
    }

    pub(crate) fn invalid(name: &str) -> Self {
        Self::bad(
            "InvalidParameter",
            format!("The specified parameter {name} is not valid."),
        )
    }

    /// The vendor's gateway calls a repeated parameter missing too: neither value counts.
    pub(crate) fn repeated(name: &str) -> Self {
        Self::bad(
            "MissingParameter",
            format!("The parameter {name} is needed exactly once."),
        )
    }

    pub(crate) fn unparsable(detail: &dyn std::fmt::Display) -> Self {
        let code = "ParseRequestParameterException";
        Self::bad(
            code,
            format!("Server parse parameters exception: {detail}. Please check your input params."),
        )
    }

    pub(crate) fn unsupported_operation() -> Self {
        Self::bad("UnsupportedOperation", "This action is not supported.")
    }

    pub(crate) fn unsupported_alias() -> Self {
        Self::bad("Unsupported.Alias", "Alias is not valid for this api.")
    }

    pub(crate) fn unknown_action() -> Self {
        let message = "Specified api is not found, please check your url and method.";
        Self::new(StatusCode::NOT_FOUND, "InvalidAction.NotFound", message)
    }

    pub(crate) fn invalid_version() -> Self {
        Self::bad("InvalidVersion", "Specified parameter Version is not valid.")
    }

    pub(crate) fn method() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "UnsupportedHTTPMethod",
            "This http method is not supported.",
        )
    }

    pub(crate) fn no_such_instance() -> Self {
        let message = "The specified DKMS Instance is not found.";
        Self::new(StatusCode::FORBIDDEN, "Forbidden.DKMSInstanceNotFound", message)
    }

    /// The words of the operations over many resources, which have codes of their own for tags.
    pub(crate) fn invalid_tag_key(name: &str) -> Self {
        Self {
            code: "InvalidParameter.TagKey",
            ..Self::invalid(name)
        }
    }

    pub(crate) fn invalid_tag_value(name: &str) -> Self {
        Self {
            code: "InvalidParameter.TagValue",
            ..Self::invalid(name)
        }
    }

    pub(crate) fn duplicate_tag_key() -> Self {
        Self::bad("Duplicate.TagKey", "The specified tagKey is duplicate.")
    }

    /// `detail` says what is wrong; the first sentence is the published one.
    pub(crate) fn incomplete_signature(detail: &dyn std::fmt::Display) -> Self {
        let text = "The request signature does not conform to Alibaba Cloud standards";
        Self::bad("IncompleteSignature", format!("{text}, {detail}."))
    }

    /// Old clients cut the message at its colon and compare the rest with their own string to sign, so there is
    /// exactly one thing behind the first colon.
    pub(crate) fn wrong_signature(string_to_sign: &str) -> Self {
        let text = "Specified signature is not matched with our calculation. server string to sign is:";
        Self::bad("SignatureDoesNotMatch", format!("{text}{string_to_sign}"))
    }

    pub(crate) fn no_timestamp() -> Self {
        let message = "The input parameter \"Timestamp\" that is mandatory for processing this request is not supplied.";
        Self::bad("IllegalTimestamp", message)
    }

    pub(crate) fn bad_timestamp() -> Self {
        let message = "Specified time stamp or date value is not well formatted.";
        Self::bad("InvalidTimeStamp.Format", message)
    }

    pub(crate) fn foreign_token() -> Self {
        let message = "Specified SecurityToken mismatch with the AccessKey.";
        Self::bad("InvalidSecurityToken.MismatchWithAccessKey", message)
    }

    /// The words for a caller that is not known. A wrong signature has its own, with the string to sign.
    pub(crate) fn unknown_caller(error: AuthnError) -> Self {
        match error {
            AuthnError::NoCredentials => Self::missing("AccessKeyId"),
            AuthnError::Skewed => Self::bad(
                "InvalidTimeStamp.Expired",
                "Specified time stamp or date value is expired.",
            ),
            AuthnError::UnknownKey => Self::new(
                StatusCode::NOT_FOUND,
                "InvalidAccessKeyId.NotFound",
                "The AccessKey ID provided does not exist in our records.",
            ),
            AuthnError::InactiveKey => Self::new(
                StatusCode::FORBIDDEN,
                "Forbidden.AccessKey",
                "This AccessKey is not enabled.",
            ),
            AuthnError::WrongSignature => Self::wrong_signature(""),
            AuthnError::NonceUsed => Self::bad(
                "SignatureNonceUsed",
                "Specified signature nonce was used already.",
            ),
            AuthnError::Overloaded => throttled(),
            AuthnError::Unavailable => unavailable(),
        }
    }

    /// The words for what the front refuses before a request is read.
    pub(crate) fn trouble(trouble: Trouble) -> Self {
        let detail = match trouble {
            Trouble::Malformed => "the request is not well-formed HTTP",
            Trouble::LongTarget => "the request target is too long",
            Trouble::LargeHead => "the request headers are too large",
            Trouble::LargeBody => "the request body is too large",
            Trouble::SlowBody => "the request body did not arrive whole and in time",
            Trouble::Overload => return throttled(),
            Trouble::Fault => return internal(),
        };
        Self {
            status: trouble.status(),
            ..Self::unparsable(&detail)
        }
    }
}

fn throttled() -> WireError {
    WireError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Rejected.Throttling",
        "QPS Limit Exceeded",
    )
}

/// The spelling that clients test for; the vendor's metadata has another.
fn unavailable() -> WireError {
    let message = "Service Unavailable Temporary.";
    WireError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "ServiceUnavailableTemporary",
        message,
    )
}

fn internal() -> WireError {
    WireError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "InternalFailure",
        "Internal Failure.",
    )
}

/// SOURCE: "Use RAM to control access to KMS resources": resource names, containers without a slash.
pub(crate) fn arn(resource: &Resource) -> String {
    let scope = resource.scope();
    let tail: Cow<'_, str> = match resource {
        Resource::Key(_, id) => format!("key/{id}").into(),
        Resource::UnknownKey(_, text) => format!("key/{text}").into(),
        Resource::Alias(_, name) => alias_name(name).into(),
        Resource::Keys(_) => "key".into(),
        Resource::Aliases(_) => "alias".into(),
        Resource::Certificate(_, id) => format!("certificate/{id}").into(),
        Resource::UnknownCertificate(_, text) => format!("certificate/{text}").into(),
        Resource::Certificates(_) => "certificate".into(),
        Resource::Service(_) => "*".into(),
    };
    format!("acs:kms:{}:{}:{tail}", scope.region, scope.account)
}

/// An alias with the prefix it has on this face.
pub(crate) fn alias_name(name: &AliasName) -> String {
    format!("alias/{name}")
}
