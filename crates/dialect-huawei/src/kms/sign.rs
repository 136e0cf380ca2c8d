//! SOURCE: Key Management Service API reference, "Signing Data", "Verifying a Signature" (read 2026-11-22): the message is a digest
//! unless it is said to be RAW, in base64 and shorter than 4096 bytes. SM2 takes digests alone, which cover the signer's
//! identity. A signature that does not fit is no error.

use claviger_model::SignatureAlgorithm;
use claviger_service::ops::crypto as core;

use crate::error::{Fault, WireError, codes};
use crate::json::Answer;
use crate::names;
use crate::row::{Input, Shown, WireOp};

/// Most bytes of a message.
const MESSAGE_LIMIT: usize = 4095;
/// Most bytes of a signature that is looked at; RSA with 4096 bits has 512.
const SIGNATURE_LIMIT: usize = 1024;
/// Algorithms of a kind of key that nothing here makes.
const OF_NO_KEY: [&str; 2] = ["ED25519_SHA_512", "ED25519_PH_SHA_512"];

pub(super) struct Sign;
pub(super) struct Verify;

fn algorithm(input: &Input<'_>) -> Result<SignatureAlgorithm, WireError> {
    const NAME: &str = "signing_algorithm";
    let text = input.fields.required(NAME)?;
    match names::signature(&text) {
        Some(algorithm) => Ok(algorithm),
        None if OF_NO_KEY.contains(&&*text) => Err(codes::K0332.on(NAME)),
        None => Err(codes::K0308.on(NAME)),
    }
}

fn message(input: &Input<'_>, algorithm: SignatureAlgorithm) -> Result<core::Message, WireError> {
    let (fields, wrong) = (input.fields, codes::K0308);
    match fields.text("message_type")?.as_deref() {
        None | Some("DIGEST") => {
            let digest = fields.base64("message", MESSAGE_LIMIT, wrong)?;
            Ok(core::Message::Digest(digest))
        }
        Some("RAW") if algorithm != SignatureAlgorithm::Sm2Dsa => {
            let message = fields.secret_base64("message", MESSAGE_LIMIT, wrong)?;
            Ok(core::Message::Raw(message))
        }
        Some(_) => Err(wrong.on("message_type")),
    }
}

impl WireOp for Sign {
    type Op = core::AsymmetricSign;

    const REQUIRED: &'static [&'static str] = &["key_id", "message", "signing_algorithm"];

    fn decode(input: &Input<'_>) -> Result<core::AsymmetricSign, Fault> {
        let key = input.key_or_alias("key_id")?;
        let algorithm = algorithm(input)?;
        Ok(core::AsymmetricSign {
            key,
            version: core::VersionRef::Newest,
            algorithm,
            size_only: true,
            message: message(input, algorithm)?,
        })
    }

    fn encode(_: &Shown<'_>, output: core::AsymmetricOutput, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.base64("signature", &output.bytes);
    }
}

impl WireOp for Verify {
    type Op = core::AsymmetricVerify;

    const REQUIRED: &'static [&'static str] = &["key_id", "message", "signature", "signing_algorithm"];

    fn decode(input: &Input<'_>) -> Result<core::AsymmetricVerify, Fault> {
        let key = input.key_or_alias("key_id")?;
        let algorithm = algorithm(input)?;
        Ok(core::AsymmetricVerify {
            key,
            version: core::VersionRef::Newest,
            algorithm,
            size_only: true,
            message: message(input, algorithm)?,
            signature: input.fields.base64("signature", SIGNATURE_LIMIT, codes::K0308)?,
        })
    }

    fn encode(_: &Shown<'_>, output: core::Verified, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.plain("signature_valid", if output.valid { "true" } else { "false" });
    }
}
