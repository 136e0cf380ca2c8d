//! Keys that were used lately, open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use claviger_model::{AccountId, KeyId, KeySpec, KeyVersionId, ProtectionLevel, Region};
use claviger_provider::{Binding, Sealed};
use claviger_secret::LockedKey;

use crate::wrap::MATERIAL_LEN;

/// A bounded cache of opened keys. What falls out is wiped as soon as nobody uses it.
///
/// A hit answers as opening the material would: an entry stands for one material in one place, and both are compared.
/// So a row that was moved or changed is opened anew, and that fails.
#[derive(Debug)]
pub(crate) struct OpenKeys {
    cache: quick_cache::sync::Cache<KeyVersionId, Arc<OpenKey>>,
    /// Counts calls of [`Self::forget`].
    forgotten: AtomicU64,
}

/// An opened key, with the material it came from and the place of that.
#[derive(Debug)]
pub(crate) struct OpenKey {
    key: LockedKey<32>,
    account: AccountId,
    region: Region,
    id: KeyId,
    version: KeyVersionId,
    spec: KeySpec,
    protection: ProtectionLevel,
    material: [u8; MATERIAL_LEN],
}

/// A moment before a key was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

impl OpenKeys {
    /// Makes a cache for about that many keys; zero keeps none.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            cache: quick_cache::sync::Cache::new(capacity),
            forgotten: AtomicU64::new(0),
        }
    }

    /// The key, if it is open.
    pub(crate) fn get(&self, sealed: &Sealed<'_>) -> Option<Arc<OpenKey>> {
        self.cache
            .get(&sealed.binding.version)
            .filter(|open| open.stands_for(sealed))
    }

    /// To be taken before a key is opened that will go to [`Self::keep`].
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket(self.forgotten.load(Ordering::SeqCst))
    }

    /// Keeps a key that was opened after `ticket` was taken.
    pub(crate) fn keep(&self, ticket: Ticket, open: OpenKey) -> Arc<OpenKey> {
        let version = open.version;
        let open = Arc::new(open);
        self.cache.insert(version, Arc::clone(&open));
        if self.ticket() != ticket {
            // Some version was forgotten meanwhile, perhaps this one. Opening it once more is cheap.
            self.cache.remove(&version);
        }
        open
    }

    /// Drops the key of that version.
    pub(crate) fn forget(&self, version: KeyVersionId) {
        // Counting comes first. A `keep` in between either sees the count and drops its own entry, or has put it in
        // place before the removal below.
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.remove(&version);
    }
}

impl OpenKey {
    /// `key` is what `material` holds for that place.
    pub(crate) fn new(binding: &Binding<'_>, material: &[u8; MATERIAL_LEN], key: LockedKey<32>) -> Self {
        Self {
            key,
            account: binding.account,
            region: binding.region.clone(),
            id: binding.key,
            version: binding.version,
            spec: binding.spec,
            protection: binding.protection,
            material: *material,
        }
    }

    /// The key itself.
    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.key.expose()
    }

    /// Whether it is that material in that place.
    fn stands_for(&self, sealed: &Sealed<'_>) -> bool {
        // Taken apart, so that a new part of the place does not go unchecked.
        let Binding {
            account,
            region,
            key,
            version,
            spec,
            protection,
        } = sealed.binding;
        self.account == account
            && self.region == *region
            && self.id == key
            && self.version == version
            && self.spec == spec
            && self.protection == protection
            && self.material.as_slice() == &*sealed.material.0
    }
}

#[cfg(test)]
mod tests;
