//! What clients see of the front door, over a whole core.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod answers;
mod audit;
mod bad_text;
mod bad_values;
mod contexts;
mod dry_run;
mod golden;
mod kms;
mod recorded;
mod routes;
mod scene;
mod signatures;
mod xml;
