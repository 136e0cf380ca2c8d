//! SOURCE: KMS API reference, GenerateDataKey and GenerateDataKeyWithoutPlaintext (read 2026-11-21): NumberOfBytes 1 to
//! 1024 wins over KeySpec; without either 32 bytes. The blob decrypts to the same base64 text as Plaintext.

use base64::Engine as _;
use claviger_service::BASE64;
use claviger_service::ops::crypto as core;

use super::crypto::{check_dry_run, no_recipient};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct GenerateDataKey;
pub(super) struct GenerateDataKeyWithoutPlaintext;

pub(super) fn decode_data_key(input: &Input<'_>) -> Result<core::GenerateDataKey, Fault> {
    check_dry_run(input)?;
    Ok(core::GenerateDataKey {
        key: input.key("KeyId")?,
        length: length(input)?,
        form: core::DataKeyForm::Base64,
        context: input.context("EncryptionContext")?,
    })
}

fn length(input: &Input<'_>) -> Result<usize, WireError> {
    match (input.integer("NumberOfBytes")?, input.optional("KeySpec")) {
        (Some(bytes @ 1..=1024), _) => {
            usize::try_from(bytes).map_err(|_| WireError::invalid("NumberOfBytes"))
        }
        (Some(_), _) => Err(WireError::invalid("NumberOfBytes")),
        (None, None | Some("AES_256")) => Ok(32),
        (None, Some("AES_128")) => Ok(16),
        (None, Some(_)) => Err(WireError::invalid("KeySpec")),
    }
}

fn encode(output: &core::DataKey, answer: &mut Answer) {
    answer.id("KeyId", output.key.to_ascii());
    answer.id("KeyVersionId", output.version.to_ascii());
    answer.plain("CiphertextBlob", &BASE64.encode(&output.blob));
}

impl WireOp for GenerateDataKey {
    type Op = core::GenerateDataKey;

    fn decode(input: &Input<'_>) -> Result<core::GenerateDataKey, Fault> {
        no_recipient(input)?;
        decode_data_key(input)
    }

    fn encode(_: &Input<'_>, output: core::DataKey, answer: &mut Answer) {
        encode(&output, answer);
        answer.text("Plaintext", output.plaintext.expose_str().unwrap_or_default());
    }
}

impl WireOp for GenerateDataKeyWithoutPlaintext {
    type Op = core::GenerateDataKeyWithoutPlaintext;

    fn decode(input: &Input<'_>) -> Result<core::GenerateDataKeyWithoutPlaintext, Fault> {
        decode_data_key(input).map(core::GenerateDataKeyWithoutPlaintext)
    }

    fn encode(_: &Input<'_>, output: core::DataKey, answer: &mut Answer) {
        encode(&output, answer);
    }
}
