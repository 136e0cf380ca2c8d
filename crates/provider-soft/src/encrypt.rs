//! Encryption and decryption under software keys: XAES-256-GCM, which is format 1 of the envelope.

use std::sync::Arc;

use claviger_crypto::{rng, xaes};
use claviger_provider::{ProviderError, Sealed};
use claviger_secret::SecretBytes;

use crate::cache::OpenKey;
use crate::provider::SoftProvider;
use crate::{capability, wrap};

/// See [`claviger_provider::Provider::encrypt`].
pub(crate) fn encrypt(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    additional: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), ProviderError> {
    let key = open_key(provider, sealed)?;
    let nonce: [u8; xaes::NONCE_LEN] = rng::draw(provider.rng.as_ref()).map_err(|_| ProviderError::Random)?;
    let start = out.len();
    out.reserve(xaes::NONCE_LEN + plaintext.len() + xaes::TAG_LEN);
    out.extend_from_slice(&nonce);
    xaes::seal(key.expose(), &nonce, additional, plaintext, out).map_err(|_| {
        out.truncate(start);
        ProviderError::Incapable
    })
}

/// See [`claviger_provider::Provider::decrypt`].
pub(crate) fn decrypt(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    additional: &[u8],
    body: &[u8],
) -> Result<SecretBytes, ProviderError> {
    let key = open_key(provider, sealed)?;
    let (nonce, body) = body.split_first_chunk().ok_or(ProviderError::DoesNotOpen)?;
    xaes::open(key.expose(), nonce, additional, body).map_err(|_| ProviderError::DoesNotOpen)
}

/// The key in plaintext, from the cache where it holds exactly this material for exactly this place.
fn open_key(provider: &SoftProvider, sealed: Sealed<'_>) -> Result<Arc<OpenKey>, ProviderError> {
    capability::check(&sealed.binding)?;
    if let Some(key) = provider.cache.get(&sealed) {
        return Ok(key);
    }
    let ticket = provider.cache.ticket();
    let material = sealed
        .material
        .0
        .as_ref()
        .try_into()
        .map_err(|_| ProviderError::BadMaterial)?;
    let key = wrap::unwrap_material(&provider.roots, &sealed.binding, material)?;
    Ok(provider
        .cache
        .keep(ticket, OpenKey::new(&sealed.binding, material, key)))
}
