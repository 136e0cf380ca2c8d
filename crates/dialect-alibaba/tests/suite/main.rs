//! What clients see of the front door, over a whole core.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod aliases;
mod answers;
mod anything;
mod audit;
mod bad_text;
mod bad_values;
mod contexts;
mod crypto;
mod dry_run;
mod golden;
mod keys;
mod kms;
mod recorded;
mod routes;
mod scene;
mod signatures;
mod states;
mod troubles;
mod xml;
