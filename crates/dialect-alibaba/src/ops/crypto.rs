//! What the symmetric operations share.

use base64::Engine as _;
use claviger_service::BASE64;
use claviger_service::ops::crypto::Encrypted;

use crate::answer::Answer;
use crate::error::WireError;
use crate::row::Input;

/// Refuses what belongs to attested enclaves; an empty value is no wish.
pub(super) fn no_recipient(input: &Input<'_>) -> Result<(), WireError> {
    match input.optional("Recipient") {
        None => Ok(()),
        Some(_) => Err(WireError::unsupported_operation()),
    }
}

/// Checks the text of the DryRun parameter.
pub(super) fn check_dry_run(input: &Input<'_>) -> Result<(), WireError> {
    input.boolean("DryRun").map(drop)
}

pub(super) fn encode_encrypted(encrypted: &Encrypted, answer: &mut Answer) {
    answer.id("KeyId", encrypted.key.to_ascii());
    answer.id("KeyVersionId", encrypted.version.to_ascii());
    answer.plain("CiphertextBlob", &BASE64.encode(&encrypted.blob));
}
