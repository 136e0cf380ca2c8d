//! The provider against kryoptic, a token by other people than SoftHSM2's and with other abilities.
//!
//! `cargo xtask test` builds it and names the library. What needs no particular token is the same tests as with SoftHSM2.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers are part of tests, which should stop there"
)]

#[path = "../tokens/client.rs"]
mod client;
#[path = "../tokens/common.rs"]
mod common;
mod conforms;
#[path = "../tokens/keys.rs"]
mod keys;
#[path = "../tokens/sealer.rs"]
mod sealer;
mod world;
