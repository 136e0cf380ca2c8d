//! The software provider as its users see it.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers run in tests only, which should stop there"
)]

mod blocking;
mod conforms;
mod fixtures;
mod golden_keys;
mod import;
mod import_pairs;
mod module;
mod nonces;
mod provider;
mod recovery;
mod root_changes;
mod root_format;
mod root_keys;
mod root_races;
mod root_seals;
mod sealers;
mod stored_formats;
