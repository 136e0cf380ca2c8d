//! Key material from outside.
//!
//! The owner wraps it with the public half of an RSA key that was made for this one import. SOURCE: RFC 8017, sections
//! 7.1 and 7.2.

use claviger_crypto::hmac;
use claviger_model::{Fingerprint, Material};
use claviger_provider::{Binding, Imported, ProviderError, Wrapped, WrappingBinding, WrappingKey};
use claviger_secret::SecretBytes;
use zeroize::Zeroizing;

use crate::capability::CAPABILITY;
use crate::pair::Kind;
use crate::provider::SoftProvider;
use crate::root::RootKeys;
use crate::{blocking, capability, generate, pair, wrap};

/// What the key of fingerprints is derived for.
const FINGERPRINT_LABEL: &[u8] = b"claviger fingerprint of imported material";
/// The root version that it is derived from, for ever: a fingerprint is compared with one made years ago, before any
/// rotation. So this version, the one that every root key begins with, never leaves the root key file. If it is gone
/// all the same, imports fail, which is better than to call the same material another one.
const FINGERPRINT_ROOT: u32 = 1;

/// See [`claviger_provider::Provider::wrapping_key`].
pub(crate) async fn wrapping_key(
    provider: &SoftProvider,
    key: &WrappingBinding<'_>,
) -> Result<WrappingKey, ProviderError> {
    let listed = CAPABILITY.wraps.iter().any(|(spec, _)| *spec == key.spec);
    let kind = Kind::of(key.spec)
        .filter(|_| listed)
        .ok_or(ProviderError::Incapable)?;
    let made = move || {
        let private = kind.generate()?;
        let pair = kind.open(&private).ok_or(ProviderError::Unavailable)?;
        Ok((pair.public_key(), private))
    };
    let (public, private) = blocking::run_aside(made).await??;
    let private = wrap::wrap_wrapping_key(&provider.roots, provider.rng.as_ref(), key, &private)?;
    Ok(WrappingKey {
        public,
        private: private.into_boxed_slice(),
    })
}

/// See [`claviger_provider::Provider::import`].
pub(crate) async fn import(
    provider: &SoftProvider,
    wrapped: Wrapped<'_>,
    binding: &Binding<'_>,
) -> Result<Imported, ProviderError> {
    let len = check(&wrapped, binding)?;
    let private = wrap::unwrap_wrapping_key(&provider.roots, &wrapped.wrapping, wrapped.private)?;
    let decrypted = decrypt(private, &wrapped).await?;
    // From here on, what did not decrypt takes the way of what did, with other bytes in its place. So the answer and
    // the time to it say as little as possible about why it was refused.
    let stand_in = generate::random(provider, len)?;
    let came = decrypted.filter(|secret| secret.len() == len);
    let secret = came.as_ref().unwrap_or(&stand_in).expose();
    let fingerprint = fingerprint(&provider.roots, binding, secret)?;
    let material = wrap::wrap_material(&provider.roots, provider.rng.as_ref(), binding, secret)?;
    came.map(|_| Imported {
        material: Material(material.into_boxed_slice()),
        fingerprint,
    })
    .ok_or(ProviderError::DoesNotOpen)
}

/// Whether the table allows it, and the wrapping key is of the same key. Gives the length that the material must have.
fn check(wrapped: &Wrapped<'_>, binding: &Binding<'_>) -> Result<usize, ProviderError> {
    capability::check(binding)?;
    let WrappingBinding {
        account,
        region,
        key,
        spec,
    } = wrapped.wrapping;
    let allowed = CAPABILITY.imports.contains(&binding.spec) && CAPABILITY.wraps(spec, wrapped.algorithm);
    let len = binding
        .spec
        .secret_len()
        .filter(|_| allowed)
        .ok_or(ProviderError::Incapable)?;
    if account == binding.account && region == binding.region && key == binding.key {
        Ok(len)
    } else {
        Err(ProviderError::DoesNotOpen)
    }
}

/// What the caller wrapped; nothing if it does not open.
async fn decrypt(private: SecretBytes, wrapped: &Wrapped<'_>) -> Result<Option<SecretBytes>, ProviderError> {
    let kind = Kind::of(wrapped.wrapping.spec).ok_or(ProviderError::Incapable)?;
    let padding = pair::padding(wrapped.algorithm)?;
    let bytes = wrapped.bytes.to_vec();
    blocking::run(move || {
        let pair = kind.open(&private).ok_or(ProviderError::DoesNotOpen)?;
        Ok(pair.decrypt(padding, &bytes).ok())
    })
    .await?
}

/// Tells whether two imports into a key are the same, and nothing else without the root key.
///
/// The key of the code is what HKDF expands from the root key for the label. SOURCE: RFC 5869, section 2.3, with an
/// output of one block; its first step may be left out for a key that is random already, section 3.3.
fn fingerprint(roots: &RootKeys, binding: &Binding<'_>, secret: &[u8]) -> Result<Fingerprint, ProviderError> {
    let root = roots
        .version(FINGERPRINT_ROOT)
        .ok_or(ProviderError::BadMaterial)?;
    let key = Zeroizing::new(hmac::sha256(root.key.expose(), &[FINGERPRINT_LABEL, &[1]]));
    // The first part is framed, so it says itself where it ends.
    let code = hmac::sha256(key.as_slice(), &[&binding.fingerprint_bytes(), secret]);
    Ok(Fingerprint(code))
}
