//! The front door for programs written for the Huawei-style cloud: key management (KMS), and as much of identities (IAM) and
//! traces (CTS) as its clients need. JSON over paths.
//!
//! A request goes through `route` (method and path to a row), `authn` (signature or token), `request` (the project of the
//! path), `fields` (the body), the row of its operation (`row`: decode, core, encode) and `json`. Every error that leaves
//! here is worded in `error`. [`mod@trace`] shows calls of the audit log as traces; the export of the log uses it too.
//!
//! The crate must never know a store or a provider, and never hold a rule of key management or of permissions: it decodes,
//! asks the service and encodes.
//!
//! To add an operation, read `row`.

#![deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

mod authn;
mod context;
mod cts;
mod door;
mod error;
mod fields;
#[doc(hidden)]
pub mod fuzzing;
mod iam;
mod json;
mod keys;
mod kms;
mod known;
mod names;
mod reply;
mod request;
mod route;
mod row;
mod settings;
pub mod trace;
mod version;

pub use door::HuaweiDoor;
pub use route::{Operation, codes, not_served, served};
pub use settings::Settings;
pub use trace::trace;
