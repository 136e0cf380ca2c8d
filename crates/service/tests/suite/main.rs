//! What front doors can rely on: caches, the audit trail, and time, over a whole core.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod asymmetric;
mod asymmetric_pair;
mod asymmetric_refused;
mod asymmetric_source;
mod bounds;
mod calls;
mod certificate_desk;
mod certificate_requests;
mod certificates;
mod certificates_refused;
mod ciphertext_formats;
mod coherence;
mod crashes;
mod deletion;
mod expiry;
mod export;
mod failing_log;
mod gone_callers;
mod import;
mod jobs;
mod lifetimes;
mod mac;
mod past_dates;
mod records;
mod rotation;
mod service_keys;
mod states;
mod states_calls;
mod tags;
