//! Keys of the suite and the places they belong to.

use claviger_model::{AccountId, KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region};

use super::must;
use crate::{Binding, Provider, Sealed};

/// A place for a key; owns what a [`Binding`] borrows.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) account: AccountId,
    pub(super) region: Region,
    pub(super) key: KeyId,
    pub(super) version: KeyVersionId,
    pub(super) spec: KeySpec,
    pub(super) protection: ProtectionLevel,
}

impl Place {
    /// A place where nothing is. The ids are drawn, so a run never meets what an earlier one left in a module.
    pub(super) async fn draw(provider: &dyn Provider, spec: KeySpec) -> Self {
        Self {
            account: must("1000000000000001".parse(), "account"),
            region: must("cn-hangzhou".parse(), "region"),
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

    /// The same place at the other protection level.
    pub(super) fn other_protection(&self) -> Self {
        let mut place = self.clone();
        place.protection = match self.protection {
            ProtectionLevel::Software => ProtectionLevel::Hsm,
            ProtectionLevel::Hsm => ProtectionLevel::Software,
        };
        place
    }

    /// Another spec of the same family if there is one: its keys could pass for ours if nobody looked.
    fn similar_spec(&self) -> KeySpec {
        KeySpec::ALL
            .iter()
            .copied()
            .find(|spec| *spec != self.spec && spec.family() == self.spec.family())
            .unwrap_or(KeySpec::Aes256)
    }

    /// The places that differ from this one in a single part, taken from `other` or made up, with that part's name.
    pub(super) fn neighbours(&self, other: &Self) -> [(&'static str, Self); 6] {
        let mut places =
            ["account", "region", "key", "version", "spec", "protection"].map(|part| (part, self.clone()));
        let [account, region, key, version, spec, protection] = &mut places;
        account.1.account = must("1000000000000002".parse(), "account");
        region.1.region = must("cn-hangzhou-2".parse(), "region");
        key.1.key = other.key;
        version.1.version = other.version;
        spec.1.spec = self.similar_spec();
        protection.1 = self.other_protection();
        places
    }
}

/// A key that a provider made or took.
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) material: Material,
}

impl Key {
    pub(super) async fn make(provider: &dyn Provider, spec: KeySpec) -> Self {
        let place = Place::draw(provider, spec).await;
        let material = must(provider.generate(&place.binding()).await, "generate");
        Self { place, material }
    }

    pub(super) fn sealed(&self) -> Sealed<'_> {
        Sealed {
            material: &self.material,
            binding: self.place.binding(),
        }
    }
}

async fn draw_id(provider: &dyn Provider) -> [u8; 16] {
    let drawn = must(provider.random(16).await, "random 16");
    must(drawn.expose().try_into(), "random 16")
}
