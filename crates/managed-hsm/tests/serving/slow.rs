//! An engine that takes its time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use claviger_model::{EncryptionAlgorithm, Material, SignatureAlgorithm};
use claviger_provider::{
    Binding, Capability, Imported, Provider, ProviderError, Sealed, Wrapped, WrappingBinding, WrappingKey,
};
use claviger_provider_managed::MANAGED;
use claviger_secret::SecretBytes;
use tokio::sync::Semaphore;

/// Bytes that are not there before [`Slow::open`].
pub(crate) const LATE: usize = 13;

/// Gives bytes that are not random, and nothing else.
#[derive(Debug)]
pub(crate) struct Slow {
    gate: Semaphore,
    begun: AtomicUsize,
}

impl Slow {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            gate: Semaphore::new(0),
            begun: AtomicUsize::new(0),
        })
    }

    /// From now on, nothing is late.
    pub(crate) fn open(&self) {
        self.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// Draws that were begun.
    pub(crate) fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Provider for Slow {
    fn capability(&self) -> &Capability {
        &MANAGED
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        if length == LATE {
            drop(self.gate.acquire().await.unwrap());
        }
        Ok(SecretBytes::from(vec![1; length]))
    }

    #[expect(clippy::panic, reason = "a fault of the engine is what is played here")]
    async fn destroy(&self, _: &Binding<'_>) -> Result<(), ProviderError> {
        panic!("a fault of the engine");
    }

    async fn generate(&self, _: &Binding<'_>) -> Result<Material, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn encrypt(&self, _: Sealed<'_>, _: &[u8], _: &[u8], _: &mut Vec<u8>) -> Result<(), ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn decrypt(&self, _: Sealed<'_>, _: &[u8], _: &[u8]) -> Result<SecretBytes, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn sign(&self, _: Sealed<'_>, _: SignatureAlgorithm, _: &[u8]) -> Result<Vec<u8>, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn verify(
        &self,
        _: Sealed<'_>,
        _: SignatureAlgorithm,
        _: &[u8],
        _: &[u8],
    ) -> Result<bool, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn encrypt_to(
        &self,
        _: Sealed<'_>,
        _: EncryptionAlgorithm,
        _: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn decrypt_from(
        &self,
        _: Sealed<'_>,
        _: EncryptionAlgorithm,
        _: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn public_key(&self, _: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn mac(&self, _: Sealed<'_>, _: &[u8]) -> Result<Vec<u8>, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn verify_mac(&self, _: Sealed<'_>, _: &[u8], _: &[u8]) -> Result<bool, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn wrapping_key(&self, _: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn import(&self, _: Wrapped<'_>, _: &Binding<'_>) -> Result<Imported, ProviderError> {
        Err(ProviderError::Incapable)
    }

    async fn rewrap(&self, _: Sealed<'_>) -> Result<Option<Material>, ProviderError> {
        Err(ProviderError::Incapable)
    }
}
