//! The suite every provider must pass.
//!
//! A provider calls [`check_provider`] from a test on whatever executor it needs, and [`check_keeper`] if it is one;
//! a check that fails panics and says which spec and which case it was. The capability table decides what runs. What
//! is not in the table is not passed over in silence: it is named in the [`Report`], which the test should compare
//! with what it expects, so that a row cannot get lost unseen.

mod cipher;
mod keeper;
mod key;

use std::collections::HashSet;
use std::fmt;

use claviger_model::{KeySpec, ProtectionLevel};

use crate::{Provider, ProviderError};
use key::NewKey;

pub use keeper::check_keeper;

/// Specs that providers can have keys of.
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
    /// Specs that are not in the capability table; of these, the suite checked only that they are refused.
    pub skipped: Vec<KeySpec>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "passed: {:?}; skipped: {:?}", self.passed, self.skipped)
    }
}

/// Runs every check of [`Provider`].
///
/// # Panics
/// If one fails.
pub async fn check_provider(provider: &dyn Provider) -> Report {
    let capability = provider.capability();
    assert!(!capability.name.is_empty(), "the provider must have a name");
    random_bytes(provider).await;
    let (passed, skipped): (Vec<_>, Vec<_>) =
        SPECS.into_iter().partition(|spec| capability.envelope(*spec).is_some());
    assert_eq!(passed.len(), capability.symmetric.len(), "the capability table must name each spec once");
    for &(spec, format) in capability.symmetric {
        assert!(spec.is_symmetric(), "{spec:?} is in the table of symmetric specs");
        other_protection(provider, spec).await;
        cipher::check(provider, spec, format).await;
    }
    for &spec in &skipped {
        let key = NewKey::draw(provider, spec).await;
        let refused = provider.generate(spec, &key.binding()).await;
        assert_eq!(refused, Err(ProviderError::Incapable), "generate {spec:?}, which is not in the table");
    }
    Report { passed, skipped }
}

/// Random bytes have the length asked for, and no two draws agree.
async fn random_bytes(provider: &dyn Provider) {
    /// Bytes that are as good as unique.
    const UNIQUE: usize = 16;
    let mut seen = HashSet::new();
    for length in (1..=1024).chain([UNIQUE; 1024]) {
        let drawn = must(provider.random(length).await, format_args!("random {length}"));
        assert_eq!(drawn.len(), length, "random {length}: length");
        let start = drawn.expose().get(..UNIQUE);
        assert!(start.is_none_or(|start| seen.insert(start.to_vec())), "random {length}: drawn before");
    }
}

/// Keys of another protection level are another provider's.
async fn other_protection(provider: &dyn Provider, spec: KeySpec) {
    let mut key = NewKey::draw(provider, spec).await;
    key.protection = match key.protection {
        ProtectionLevel::Software => ProtectionLevel::Hsm,
        ProtectionLevel::Hsm => ProtectionLevel::Software,
    };
    let refused = provider.generate(spec, &key.binding()).await;
    assert_eq!(refused, Err(ProviderError::Incapable), "generate {spec:?} of protection {:?}", key.protection);
}

/// The value of a call that must succeed.
#[expect(clippy::panic, reason = "a failed check is a panic of the test that runs the suite")]
fn must<T>(result: Result<T, ProviderError>, what: impl fmt::Display) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}

/// Checks that a call failed in one of these ways.
fn must_fail<T>(result: Result<T, ProviderError>, ways: &[ProviderError], what: impl fmt::Display) {
    let error = result.err();
    assert!(error.is_some_and(|error| ways.contains(&error)), "{what}: {error:?} instead of {ways:?}");
}

#[cfg(test)]
mod tests;
