//! Errors on the wire: every shape, code, status and text of this face.
//!
//! SOURCE: API references of the vendor's key management, of its gateway ("Error Codes", prefix `APIGW.`), of its identities
//! and of its trace service (read 2026-11-22). What they leave open is decided here and listed in docs/huawei.md.
//!
//! Key management has its codes in [`codes`]; the other APIs have theirs beside the words.

pub(crate) mod codes;
mod cts;
mod gateway;
pub(crate) mod iam;
mod kms;

use std::borrow::Cow;

use claviger_model::{Action, Error, SignedDuration};
use claviger_service::WireCode;
use http::StatusCode;

use crate::route::Api;

/// How the body of an error is built. Clients take an error apart by where its members are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Key management: `{"error":{"error_code","error_msg"}}`.
    Nested,
    /// The gateway: `{"error_msg","error_code","request_id"}`.
    Flat,
    /// Identities as Keystone has them: `{"error":{"code","message","title"}}` with the status as a number. The code of
    /// the error is its title.
    Keystone,
    /// The other identities, and traces: `{"error_code","error_msg"}`.
    Plain,
}

/// An error as this face spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireError {
    pub(crate) shape: Shape,
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
    /// After what while trying again helps.
    pub(crate) retry_after: Option<SignedDuration>,
}

impl WireError {
    pub(crate) fn new(
        shape: Shape,
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            shape,
            status,
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    fn after(self, wait: SignedDuration) -> Self {
        Self {
            retry_after: Some(wait),
            ..self
        }
    }
}

/// Why a request does not become an operation.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The dialect says no.
    Wire(WireError),
    /// A law of the core is broken already.
    Core(Error),
}

impl From<WireError> for Fault {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

impl From<codes::Code> for Fault {
    fn from(code: codes::Code) -> Self {
        Self::Wire(code.error())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

/// In whose words, and about what kind of request, an error is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Manner {
    pub(crate) api: Api,
    /// Whether the request binds something to what is encrypted: then a ciphertext that does not open may be right and
    /// the context wrong.
    pub(crate) bound: bool,
}

/// The core's refusal in the words of an API.
pub(crate) fn wire(manner: Manner, action: Action, error: &Error) -> WireError {
    match manner.api {
        Api::Kms => kms::wire(manner.bound, action, error),
        Api::Iam => iam::wire(Shape::Keystone, action, error),
        Api::IamExtension => iam::wire(Shape::Plain, action, error),
        Api::Cts => cts::wire(error),
    }
}

/// Gives the code alone, for audit records.
pub(crate) fn codes(manner: Manner) -> WireCode {
    match (manner.api, manner.bound) {
        (Api::Kms, false) => |action, error| kms::wire(false, action, error).code,
        (Api::Kms, true) => |action, error| kms::wire(true, action, error).code,
        (Api::Iam, _) => |action, error| iam::wire(Shape::Keystone, action, error).code,
        (Api::IamExtension, _) => |action, error| iam::wire(Shape::Plain, action, error).code,
        (Api::Cts, _) => |_, error| cts::wire(error).code,
    }
}

/// An error in the words of key management, in those of another API: what all operations have in common is worded once.
pub(crate) fn dressed(api: Api, wire: WireError) -> WireError {
    if wire.shape != Shape::Nested {
        return wire;
    }
    match api {
        Api::Kms => wire,
        Api::Iam => iam::keystone(wire.status, wire.message),
        Api::IamExtension => iam::plain(wire),
        Api::Cts if wire.status == StatusCode::FORBIDDEN => cts::no_right(wire.message),
        Api::Cts => cts::bad_parameter(wire.message),
    }
}
