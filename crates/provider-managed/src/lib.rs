//! The managed HSM from outside: its protocol, and the client that the server uses.
//!
//! The managed HSM is a process of its own that holds keys and computes with them, behind a Unix socket.
//!
//! - [`ManagedHsm`] is a [`claviger_provider::Provider`] that asks it over one connection.
//! - [`protocol`] is what both ends say: bytes only, no input or output.
//! - [`AccessKey`] is what they prove to each other, besides what the kernel says about the owner of the other end.
//! - [`MANAGED`] is what the HSM can do.
//!
//! The crate knows no cryptography of keys and no root keys: those are in the other process, and stay there. A new
//! operation is a variant of [`protocol::Request`], its fields, and a method of the client; the compiler names the rest.

mod access_key;
mod capability;
mod client;
pub mod protocol;

pub use access_key::AccessKey;
pub use capability::MANAGED;
pub use client::{DEFAULT_PATIENCE, ManagedHsm, Settings, State};
