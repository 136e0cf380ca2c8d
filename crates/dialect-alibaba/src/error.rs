//! Errors on the wire: every code, status and text of this face.
//!
//! SOURCE: KMS API reference, "Common error codes" and the error tables of the operations (read 2026-11-21). Codes of
//! the platform's gateway are from general knowledge of it; they are marked.

mod denied;
mod faults;
mod kms;
mod ram;
mod trail;

use std::borrow::Cow;

use claviger_front::Trouble;
use claviger_model::{Action, AliasName, Caller, Error, Identity, SignedDuration};
use claviger_service::WireCode;
use http::StatusCode;

pub(crate) use self::denied::AccessDenied;
use crate::api::Api;

/// The core's refusal in the words of an API.
pub(crate) fn wire(api: Api, action: Action, error: &Error) -> WireError {
    match api {
        Api::Kms => kms::wire(action, error),
        Api::Ram | Api::Sts | Api::ActionTrail | Api::ActionTrail2017 | Api::Admin => {
            ram::wire(api, action, error)
        }
    }
}

/// Gives the code alone, for audit records.
pub(crate) fn codes(api: Api) -> WireCode {
    match api {
        Api::Kms => |action, error| wire(Api::Kms, action, error).code,
        Api::Ram => |action, error| wire(Api::Ram, action, error).code,
        Api::Sts => |action, error| wire(Api::Sts, action, error).code,
        Api::ActionTrail => |action, error| wire(Api::ActionTrail, action, error).code,
        Api::ActionTrail2017 => |action, error| wire(Api::ActionTrail2017, action, error).code,
        Api::Admin => |action, error| wire(Api::Admin, action, error).code,
    }
}

/// An error as this face spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
    /// What a denied caller is told besides.
    pub(crate) denied: Option<Box<AccessDenied>>,
    /// After what while trying again helps.
    pub(crate) retry_after: Option<SignedDuration>,
}

impl WireError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            denied: None,
            retry_after: None,
        }
    }

    /// The same with what a denied caller is told besides.
    pub(crate) fn for_caller(self, caller: &Caller, error: &Error) -> Self {
        let Error::Denied(denial) = error else {
            return self;
        };
        // SOURCE: STS, AssumeRole: an account itself cannot call it.
        let message = if denial.action == Action::AssumeRole && caller.identity == Identity::Root {
            "Roles may not be assumed by root accounts.".into()
        } else {
            self.message
        };
        Self {
            message,
            denied: Some(Box::new(AccessDenied::new(caller, denial))),
            ..self
        }
    }

    fn after(self, wait: SignedDuration) -> Self {
        Self {
            retry_after: Some(wait),
            ..self
        }
    }

    pub(crate) fn bad(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
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

    /// The words for what the front refuses before a request is read.
    pub(crate) fn trouble(trouble: Trouble) -> Self {
        let detail = match trouble {
            Trouble::Malformed => "the request is not well-formed HTTP",
            Trouble::LongTarget => "the request target is too long",
            Trouble::LargeHead => "the request headers are too large",
            Trouble::LargeBody => "the request body is too large",
            Trouble::SlowBody => "the request body did not arrive whole and in time",
            Trouble::Overload => return Self::throttled(Api::Kms),
            Trouble::Fault => return Self::internal(Api::Kms),
        };
        Self {
            status: trouble.status(),
            ..Self::unparsable(&detail)
        }
    }
}

/// An alias with the prefix it has on this face.
pub(crate) fn alias_name(name: &AliasName) -> String {
    format!("alias/{name}")
}
