//! SOURCE: KMS API reference, AsymmetricSign, AsymmetricVerify (read 2026-11-21): Digest is the hash itself; a
//! signature that does not fit is no error, its Value is `false`.

use claviger_service::ops::crypto as core;

use super::algorithms::signature;
use super::asymmetric::encode_output;
use super::crypto::check_dry_run;
use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Most bytes of a digest.
pub(super) const DIGEST_LIMIT: usize = 64;
/// Most bytes of a signature that is looked at; RSA with 4096 bits has 512.
pub(super) const SIGNATURE_LIMIT: usize = 1024;

pub(super) struct AsymmetricSign;
pub(super) struct AsymmetricVerify;

impl WireOp for AsymmetricSign {
    type Op = core::AsymmetricSign;

    fn decode(input: &Input<'_>) -> Result<core::AsymmetricSign, Fault> {
        check_dry_run(input)?;
        Ok(core::AsymmetricSign {
            key: input.key("KeyId")?,
            version: core::VersionRef::Named(input.version("KeyVersionId")?),
            algorithm: signature(input)?,
            size_only: false,
            message: core::Message::Digest(input.base64("Digest", DIGEST_LIMIT)?),
        })
    }

    fn encode(_: &Input<'_>, output: core::AsymmetricOutput, answer: &mut Answer) {
        encode_output(&output, "Value", answer);
    }
}

impl WireOp for AsymmetricVerify {
    type Op = core::AsymmetricVerify;

    fn decode(input: &Input<'_>) -> Result<core::AsymmetricVerify, Fault> {
        check_dry_run(input)?;
        Ok(core::AsymmetricVerify {
            key: input.key("KeyId")?,
            version: core::VersionRef::Named(input.version("KeyVersionId")?),
            algorithm: signature(input)?,
            size_only: false,
            message: core::Message::Digest(input.base64("Digest", DIGEST_LIMIT)?),
            signature: input.base64("Value", SIGNATURE_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::Verified, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.id("KeyVersionId", output.version.to_ascii());
        answer.boolean("Value", output.valid);
    }
}
