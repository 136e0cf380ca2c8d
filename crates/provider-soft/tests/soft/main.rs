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
mod nonces;
mod provider;
mod root_keys;
mod sealers;
mod stored_formats;
