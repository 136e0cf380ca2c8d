//! SOURCE: Key Management Service API reference, "Creating a DEK", "Creating a Plaintext-Free DEK" (read 2026-11-22): 8 to 8192 bits, in
//! whole bytes; the length counts before the kind; without either 256 bits. All in hex digits.

use claviger_service::ops::crypto as core;

use crate::error::codes::{self, Code};
use crate::error::{Fault, WireError};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

pub(super) struct CreateDatakey;
pub(super) struct CreateDatakeyWithoutPlaintext;

/// Bytes of a data key. `wrong` is the code for a number of bits that cannot be.
fn length(input: &Input<'_>, wrong: Code) -> Result<usize, WireError> {
    const LENGTH: &str = "datakey_length";
    if let Some(bits) = input.fields.whole(LENGTH, wrong)? {
        return match bits {
            8..=8192 if bits % 8 == 0 => usize::try_from(bits / 8).map_err(|_| wrong.on(LENGTH)),
            8..=8192 => Err(codes::K1903.on(LENGTH)),
            _ => Err(wrong.on(LENGTH)),
        };
    }
    let kind = input.fields.text("key_spec").map_err(|_| codes::K1902.error())?;
    match kind.as_deref() {
        None | Some("AES_256") => Ok(32),
        Some("AES_128") => Ok(16),
        Some(_) => Err(codes::K1902.error()),
    }
}

fn decode(input: &Input<'_>, wrong: Code) -> Result<core::GenerateDataKey, Fault> {
    Ok(core::GenerateDataKey {
        key: input.key_or_alias("key_id")?,
        length: length(input, wrong)?,
        form: core::DataKeyForm::Raw,
        context: input.context()?,
    })
}

impl WireOp for CreateDatakey {
    type Op = core::GenerateDataKey;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::GenerateDataKey, Fault> {
        decode(input, codes::K1901)
    }

    fn encode(_: &Shown<'_>, output: core::DataKey, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.hex("plain_text", output.plaintext.expose());
        answer.hex("cipher_text", &output.blob);
    }
}

impl WireOp for CreateDatakeyWithoutPlaintext {
    type Op = core::GenerateDataKeyWithoutPlaintext;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::GenerateDataKeyWithoutPlaintext, Fault> {
        decode(input, codes::K2001).map(core::GenerateDataKeyWithoutPlaintext)
    }

    fn encode(_: &Shown<'_>, output: core::DataKey, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.hex("cipher_text", &output.blob);
    }
}
