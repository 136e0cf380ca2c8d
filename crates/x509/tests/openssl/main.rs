//! The `openssl` command as the other side: it accepts our requests and prints the same names; we read and judge the
//! certificates that it makes.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers run in tests only, which should stop there"
)]

mod bench;
mod certificates;
mod chains;
mod mutation;
mod requests;
