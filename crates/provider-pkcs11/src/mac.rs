//! Message authentication codes.
//!
//! SOURCE: FIPS 198-1; PKCS #11 version 2.40, current mechanisms, section 2.20.

use claviger_model::KeySpec;
use claviger_provider::{ProviderError, Sealed};
use claviger_secret::SecretBytes;
use cryptoki::object::{ObjectClass, ObjectHandle};

use crate::pool::Route;
use crate::provider::Pkcs11Provider;
use crate::seat::Seat;
use crate::trouble::{self, Fault};
use crate::{mechanism, reference};

/// See [`claviger_provider::Provider::mac`].
pub(crate) async fn mac(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
    message: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let spec = sealed.binding.spec;
    mechanism::mac(spec).ok_or(ProviderError::Incapable)?;
    provider.check(&sealed.binding)?;
    let id = reference::read_secret(&sealed.binding, &sealed.material.0)?;
    let message = SecretBytes::copied(message);
    let work = move |seat: &mut Seat| {
        seat.with_key(&id, ObjectClass::SECRET_KEY, |seat, key| {
            code(seat, key, spec, message.expose())
        })
    };
    provider.pool.call(Route::Any, work).await
}

/// See [`claviger_provider::Provider::verify_mac`].
pub(crate) async fn verify_mac(
    provider: &Pkcs11Provider,
    sealed: Sealed<'_>,
    message: &[u8],
    code: &[u8],
) -> Result<bool, ProviderError> {
    let right = SecretBytes::from(mac(provider, sealed, message).await?);
    Ok(right == SecretBytes::copied(code))
}

/// The code of a message.
pub(crate) fn code(seat: &Seat, key: ObjectHandle, spec: KeySpec, message: &[u8]) -> Result<Vec<u8>, Fault> {
    let mechanism = mechanism::mac(spec).ok_or(ProviderError::Incapable)?;
    let code = trouble::checked(seat.session.sign(&mechanism, key, message))?;
    // Codes are as long as keys of these specs.
    if spec.secret_len() == Some(code.len()) {
        Ok(code)
    } else {
        Err(Fault::Is(ProviderError::Unavailable))
    }
}
