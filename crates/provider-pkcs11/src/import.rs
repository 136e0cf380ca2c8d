//! Key material from outside.
//!
//! The owner wraps it with the public half of an RSA pair that the token made for this; the token unwraps it into a key
//! that is sensitive and not extractable. Nothing plain is ever outside. SOURCE: RFC 8017, sections 7.1 and 7.2.
//!
//! How long the answer takes is the token's affair: under RSAES-PKCS1-v1_5 it says little, and not nothing, about why
//! bytes were refused.

use claviger_crypto::digest::sha256;
use claviger_model::{EncryptionAlgorithm, Fingerprint, Material};
use claviger_provider::{Binding, ImportFault, Imported, ProviderError, Wrapped};
use cryptoki::object::ObjectClass;

use crate::measure::{self, Parcel};
use crate::provider::Pkcs11Provider;
use crate::seat::Seat;
use crate::trouble::Fault;
use crate::{generate, reference};

/// Bytes of what RSA-2048 wraps.
const WRAPPED_LEN: usize = 256;

/// See [`claviger_provider::Provider::import`].
pub(crate) async fn import(
    provider: &Pkcs11Provider,
    wrapped: Wrapped<'_>,
    binding: &Binding<'_>,
) -> Result<Imported, ProviderError> {
    check(provider, &wrapped, binding)?;
    let unwrapping = reference::read_wrapping(&wrapped.wrapping, wrapped.private)?;
    if wrapped.bytes.len() != WRAPPED_LEN {
        return Err(ProviderError::BadImport(ImportFault::Unwrap));
    }
    let (id, spec, algorithm) = (reference::id(binding), binding.spec, wrapped.algorithm);
    let stay = generate::stay(&id, binding);
    let measure = provider.found.abilities()?.measure;
    let place = sha256(&binding.fingerprint_bytes());
    let bytes = wrapped.bytes.to_vec();
    let make = move |seat: &mut Seat| {
        seat.with_key(&unwrapping, ObjectClass::PRIVATE_KEY, |seat, unwrapping| {
            let parcel = Parcel {
                unwrapping,
                algorithm,
                bytes: &bytes,
                spec,
            };
            let key = measure::unwrap(seat, parcel, measure, &stay)?;
            match measure::print(seat, key, spec, &place) {
                Ok(print) => Ok((key, print)),
                Err(fault) => {
                    seat.drop_object(key);
                    Err(fault)
                }
            }
        })
    };
    let print = generate::make_one(provider, id, make)
        .await
        .map_err(|error| as_may_be_told(algorithm, error))?;
    Ok(Imported {
        material: Material(reference::secret(&id)),
        fingerprint: Fingerprint(sha256(&print)),
    })
}

/// With PKCS#1 v1.5, what was found out by opening the bytes is not told. A wrapping key that is gone was for another
/// import.
fn as_may_be_told(algorithm: EncryptionAlgorithm, error: ProviderError) -> ProviderError {
    match (algorithm, error) {
        (EncryptionAlgorithm::RsaPkcs1, ProviderError::BadImport(_)) => {
            ProviderError::BadImport(ImportFault::Unwrap)
        }
        (_, ProviderError::BadMaterial) => ProviderError::DoesNotOpen,
        (_, error) => error,
    }
}

/// Whether the table allows it, and the wrapping key is of the same key.
fn check(
    provider: &Pkcs11Provider,
    wrapped: &Wrapped<'_>,
    binding: &Binding<'_>,
) -> Result<(), ProviderError> {
    provider.check(binding)?;
    wrapped.check(provider.found.capability(), binding)?;
    match wrapped.pair {
        None => Ok(()),
        Some(_) => Err(ProviderError::BadImport(ImportFault::PrivateKey)),
    }
}

/// What an import that failed for its bytes may be called in a trial.
pub(crate) fn is_refusal(fault: Fault) -> bool {
    matches!(fault, Fault::Is(ProviderError::BadImport(_)))
}
