//! The targets, one file each.

#![expect(
    clippy::unwrap_used,
    reason = "what a target asks of its own set-up must hold, or it fails"
)]

mod audit;
mod authorization;
mod body;
mod calls;
mod checkpoints;
mod ciphertext;
mod door;
mod hsm_frames;
mod policies;
mod query;
mod route;
mod sdk_authorization;
mod sdk_calls;
mod sdk_door;
mod signature;
mod tokens;
