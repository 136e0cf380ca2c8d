//! What front doors can rely on: caches, the audit trail, and time, over a whole core.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod calls;
mod coherence;
mod crashes;
mod failing_log;
mod gone_callers;
mod past_dates;
