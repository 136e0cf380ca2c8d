//! What front doors can rely on: caches, the audit trail, and time, over a whole core.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod actors;
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
mod checkpoint_keys;
mod ciphertext_formats;
mod coherence;
mod crashes;
mod deletion;
mod expiry;
mod export;
mod failing_log;
mod gone_callers;
mod identities;
mod identities_deployment;
mod identities_explain;
mod identities_groups;
mod identities_keys;
mod identities_limits;
mod identities_policies;
mod identities_rights;
mod identities_roles;
mod identities_service_keys;
mod identities_sessions;
mod import;
mod isolation;
mod jobs;
mod lifetimes;
mod mac;
mod matrix;
mod matrix_calls;
mod matrix_identities;
mod matrix_people;
mod past_dates;
mod rates;
mod records;
mod records_coverage;
mod revocation;
mod rotation;
mod service_keys;
mod session_tokens;
mod states;
mod states_calls;
mod tags;
mod trail;
mod trail_usage;
