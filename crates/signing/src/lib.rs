//! Request signatures of both dialects, for both sides of the wire.
//!
//! The server verifies with this crate; the command line and the tests sign with it, so there is
//! one home for the canonical strings. A verification streams into the hash: the canonical text is never built.
//!
//! **Order of calls on the server**, Alibaba-style.
//! 1. [`query::decode_pairs`] on the query of the target.
//! 2. [`scheme::by_headers`]. `Some(Scheme::Acs(authorization))`: build the [`acs::StringToSign`] now, because only
//!    the query is signed there and not the form body; then decode a form body into the same [`query::Params`].
//! 3. `None`: decode a form body first, then [`scheme::by_params`]; an RPC signature covers both.
//! 4. Look the access key up, and verify with its [`SigningKeys`].
//!
//! **Huawei-style.** [`query::decode_pairs`], [`sdk::by_headers`], [`sdk::StringToSign`], then look the access key up and
//! verify with its [`sdk::SigningKeys`]. Without such an authorization a request has a token or nothing, which this
//! crate does not read.
//!
//! **Invariant:** pure. No I/O, no clock, no randomness, no knowledge of accounts, operations or error codes. Whether
//! a time stamp is fresh and a nonce is new is for the caller to decide.
//!
//! **A new scheme** is one module with its canonical string, its place in the order above, and vectors recorded
//! from a real client under `fixtures/`.
//!
//! SOURCE: vendor pages "Request signatures" (KMS, RPC style 1.0) and "Request syntax and signature method V3", read
//! 2026-11-21, and the recorded requests of the official clients in `fixtures/alibaba/recorded`. For [`sdk`], see there.
#![deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

pub mod acs;
mod authorization;
pub mod encode;
mod hash;
mod headers;
mod key;
pub mod query;
mod refusal;
mod request;
pub mod rpc;
pub mod scheme;
pub mod sdk;
mod signed_headers;
mod sink;
mod wipe;

pub use hash::Hash;
pub use headers::Headers;
pub use key::{MacKey, SigningKeys};
pub use refusal::Refusal;
pub use request::Request;
pub use signed_headers::SignedHeaders;
