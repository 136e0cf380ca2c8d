//! Checks of symmetric keys.

use std::collections::HashSet;
use std::fmt;

use claviger_model::KeySpec;

use super::bound::{self, Subject};
use super::place::Key;
use super::{foreign, must, must_fail};
use crate::ProviderError::DoesNotOpen;
use crate::{EnvelopeFormat, Provider, ProviderError, Sealed, TAG_LEN};

/// Lengths of plaintexts and messages: nothing, around the blocks of the cipher, and up to the most that either cloud takes.
pub(super) const LENGTHS: [usize; 18] = [
    0, 1, 15, 16, 17, 31, 32, 33, 64, 100, 255, 256, 1000, 1024, 4095, 4096, 6143, 6144,
];
/// Additional data of the checks where it does not matter.
const ADDITIONAL: &[u8] = b"additional data";
/// What stands in the buffer before a call.
const BEFORE: &[u8] = b"before";

/// Runs every check for keys of one spec.
pub(super) async fn check(provider: &dyn Provider, spec: KeySpec, format: EnvelopeFormat) {
    let ciphers = Ciphers {
        provider,
        spec,
        format,
    };
    let key = Key::make(provider, spec).await;
    let other = Key::make(provider, spec).await;
    ciphers.round_trips(&key).await;
    ciphers.nothing_repeats(&key).await;
    ciphers.changed_bodies_do_not_open(&key).await;
    ciphers.other_keys_do_not_open(&key, &other).await;
    foreign::check(provider, &key).await;
    bound::check(&ciphers, &key, Some(&other)).await;
}

/// Keys that encrypt and decrypt.
pub(super) struct Ciphers<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) spec: KeySpec,
    pub(super) format: EnvelopeFormat,
}

impl Ciphers<'_> {
    async fn round_trips(&self, key: &Key) {
        for length in LENGTHS {
            for additional in [&[], ADDITIONAL, &[0xff; 8192]] {
                let what = self.case(format_args!("{length} bytes, {} additional", additional.len()));
                let plaintext: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
                let body = self.encrypt(key, additional, &plaintext).await;
                let expected = self.format.nonce_len() + length + TAG_LEN;
                assert_eq!(body.len(), expected, "{what}: length of the body");
                let opened = must(
                    self.provider.decrypt(key.sealed(), additional, &body).await,
                    &what,
                );
                assert!(opened.expose() == plaintext, "{what}: another plaintext");
            }
        }
    }

    /// Neither a nonce nor a ciphertext comes twice, and a ciphertext is not the plaintext.
    async fn nothing_repeats(&self, key: &Key) {
        let plaintext = [0x5a; 32];
        let (mut nonces, mut rests) = (HashSet::new(), HashSet::new());
        for _ in 0..256 {
            let body = self.encrypt(key, ADDITIONAL, &plaintext).await;
            let (nonce, rest) = body.split_at(self.format.nonce_len());
            assert!(
                nonces.insert(nonce.to_vec()),
                "{}",
                self.case("a nonce came twice")
            );
            assert!(
                rests.insert(rest.to_vec()),
                "{}",
                self.case("a ciphertext came twice")
            );
            let bare = rest.windows(plaintext.len()).any(|window| window == plaintext);
            assert!(!bare, "{}", self.case("the plaintext stands in the body"));
        }
    }

    async fn changed_bodies_do_not_open(&self, key: &Key) {
        for length in [0, 33] {
            let body = self.encrypt(key, ADDITIONAL, &vec![7; length]).await;
            for (how, changed) in changes(&body) {
                let opened = self.provider.decrypt(key.sealed(), ADDITIONAL, &changed).await;
                must_fail(opened, &[DoesNotOpen], self.case(how));
            }
            let others = changes(ADDITIONAL).chain([("nothing".to_owned(), Vec::new())]);
            for (how, additional) in others {
                let opened = self.provider.decrypt(key.sealed(), &additional, &body).await;
                must_fail(
                    opened,
                    &[DoesNotOpen],
                    self.case(format_args!("additional data: {how}")),
                );
            }
        }
    }

    async fn other_keys_do_not_open(&self, key: &Key, other: &Key) {
        let body = self.encrypt(key, ADDITIONAL, b"plaintext").await;
        let opened = self.provider.decrypt(other.sealed(), ADDITIONAL, &body).await;
        must_fail(opened, &[DoesNotOpen], self.case("another key"));
    }

    /// Encrypts behind other bytes, which must stay.
    async fn encrypt(&self, key: &Key, additional: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut out = BEFORE.to_vec();
        let done = self
            .provider
            .encrypt(key.sealed(), additional, plaintext, &mut out)
            .await;
        must(done, self.case("encrypt"));
        let body = out.strip_prefix(BEFORE).map(<[u8]>::to_vec);
        must(body.ok_or("the bytes in front are gone"), self.case("encrypt"))
    }
}

impl Subject for Ciphers<'_> {
    type Fruit = Vec<u8>;

    fn provider(&self) -> &dyn Provider {
        self.provider
    }

    async fn fruit(&self, key: &Key) -> Vec<u8> {
        self.encrypt(key, ADDITIONAL, b"plaintext").await
    }

    async fn takes(&self, key: &Key, fruit: &Vec<u8>) {
        let opened = self.provider.decrypt(key.sealed(), ADDITIONAL, fruit).await;
        let opened = must(opened, self.case("decrypt"));
        let same = opened.expose() == b"plaintext";
        assert!(same, "{}", self.case("decrypt: another plaintext"));
    }

    /// A key that does not encrypt leaves the buffer alone.
    async fn refuses(&self, sealed: Sealed<'_>, fruit: &Vec<u8>, ways: &[ProviderError], what: &str) {
        let mut out = BEFORE.to_vec();
        let done = self
            .provider
            .encrypt(sealed, ADDITIONAL, b"plaintext", &mut out)
            .await;
        must_fail(done, ways, self.case(format_args!("{what}: encrypt")));
        let same = out == BEFORE;
        assert!(same, "{}", self.case(format_args!("{what}: the buffer changed")));
        let opened = self.provider.decrypt(sealed, ADDITIONAL, fruit).await;
        must_fail(opened, ways, self.case(format_args!("{what}: decrypt")));
    }

    fn case(&self, what: impl fmt::Display) -> String {
        format!("{:?} as {:?}: {what}", self.spec, self.format)
    }
}

/// Every way to damage bytes a little: one bit flipped in each byte, cut at each length, one byte more at either end.
pub(super) fn changes(bytes: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> {
    let flipped = (0..bytes.len()).map(|at| {
        let mut changed = bytes.to_vec();
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1 << (at % 8);
        }
        (format!("bit {} of byte {at} flipped", at % 8), changed)
    });
    let cut = (0..bytes.len()).map(|length| {
        let changed = bytes.iter().take(length).copied().collect();
        (format!("cut to {length} bytes"), changed)
    });
    let longer = [
        ("a byte in front".to_owned(), [&[0], bytes].concat()),
        ("a byte behind".to_owned(), [bytes, &[0]].concat()),
    ];
    flipped.chain(cut).chain(longer)
}
