//! The targets, one file each.

#![expect(
    clippy::unwrap_used,
    reason = "what a target asks of its own set-up must hold, or it fails"
)]

mod audit;
mod authorization;
mod calls;
mod checkpoints;
mod ciphertext;
mod door;
mod query;
mod sdk_authorization;
mod signature;
