//! SOURCE: Key Management Service API reference, "Decrypting Data" (read 2026-11-22): a ciphertext of a symmetric key names its key by
//! itself; one of a key pair needs key and algorithm. The answer is text; later editions have it in base64 beside.

use claviger_secret::SecretBytes;
use claviger_service::ops::crypto as core;

use super::pairs;
use crate::error::{Fault, codes};
use crate::json::Answer;
use crate::row::{Input, Row, Serve, Shown, WireOp, serve, verb};

/// Most bytes of a ciphertext that is looked at. Other faces encrypt up to 32 KiB at once.
pub(super) const CIPHERTEXT_LIMIT: usize = 36 * 1024;

/// With a symmetric key, or with a key pair, as the algorithm says.
pub(super) const ROW: Row = Row {
    serve: Serve::Known(|service, call, input, answer| {
        if pairs::asked_for(input) {
            Box::pin(serve::<FromPair>(service, call, input, answer))
        } else {
            Box::pin(serve::<DecryptData>(service, call, input, answer))
        }
    }),
    ..verb::<DecryptData>("decrypt-data")
};

struct DecryptData;
struct FromPair;

/// With which key: the one that is named, or the one that the ciphertext names.
pub(super) fn opener(input: &Input<'_>, name: &str) -> Result<core::Opener, Fault> {
    Ok(if input.fields.has(name) {
        core::Opener::Key(input.key_or_alias(name)?)
    } else {
        core::Opener::Within(input.scope.clone())
    })
}

impl WireOp for DecryptData {
    type Op = core::Decrypt;

    const REQUIRED: &'static [&'static str] = &["cipher_text"];

    fn decode(input: &Input<'_>) -> Result<core::Decrypt, Fault> {
        pairs::not_asked_for(input, pairs::ALGORITHM)?;
        let opener = opener(input, "key_id")?;
        let context = input.context()?;
        let blob = input
            .fields
            .base64("cipher_text", CIPHERTEXT_LIMIT, codes::K2201)?;
        Ok(core::Decrypt {
            ciphertext: core::Ciphertext::parse(blob)?,
            opener,
            payload: core::Payload::Data,
            context,
        })
    }

    fn encode(_: &Shown<'_>, output: core::Decrypted, answer: &mut Answer) {
        encode(&output, answer);
    }
}

impl WireOp for FromPair {
    type Op = core::AsymmetricDecrypt;

    const REQUIRED: &'static [&'static str] = DecryptData::REQUIRED;

    fn decode(input: &Input<'_>) -> Result<core::AsymmetricDecrypt, Fault> {
        let key = input.key_or_alias("key_id")?;
        pairs::binds_nothing(input)?;
        Ok(core::AsymmetricDecrypt {
            key,
            version: core::VersionRef::Newest,
            algorithm: pairs::algorithm(input, pairs::ALGORITHM)?,
            ciphertext: input
                .fields
                .base64("cipher_text", pairs::CIPHERTEXT_LIMIT, codes::K2201)?,
        })
    }

    fn encode(_: &Shown<'_>, output: core::Decrypted, answer: &mut Answer) {
        encode(&output, answer);
    }
}

/// Bytes that are no text, which this face does not encrypt under symmetric keys, are in base64 alone.
fn encode(output: &core::Decrypted, answer: &mut Answer) {
    let plaintext: &SecretBytes = &output.plaintext;
    answer.id("key_id", output.key.to_ascii());
    answer.secret("plain_text", plaintext);
    answer.base64("plain_text_base64", plaintext.expose());
}
