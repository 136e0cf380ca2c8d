//! SOURCE: Key Management Service API reference, "ReEncrypt" (read 2026-11-22): from a ciphertext of any key to one of a symmetric key;
//! data keys stay data keys, so what came in hex digits goes out in them. Where the key of a ciphertext is not named, it is
//! the one that the ciphertext names. Here nothing is encrypted again to a key pair: whoever can read its ciphertexts need not
//! ask here.

use claviger_model::KeyId;
use claviger_service::ops::crypto as core;

use super::{datakey, decrypt_data, pairs};
use crate::error::{Fault, WireError, codes};
use crate::fields::bytes;
use crate::json::Answer;
use crate::names;
use crate::row::{Input, Shown, WireOp};

const CIPHERTEXT: &str = "cipher_text";
const SOURCE_KEY: &str = "source_key_id";
const SOURCE_ALGORITHM: &str = "source_encryption_algorithm";
const DESTINATION_ALGORITHM: &str = "destination_encryption_algorithm";
const LENGTH: &str = "datakey_cipher_length";

pub(super) struct ReEncrypt;

/// Whether a ciphertext is that of a data key. No envelope begins with a hex digit in base64, for it begins with an id in
/// ASCII.
fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn envelope(input: &Input<'_>) -> Result<core::Ciphertext, Fault> {
    let text = input.fields.required(CIPHERTEXT)?;
    let most = decrypt_data::CIPHERTEXT_LIMIT;
    let blob = if is_hex(&text) {
        bytes::hex(&text, most)
    } else {
        bytes::base64(&text, most)
    };
    let blob = blob.ok_or_else(|| codes::K2201.on(CIPHERTEXT))?;
    Ok(core::Ciphertext::parse(blob)?)
}

fn source(input: &Input<'_>) -> Result<core::Source, Fault> {
    if let Ok(algorithm) = pairs::algorithm(input, SOURCE_ALGORITHM) {
        return Ok(core::Source::Asymmetric {
            key: input.key_or_alias(SOURCE_KEY)?,
            version: core::VersionRef::Newest,
            algorithm,
            ciphertext: input
                .fields
                .base64(CIPHERTEXT, pairs::CIPHERTEXT_LIMIT, codes::K2201)?,
            form: core::DataKeyForm::Raw,
        });
    }
    pairs::not_asked_for(input, SOURCE_ALGORITHM)?;
    Ok(core::Source::Envelope {
        opener: decrypt_data::opener(input, SOURCE_KEY)?,
        context: input.data("source_additional_authenticated_data")?,
        ciphertext: envelope(input)?,
    })
}

/// What the envelope says by itself; only its form is looked at.
fn check_length(input: &Input<'_>) -> Result<(), WireError> {
    if input.fields.has(LENGTH) {
        datakey::length(input, LENGTH, codes::K2202)?;
    }
    Ok(())
}

impl WireOp for ReEncrypt {
    type Op = core::ReEncrypt;

    const REQUIRED: &'static [&'static str] = &["destination_key_id", CIPHERTEXT];

    fn decode(input: &Input<'_>) -> Result<core::ReEncrypt, Fault> {
        let destination = input.key_or_alias("destination_key_id")?;
        let source = source(input)?;
        pairs::not_asked_for(input, DESTINATION_ALGORITHM)?;
        check_length(input)?;
        Ok(core::ReEncrypt {
            source,
            destination,
            context: input.data("destination_additional_authenticated_data")?,
        })
    }

    fn encode(shown: &Shown<'_>, output: core::ReEncrypted, answer: &mut Answer) {
        let input = shown.input;
        let text = input.fields.text(CIPHERTEXT).ok().flatten().unwrap_or_default();
        let algorithm = pairs::algorithm(input, SOURCE_ALGORITHM);
        let show = |id: KeyId| id.to_ascii();
        answer.id("key_id", show(output.made.key));
        answer.id(SOURCE_KEY, show(output.source));
        answer.plain(
            SOURCE_ALGORITHM,
            algorithm.map_or(names::SYMMETRIC, names::encryption_name),
        );
        answer.plain(DESTINATION_ALGORITHM, names::SYMMETRIC);
        if is_hex(&text) {
            answer.hex(CIPHERTEXT, &output.made.blob);
        } else {
            answer.base64(CIPHERTEXT, &output.made.blob);
        }
    }
}
