//! SOURCE: KMS API reference, Decrypt (read 2026-11-21): the blob names its key version; no key id is asked. The
//! plaintext is the text that Encrypt was given, or the base64 text of a data key.

use base64::Engine as _;
use claviger_service::BASE64;
use claviger_service::ops::crypto as core;

use super::crypto::{check_dry_run, no_recipient};
use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct Decrypt;

impl WireOp for Decrypt {
    type Op = core::Decrypt;

    fn decode(input: &Input<'_>) -> Result<core::Decrypt, Fault> {
        check_dry_run(input)?;
        no_recipient(input)?;
        Ok(core::Decrypt {
            ciphertext: input.ciphertext("CiphertextBlob")?,
            opener: core::Opener::Named,
            payload: core::Payload::Data,
            context: input.context("EncryptionContext")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::Decrypted, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.id("KeyVersionId", output.version.to_ascii());
        match output.plaintext.expose_str() {
            Ok(text) => answer.text("Plaintext", text),
            // Bytes that another face encrypted; this one has only text.
            Err(_) => answer.plain("Plaintext", &BASE64.encode(output.plaintext.expose())),
        }
    }
}
