//! Checks of signatures.

use claviger_model::SignatureAlgorithm;

use super::bound::Subject as _;
use super::cipher::changes;
use super::encryption::some_changes;
use super::pair::{COSTLY, Pairs, digest_for, signatures};
use super::place::Key;
use super::{must, must_fail};
use crate::ProviderError::{BadInput, Incapable};

impl Pairs<'_> {
    /// Whether keys sign like that. If they do not, they do not verify either.
    pub(super) async fn offers_signatures(&self, key: &Key, algorithm: SignatureAlgorithm) -> bool {
        let digest = digest_for(algorithm);
        let signed = self.provider.sign(key.sealed(), algorithm, &digest).await;
        if algorithm.fits(self.spec) && signed.is_ok() {
            return true;
        }
        must_fail(
            signed,
            &[Incapable],
            self.case(format_args!("sign as {algorithm:?}")),
        );
        let verified = self
            .provider
            .verify(key.sealed(), algorithm, &digest, &[0; 64])
            .await;
        must_fail(
            verified,
            &[Incapable],
            self.case(format_args!("verify as {algorithm:?}")),
        );
        false
    }

    pub(super) async fn check_signatures(
        &self,
        key: &Key,
        other: Option<&Key>,
        algorithm: SignatureAlgorithm,
    ) {
        let digest = digest_for(algorithm);
        let signature = self.sign(key, algorithm, &digest).await;
        let what = self.case(format_args!("{algorithm:?}"));
        let verified = self.verifies(key, algorithm, &digest, &signature).await;
        assert!(verified, "{what}: its own signature is wrong");
        let public = self.public_key(key).await;
        assert!(
            self.client.verify(&public, algorithm, &digest, &signature),
            "{what}: the signature is not one of the public key"
        );
        if let Some(other) = other {
            let verified = self.verifies(other, algorithm, &digest, &signature).await;
            assert!(!verified, "{what}: another key takes the signature");
        }
        // The first byte: a curve that is shorter than the hash leaves the last ones out.
        let changed: Vec<u8> = digest
            .iter()
            .enumerate()
            .map(|(at, byte)| if at == 0 { byte ^ 1 } else { *byte })
            .collect();
        let verified = self.verifies(key, algorithm, &changed, &signature).await;
        assert!(!verified, "{what}: another digest has the same signature");
        self.digests_have_one_length(key, algorithm, &signature).await;
        self.changed_signatures_are_wrong(key, algorithm, &signature)
            .await;
        self.other_algorithms_are_others(key, algorithm, &signature).await;
    }

    async fn digests_have_one_length(&self, key: &Key, algorithm: SignatureAlgorithm, signature: &[u8]) {
        let length = algorithm.hash().digest_len();
        for wrong in [0, 1, length - 1, length + 1, 2 * length] {
            let what = self.case(format_args!("{algorithm:?}, a digest of {wrong} bytes"));
            let digest = vec![7; wrong];
            let signed = self.provider.sign(key.sealed(), algorithm, &digest).await;
            must_fail(signed, &[BadInput], &what);
            let verified = self
                .provider
                .verify(key.sealed(), algorithm, &digest, signature)
                .await;
            must_fail(verified, &[BadInput], &what);
        }
    }

    /// Whatever was done to a signature, it is no error: it is not one.
    async fn changed_signatures_are_wrong(&self, key: &Key, algorithm: SignatureAlgorithm, signature: &[u8]) {
        let digest = digest_for(algorithm);
        // One algorithm of a spec tells whether it looks at every byte, and costly specs do what the others do.
        let all = self.signs.is_none() && !COSTLY.contains(&self.spec);
        let changed = if all {
            changes(signature).collect()
        } else {
            some_changes(signature)
        };
        for (how, changed) in changed {
            let verified = self.verifies(key, algorithm, &digest, &changed).await;
            assert!(
                !verified,
                "{}",
                self.case(format_args!("{algorithm:?}, signature: {how}"))
            );
        }
    }

    async fn other_algorithms_are_others(&self, key: &Key, algorithm: SignatureAlgorithm, signature: &[u8]) {
        let digest = digest_for(algorithm);
        let others = signatures()
            .filter(|other| *other != algorithm && other.fits(self.spec) && other.hash() == algorithm.hash());
        for other in others {
            let verified = self
                .provider
                .verify(key.sealed(), other, &digest, signature)
                .await;
            assert!(
                verified != Ok(true),
                "{}",
                self.case(format_args!("{algorithm:?} passes for {other:?}"))
            );
        }
    }

    pub(super) async fn sign(&self, key: &Key, algorithm: SignatureAlgorithm, digest: &[u8]) -> Vec<u8> {
        let signed = self.provider.sign(key.sealed(), algorithm, digest).await;
        must(signed, self.case(format_args!("sign as {algorithm:?}")))
    }

    pub(super) async fn verifies(
        &self,
        key: &Key,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        let verified = self
            .provider
            .verify(key.sealed(), algorithm, digest, signature)
            .await;
        must(verified, self.case(format_args!("verify as {algorithm:?}")))
    }
}
