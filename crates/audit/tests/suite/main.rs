//! What users of an audit log can see of it: on good disks, on failing ones, after crashes, and when tampered with.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod commit;
mod disk;
mod failure;
mod golden;
mod model;
mod recovery;
mod rolling;
mod support;
mod tamper;
