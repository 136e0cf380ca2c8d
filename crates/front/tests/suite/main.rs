//! What a client sees of the front over real sockets, with a door that can be told to wait.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod bodies;
mod busy;
mod heads;
mod keep_alive;
mod rig;
mod stopping;
mod tls;
