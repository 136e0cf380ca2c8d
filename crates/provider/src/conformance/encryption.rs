//! Checks of encryption to a public key.

use claviger_model::EncryptionAlgorithm;

use super::bound::Subject as _;
use super::pair::{Pairs, encryptions};
use super::place::Key;
use super::{must, must_fail};
use crate::ProviderError::{BadInput, DoesNotOpen, Incapable};

impl Pairs<'_> {
    /// Whether keys decrypt like that. If they do not, they do not encrypt either.
    pub(super) async fn offers_encryption(&self, key: &Key, algorithm: EncryptionAlgorithm) -> bool {
        let encrypted = self
            .provider
            .encrypt_to(key.sealed(), algorithm, b"plaintext")
            .await;
        // Its refusals tell strangers how to decrypt.
        let allowed = algorithm != EncryptionAlgorithm::RsaPkcs1;
        if allowed && algorithm.fits(self.spec) && encrypted.is_ok() {
            return true;
        }
        must_fail(
            encrypted,
            &[Incapable],
            self.case(format_args!("encrypt as {algorithm:?}")),
        );
        let opened = self
            .provider
            .decrypt_from(key.sealed(), algorithm, &[1; 256])
            .await;
        must_fail(
            opened,
            &[Incapable],
            self.case(format_args!("decrypt as {algorithm:?}")),
        );
        false
    }

    pub(super) async fn check_encryption(
        &self,
        key: &Key,
        other: Option<&Key>,
        algorithm: EncryptionAlgorithm,
    ) {
        let longest = must(
            algorithm
                .longest_plaintext(self.spec)
                .ok_or("no longest plaintext"),
            self.case(format_args!("{algorithm:?}")),
        );
        let public = self.public_key(key).await;
        self.empty_plaintexts(key, algorithm).await;
        for length in [1, 16, 32, longest] {
            let plaintext: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
            let inside = self.encrypt(key, algorithm, &plaintext).await;
            let again = self.encrypt(key, algorithm, &plaintext).await;
            let what = self.case(format_args!("{algorithm:?}, {length} bytes"));
            assert!(inside != again, "{what}: the same ciphertext twice");
            let outside = self.client.encrypt(&public, algorithm, &plaintext);
            for ciphertext in [inside, outside] {
                let opened = self
                    .provider
                    .decrypt_from(key.sealed(), algorithm, &ciphertext)
                    .await;
                let same = must(opened, &what).expose() == plaintext;
                assert!(same, "{what}: another plaintext");
            }
        }
        let encrypted = self
            .provider
            .encrypt_to(key.sealed(), algorithm, &vec![7; longest + 1])
            .await;
        must_fail(
            encrypted,
            &[BadInput],
            self.case(format_args!("{algorithm:?}, a byte too many")),
        );
        self.does_not_open(key, other, algorithm).await;
    }

    /// Nothing is a plaintext like any other, or has a length that the algorithm does not take.
    async fn empty_plaintexts(&self, key: &Key, algorithm: EncryptionAlgorithm) {
        let what = self.case(format_args!("{algorithm:?}, 0 bytes"));
        let inside = self.provider.encrypt_to(key.sealed(), algorithm, b"").await;
        if shortest(algorithm) > 0 {
            must_fail(inside, &[BadInput], what);
            return;
        }
        let public = self.public_key(key).await;
        let outside = self.client.encrypt(&public, algorithm, b"");
        for ciphertext in [must(inside, &what), outside] {
            let opened = self
                .provider
                .decrypt_from(key.sealed(), algorithm, &ciphertext)
                .await;
            assert!(must(opened, &what).is_empty(), "{what}: another plaintext");
        }
    }

    async fn does_not_open(&self, key: &Key, other: Option<&Key>, algorithm: EncryptionAlgorithm) {
        let ciphertext = self.encrypt(key, algorithm, b"plaintext").await;
        for (how, changed) in some_changes(&ciphertext) {
            let opened = self
                .provider
                .decrypt_from(key.sealed(), algorithm, &changed)
                .await;
            must_fail(
                opened,
                &[DoesNotOpen],
                self.case(format_args!("{algorithm:?}, ciphertext: {how}")),
            );
        }
        if let Some(other) = other {
            let opened = self
                .provider
                .decrypt_from(other.sealed(), algorithm, &ciphertext)
                .await;
            must_fail(
                opened,
                &[DoesNotOpen],
                self.case(format_args!("{algorithm:?}, another key")),
            );
        }
        for padding in encryptions().filter(|padding| *padding != algorithm) {
            let opened = self
                .provider
                .decrypt_from(key.sealed(), padding, &ciphertext)
                .await;
            must_fail(
                opened,
                &[DoesNotOpen, Incapable],
                self.case(format_args!("{algorithm:?} opened as {padding:?}")),
            );
        }
    }

    async fn encrypt(&self, key: &Key, algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Vec<u8> {
        let encrypted = self.provider.encrypt_to(key.sealed(), algorithm, plaintext).await;
        must(encrypted, self.case(format_args!("encrypt as {algorithm:?}")))
    }
}

/// Bytes of the shortest plaintext. SM2 has no ciphertext of nothing: what it is combined with must not be zero, and
/// of no bytes that cannot be said. SOURCE: GB/T 32918.4, section 6.1, step A5.
pub(super) fn shortest(algorithm: EncryptionAlgorithm) -> usize {
    usize::from(algorithm == EncryptionAlgorithm::Sm2Pke)
}

/// A few ways to damage bytes, for where every try is costly.
pub(super) fn some_changes(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let flipped = |at: usize| {
        let flip = |(index, byte): (usize, &u8)| if index == at { byte ^ 1 } else { *byte };
        bytes.iter().enumerate().map(flip).collect()
    };
    let cut = |length: usize| bytes.iter().take(length).copied().collect();
    let last = bytes.len().saturating_sub(1);
    let changes = [
        ("a bit of the first byte flipped", flipped(0)),
        ("a bit in the middle flipped", flipped(bytes.len() / 2)),
        ("a bit of the last byte flipped", flipped(last)),
        ("cut by a byte", cut(last)),
        ("cut to half", cut(bytes.len() / 2)),
        ("cut to a byte", cut(1)),
        ("nothing left", Vec::new()),
        ("a byte in front", [&[0], bytes].concat()),
        ("a byte behind", [bytes, &[0]].concat()),
        ("zeros", vec![0; bytes.len()]),
        ("ones", vec![0xff; bytes.len()]),
    ];
    changes
        .into_iter()
        .map(|(how, changed)| (how.to_owned(), changed))
        .collect()
}
