//! What is done with key pairs. Their public halves are used outside of the token: nothing secret is in them.

use std::sync::Arc;

use claviger_model::{EncryptionAlgorithm, SignatureAlgorithm};
use claviger_provider::{ProviderError, Sealed};
use claviger_secret::SecretBytes;
use cryptoki::object::{ObjectClass, ObjectHandle};

use crate::pool::Route;
use crate::provider::Pkcs11Provider;
use crate::public::Public;
use crate::reference::{self, Id};
use crate::seat::Seat;
use crate::trouble::Fault;
use crate::{mechanism, pair};

/// See [`claviger_provider::Provider::sign`].
pub(crate) async fn sign(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    check_digest(provider, &sealed, algorithm, digest)?;
    let (id, _) = open(provider, &sealed).await?;
    let (spec, digest) = (sealed.binding.spec, digest.to_vec());
    let work = move |seat: &mut Seat| {
        seat.with_key(&id, ObjectClass::PRIVATE_KEY, |seat, key| {
            pair::sign(seat, key, spec, algorithm, &digest)
        })
    };
    provider.pool.call(Route::Any, work).await
}

/// See [`claviger_provider::Provider::verify`].
pub(crate) async fn verify(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
    signature: &[u8],
) -> Result<bool, ProviderError> {
    check_digest(provider, &sealed, algorithm, digest)?;
    let (_, public) = open(provider, &sealed).await?;
    public.key.verify(algorithm, digest, signature)
}

/// See [`claviger_provider::Provider::encrypt_to`].
pub(crate) async fn encrypt_to(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
    algorithm: EncryptionAlgorithm,
    plaintext: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let longest = longest_plaintext(provider, &sealed, algorithm)?;
    let (_, public) = open(provider, &sealed).await?;
    if plaintext.len() > longest {
        return Err(ProviderError::BadInput);
    }
    public.key.encrypt(algorithm, plaintext)
}

/// See [`claviger_provider::Provider::decrypt_from`].
pub(crate) async fn decrypt_from(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
    algorithm: EncryptionAlgorithm,
    ciphertext: &[u8],
) -> Result<SecretBytes, ProviderError> {
    longest_plaintext(provider, &sealed, algorithm)?;
    let (id, _) = open(provider, &sealed).await?;
    let modulus = crate::template::rsa_bits(sealed.binding.spec).ok_or(ProviderError::Incapable)? / 8;
    if u64::try_from(ciphertext.len()).ok() != Some(modulus) {
        return Err(ProviderError::DoesNotOpen);
    }
    let ciphertext = ciphertext.to_vec();
    let work = move |seat: &mut Seat| {
        seat.with_key(&id, ObjectClass::PRIVATE_KEY, |seat, key| {
            decrypt(seat, key, algorithm, &ciphertext)
        })
    };
    provider.pool.call(Route::Any, work).await
}

/// See [`claviger_provider::Provider::public_key`].
pub(crate) async fn public_key(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
) -> Result<Vec<u8>, ProviderError> {
    let (_, public) = open(provider, &sealed).await?;
    Ok(public.spki.to_vec())
}

/// Decrypts with a private key.
pub(crate) fn decrypt(
    seat: &Seat,
    key: ObjectHandle,
    algorithm: EncryptionAlgorithm,
    ciphertext: &[u8],
) -> Result<SecretBytes, Fault> {
    let mechanism = mechanism::decryption(algorithm).ok_or(ProviderError::Incapable)?;
    let opened = seat.session.decrypt(&mechanism, key, ciphertext);
    seat.judged(opened, ProviderError::DoesNotOpen)
        .map(SecretBytes::from)
}

/// The pair: its id, and its public half, which is known to be that of the key in the token.
async fn open(provider: &Pkcs11Provider, sealed: &Sealed<'_>) -> Result<(Id, Arc<Public>), ProviderError> {
    let spec = sealed.binding.spec;
    if !spec.is_asymmetric() {
        return Err(ProviderError::Incapable);
    }
    provider.check(&sealed.binding)?;
    let (id, spki) = reference::read_pair(&sealed.binding, &sealed.material.0)?;
    if let Some(public) = provider.publics.get(&id).filter(|public| &*public.spki == spki) {
        return Ok((id, public));
    }
    let public = Arc::new(Public::open(spec, spki).ok_or(ProviderError::BadMaterial)?);
    let proof =
        pair::proof_of(&provider.found.abilities()?.signatures, spec).ok_or(ProviderError::Incapable)?;
    let shown = public.clone();
    let work = move |seat: &mut Seat| {
        seat.with_key(&id, ObjectClass::PRIVATE_KEY, |seat, key| {
            pair::belongs(seat, key, spec, proof, &shown)
        })
    };
    if !provider.pool.call(Route::Any, work).await? {
        return Err(ProviderError::BadMaterial);
    }
    provider.publics.insert(id, public.clone());
    Ok((id, public))
}

fn check_digest(
    provider: &Pkcs11Provider,
    sealed: &Sealed<'_>,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
) -> Result<(), ProviderError> {
    let offered = provider.found.abilities()?.signatures.contains(&algorithm);
    if !offered || !algorithm.fits(sealed.binding.spec) {
        return Err(ProviderError::Incapable);
    }
    if digest.len() != algorithm.hash().digest_len() {
        return Err(ProviderError::BadInput);
    }
    Ok(())
}

fn longest_plaintext(
    provider: &Pkcs11Provider,
    sealed: &Sealed<'_>,
    algorithm: EncryptionAlgorithm,
) -> Result<usize, ProviderError> {
    let offered = provider.found.abilities()?.encryptions.contains(&algorithm);
    algorithm
        .longest_plaintext(sealed.binding.spec)
        .filter(|_| offered)
        .ok_or(ProviderError::Incapable)
}
