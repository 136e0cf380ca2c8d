//! Making keys and random bytes.

use claviger_crypto::RngError;
use claviger_model::{KeySpec, Material};
use claviger_provider::{Binding, ProviderError};
use claviger_secret::{PoolError, SecretBytes};

use crate::provider::SoftProvider;
use crate::{capability, wrap};

/// See [`claviger_provider::Provider::generate`].
pub(crate) fn generate(
    provider: &SoftProvider,
    spec: KeySpec,
    binding: &Binding<'_>,
) -> Result<Material, ProviderError> {
    capability::check(binding)?;
    if spec != binding.spec {
        return Err(ProviderError::Incapable);
    }
    let key = provider
        .roots
        .pool()
        .fill(|key| Ok(provider.rng.fill(key)?))
        .map_err(|error| match error {
            DrawError::Random => ProviderError::Random,
            DrawError::Memory => ProviderError::Unavailable,
        })?;
    let material = wrap::wrap_material(&provider.roots, provider.rng.as_ref(), binding, &key)?;
    Ok(Material(material.into_boxed_slice()))
}

/// See [`claviger_provider::Provider::random`].
pub(crate) fn random(provider: &SoftProvider, length: usize) -> Result<SecretBytes, ProviderError> {
    SecretBytes::filled(length, |bytes| provider.rng.fill(bytes)).map_err(|_| ProviderError::Random)
}

/// Why no key was drawn.
enum DrawError {
    Random,
    Memory,
}

impl From<RngError> for DrawError {
    fn from(_: RngError) -> Self {
        Self::Random
    }
}

impl From<PoolError> for DrawError {
    fn from(_: PoolError) -> Self {
        Self::Memory
    }
}
