//! What clients see of the front door, over a whole core.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod aliases;
mod answers;
mod anything;
mod asymmetric;
mod audit;
mod bad_text;
mod bad_values;
mod certificates;
mod codes;
mod contexts;
mod coverage;
mod crypto;
mod dry_run;
mod exports;
mod golden;
mod import;
mod keys;
mod kms;
mod lifecycle;
mod papers;
mod policies;
mod props;
mod recorded;
mod refusals;
mod routes;
mod scene;
mod signatures;
mod states;
mod tags;
mod troubles;
mod xml;
