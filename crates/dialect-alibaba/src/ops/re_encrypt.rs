//! SOURCE: KMS API reference, ReEncrypt (read 2026-11-21): the source is a symmetric blob, or an asymmetric one named
//! by SourceKeyId; the destination is a symmetric key.

use claviger_service::ops::crypto as core;

use super::crypto::{check_dry_run, encode_encrypted};
use super::{Input, WireOp};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;

pub(super) struct ReEncrypt;

impl WireOp for ReEncrypt {
    type Op = core::ReEncrypt;

    fn decode(input: &Input<'_>) -> Result<core::ReEncrypt, Fault> {
        check_dry_run(input)?;
        for asymmetric in ["SourceKeyId", "SourceKeyVersionId", "SourceEncryptionAlgorithm"] {
            if input.optional(asymmetric).is_some() {
                return Err(WireError::unsupported_operation().into());
            }
        }
        Ok(core::ReEncrypt {
            ciphertext: input.ciphertext("CiphertextBlob")?,
            source_context: input.context("SourceEncryptionContext")?,
            destination: input.key("DestinationKeyId")?,
            destination_context: input.context("DestinationEncryptionContext")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::Encrypted, answer: &mut Answer) {
        encode_encrypted(&output, answer);
    }
}
