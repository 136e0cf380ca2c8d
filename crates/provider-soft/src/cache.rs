//! Keys that were used lately, open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use claviger_model::{AccountId, KeyId, KeySpec, KeyVersionId, ProtectionLevel, Region};
use claviger_provider::{Binding, Sealed};
use quick_cache::Weighter;

use crate::pair::Pair;
use crate::secret_key::SecretKey;
use crate::wrap;

/// Bytes of material that is kept in place: that of secret keys of up to 256 bits, of which there may be many.
const INLINE_LEN: usize = 32 + wrap::OVERHEAD;

/// A bounded cache of opened keys. What falls out is wiped as soon as nobody uses it.
///
/// A hit answers as opening the material would: an entry stands for one material in one place, and both are compared.
/// So a row that was moved or changed is opened anew, and that fails.
#[derive(Debug)]
pub(crate) struct OpenKeys {
    cache: quick_cache::sync::Cache<KeyVersionId, Arc<OpenKey>, ByMemory>,
    /// Counts calls of [`Self::forget`].
    forgotten: AtomicU64,
}

/// An opened key, with the material it came from and the place of that. Its version is not here: the cache has it.
#[derive(Debug)]
pub(crate) struct OpenKey {
    held: Held,
    account: AccountId,
    region: Region,
    id: KeyId,
    spec: KeySpec,
    protection: ProtectionLevel,
    material: Kept,
}

/// A key itself.
#[derive(Debug)]
pub(crate) enum Held {
    /// In locked memory.
    Secret(SecretKey),
    /// In the library's memory, which it wipes.
    Pair(Box<Pair>),
}

/// Material that is kept for comparison.
#[derive(Debug)]
enum Kept {
    Inline { len: u8, bytes: [u8; INLINE_LEN] },
    Boxed(Box<[u8]>),
}

/// A moment before a key was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

/// Counts a key as so many secret keys as take the same memory: measured with AWS-LC, which keeps both halves ready for
/// use in 12 to 18 kB for RSA and 2 kB for a curve. SM2 takes about 1 kB of memory of its own.
#[derive(Debug, Clone, Copy)]
struct ByMemory;

impl Weighter<KeyVersionId, Arc<OpenKey>> for ByMemory {
    fn weight(&self, _: &KeyVersionId, open: &Arc<OpenKey>) -> u64 {
        match open.spec {
            KeySpec::Rsa2048 => 45,
            KeySpec::Rsa3072 => 55,
            KeySpec::Rsa4096 => 70,
            KeySpec::EcP256 | KeySpec::EcP256k | KeySpec::EcP384 | KeySpec::EcP521 => 7,
            KeySpec::Sm2 => 4,
            _ => 1,
        }
    }
}

impl OpenKeys {
    /// Makes a cache for about that many secret keys; zero keeps none. Key pairs count as more, see [`ByMemory`].
    pub(crate) fn new(capacity: usize) -> Self {
        let weight = u64::try_from(capacity).unwrap_or(u64::MAX);
        Self {
            cache: quick_cache::sync::Cache::with_weighter(capacity, weight, ByMemory),
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

    /// Keeps a key of that version, which was opened after `ticket` was taken.
    pub(crate) fn keep(&self, ticket: Ticket, version: KeyVersionId, open: OpenKey) -> Arc<OpenKey> {
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
    /// `held` is what the material holds for that place.
    pub(crate) fn new(sealed: &Sealed<'_>, held: Held) -> Self {
        Self {
            held,
            account: sealed.binding.account,
            region: sealed.binding.region.clone(),
            id: sealed.binding.key,
            spec: sealed.binding.spec,
            protection: sealed.binding.protection,
            material: Kept::new(&sealed.material.0),
        }
    }

    /// The secret key, if it is one.
    pub(crate) fn secret_key(&self) -> Option<&SecretKey> {
        match &self.held {
            Held::Secret(key) => Some(key),
            Held::Pair(_) => None,
        }
    }

    /// The key pair, if it is one.
    pub(crate) fn pair(&self) -> Option<&Pair> {
        match &self.held {
            Held::Pair(pair) => Some(pair),
            Held::Secret(_) => None,
        }
    }

    /// Whether it is that material in that place. The version is the same, because it was looked up by that.
    fn stands_for(&self, sealed: &Sealed<'_>) -> bool {
        // Taken apart, so that a new part of the place does not go unchecked.
        let Binding {
            account,
            region,
            key,
            version: _,
            spec,
            protection,
        } = sealed.binding;
        self.account == account
            && self.region == *region
            && self.id == key
            && self.spec == spec
            && self.protection == protection
            && self.material.bytes() == &*sealed.material.0
    }
}

impl Kept {
    fn new(material: &[u8]) -> Self {
        let mut bytes = [0; INLINE_LEN];
        match (bytes.get_mut(..material.len()), u8::try_from(material.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(material);
                Self::Inline { len, bytes }
            }
            _ => Self::Boxed(material.into()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Boxed(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests;
