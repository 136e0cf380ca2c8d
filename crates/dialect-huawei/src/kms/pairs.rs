//! What calls that take symmetric keys and key pairs have in common: the algorithm tells which is meant.

use claviger_model::EncryptionAlgorithm;

use crate::error::{WireError, codes};
use crate::names;
use crate::row::Input;

/// The member that names the algorithm.
pub(super) const ALGORITHM: &str = "encryption_algorithm";

/// Most bytes of a ciphertext of a key pair that is looked at; RSA with 4096 bits has 512.
pub(super) const CIPHERTEXT_LIMIT: usize = 8 * 1024;

/// Whether the algorithm is one of key pairs.
pub(super) fn asked_for(input: &Input<'_>) -> bool {
    let named = input.fields.text(ALGORITHM);
    matches!(named, Ok(Some(name)) if names::encryption(&name).is_some())
}

/// The algorithm under this name, which is one of key pairs.
pub(super) fn algorithm(input: &Input<'_>, name: &str) -> Result<EncryptionAlgorithm, WireError> {
    let text = input.fields.required(name)?;
    names::encryption(&text).ok_or_else(|| codes::K0308.on(name))
}

/// The algorithm under this name has to be that of symmetric keys, which is the one where none is named.
pub(super) fn not_asked_for(input: &Input<'_>, name: &str) -> Result<(), WireError> {
    match input.fields.text(name)? {
        Some(other) if other != names::SYMMETRIC => Err(codes::K0308.on(name)),
        Some(_) | None => Ok(()),
    }
}

/// Ciphertexts of key pairs bind nothing. To pass over what was to be bound would be a promise that is not kept.
pub(super) fn binds_nothing(input: &Input<'_>) -> Result<(), WireError> {
    if input.context()?.is_empty() {
        Ok(())
    } else {
        Err(codes::K0308.with("ciphertexts of key pairs bind no context"))
    }
}
