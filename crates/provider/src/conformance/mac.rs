//! Checks of keys for message authentication codes.

use std::collections::HashSet;
use std::fmt;

use claviger_model::KeySpec;

use super::bound::{self, Subject};
use super::cipher::{LENGTHS, changes};
use super::place::Key;
use super::{foreign, must, must_fail};
use crate::{Provider, ProviderError, Sealed};

const MESSAGE: &[u8] = b"message";

/// Runs every check for keys of one spec.
pub(super) async fn check(provider: &dyn Provider, spec: KeySpec) {
    let codes = Codes { provider, spec };
    let key = Key::make(provider, spec).await;
    let other = Key::make(provider, spec).await;
    codes.authenticates(&key, &other).await;
    codes.changed_codes_are_wrong(&key).await;
    foreign::check(provider, &key).await;
    bound::check(&codes, &key, Some(&other)).await;
}

/// Keys that make codes.
pub(super) struct Codes<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) spec: KeySpec,
}

impl Codes<'_> {
    async fn authenticates(&self, key: &Key, other: &Key) {
        let mut seen = HashSet::new();
        for length in LENGTHS {
            let message: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
            let what = self.case(format_args!("{length} bytes"));
            let code = self.code(key, &message).await;
            // Keys and codes of these specs are as long as the hash.
            assert_eq!(
                Some(code.len()),
                self.spec.secret_len(),
                "{what}: length of the code"
            );
            assert!(code == self.code(key, &message).await, "{what}: another code");
            assert!(
                self.verifies(key, &message, &code).await,
                "{what}: its own code is wrong"
            );
            assert!(
                !self.verifies(other, &message, &code).await,
                "{what}: another key takes it"
            );
            let longer = [message.as_slice(), &[0]].concat();
            assert!(
                !self.verifies(key, &longer, &code).await,
                "{what}: a longer message has the same code"
            );
            assert!(seen.insert(code), "{what}: the code of another message");
        }
    }

    async fn changed_codes_are_wrong(&self, key: &Key) {
        let code = self.code(key, MESSAGE).await;
        for (how, changed) in changes(&code) {
            let what = self.case(format_args!("code: {how}"));
            assert!(!self.verifies(key, MESSAGE, &changed).await, "{what}");
        }
        for (how, changed) in changes(MESSAGE) {
            let what = self.case(format_args!("message: {how}"));
            assert!(!self.verifies(key, &changed, &code).await, "{what}");
        }
    }

    async fn code(&self, key: &Key, message: &[u8]) -> Vec<u8> {
        must(
            self.provider.mac(key.sealed(), message).await,
            self.case("make a code"),
        )
    }

    async fn verifies(&self, key: &Key, message: &[u8], code: &[u8]) -> bool {
        let verified = self.provider.verify_mac(key.sealed(), message, code).await;
        must(verified, self.case("check a code"))
    }
}

impl Subject for Codes<'_> {
    type Fruit = Vec<u8>;

    fn provider(&self) -> &dyn Provider {
        self.provider
    }

    async fn fruit(&self, key: &Key) -> Vec<u8> {
        self.code(key, MESSAGE).await
    }

    async fn takes(&self, key: &Key, fruit: &Vec<u8>) {
        assert!(
            self.verifies(key, MESSAGE, fruit).await,
            "{}",
            self.case("check a code: it is wrong")
        );
    }

    async fn refuses(&self, sealed: Sealed<'_>, fruit: &Vec<u8>, ways: &[ProviderError], what: &str) {
        let made = self.provider.mac(sealed, MESSAGE).await;
        must_fail(made, ways, self.case(format_args!("{what}: make a code")));
        let verified = self.provider.verify_mac(sealed, MESSAGE, fruit).await;
        must_fail(verified, ways, self.case(format_args!("{what}: check a code")));
    }

    fn case(&self, what: impl fmt::Display) -> String {
        format!("{:?}: {what}", self.spec)
    }
}
