//! Policies from document to decision, as their authors see them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop; helpers are tests, too"
)]

mod combining;
mod conditions;
mod documents;
mod guides;
mod iam;
mod judging;
mod properties;
mod random;
mod reference;
mod scene;
mod vocabulary;
