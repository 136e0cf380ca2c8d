//! Sinks on loopback that break, hang, refuse and come back; seen from outside.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod desk;
mod support;
mod syslog;
mod tls;
mod webhook;
