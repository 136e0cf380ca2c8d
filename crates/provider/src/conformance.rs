//! The suite every provider must pass.
//!
//! A provider calls [`check_provider`] from a test on whatever executor it needs, and [`check_keeper`] if it is one; a
//! check that fails panics and says which spec and which case it was.
//!
//! The capability table decides what runs. What is not in the table is named in the [`Report`]. The provider's test
//! compares that with what it expects, so that a row cannot get lost unseen.

mod cipher;
mod keeper;
mod place;

use std::collections::HashSet;
use std::fmt;

use claviger_model::KeySpec;

use crate::{Provider, ProviderError};
use place::Place;

pub use keeper::check_keeper;

/// Specs that a provider can have keys of.
const SPECS: [KeySpec; 10] = [
    KeySpec::Aes256,
    KeySpec::Aes192,
    KeySpec::Aes128,
    KeySpec::Sm4,
    KeySpec::Rsa2048,
    KeySpec::Rsa3072,
    KeySpec::Rsa4096,
    KeySpec::EcP256,
    KeySpec::EcP256k,
    KeySpec::Sm2,
];

/// What the suite did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Specs that passed.
    pub passed: Vec<KeySpec>,
    /// Specs that are not in the capability table. Only that they are refused was checked.
    pub skipped: Vec<KeySpec>,
}

/// Runs every check of [`Provider`].
///
/// # Panics
/// If one fails.
pub async fn check_provider(provider: &dyn Provider) -> Report {
    let capability = provider.capability();
    assert!(!capability.name.is_empty(), "the provider must have a name");
    let (passed, skipped): (Vec<_>, Vec<_>) = SPECS
        .into_iter()
        .partition(|spec| capability.envelope(*spec).is_some());
    assert_eq!(
        passed.len(),
        capability.symmetric.len(),
        "the table names a spec twice"
    );
    random_bytes(provider).await;
    for &spec in &skipped {
        refuses_to_make(provider, &Place::draw(provider, spec).await).await;
    }
    for &(spec, format) in capability.symmetric {
        refuses_to_make(provider, &Place::draw(provider, spec).await.other_protection()).await;
        cipher::check(provider, spec, format).await;
    }
    Report { passed, skipped }
}

/// Random bytes have the length asked for, and no two draws agree.
async fn random_bytes(provider: &dyn Provider) {
    /// So many bytes never come twice.
    const UNIQUE: usize = 16;
    let mut seen = HashSet::new();
    for length in (0..=1024).chain([UNIQUE; 1024]) {
        let drawn = must(provider.random(length).await, format_args!("random {length}"));
        assert_eq!(drawn.len(), length, "random {length}: wrong length");
        let fresh = drawn
            .expose()
            .get(..UNIQUE)
            .is_none_or(|start| seen.insert(start.to_vec()));
        assert!(fresh, "random {length}: the same bytes as before");
    }
}

/// What the table does not hold is not made.
async fn refuses_to_make(provider: &dyn Provider, place: &Place) {
    let made = provider.generate(&place.binding()).await;
    must_fail(
        made,
        &[ProviderError::Incapable],
        format_args!("generate for {:?} {:?}", place.spec, place.protection),
    );
}

/// The value of something that must succeed.
#[expect(
    clippy::panic,
    reason = "a failed check is a panic of the test that runs the suite"
)]
fn must<T, E: fmt::Display>(result: Result<T, E>, what: impl fmt::Display) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}

/// Checks that a call failed, in one of these ways.
fn must_fail<T>(result: Result<T, ProviderError>, ways: &[ProviderError], what: impl fmt::Display) {
    let error = result.err();
    assert!(
        error.is_some_and(|error| ways.contains(&error)),
        "{what}: {error:?} is none of {ways:?}"
    );
}

#[cfg(test)]
mod tests;
