//! The front door for programs written for Alibaba Cloud KMS (product Kms, version 2016-01-20, RPC style).
//!
//! A request goes through `request` (parameters, scheme), `authn` (proof), its row in `ops` (decode, core,
//! encode) and `answer` (JSON or XML). Every error that leaves here is worded in `error`.
//!
//! The crate must never hold a rule of key management: it decodes, asks the service and encodes.
//!
//! To add an operation: a file under `ops` with its `WireOp`, and a row in `ops/mod.rs`; take its name off the list of
//! those not served in `ops/not_served.rs`.

#![deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

mod answer;
mod authn;
mod door;
mod error;
mod ops;
mod params;
mod request;

pub use door::AlibabaDoor;
pub use ops::{not_served, ours, served};
