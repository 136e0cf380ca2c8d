//! SOURCE: KMS API reference, GenerateMac, VerifyMac of the SDK 3.3.1 (read 2026-11-21): Message and Mac are base64. How
//! long a message may be is not published: as long as a plaintext here. A code that does not fit is no error, its Value
//! is `false`, as for signatures.

use base64::Engine as _;
use claviger_service::BASE64;
use claviger_service::ops::crypto as core;

use super::algorithms::{mac, mac_name};
use super::crypto::check_dry_run;
use crate::answer::Answer;
use crate::params::{Fault, PLAINTEXT_LIMIT};
use crate::row::{Input, WireOp};

/// Most bytes of a code that is looked at; the longest has 64.
const CODE_LIMIT: usize = 256;

pub(super) struct GenerateMac;
pub(super) struct VerifyMac;

impl WireOp for GenerateMac {
    type Op = core::GenerateMac;

    fn decode(input: &Input<'_>) -> Result<core::GenerateMac, Fault> {
        check_dry_run(input)?;
        Ok(core::GenerateMac {
            key: input.key("KeyId")?,
            algorithm: Some(mac(input)?),
            message: input.secret_base64("Message", PLAINTEXT_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::MacOutput, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.text("Algorithm", mac_name(output.algorithm));
        answer.plain("Mac", &BASE64.encode(&output.code));
    }
}

impl WireOp for VerifyMac {
    type Op = core::VerifyMac;

    fn decode(input: &Input<'_>) -> Result<core::VerifyMac, Fault> {
        check_dry_run(input)?;
        Ok(core::VerifyMac {
            key: input.key("KeyId")?,
            algorithm: Some(mac(input)?),
            message: input.secret_base64("Message", PLAINTEXT_LIMIT)?,
            code: input.base64("Mac", CODE_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::MacVerified, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.text("Algorithm", mac_name(output.algorithm));
        answer.boolean("Value", output.valid);
    }
}
