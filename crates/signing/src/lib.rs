//! Request signatures of the Alibaba-style dialect, for both sides of the wire.
//!
//! The server verifies with this crate; the command line, the benchmark and the tests sign with it, so there is
//! one home for the canonical strings. A verification streams into the hash: the canonical text is never built.
//!
//! **Order of calls on the server.**
//! 1. [`query::decode_pairs`] on the query of the target.
//! 2. [`scheme::by_headers`]. `Some(Scheme::Acs(authorization))`: build the [`acs::StringToSign`] now, because only
//!    the query is signed there and not the form body; then decode a form body into the same [`query::Params`].
//! 3. `None`: decode a form body first, then [`scheme::by_params`]; an RPC signature covers both.
//! 4. Look the access key up, and verify with its [`SigningKeys`].
//!
//! **Invariant:** pure. No I/O, no clock, no randomness, no knowledge of accounts, operations or error codes. Whether
//! a time stamp is fresh and a nonce is new is for the caller to decide.
//!
//! **A new scheme** is one module with its canonical string, one variant of [`scheme::Scheme`], and vectors recorded
//! from a real client under `fixtures/`.
//!
//! SOURCE: vendor pages "Request signatures" (KMS, RPC style 1.0) and "Request syntax and signature method V3", read
//! 2026-11-21, and the recorded requests of the official clients in `fixtures/alibaba/recorded`.
#![deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

pub mod acs;
pub mod encode;
mod hash;
mod headers;
mod key;
pub mod query;
mod refusal;
pub mod rpc;
pub mod scheme;
mod sink;
mod wipe;

pub use hash::Hash;
pub use headers::Headers;
pub use key::{MacKey, SigningKeys};
pub use refusal::Refusal;
