//! Keys in HSMs: at the server against keys in software, and without a server against what is behind each provider.

mod inside;
mod job;
mod managed;
mod rows;
mod server;
mod token;
mod work;

use super::Bench;
use crate::error::Error;

/// Share of the library's rate that SM2 signatures must reach, also at the server.
const SM2_TARGET: f64 = 0.85;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    // What one half cannot do says nothing about the other.
    let at_the_server = server::run(bench);
    inside::run(bench)?;
    at_the_server
}
