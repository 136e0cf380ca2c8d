//! SOURCE: KMS API reference, ReEncrypt (read 2026-11-21): the source is a symmetric blob, or an asymmetric one named
//! by SourceKeyId, SourceKeyVersionId and SourceEncryptionAlgorithm; the destination is a symmetric key.

use claviger_service::ops::crypto as core;

use super::algorithms::encryption;
use super::asymmetric::CIPHERTEXT_LIMIT;
use super::crypto::{check_dry_run, encode_encrypted};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// What names an asymmetric source: all or none of them.
const ASYMMETRIC: [&str; 3] = ["SourceKeyId", "SourceKeyVersionId", "SourceEncryptionAlgorithm"];

pub(super) struct ReEncrypt;

impl WireOp for ReEncrypt {
    type Op = core::ReEncrypt;

    fn decode(input: &Input<'_>) -> Result<core::ReEncrypt, Fault> {
        check_dry_run(input)?;
        Ok(core::ReEncrypt {
            source: source(input)?,
            destination: input.key("DestinationKeyId")?,
            context: input.context("DestinationEncryptionContext")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::ReEncrypted, answer: &mut Answer) {
        encode_encrypted(&output.made, answer);
    }
}

fn source(input: &Input<'_>) -> Result<core::Source, Fault> {
    if ASYMMETRIC.iter().all(|name| input.optional(name).is_none()) {
        return Ok(core::Source::Envelope {
            ciphertext: input.ciphertext("CiphertextBlob")?,
            opener: core::Opener::Named,
            context: input.context("SourceEncryptionContext")?,
        });
    }
    // Nothing is bound to a bare ciphertext, so a context would be checked by nobody.
    if !input.context("SourceEncryptionContext")?.is_empty() {
        return Err(WireError::invalid("SourceEncryptionContext").into());
    }
    Ok(core::Source::Asymmetric {
        key: input.key("SourceKeyId")?,
        version: core::VersionRef::Named(input.version("SourceKeyVersionId")?),
        algorithm: encryption(input, "SourceEncryptionAlgorithm")?,
        ciphertext: input.base64("CiphertextBlob", CIPHERTEXT_LIMIT)?,
        form: core::DataKeyForm::Base64,
    })
}
