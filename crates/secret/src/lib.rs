//! Where secret bytes live while the process holds them.
//!
//! - [`SecretBytes`]: what one request carries: plaintexts, data keys, passwords. Cheap, on the heap, wiped on drop.
//! - [`LockedPool`] and [`LockedKey`]: keys that stay for long: root key versions, opened key material. Their memory
//!   is kept out of swap and out of core dumps.
//! - [`harden_process`]: what a process does once at its start, before the first secret arrives.
//!
//! None of the types can be cloned, printed or serialized. `expose` is the only way to the bytes, so every place that
//! sees them can be found by that name.
//!
//! This crate knows nothing of keys' meaning, of algorithms or of storage. A new kind of secret belongs here only if
//! it needs other memory than these two; anything else is a newtype around one of them in the crate that owns it.
//!
//! Linux only: the locking and the dump rules are those of its kernel.

#![expect(
    unsafe_code,
    reason = "mapping and locking pages by hand is what this crate is for; no other crate may"
)]

mod bytes;
mod harden;
mod pool;

pub use bytes::SecretBytes;
pub use harden::{Hardening, harden_process};
pub use pool::{LockedKey, LockedPool, PoolError, PoolReport, Protection};
