//! Unwraps keys inside the token, and finds out how long they are without seeing them.

use claviger_model::{EncryptionAlgorithm, Family, KeySpec};
use claviger_provider::{ImportFault, ProviderError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};

use crate::seat::Seat;
use crate::template::{self, Stay};
use crate::trouble::{self, Fault, Trouble};
use crate::{mac, mechanism};

/// How the length of a key is found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// The token tells it as `CKA_VALUE_LEN`.
    Told,
    /// It is wrapped by a key that the token makes for this and forgets: the wrapped form is eight bytes longer. Then
    /// it is used, which short keys do not allow. Trials at start show whether both together tell.
    Weighed,
}

/// What AES key wrap adds. SOURCE: RFC 3394, section 2.2.1.
const WRAP_OVERHEAD: usize = 8;

const WRONG_LENGTH: Fault = Fault::Is(ProviderError::BadImport(ImportFault::Length));
const DOES_NOT_UNWRAP: Fault = Fault::Is(ProviderError::BadImport(ImportFault::Unwrap));

/// A key on its way in.
#[derive(Clone, Copy)]
pub(crate) struct Parcel<'a> {
    /// The private key that unwraps it.
    pub(crate) unwrapping: ObjectHandle,
    pub(crate) algorithm: EncryptionAlgorithm,
    pub(crate) bytes: &'a [u8],
    /// What must be inside.
    pub(crate) spec: KeySpec,
}

/// Unwraps a key that has the length of its spec. Another leaves nothing behind.
pub(crate) fn unwrap(
    seat: &Seat,
    parcel: Parcel<'_>,
    measure: Measure,
    stay: &Stay,
) -> Result<ObjectHandle, Fault> {
    let wrappable = measure == Measure::Weighed;
    let sample = unwrap_unseen(seat, parcel, &Stay::Session, wrappable)?;
    let right = match measure {
        Measure::Told => has_told_length(seat, sample, parcel.spec),
        Measure::Weighed => has_weight(seat, sample, parcel.spec),
    };
    seat.drop_object(sample);
    if right? {
        unwrap_unseen(seat, parcel, stay, false)
    } else {
        Err(WRONG_LENGTH)
    }
}

fn unwrap_unseen(
    seat: &Seat,
    parcel: Parcel<'_>,
    stay: &Stay,
    wrappable: bool,
) -> Result<ObjectHandle, Fault> {
    let mechanism = mechanism::decryption(parcel.algorithm).ok_or(ProviderError::Incapable)?;
    let template = template::unwrapped(stay, parcel.spec, wrappable);
    let unwrapped = seat
        .session
        .unwrap_key(&mechanism, parcel.unwrapping, parcel.bytes, &template);
    unwrapped.map_err(|error| match trouble::read(&error) {
        Trouble::Lost | Trouble::Pin => Fault::Away,
        Trouble::Handle => Fault::Stale,
        Trouble::Vague if !seat.is_whole() => Fault::Away,
        // That the mechanism works was tried at start. What it says now is about the bytes.
        Trouble::Vague | Trouble::Data | Trouble::Cannot => DOES_NOT_UNWRAP,
    })
}

fn has_told_length(seat: &Seat, key: ObjectHandle, spec: KeySpec) -> Result<bool, Fault> {
    let told = seat.session.get_attributes(key, &[AttributeType::ValueLen]);
    let told = trouble::checked(told).map_err(fresh)?;
    let len = spec.secret_len().and_then(|len| u64::try_from(len).ok());
    Ok(matches!((told.as_slice(), len), ([Attribute::ValueLen(told)], Some(len)) if **told == len))
}

fn has_weight(seat: &Seat, key: ObjectHandle, spec: KeySpec) -> Result<bool, Fault> {
    let Some(len) = spec.secret_len().filter(|len| len.is_multiple_of(WRAP_OVERHEAD)) else {
        return Ok(false);
    };
    let scale = seat
        .session
        .generate_key(&Mechanism::AesKeyGen, &template::scale());
    let scale = trouble::checked(scale)?;
    let wrapped = seat.session.wrap_key(&Mechanism::AesKeyWrap, scale, key);
    seat.drop_object(scale);
    let weight = match wrapped {
        Ok(wrapped) => wrapped.len(),
        Err(error) => return refused_or_away(seat, &error),
    };
    Ok(weight == len + WRAP_OVERHEAD && is_usable(seat, key, spec)?)
}

/// Whether the token takes the key for what it should be.
fn is_usable(seat: &Seat, key: ObjectHandle, spec: KeySpec) -> Result<bool, Fault> {
    let used = if spec.family() == Family::Cipher {
        seat.session.encrypt(&Mechanism::AesEcb, key, &[0xff; 16])
    } else {
        let mechanism = mechanism::mac(spec).ok_or(ProviderError::Incapable)?;
        seat.session.sign(&mechanism, key, b"")
    };
    match used {
        Ok(_) => Ok(true),
        Err(error) => refused_or_away(seat, &error),
    }
}

fn refused_or_away(seat: &Seat, error: &cryptoki::error::Error) -> Result<bool, Fault> {
    match trouble::read(error) {
        Trouble::Data | Trouble::Cannot => Ok(false),
        Trouble::Vague if seat.is_whole() => Ok(false),
        _ => Err(Fault::Away),
    }
}

/// Tells whether two imports into a key are the same, and nothing else: 32 bytes that only the key can compute, from
/// the bytes that name the place.
///
/// AES: the encryption of two blocks that the place determines. Their last four bytes are zero, as in no counter block
/// that GCM uses with a nonce of 96 bits, so they tell nothing about any ciphertext. For codes: that of the place. The
/// caller hashes what comes out. Whoever reads it can check a guess of the key, as with any ciphertext under it, and
/// keys are not to be guessed.
pub(crate) fn print(
    seat: &Seat,
    key: ObjectHandle,
    spec: KeySpec,
    place: &[u8; 32],
) -> Result<Vec<u8>, Fault> {
    if spec.family() != Family::Cipher {
        return mac::code(seat, key, spec, place).map_err(fresh);
    }
    let mut blocks = [0; 32];
    let (halves, _) = blocks.as_chunks_mut::<16>();
    for (block, part) in halves.iter_mut().zip(place.chunks(12)) {
        for (to, from) in block.iter_mut().zip(part) {
            *to = *from;
        }
    }
    let encrypted = seat.session.encrypt(&Mechanism::AesEcb, key, &blocks);
    trouble::checked(encrypted).map_err(fresh)
}

/// The handle is a moment old: if it means nothing, the token is going away.
fn fresh(fault: Fault) -> Fault {
    match fault {
        Fault::Stale => Fault::Away,
        fault => fault,
    }
}
