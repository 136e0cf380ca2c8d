//! What stands for a key in the store.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | kind: 16 for a key, 17 for a wrapping key; the software provider has others |
//! | 1 | format: 1 |
//! | 32 | id of the token object |
//! | n | of key pairs: the public half, DER `SubjectPublicKeyInfo` |
//! | 32 | of key pairs: SHA-256 over all in front |
//!
//! The id of a key is SHA-256 over its binding, so a row that was moved elsewhere refers to nothing. A wrapping key has 16
//! random bytes between format and id, and its id is SHA-256 over them and its binding. Nothing here is secret. That the
//! public half is that of the key in the token is proved by a signature before it is used.

use claviger_crypto::digest::{SHA256_LEN, sha256};
use claviger_provider::{Binding, ProviderError, WrappingBinding};

/// `CKA_ID` of the objects of one key.
pub(crate) type Id = [u8; SHA256_LEN];

const KEY: [u8; 2] = [16, 1];
const WRAPPING_KEY: [u8; 2] = [17, 1];
/// Random bytes that tell the wrapping keys of one key apart.
pub(crate) const SALT_LEN: usize = 16;

/// The id of the key that belongs to this place.
pub(crate) fn id(binding: &Binding<'_>) -> Id {
    sha256(&binding.to_bytes())
}

/// Writes the reference of a secret key.
pub(crate) fn secret(id: &Id) -> Box<[u8]> {
    [KEY.as_slice(), id].concat().into_boxed_slice()
}

/// Writes the reference of a key pair.
pub(crate) fn pair(id: &Id, public: &[u8]) -> Box<[u8]> {
    let mut bytes = [KEY.as_slice(), id, public].concat();
    bytes.extend_from_slice(&sha256(&bytes));
    bytes.into_boxed_slice()
}

/// Reads the reference of a secret key.
pub(crate) fn read_secret(binding: &Binding<'_>, material: &[u8]) -> Result<Id, ProviderError> {
    let id = id(binding);
    let rest = own_part(&id, material)?;
    if rest.is_empty() {
        Ok(id)
    } else {
        Err(ProviderError::BadMaterial)
    }
}

/// Reads the reference of a key pair: the id, and the public half.
pub(crate) fn read_pair<'a>(
    binding: &Binding<'_>,
    material: &'a [u8],
) -> Result<(Id, &'a [u8]), ProviderError> {
    let id = id(binding);
    let rest = own_part(&id, material)?;
    let (public, digest) = rest
        .split_last_chunk::<SHA256_LEN>()
        .ok_or(ProviderError::BadMaterial)?;
    let covered = material.len().saturating_sub(SHA256_LEN);
    let right = material
        .get(..covered)
        .is_some_and(|covered| sha256(covered) == *digest);
    if right {
        Ok((id, public))
    } else {
        Err(ProviderError::BadMaterial)
    }
}

fn own_part<'a>(id: &Id, material: &'a [u8]) -> Result<&'a [u8], ProviderError> {
    material
        .strip_prefix(KEY.as_slice())
        .and_then(|rest| rest.strip_prefix(id.as_slice()))
        .ok_or(ProviderError::BadMaterial)
}

/// The id of a wrapping key.
pub(crate) fn wrapping_id(binding: &[u8], salt: &[u8; SALT_LEN]) -> Id {
    sha256(&[salt.as_slice(), binding].concat())
}

/// Writes the reference of a wrapping key.
pub(crate) fn wrapping(id: &Id, salt: &[u8; SALT_LEN]) -> Box<[u8]> {
    [WRAPPING_KEY.as_slice(), salt, id].concat().into_boxed_slice()
}

/// Reads the reference of a wrapping key.
pub(crate) fn read_wrapping(binding: &WrappingBinding<'_>, private: &[u8]) -> Result<Id, ProviderError> {
    let rest = private.strip_prefix(WRAPPING_KEY.as_slice());
    let (salt, found) = rest
        .and_then(|rest| rest.split_first_chunk::<SALT_LEN>())
        .ok_or(ProviderError::DoesNotOpen)?;
    let id = wrapping_id(&binding.to_bytes(), salt);
    if found == id {
        Ok(id)
    } else {
        Err(ProviderError::DoesNotOpen)
    }
}
