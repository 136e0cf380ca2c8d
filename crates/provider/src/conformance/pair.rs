//! Checks of key pairs: what they have in common. What they sign and decrypt is next door.

use std::fmt;

use claviger_model::{EncryptionAlgorithm, Family, HashAlgorithm, KeySpec, SignatureAlgorithm, Usage};

use super::bound::{self, Subject};
use super::place::Key;
use super::{Client, Report, foreign, must, must_fail};
use crate::{Provider, ProviderError, Sealed};

/// What is encrypted where the length does not matter.
const PLAINTEXT: &[u8] = b"plaintext";
/// A second key of these takes seconds to make. The checks that need two run with the smaller specs of the family.
pub(super) const COSTLY: [KeySpec; 2] = [KeySpec::Rsa3072, KeySpec::Rsa4096];

const HASHES: [HashAlgorithm; 5] = [
    HashAlgorithm::Sha1,
    HashAlgorithm::Sha256,
    HashAlgorithm::Sha384,
    HashAlgorithm::Sha512,
    HashAlgorithm::Sm3,
];

/// Every way to sign that has a name.
pub(super) fn signatures() -> impl Iterator<Item = SignatureAlgorithm> {
    let of_hash = |hash| {
        [
            SignatureAlgorithm::RsaPss(hash),
            SignatureAlgorithm::RsaPkcs1(hash),
            SignatureAlgorithm::Ecdsa(hash),
        ]
    };
    HASHES
        .into_iter()
        .flat_map(of_hash)
        .chain([SignatureAlgorithm::Sm2Dsa])
}

/// Every way to encrypt to a public key that has a name.
pub(super) fn encryptions() -> impl Iterator<Item = EncryptionAlgorithm> {
    HASHES
        .into_iter()
        .map(EncryptionAlgorithm::RsaOaep)
        .chain([EncryptionAlgorithm::RsaPkcs1, EncryptionAlgorithm::Sm2Pke])
}

/// Runs every check for keys of one spec, and reports the algorithms that they offer.
pub(super) async fn check(provider: &dyn Provider, client: &dyn Client, spec: KeySpec, report: &mut Report) {
    let key = Key::make(provider, spec).await;
    let other = if COSTLY.contains(&spec) {
        None
    } else {
        Some(Key::make(provider, spec).await)
    };
    let mut pairs = Pairs {
        provider,
        client,
        spec,
        signs: None,
        encrypts: None,
    };
    pairs.shows_its_public_key(&key, other.as_ref()).await;
    for algorithm in signatures() {
        if pairs.offers_signatures(&key, algorithm).await {
            pairs.check_signatures(&key, other.as_ref(), algorithm).await;
            pairs.signs.get_or_insert(algorithm);
            report.signatures.push((spec, algorithm));
        }
    }
    for algorithm in encryptions() {
        if pairs.offers_encryption(&key, algorithm).await {
            pairs.check_encryption(&key, other.as_ref(), algorithm).await;
            pairs.encrypts.get_or_insert(algorithm);
            report.encryptions.push((spec, algorithm));
        }
    }
    pairs.serve_every_usage();
    foreign::check(provider, &key).await;
    bound::check(&pairs, &key, other.as_ref()).await;
}

/// Key pairs of one spec.
pub(super) struct Pairs<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) client: &'a dyn Client,
    pub(super) spec: KeySpec,
    /// One of the ways to sign that they offer.
    pub(super) signs: Option<SignatureAlgorithm>,
    /// One of the ways to encrypt that they offer.
    pub(super) encrypts: Option<EncryptionAlgorithm>,
}

/// What a pair leaves behind.
pub(super) struct Fruit {
    public: Vec<u8>,
    signature: Option<(SignatureAlgorithm, Vec<u8>)>,
    ciphertext: Option<(EncryptionAlgorithm, Vec<u8>)>,
}

impl<'a> Pairs<'a> {
    /// Key pairs like this one, used in the first ways that it offers.
    pub(super) async fn like(provider: &'a dyn Provider, client: &'a dyn Client, key: &Key) -> Self {
        let mut pairs = Self {
            provider,
            client,
            spec: key.place.spec,
            signs: None,
            encrypts: None,
        };
        for algorithm in signatures() {
            if pairs.signs.is_none() && pairs.offers_signatures(key, algorithm).await {
                pairs.signs = Some(algorithm);
            }
        }
        for algorithm in encryptions() {
            if pairs.encrypts.is_none() && pairs.offers_encryption(key, algorithm).await {
                pairs.encrypts = Some(algorithm);
            }
        }
        pairs.serve_every_usage();
        pairs
    }

    async fn shows_its_public_key(&self, key: &Key, other: Option<&Key>) {
        let public = self.public_key(key).await;
        let what = self.case("public key");
        assert!(public == self.public_key(key).await, "{what}: another one");
        bound::close(self.provider, key).await;
        assert!(
            public == self.public_key(key).await,
            "{what}: another one, opened again"
        );
        if let Some(other) = other {
            assert!(
                public != self.public_key(other).await,
                "{what}: that of another key"
            );
        }
    }

    fn serve_every_usage(&self) {
        for usage in self.spec.usages() {
            let served = match usage {
                Usage::SignVerify => self.signs.is_some(),
                Usage::EncryptDecrypt => self.encrypts.is_some(),
                Usage::GenerateVerifyMac => self.spec.family() == Family::Mac,
            };
            assert!(
                served,
                "{}",
                self.case(format_args!("no algorithm for {usage:?}"))
            );
        }
    }

    pub(super) async fn public_key(&self, key: &Key) -> Vec<u8> {
        must(
            self.provider.public_key(key.sealed()).await,
            self.case("public key"),
        )
    }
}

impl Subject for Pairs<'_> {
    type Fruit = Fruit;

    fn provider(&self) -> &dyn Provider {
        self.provider
    }

    async fn fruit(&self, key: &Key) -> Fruit {
        let public = self.public_key(key).await;
        let signature = match self.signs {
            Some(algorithm) => Some((algorithm, self.sign(key, algorithm, &digest_for(algorithm)).await)),
            None => None,
        };
        let ciphertext = self
            .encrypts
            .map(|algorithm| (algorithm, self.client.encrypt(&public, algorithm, PLAINTEXT)));
        Fruit {
            public,
            signature,
            ciphertext,
        }
    }

    async fn takes(&self, key: &Key, fruit: &Fruit) {
        let same = self.public_key(key).await == fruit.public;
        assert!(same, "{}", self.case("public key: another one"));
        if let Some((algorithm, signature)) = &fruit.signature {
            let verified = self
                .verifies(key, *algorithm, &digest_for(*algorithm), signature)
                .await;
            assert!(verified, "{}", self.case("its own signature is wrong"));
        }
        if let Some((algorithm, ciphertext)) = &fruit.ciphertext {
            let opened = self
                .provider
                .decrypt_from(key.sealed(), *algorithm, ciphertext)
                .await;
            let same = must(opened, self.case("decrypt")).expose() == PLAINTEXT;
            assert!(same, "{}", self.case("decrypt: another plaintext"));
        }
    }

    async fn refuses(&self, sealed: Sealed<'_>, fruit: &Fruit, ways: &[ProviderError], what: &str) {
        let provider = self.provider;
        let case = |operation| self.case(format_args!("{what}: {operation}"));
        must_fail(provider.public_key(sealed).await, ways, case("public key"));
        if let Some((algorithm, signature)) = &fruit.signature {
            let digest = digest_for(*algorithm);
            let signed = provider.sign(sealed, *algorithm, &digest).await;
            must_fail(signed, ways, case("sign"));
            let verified = provider.verify(sealed, *algorithm, &digest, signature).await;
            must_fail(verified, ways, case("verify"));
        }
        if let Some((algorithm, ciphertext)) = &fruit.ciphertext {
            let encrypted = provider.encrypt_to(sealed, *algorithm, PLAINTEXT).await;
            must_fail(encrypted, ways, case("encrypt"));
            let opened = provider.decrypt_from(sealed, *algorithm, ciphertext).await;
            must_fail(opened, ways, case("decrypt"));
        }
    }

    fn case(&self, what: impl fmt::Display) -> String {
        format!("{:?}: {what}", self.spec)
    }
}

/// A digest of the length that the algorithm takes.
pub(super) fn digest_for(algorithm: SignatureAlgorithm) -> Vec<u8> {
    (1..=u8::MAX).take(algorithm.hash().digest_len()).collect()
}
