//! Policies from document to decision, as their authors see them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod combining;
mod conditions;
mod documents;
mod grants;
mod guides;
mod iam;
mod judging;
mod people;
mod properties;
mod questions;
mod random;
mod reference;
mod scene;
mod vocabulary;
