//! Keys that the suite makes.

use claviger_model::{AccountId, KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region};

use super::must;
use crate::{Binding, Provider, ProviderError, Sealed};

/// The place of a key that does not exist yet. Ids are drawn, so that a run does not meet what an earlier one left in
/// a module.
#[derive(Clone)]
pub(super) struct NewKey {
    pub(super) account: AccountId,
    pub(super) region: Region,
    pub(super) key: KeyId,
    pub(super) version: KeyVersionId,
    pub(super) spec: KeySpec,
    pub(super) protection: ProtectionLevel,
}

impl NewKey {
    /// A place for a key that the provider might make.
    pub(super) async fn draw(provider: &dyn Provider, spec: KeySpec) -> Self {
        Self {
            account: account(1_000_000_000_000_001),
            region: region("cn-hangzhou"),
            key: KeyId::from_bytes(draw_id(provider).await),
            version: KeyVersionId::from_bytes(draw_id(provider).await),
            spec,
            protection: provider.capability().protection,
        }
    }

    pub(super) fn binding(&self) -> Binding<'_> {
        Binding {
            account: self.account,
            region: &self.region,
            key: self.key,
            version: self.version,
            spec: self.spec,
            protection: self.protection,
        }
    }

    /// Every place that differs from this one in one part, with the name of that part.
    pub(super) fn elsewhere(&self, other: &Self) -> [(&'static str, Self); 6] {
        let with = |change: fn(&mut Self, &Self)| {
            let mut place = self.clone();
            change(&mut place, other);
            place
        };
        [
            ("account", with(|place, _| place.account = account(1_000_000_000_000_002))),
            ("region", with(|place, _| place.region = region("cn-shanghai"))),
            ("key", with(|place, other| place.key = other.key)),
            ("version", with(|place, other| place.version = other.version)),
            ("spec", with(|place, _| place.spec = other_spec(place.spec))),
            ("protection", with(|place, _| place.protection = other_protection(place.protection))),
        ]
    }
}

/// A key with its material.
pub(super) struct Key {
    pub(super) place: NewKey,
    pub(super) material: Material,
}

impl Key {
    /// Has the provider make one.
    pub(super) async fn make(provider: &dyn Provider, spec: KeySpec) -> Self {
        let place = NewKey::draw(provider, spec).await;
        let material = must(provider.generate(spec, &place.binding()).await, format_args!("generate {spec:?}"));
        Self { place, material }
    }

    pub(super) fn sealed(&self) -> Sealed<'_> {
        Sealed { material: &self.material, binding: self.place.binding() }
    }

    /// Encrypts into a new buffer.
    pub(super) async fn encrypt(&self, provider: &dyn Provider, additional: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        must(provider.encrypt(self.sealed(), additional, plaintext, &mut body).await, "encrypt");
        body
    }
}

