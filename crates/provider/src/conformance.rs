//! The suite every provider must pass.
//!
//! A provider calls [`check_provider`] from a test on whatever executor it needs, and [`check_keeper`] if it is one; a
//! check that fails panics and says which spec and which case it was. A [`Client`] of the test plays the callers.
//!
//! The capability table decides what runs. What is not in the table is named in the [`Report`], and so are the
//! algorithms that key pairs offer. The provider's test compares that with what it expects, so that a row cannot get
//! lost unseen.

mod bound;
mod cipher;
mod client;
mod door;
mod encryption;
mod foreign;
mod import;
mod import_pair;
mod keeper;
mod mac;
mod pair;
mod place;
mod signature;

use std::collections::HashSet;
use std::fmt;

use claviger_model::{EncryptionAlgorithm, Family, KeySpec, SignatureAlgorithm};

use crate::{Capability, Provider, ProviderError};
use place::Place;

pub use client::{Client, ClientPair};
pub use keeper::check_keeper;

/// What the suite did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Specs that passed.
    pub passed: Vec<KeySpec>,
    /// Specs that are not in the capability table. Only that they are refused was checked.
    pub skipped: Vec<KeySpec>,
    /// How key pairs sign. Other ways are refused.
    pub signatures: Vec<(KeySpec, SignatureAlgorithm)>,
    /// How key pairs are encrypted to. Other ways are refused.
    pub encryptions: Vec<(KeySpec, EncryptionAlgorithm)>,
}

/// Runs every check of [`Provider`].
///
/// # Panics
/// If one fails.
pub async fn check_provider(provider: &dyn Provider, client: &dyn Client) -> Report {
    let capability = provider.capability();
    check_table(capability);
    let (passed, skipped) = KeySpec::ALL.iter().partition(|spec| capability.makes(**spec));
    let mut report = Report {
        passed,
        skipped,
        signatures: Vec::new(),
        encryptions: Vec::new(),
    };
    random_bytes(provider).await;
    for &spec in &report.skipped {
        refuses_to_make(provider, &Place::draw(provider, spec).await).await;
    }
    for spec in report.passed.clone() {
        refuses_to_make(provider, &Place::draw(provider, spec).await.other_protection()).await;
        match (spec.family(), capability.envelope(spec)) {
            (Family::Cipher, Some(format)) => cipher::check(provider, spec, format).await,
            (Family::Mac, _) => mac::check(provider, spec).await,
            _ => pair::check(provider, client, spec, &mut report).await,
        }
    }
    import::check(provider, client).await;
    report
}

/// The table contradicts neither itself nor what specs are.
fn check_table(capability: &Capability) {
    assert!(!capability.name.is_empty(), "the provider must have a name");
    let ciphers = capability.symmetric.iter().map(|(spec, _)| *spec);
    let made: Vec<KeySpec> = ciphers.clone().chain(capability.others.iter().copied()).collect();
    let distinct: HashSet<_> = made.iter().collect();
    assert_eq!(made.len(), distinct.len(), "the table names a spec twice");
    let right = ciphers.clone().all(KeySpec::is_symmetric)
        && !capability.others.iter().any(|spec| spec.is_symmetric());
    assert!(
        right,
        "a cipher stands among the others, or another among the ciphers"
    );
    check_imports(capability);
}

/// What comes in is what could be made, and there is a way in for it.
fn check_imports(capability: &Capability) {
    let Capability { imports, pairs, .. } = capability;
    let asymmetric = pairs.iter().all(|spec| spec.is_asymmetric());
    assert!(asymmetric, "pairs that cannot be");
    let secrets = imports.iter().all(|spec| spec.secret_len().is_some());
    let taken = imports.iter().chain(pairs.iter());
    let distinct: HashSet<_> = taken.clone().collect();
    let once = distinct.len() == imports.len() + pairs.len();
    let made = taken.clone().all(|spec| capability.makes(*spec));
    assert!(secrets && once && made, "imports that cannot be");
    let wrapped = capability.wraps.iter().all(|(spec, algorithms)| {
        !algorithms.is_empty() && algorithms.iter().all(|algorithm| algorithm.fits(*spec))
    });
    assert!(
        wrapped && distinct.is_empty() == capability.wraps.is_empty(),
        "wrapping keys that cannot be"
    );
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
