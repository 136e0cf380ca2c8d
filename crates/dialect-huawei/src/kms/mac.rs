//! SOURCE: Key Management Service API reference, "Generating a MAC", "Verifying a MAC" (read 2026-11-22): 1 to 4096 bytes in base64; the code
//! is lower-case hex digits. A code that does not fit is no error.

use claviger_model::MacAlgorithm;
use claviger_service::ops::crypto as core;

use crate::error::{Fault, WireError, codes};
use crate::json::Answer;
use crate::names;
use crate::row::{Input, Shown, WireOp};

/// Most bytes of a message.
const MESSAGE_LIMIT: usize = 4096;
/// Most bytes of a code that is looked at; the longest has 64.
const CODE_LIMIT: usize = 256;

const ALGORITHM: &str = "mac_algorithm";

pub(super) struct GenerateMac;
pub(super) struct VerifyMac;

fn algorithm(input: &Input<'_>) -> Result<MacAlgorithm, WireError> {
    let text = input.fields.required(ALGORITHM)?;
    names::mac(&text).ok_or_else(|| codes::K0308.on(ALGORITHM))
}

impl WireOp for GenerateMac {
    type Op = core::GenerateMac;

    const REQUIRED: &'static [&'static str] = &["key_id", ALGORITHM, "message"];

    fn decode(input: &Input<'_>) -> Result<core::GenerateMac, Fault> {
        Ok(core::GenerateMac {
            key: input.key_or_alias("key_id")?,
            algorithm: Some(algorithm(input)?),
            message: input
                .fields
                .secret_base64("message", MESSAGE_LIMIT, codes::K0308)?,
        })
    }

    fn encode(_: &Shown<'_>, output: core::MacOutput, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.plain(ALGORITHM, names::mac_name(output.algorithm));
        answer.lower_hex("mac", &output.code);
    }
}

impl WireOp for VerifyMac {
    type Op = core::VerifyMac;

    const REQUIRED: &'static [&'static str] = &["key_id", ALGORITHM, "message", "mac"];

    fn decode(input: &Input<'_>) -> Result<core::VerifyMac, Fault> {
        Ok(core::VerifyMac {
            key: input.key_or_alias("key_id")?,
            algorithm: Some(algorithm(input)?),
            message: input
                .fields
                .secret_base64("message", MESSAGE_LIMIT, codes::K0308)?,
            code: input.fields.hex("mac", CODE_LIMIT, codes::K0308)?,
        })
    }

    fn encode(_: &Shown<'_>, output: core::MacVerified, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.plain(ALGORITHM, names::mac_name(output.algorithm));
        answer.boolean("mac_valid", output.valid);
    }
}
