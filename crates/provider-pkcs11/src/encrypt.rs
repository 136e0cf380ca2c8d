//! Symmetric keys: AES-256-GCM with a nonce of 96 bits.
//!
//! SOURCE: NIST SP 800-38D; PKCS #11 version 2.40, current mechanisms, section 2.11.2.

use claviger_model::KeySpec;
use claviger_provider::{ProviderError, Sealed, TAG_LEN};
use claviger_secret::SecretBytes;
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{ObjectClass, ObjectHandle};

use crate::pool::Route;
use crate::provider::Pkcs11Provider;
use crate::reference::{self, Id};
use crate::seat::{NONCE_LEN, Seat};
use crate::trouble::{self, Fault};

/// See [`claviger_provider::Provider::encrypt`].
pub(crate) async fn encrypt(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
    additional: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), ProviderError> {
    let id = open(provider, &sealed)?;
    let (additional, plaintext) = (additional.to_vec(), SecretBytes::copied(plaintext));
    let work = move |seat: &mut Seat| {
        seat.with_key(&id, ObjectClass::SECRET_KEY, |seat, key| {
            seal(seat, key, &additional, plaintext.expose())
        })
    };
    let body = provider.pool.call(Route::Any, work).await?;
    out.extend_from_slice(&body);
    Ok(())
}

/// See [`claviger_provider::Provider::decrypt`].
pub(crate) async fn decrypt(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
    additional: &[u8],
    body: &[u8],
) -> Result<SecretBytes, ProviderError> {
    let id = open(provider, &sealed)?;
    if body.len() < NONCE_LEN + TAG_LEN {
        return Err(ProviderError::DoesNotOpen);
    }
    let (additional, body) = (additional.to_vec(), body.to_vec());
    let work = move |seat: &mut Seat| {
        seat.with_key(&id, ObjectClass::SECRET_KEY, |seat, key| {
            unseal(seat, key, &additional, &body)
        })
    };
    provider.pool.call(Route::Any, work).await
}

/// Which key it is.
fn open(provider: &Pkcs11Provider, sealed: &Sealed<'_>) -> Result<Id, ProviderError> {
    let KeySpec::Aes256 = sealed.binding.spec else {
        return Err(ProviderError::Incapable);
    };
    provider.check(&sealed.binding)?;
    reference::read_secret(&sealed.binding, &sealed.material.0)
}

/// Gives nonce, ciphertext and tag.
pub(crate) fn seal(
    seat: &mut Seat,
    key: ObjectHandle,
    additional: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, Fault> {
    let mut nonce = seat.nonce()?;
    let params = GcmParams::new(&mut nonce, additional, 128.into());
    let mechanism = Mechanism::AesGcm(params.map_err(|_| ProviderError::BadInput)?);
    let sealed = trouble::checked(seat.session.encrypt(&mechanism, key, plaintext))?;
    if sealed.len() != plaintext.len() + TAG_LEN {
        tracing::error!("a PKCS#11 token encrypts in another way than AES-GCM");
        return Err(Fault::Is(ProviderError::Unavailable));
    }
    // Some tokens draw a nonce themselves and write it where ours stood.
    let mut body = nonce.to_vec();
    body.extend_from_slice(&sealed);
    Ok(body)
}

/// Opens what [`seal`] gave.
pub(crate) fn unseal(
    seat: &Seat,
    key: ObjectHandle,
    additional: &[u8],
    body: &[u8],
) -> Result<SecretBytes, Fault> {
    let (nonce, sealed) = body
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(ProviderError::DoesNotOpen)?;
    let mut nonce = *nonce;
    let params = GcmParams::new(&mut nonce, additional, 128.into());
    let mechanism = Mechanism::AesGcm(params.map_err(|_| ProviderError::DoesNotOpen)?);
    let opened = seat.session.decrypt(&mechanism, key, sealed);
    seat.judged(opened, ProviderError::DoesNotOpen)
        .map(SecretBytes::from)
}
