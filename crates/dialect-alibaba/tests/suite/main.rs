//! What clients see of the front door, over a whole core.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod bad_text;
mod bad_values;
mod contexts;
mod kms;
mod recorded;
mod scene;
mod xml;
