//! The provider as others see it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use claviger_crypto::Rng;
use claviger_model::{KeySpec, Material};
use claviger_provider::{Binding, Capability, Provider, ProviderError, Sealed};
use claviger_secret::SecretBytes;

use crate::cache::OpenKeys;
use crate::capability::CAPABILITY;
use crate::{RootKeys, encrypt, generate};

/// Keys kept open unless the operator says otherwise. Each takes about 300 bytes, 32 of them in locked memory.
pub const DEFAULT_CACHE_CAPACITY: usize = 100_000;

/// Makes keys, wraps them under the root key, and computes with them in this process.
///
/// It is also the [`Keeper`](claviger_provider::Keeper) of the store's small secrets.
pub struct SoftProvider {
    pub(crate) roots: Arc<RootKeys>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) cache: OpenKeys,
}

impl SoftProvider {
    /// Makes a provider under these root keys. `cache_capacity` is how many keys it keeps open, about.
    pub fn new(roots: Arc<RootKeys>, rng: Arc<dyn Rng>, cache_capacity: usize) -> Self {
        Self {
            roots,
            rng,
            cache: OpenKeys::new(cache_capacity),
        }
    }
}

#[async_trait]
impl Provider for SoftProvider {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn generate(&self, spec: KeySpec, binding: &Binding<'_>) -> Result<Material, ProviderError> {
        generate::generate(self, spec, binding)
    }

    async fn encrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ProviderError> {
        encrypt::encrypt(self, sealed, additional, plaintext, out)
    }

    async fn decrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        body: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        encrypt::decrypt(self, sealed, additional, body)
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        generate::random(self, length)
    }

    fn forget(&self, binding: &Binding<'_>) {
        self.cache.forget(binding.version);
    }
}

impl fmt::Debug for SoftProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftProvider")
            .field("roots", &self.roots)
            .finish_non_exhaustive()
    }
}
