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
mod estate;
mod exports;
mod golden;
mod hsm;
mod identities;
mod identity_coverage;
mod identity_refusals;
mod import;
mod keys;
mod kms;
mod lifecycle;
mod masking;
mod needles;
mod offline;
mod pages;
mod papers;
mod permissions;
mod policies;
mod props;
mod rates;
mod recorded;
mod refusals;
mod routes;
mod scene;
mod sessions;
mod signatures;
mod states;
mod tags;
mod trail;
mod trail_coverage;
mod trail_events;
mod trail_pages;
mod trail_refusals;
mod troubles;
mod xml;
