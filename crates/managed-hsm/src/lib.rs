//! The managed HSM: a process of its own that holds keys and computes with them.
//!
//! It is the software engine with another capability table, under a master key of its own, behind a Unix socket:
//! `docs/adr/0017-managed-hsm.md` says why. A process that wants to be one does this, in this order:
//!
//! 1. opens its master key, before it has threads;
//! 2. [`Listener::bind`]s the socket;
//! 3. [`confine`]s itself, after which it can neither open files nor reach out;
//! 4. starts a current-thread Tokio runtime, and there [`serve`]s until it is told to stop.
//!
//! The crate knows no settings file and no signals. What is said on the socket stands in
//! [`claviger_provider_managed::protocol`]; a new operation is a line in `perform.rs`.

mod confine;
mod connection;
mod greeting;
mod listener;
mod perform;
mod serve;

pub use confine::{Confinement, Enforcement, NotConfined, Strictness, confine};
pub use listener::{BindError, Listener};
pub use serve::{Settings, engine, serve};
