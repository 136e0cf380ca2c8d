//! Making keys and random bytes.

use claviger_model::Material;
use claviger_provider::{Binding, ProviderError};
use claviger_secret::SecretBytes;

use crate::pair::{Kind, Task};
use crate::provider::SoftProvider;
use crate::secret_key::{FillError, SecretKey};
use crate::{blocking, capability, wrap};

/// See [`claviger_provider::Provider::generate`].
pub(crate) async fn generate(
    provider: &SoftProvider,
    binding: &Binding<'_>,
) -> Result<Material, ProviderError> {
    capability::check(provider.capability, binding)?;
    let wrap = |key: &[u8]| wrap::wrap_material(&provider.roots, provider.rng.as_ref(), binding, key);
    let material = match (binding.spec.secret_len(), Kind::of(binding.spec)) {
        (Some(len), _) => secret_key(provider, len)?.with(wrap)?,
        (None, Some(kind)) => {
            let pair = if kind.is_slow(Task::Make) {
                blocking::run_aside(move || kind.generate()).await?
            } else {
                kind.generate()
            };
            wrap(pair?.expose())?
        }
        (None, None) => return Err(ProviderError::Incapable),
    };
    Ok(Material(material.into_boxed_slice()))
}

/// See [`claviger_provider::Provider::random`].
pub(crate) fn random(provider: &SoftProvider, length: usize) -> Result<SecretBytes, ProviderError> {
    SecretBytes::filled(length, |bytes| provider.rng.fill(bytes)).map_err(|_| ProviderError::Random)
}

fn secret_key(provider: &SoftProvider, len: usize) -> Result<SecretKey, ProviderError> {
    SecretKey::fill(provider.roots.pool(), len, |key| provider.rng.fill(key)).map_err(|error| match error {
        FillError::Fill(_) => ProviderError::Random,
        FillError::Memory => ProviderError::Unavailable,
    })
}
