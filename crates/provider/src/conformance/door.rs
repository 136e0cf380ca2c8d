//! Ways in for key material, for the checks of imports.

use claviger_model::{EncryptionAlgorithm, Fingerprint, KeySpec};

use super::place::Place;
use super::{Client, must, must_fail};
use crate::{ImportFault, Imported, Provider, ProviderError, Wrapped, WrappingBinding, WrappingKey};

/// The errors that may answer a fault of what came in under this algorithm. PKCS#1 v1.5 tells nothing.
pub(super) fn ways(algorithm: EncryptionAlgorithm, fault: ImportFault) -> [ProviderError; 2] {
    let told = match algorithm {
        EncryptionAlgorithm::RsaPkcs1 => ImportFault::Unwrap,
        _ => fault,
    };
    [told, ImportFault::Unwrap].map(ProviderError::BadImport)
}

/// A way in for the material of one key.
pub(super) struct Door {
    /// The key; version and spec do not matter.
    pub(super) place: Place,
    pub(super) key: WrappingKey,
}

impl Door {
    pub(super) async fn open(provider: &dyn Provider, wrapping: KeySpec) -> Self {
        Self::open_at(provider, wrapping, Place::draw(provider, KeySpec::Aes256).await).await
    }

    pub(super) async fn open_at(provider: &dyn Provider, wrapping: KeySpec, place: Place) -> Self {
        let key = provider.wrapping_key(&place.wrapping(wrapping)).await;
        let key = must(key, format_args!("wrapping key {wrapping:?}"));
        Self { place, key }
    }
}

/// Imports that go through wrapping keys of one spec.
pub(super) struct Doors<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) client: &'a dyn Client,
    pub(super) wrapping: KeySpec,
    pub(super) algorithms: &'a [EncryptionAlgorithm],
    pub(super) door: Door,
}

impl Doors<'_> {
    pub(super) async fn import(
        &self,
        door: &Door,
        algorithm: EncryptionAlgorithm,
        place: &Place,
        secret: &[u8],
    ) -> Result<Imported, ProviderError> {
        let bytes = self.wrap(door, algorithm, secret);
        let wrapped = self.wrapped(door, algorithm, &bytes);
        self.provider.import(wrapped, &place.binding()).await
    }

    pub(super) async fn fingerprint(
        &self,
        door: &Door,
        algorithm: EncryptionAlgorithm,
        spec: KeySpec,
        secret: &[u8],
    ) -> Fingerprint {
        let place = self.version(&door.place, spec).await;
        let imported = self.import(door, algorithm, &place, secret).await;
        must(imported, format_args!("import {spec:?} as {algorithm:?}")).fingerprint
    }

    pub(super) async fn refuses(
        &self,
        wrapped: Wrapped<'_>,
        place: &Place,
        ways: &[ProviderError],
        what: &str,
    ) {
        must_fail(self.provider.import(wrapped, &place.binding()).await, ways, what);
    }

    pub(super) fn wrap(&self, door: &Door, algorithm: EncryptionAlgorithm, secret: &[u8]) -> Vec<u8> {
        self.client.encrypt(&door.key.public, algorithm, secret)
    }

    pub(super) fn wrapped<'a>(
        &self,
        door: &'a Door,
        algorithm: EncryptionAlgorithm,
        bytes: &'a [u8],
    ) -> Wrapped<'a> {
        Wrapped {
            wrapping: door.place.wrapping(self.wrapping),
            private: &door.key.private,
            algorithm,
            bytes,
            pair: None,
        }
    }

    /// A new version of a key.
    pub(super) async fn version(&self, key: &Place, spec: KeySpec) -> Place {
        Place {
            spec,
            version: Place::draw(self.provider, spec).await.version,
            ..key.clone()
        }
    }

    pub(super) async fn secret(&self, spec: KeySpec) -> Vec<u8> {
        let length = must(spec.secret_len().ok_or("no secret"), "length of a secret");
        must(self.provider.random(length).await, "random")
            .expose()
            .to_vec()
    }

    /// A spec of secret keys where any will do.
    pub(super) fn spec(&self) -> KeySpec {
        let first = self.provider.capability().imports.first();
        must(first.copied().ok_or("none"), "imports")
    }

    /// An algorithm where any will do.
    pub(super) fn algorithm(&self) -> EncryptionAlgorithm {
        must(self.algorithms.first().copied().ok_or("none"), "algorithms")
    }
}

impl Place {
    /// What a wrapping key for this key is bound to.
    pub(super) fn wrapping(&self, spec: KeySpec) -> WrappingBinding<'_> {
        WrappingBinding {
            account: self.account,
            region: &self.region,
            key: self.key,
            spec,
        }
    }
}
