//! The provider against SoftHSM2.
//!
//! A module is initialised once per process and reads its configuration from the environment, so every test runs in a
//! process of its own, with tokens of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers are part of tests, which should stop there"
)]

mod away;
mod client;
mod common;
mod conforms;
mod keys;
mod many;
mod pair;
mod refusals;
mod sealer;
mod world;
