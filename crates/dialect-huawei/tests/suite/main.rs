//! The front door over a whole core.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test needs and does not find has to stop it"
)]

mod aliases;
mod claims;
mod coverage;
mod create;
mod cts;
mod cts_traces;
mod data;
mod data_keys;
mod data_pairs;
mod default_keys;
mod desk;
mod details;
mod digits;
mod docs;
mod edits;
mod everywhere;
mod grants;
mod habits;
mod hsm;
mod iam;
mod iam_groups;
mod iam_keys;
mod iam_logins;
mod iam_masking;
mod iam_places;
mod iam_policies;
mod iam_recorded;
mod iam_rows;
mod iam_tokens;
mod iam_users;
mod import;
mod import_refused;
mod key_lists;
mod key_stores;
mod keys;
mod kms;
mod leniency;
mod macs;
mod order;
mod other_face;
mod re_encrypt;
mod recorded;
mod records;
mod refusals;
mod rotation;
mod secrets;
mod signing;
mod states;
mod tags;
mod versions;
mod wrapping;
