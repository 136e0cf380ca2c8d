//! What users of an audit log can see of it: on good disks, on failing ones, after crashes, and when tampered with.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod auditor;
mod checkpoints;
mod commit;
mod disk;
mod failure;
mod forged;
mod golden;
mod keeper;
mod model;
mod packing;
mod proof;
mod recovery;
mod retention;
mod rolling;
mod support;
mod tamper;
