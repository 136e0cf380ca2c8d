//! A whole core for tests: store, provider, audit log and service in a temporary folder, under a clock that stands
//! still until a test moves it.
//!
//! [`World`] is that core. It can be stopped, crashed and started again on the same folder, its audit log can be
//! made to fail ([`Disk`]), and its callers ([`Client`]) sign requests as the clients of the vendors do.
//!
//! The crate must never know a front door: what belongs to one dialect lies in the tests of that dialect. Nothing
//! but tests may use it, so whatever goes wrong here panics.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "for tests only: what cannot go on has to stop the test"
)]

mod acs;
mod authority;
mod builder;
mod client;
mod clock;
mod damage;
mod disk;
mod hsm;
mod identities;
mod index;
mod random;
mod world;

pub use acs::AcsRequest;
pub use authority::Authority;
pub use builder::Builder;
pub use client::{Client, HOST, REGION, RpcRequest, Signed, VERSION, form};
pub use clock::FakeClock;
pub use disk::Disk;
pub use hsm::Hsm;
pub use index::Index;
pub use random::SeededRandom;
pub use world::World;

/// What is signed with SM2 for a message: `public_key` is the signer's, as DER `SubjectPublicKeyInfo`.
pub fn sm2_digest(public_key: &[u8], message: &[u8]) -> [u8; 32] {
    claviger_crypto::sm2::digest(public_key, message).unwrap()
}

/// What a signature of the header schemes is made with.
pub use claviger_signing::{Hash, acs::Algorithm};
