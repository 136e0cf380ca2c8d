//! The index over real logs, against a reference that looks at every call.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod feeding;
mod keeping;
mod queries;
mod usage;
mod world;
