//! Key material from outside.
//!
//! The owner wraps it with the public half of an RSA or SM2 key that was made for this one import. A key pair is too
//! long for RSA: it is wrapped with an AES key, and only that key with the wrapping key. SOURCE: RFC 8017, sections 7.1
//! and 7.2; GB/T 32918.4; RFC 5649 for the key pair.

use claviger_crypto::{AesKey, hmac, kwp};
use claviger_model::{EncryptionAlgorithm, Fingerprint, Material};
use claviger_provider::{
    Binding, Capability, ImportFault, Imported, ProviderError, Wrapped, WrappedPair, WrappingBinding,
    WrappingKey,
};
use claviger_secret::SecretBytes;
use zeroize::Zeroizing;

use crate::pair::{Kind, Task};
use crate::provider::SoftProvider;
use crate::public::Encryption;
use crate::root::RootKeys;
use crate::{blocking, capability, generate, wrap};

/// What the key of fingerprints is derived for.
const FINGERPRINT_LABEL: &[u8] = b"claviger fingerprint of imported material";
/// The root version that it is derived from, for ever: a fingerprint is compared with one made years ago, before any
/// rotation. So this version, the one that every root key begins with, never leaves the root key file. If it is gone
/// all the same, imports fail, which is better than to call the same material another one.
const FINGERPRINT_ROOT: u32 = 1;

/// Most bytes of a wrapped key pair. The largest, RSA with 4096 bits, takes about 2400.
const MOST_PAIR: usize = 8 * 1024;

/// Bytes of what stands in for a temporary key: those of the kind that vendors ask for.
const STAND_IN_LEN: usize = 32;

/// What is to come in.
enum Expected<'a> {
    /// A secret key of so many bytes.
    Secret(usize),
    /// A key pair, wrapped under a temporary key.
    Pair(Kind, WrappedPair<'a>),
}

/// See [`claviger_provider::Provider::wrapping_key`].
pub(crate) async fn wrapping_key(
    provider: &SoftProvider,
    key: &WrappingBinding<'_>,
) -> Result<WrappingKey, ProviderError> {
    let listed = provider
        .capability
        .wraps
        .iter()
        .any(|(spec, _)| *spec == key.spec);
    let kind = Kind::of(key.spec)
        .filter(|_| listed)
        .ok_or(ProviderError::Incapable)?;
    let made = move || {
        let private = kind.generate()?;
        let pair = kind.open(&private).ok_or(ProviderError::Unavailable)?;
        Ok((pair.public_key(), private))
    };
    let (public, private) = if kind.is_slow(Task::Make) {
        blocking::run_aside(made).await??
    } else {
        made()?
    };
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
    let expected = check(provider.capability, &wrapped, binding)?;
    let private = wrap::unwrap_wrapping_key(&provider.roots, &wrapped.wrapping, wrapped.private)?;
    let decrypted = decrypt(private, &wrapped).await?;
    let taken = match expected {
        Expected::Secret(len) => take_secret(provider, binding, decrypted, len),
        Expected::Pair(kind, pair) => take_pair(provider, binding, decrypted, kind, pair).await,
    };
    taken.map_err(|error| as_may_be_told(wrapped.algorithm, error))
}

/// With PKCS#1 v1.5, what was found out by opening the bytes is not told. Nothing else fails here in that way: what the
/// request shows by itself was looked at before.
fn as_may_be_told(algorithm: EncryptionAlgorithm, error: ProviderError) -> ProviderError {
    match (algorithm, error) {
        (EncryptionAlgorithm::RsaPkcs1, ProviderError::BadImport(_)) => {
            ProviderError::BadImport(ImportFault::Unwrap)
        }
        _ => error,
    }
}

/// From here on, what did not decrypt takes the way of what did, with other bytes in its place. So the answer and the
/// time to it say as little as possible about why it was refused.
fn take_secret(
    provider: &SoftProvider,
    binding: &Binding<'_>,
    decrypted: Option<SecretBytes>,
    len: usize,
) -> Result<Imported, ProviderError> {
    let stand_in = generate::random(provider, len)?;
    let fault = match decrypted {
        None => ImportFault::Unwrap,
        Some(_) => ImportFault::Length,
    };
    let came = decrypted.filter(|secret| secret.len() == len);
    let imported = keep(provider, binding, came.as_ref().unwrap_or(&stand_in).expose())?;
    came.map(|_| imported).ok_or(ProviderError::BadImport(fault))
}

/// The same with a temporary key: what did not decrypt is another key, under which the pair does not open.
async fn take_pair(
    provider: &SoftProvider,
    binding: &Binding<'_>,
    decrypted: Option<SecretBytes>,
    kind: Kind,
    wrapped: WrappedPair<'_>,
) -> Result<Imported, ProviderError> {
    let stand_in = generate::random(provider, STAND_IN_LEN)?;
    let fits = |key: &SecretBytes| {
        let length = wrapped.temporary_key.is_none_or(|length| key.len() == length);
        length && AesKey::try_from(key.expose()).is_ok()
    };
    let fault = match &decrypted {
        None => ImportFault::Unwrap,
        Some(key) if fits(key) => ImportFault::PrivateKey,
        Some(_) => ImportFault::TemporaryKey,
    };
    let came = decrypted.filter(fits);
    let bytes = wrapped.bytes.to_vec();
    let opened = blocking::run(move || {
        let pkcs8 = open_pair(kind, came.as_ref().unwrap_or(&stand_in), &bytes);
        pkcs8.filter(|_| came.is_some())
    });
    let pkcs8 = opened.await?.ok_or(ProviderError::BadImport(fault))?;
    keep(provider, binding, pkcs8.expose())
}

/// The pair under a temporary key, in the one encoding that is stored. The structure around it, what else stands in it,
/// and a public half that is left out make no other material of it.
fn open_pair(kind: Kind, temporary: &SecretBytes, wrapped: &[u8]) -> Option<SecretBytes> {
    let key = AesKey::try_from(temporary.expose()).ok()?;
    let pkcs8 = kwp::unwrap_padded(key, wrapped).ok()?;
    kind.open(&pkcs8).map(|pair| pair.to_pkcs8())
}

fn keep(provider: &SoftProvider, binding: &Binding<'_>, secret: &[u8]) -> Result<Imported, ProviderError> {
    let fingerprint = fingerprint(&provider.roots, binding, secret)?;
    let material = wrap::wrap_material(&provider.roots, provider.rng.as_ref(), binding, secret)?;
    Ok(Imported {
        material: Material(material.into_boxed_slice()),
        fingerprint,
    })
}

/// Whether the table allows it, and the wrapping key is of the same key. Gives what must come.
fn check<'a>(
    capability: &Capability,
    wrapped: &Wrapped<'a>,
    binding: &Binding<'_>,
) -> Result<Expected<'a>, ProviderError> {
    capability::check(capability, binding)?;
    wrapped.check(capability, binding)?;
    let refused = |fault| Err(ProviderError::BadImport(fault));
    match (binding.spec.secret_len(), Kind::of(binding.spec), wrapped.pair) {
        (Some(len), _, None) => Ok(Expected::Secret(len)),
        (None, Some(kind), Some(pair)) if pair.bytes.len() <= MOST_PAIR => Ok(Expected::Pair(kind, pair)),
        (None, Some(_), None) => refused(ImportFault::NoPrivateKey),
        (_, _, Some(_)) => refused(ImportFault::PrivateKey),
        (None, None, None) => Err(ProviderError::Incapable),
    }
}

/// What the caller wrapped; nothing if it does not open.
async fn decrypt(private: SecretBytes, wrapped: &Wrapped<'_>) -> Result<Option<SecretBytes>, ProviderError> {
    let kind = Kind::of(wrapped.wrapping.spec).ok_or(ProviderError::Incapable)?;
    let how = Encryption::of(wrapped.algorithm)?;
    let bytes = wrapped.bytes.to_vec();
    let decrypted = move || {
        let pair = kind.open(&private).ok_or(ProviderError::DoesNotOpen)?;
        Ok(pair.decrypt(how, &bytes).ok())
    };
    if kind.is_slow(Task::Decrypt) {
        blocking::run(decrypted).await?
    } else {
        decrypted()
    }
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
