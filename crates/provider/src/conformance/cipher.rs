//! Checks of symmetric keys.

use std::collections::HashSet;
use std::fmt;

use claviger_model::{KeySpec, Material};

use super::place::Key;
use super::{must, must_fail};
use crate::ProviderError::{BadMaterial, DoesNotOpen, Incapable};
use crate::{EnvelopeFormat, Provider, ProviderError, Sealed, TAG_LEN};

/// Lengths of plaintext: nothing, around the blocks of the cipher, and up to the most that either cloud takes.
const LENGTHS: [usize; 18] = [
    0, 1, 15, 16, 17, 31, 32, 33, 64, 100, 255, 256, 1000, 1024, 4095, 4096, 6143, 6144,
];
/// Additional data of the checks where it does not matter.
const ADDITIONAL: &[u8] = b"additional data";
/// What stands in the buffer before a call.
const BEFORE: &[u8] = b"before";

/// Runs every check for keys of one spec.
pub(super) async fn check(provider: &dyn Provider, spec: KeySpec, format: EnvelopeFormat) {
    let subject = Subject {
        provider,
        spec,
        format,
    };
    subject.round_trips().await;
    subject.nothing_repeats().await;
    subject.changed_bodies_do_not_open().await;
    subject.other_keys_do_not_open().await;
    subject.material_stays_in_its_place().await;
    subject.changed_material_is_bad().await;
    subject.forgotten_keys_open_again().await;
}

struct Subject<'a> {
    provider: &'a dyn Provider,
    spec: KeySpec,
    format: EnvelopeFormat,
}

impl Subject<'_> {
    async fn round_trips(&self) {
        let key = Key::make(self.provider, self.spec).await;
        for length in LENGTHS {
            for additional in [&[], ADDITIONAL, &[0xff; 8192]] {
                let what = self.case(format_args!("{length} bytes, {} additional", additional.len()));
                let plaintext: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
                let body = self.encrypt(&key, additional, &plaintext).await;
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
    async fn nothing_repeats(&self) {
        let key = Key::make(self.provider, self.spec).await;
        let plaintext = [0x5a; 32];
        let (mut nonces, mut rests) = (HashSet::new(), HashSet::new());
        for _ in 0..256 {
            let body = self.encrypt(&key, ADDITIONAL, &plaintext).await;
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

    async fn changed_bodies_do_not_open(&self) {
        let key = Key::make(self.provider, self.spec).await;
        for length in [0, 33] {
            let body = self.encrypt(&key, ADDITIONAL, &vec![7; length]).await;
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

    async fn other_keys_do_not_open(&self) {
        let key = Key::make(self.provider, self.spec).await;
        let other = Key::make(self.provider, self.spec).await;
        assert!(
            key.material != other.material,
            "{}",
            self.case("the same material twice")
        );
        let body = self.encrypt(&key, ADDITIONAL, b"plaintext").await;
        let opened = self.provider.decrypt(other.sealed(), ADDITIONAL, &body).await;
        must_fail(opened, &[DoesNotOpen], self.case("another key"));
    }

    /// Material is taken in its own place only, whether the provider has it open or not.
    async fn material_stays_in_its_place(&self) {
        let (key, body) = self.closed_key().await;
        let (other, _) = self.closed_key().await;
        for when in ["closed", "open"] {
            let mut places = key.place.neighbours(&other.place).to_vec();
            places.push(("place", other.place.clone()));
            for (part, place) in places {
                let sealed = Sealed {
                    material: &key.material,
                    binding: place.binding(),
                };
                let what = format!("{when}, another {part}");
                self.refuses(sealed, &body, &[BadMaterial, DoesNotOpen, Incapable], &what)
                    .await;
            }
            self.works(&key).await;
            self.works(&other).await;
        }
    }

    async fn changed_material_is_bad(&self) {
        let (key, body) = self.closed_key().await;
        for when in ["closed", "open"] {
            for (how, changed) in changes(&key.material.0) {
                let sealed = Sealed {
                    material: &Material(changed.into_boxed_slice()),
                    binding: key.place.binding(),
                };
                let what = format!("{when}, material: {how}");
                self.refuses(sealed, &body, &[BadMaterial, DoesNotOpen], &what)
                    .await;
            }
            self.works(&key).await;
        }
    }

    /// Forgetting drops what is held open; it does not destroy what the material opens.
    async fn forgotten_keys_open_again(&self) {
        let (key, body) = self.closed_key().await;
        self.provider.forget(&key.place.binding());
        self.opens(&key, &body).await;
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

    /// A key, something it encrypted, and a provider that does not hold it open.
    async fn closed_key(&self) -> (Key, Vec<u8>) {
        let key = Key::make(self.provider, self.spec).await;
        let body = self.encrypt(&key, ADDITIONAL, b"plaintext").await;
        self.provider.forget(&key.place.binding());
        (key, body)
    }

    async fn works(&self, key: &Key) {
        let body = self.encrypt(key, ADDITIONAL, b"plaintext").await;
        self.opens(key, &body).await;
    }

    async fn opens(&self, key: &Key, body: &[u8]) {
        let opened = self.provider.decrypt(key.sealed(), ADDITIONAL, body).await;
        let opened = must(opened, self.case("decrypt"));
        let same = opened.expose() == b"plaintext";
        assert!(same, "{}", self.case("decrypt: another plaintext"));
    }

    /// Checks that a key neither encrypts, and then leaves the buffer alone, nor decrypts.
    async fn refuses(&self, sealed: Sealed<'_>, body: &[u8], ways: &[ProviderError], what: &str) {
        let mut out = BEFORE.to_vec();
        let done = self
            .provider
            .encrypt(sealed, ADDITIONAL, b"plaintext", &mut out)
            .await;
        must_fail(done, ways, self.case(format_args!("{what}: encrypt")));
        let same = out == BEFORE;
        assert!(same, "{}", self.case(format_args!("{what}: the buffer changed")));
        let opened = self.provider.decrypt(sealed, ADDITIONAL, body).await;
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
