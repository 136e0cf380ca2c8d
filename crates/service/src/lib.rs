//! The key management service itself.
//!
//! A call comes in as a typed operation ([`ops`]) with a [`Call`] around it and goes through one pipeline
//! ([`Service::execute`]): resolve targets, authorize, run, record. What comes out is [`Audited`]: its record is
//! durable, so it may be shown to the caller.
//!
//! The crate knows no wire format, no SQL and no HTTP. It must never print a vendor's word.
//!
//! **Invariant:** operations cannot load keys; the pipeline loads them and hands them over inside a permit that only
//! `authz` makes. **Invariant:** nothing here reads the machine's clock or randomness.
//!
//! To add an operation: an `Action` in `model`, a file under `ops`, and its rows in the dialects.

mod access_key;
mod authn;
mod cache;
mod call;
mod change;
mod checkpoint_key;
mod credential;
mod destructions;
mod encoding;
mod envelope;
mod import_token;
mod jobs;
mod messages;
pub mod ops;
mod outbox;
mod pipeline;
mod project;
mod providers;
mod resolve;
mod rewrap;
mod rights;
mod sealed;
mod service;
mod service_keys;
mod session;
mod strangers;
mod system;
mod throttle;
mod titles;
mod token;

/// The names of actions and resources in policies, for dialects that speak of them.
pub use claviger_authz::languages::ram::{ResourceName, action_name};

/// The policies that come with the server, for dialects that show them in ways of their own.
pub use claviger_authz::languages::{Layer, SystemPolicy, SystemRole, system_policies, system_policy};

pub use access_key::{NewAccessKey, NewAccessKeyError, secret_cell};
pub use authn::{AuthnError, NONCE_MEMORY, Proof, Refused, SKEW, password_cell, password_row};
pub use call::{
    Asked, Call, CertificateName, CertificateRef, KeyName, KeyRef, Need, Note, Source, Target, WireCode,
};
pub use checkpoint_key::{CheckpointKeyError, checkpoint_key};
pub use credential::Credential;
pub use encoding::BASE64;
pub use jobs::{JOB_BEAT, Worked};
pub use pipeline::{Audited, Context, Ending, Operation, Permitted};
pub use project::{ProjectError, find_project};
pub use providers::Providers;
pub use rewrap::{LONGEST_TOKEN, REWRAP_CELL, REWRAP_PAGE, RewrapMark, Rewrapped, wrapped_anew};
pub use service::{Parts, Quotas, Service, StartError};
pub use throttle::{CallRates, Rates};
pub use titles::Called;
pub use token::{Method, Methods, TokenFacts};
