//! SOURCE: Key Management Service API reference, "Encrypting Data" (read 2026-11-22): a text of 1 to 4096 bytes, a ciphertext in
//! base64. A key pair takes an algorithm that is named, and its ciphertexts bind nothing.

use claviger_service::ops::crypto as core;

use super::pairs;
use crate::error::{Fault, codes};
use crate::json::Answer;
use crate::row::{Input, Row, Serve, Shown, WireOp, serve, verb};

/// Most bytes that one call encrypts.
const PLAINTEXT_LIMIT: usize = 4096;

/// Under a symmetric key, or to a key pair, as the algorithm says.
pub(super) const ROW: Row = Row {
    serve: Serve::Known(|service, call, input, answer| {
        if pairs::asked_for(input) {
            Box::pin(serve::<ToPair>(service, call, input, answer))
        } else {
            Box::pin(serve::<EncryptData>(service, call, input, answer))
        }
    }),
    ..verb::<EncryptData>("encrypt-data")
};

struct EncryptData;
struct ToPair;

fn plaintext(input: &Input<'_>) -> Result<claviger_secret::SecretBytes, Fault> {
    let plaintext = input.fields.required_secret("plain_text")?;
    if plaintext.len() > PLAINTEXT_LIMIT {
        return Err(codes::K0308.on("plain_text").into());
    }
    Ok(plaintext)
}

impl WireOp for EncryptData {
    type Op = core::Encrypt;

    const REQUIRED: &'static [&'static str] = &["key_id", "plain_text"];

    fn decode(input: &Input<'_>) -> Result<core::Encrypt, Fault> {
        pairs::not_asked_for(input, pairs::ALGORITHM)?;
        Ok(core::Encrypt {
            key: input.key_or_alias("key_id")?,
            plaintext: plaintext(input)?,
            payload: core::Payload::Data,
            context: input.context()?,
        })
    }

    fn encode(_: &Shown<'_>, output: core::Encrypted, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.base64("cipher_text", &output.blob);
    }
}

impl WireOp for ToPair {
    type Op = core::AsymmetricEncrypt;

    const REQUIRED: &'static [&'static str] = EncryptData::REQUIRED;

    fn decode(input: &Input<'_>) -> Result<core::AsymmetricEncrypt, Fault> {
        let key = input.key_or_alias("key_id")?;
        pairs::binds_nothing(input)?;
        Ok(core::AsymmetricEncrypt {
            key,
            version: core::VersionRef::Newest,
            algorithm: pairs::algorithm(input, pairs::ALGORITHM)?,
            plaintext: plaintext(input)?,
        })
    }

    fn encode(_: &Shown<'_>, output: core::AsymmetricOutput, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.base64("cipher_text", &output.bytes);
    }
}
