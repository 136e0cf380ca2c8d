//! SOURCE: Key Management Service API reference, "Generating Random Numbers" (read 2026-11-22): 8 to 8192 bits, in whole bytes; older
//! editions give 512 and nothing else. Upper-case hex digits.

use claviger_secret::SecretBytes;
use claviger_service::ops::crypto as core;

use crate::error::{Fault, codes};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

const LENGTH: &str = "random_data_length";

pub(super) struct GenRandom;

impl WireOp for GenRandom {
    type Op = core::GenerateRandom;

    const REQUIRED: &'static [&'static str] = &[LENGTH];

    fn decode(input: &Input<'_>) -> Result<core::GenerateRandom, Fault> {
        let bits = input.fields.whole(LENGTH, codes::K1801)?.unwrap_or_default();
        let known = if input.settings.strict_random {
            bits == 512
        } else {
            (8..=8192).contains(&bits)
        };
        if !known {
            return Err(codes::K1801.on(LENGTH).into());
        }
        if bits % 8 != 0 {
            return Err(codes::K1802.on(LENGTH).into());
        }
        Ok(core::GenerateRandom {
            scope: input.scope.clone(),
            length: usize::try_from(bits / 8).map_err(|_| codes::K1801)?,
        })
    }

    fn encode(_: &Shown<'_>, output: SecretBytes, answer: &mut Answer) {
        answer.hex("random_data", output.expose());
    }
}
