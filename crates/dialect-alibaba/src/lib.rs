//! The front door for programs written for Alibaba Cloud: key management (product Kms), identities (Ram), temporary
//! credentials (Sts) and the audit trail (Actiontrail), RPC style, and the administration of the deployment in the same
//! style.
//!
//! A request goes through `request` (parameters, scheme), `authn` (proof), the row of its operation in the table of its
//! version (`api`, `row`: decode, core, encode) and `answer` (JSON or XML). Every error that leaves here is worded in
//! `error`.
//!
//! The crate must never hold a rule of key management or of permissions: it decodes, asks the service and encodes.
//!
//! To add an operation: its `WireOp` in a file under `ops`, `ram`, `sts`, `trail` or `admin`, and a row in the `mod.rs`
//! there; take its name off the list of those not served. What it notes in records gets its wire name in
//! `trail/parameters.rs`, and a line in the table of `tests/suite/masking`.

#![deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

mod admin;
mod answer;
mod api;
mod authn;
mod door;
mod error;
mod known;
mod offline;
mod ops;
mod params;
mod ram;
mod reply;
mod request;
mod row;
mod sts;
mod trail;

pub use api::Api;
pub use door::AlibabaDoor;
pub use offline::CallError;
pub use trail::event;
