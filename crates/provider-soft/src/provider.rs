//! The provider as others see it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use claviger_crypto::Rng;
use claviger_model::{EncryptionAlgorithm, Material, SignatureAlgorithm};
use claviger_provider::{
    Binding, Capability, Imported, Provider, ProviderError, Sealed, Wrapped, WrappingBinding, WrappingKey,
};
use claviger_secret::SecretBytes;

use crate::cache::OpenKeys;
use crate::shifts::Shifts;
use crate::{RootKeys, asymmetric, encrypt, generate, import, mac, wrap};

/// Secret keys kept open unless the operator says otherwise. Each takes about 300 bytes, 32 of them in locked memory. A
/// key pair takes the place of seven on a curve, and of 45 to 70 with RSA.
pub const DEFAULT_CACHE_CAPACITY: usize = 100_000;

/// Makes keys, wraps them under the root key, and computes with them in this process.
///
/// It is also the [`Keeper`](claviger_provider::Keeper) of the store's small secrets.
pub struct SoftProvider {
    pub(crate) capability: &'static Capability,
    pub(crate) roots: Arc<RootKeys>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) cache: OpenKeys,
    pub(crate) shifts: Arc<Shifts>,
}

impl SoftProvider {
    /// Makes a provider under these root keys that can do what the table says: [`crate::SOFTWARE`], or that of a module
    /// which it is the engine of. `cache_capacity` is how many secret keys it keeps open, about; key pairs
    /// count as more, by the memory they take.
    ///
    /// What takes long does not run on the workers of the Tokio runtime that polls it: RSA keys are made on threads of
    /// their own that give way to all others, and opened and used on its blocking threads, as are SM2 keys for all but
    /// signatures. Outside of a runtime it runs in place.
    pub fn new(
        capability: &'static Capability,
        roots: Arc<RootKeys>,
        rng: Arc<dyn Rng>,
        cache_capacity: usize,
    ) -> Self {
        Self {
            capability,
            roots,
            rng,
            cache: OpenKeys::new(cache_capacity),
            shifts: Arc::default(),
        }
    }
}

#[async_trait]
impl Provider for SoftProvider {
    fn capability(&self) -> &Capability {
        self.capability
    }

    async fn generate(&self, binding: &Binding<'_>) -> Result<Material, ProviderError> {
        generate::generate(self, binding).await
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

    async fn sign(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        asymmetric::sign(self, sealed, algorithm, digest).await
    }

    async fn verify(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        asymmetric::verify(self, sealed, algorithm, digest, signature).await
    }

    async fn encrypt_to(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        asymmetric::encrypt_to(self, sealed, algorithm, plaintext).await
    }

    async fn decrypt_from(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        asymmetric::decrypt_from(self, sealed, algorithm, ciphertext).await
    }

    async fn public_key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        asymmetric::public_key(self, sealed).await
    }

    async fn mac(&self, sealed: Sealed<'_>, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        mac::mac(self, sealed, message)
    }

    async fn verify_mac(
        &self,
        sealed: Sealed<'_>,
        message: &[u8],
        code: &[u8],
    ) -> Result<bool, ProviderError> {
        mac::verify_mac(self, sealed, message, code)
    }

    async fn wrapping_key(&self, key: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError> {
        import::wrapping_key(self, key).await
    }

    async fn import(&self, wrapped: Wrapped<'_>, binding: &Binding<'_>) -> Result<Imported, ProviderError> {
        import::import(self, wrapped, binding).await
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        generate::random(self, length)
    }

    async fn rewrap(&self, sealed: Sealed<'_>) -> Result<Option<Material>, ProviderError> {
        let wrapped = wrap::rewrap_material(
            &self.roots,
            self.rng.as_ref(),
            &sealed.binding,
            &sealed.material.0,
        )?;
        Ok(wrapped.map(|bytes| Material(bytes.into_boxed_slice())))
    }

    async fn destroy(&self, binding: &Binding<'_>) -> Result<(), ProviderError> {
        self.cache.forget(binding.version);
        Ok(())
    }
}

impl fmt::Debug for SoftProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftProvider")
            .field("roots", &self.roots)
            .finish_non_exhaustive()
    }
}
