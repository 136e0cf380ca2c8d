//! SOURCE: KMS API reference, Encrypt (read 2026-11-21): at most 6 KB; KeyId as id, alias or resource name; the
//! answer gives the plain key id.

use claviger_service::ops::crypto as core;

use super::crypto::{check_dry_run, encode_encrypted};
use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct Encrypt;

impl WireOp for Encrypt {
    type Op = core::Encrypt;

    fn decode(input: &Input<'_>) -> Result<core::Encrypt, Fault> {
        check_dry_run(input)?;
        Ok(core::Encrypt {
            key: input.key("KeyId")?,
            payload: core::Payload::Data,
            plaintext: input.plaintext("Plaintext")?,
            context: input.context("EncryptionContext")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::Encrypted, answer: &mut Answer) {
        encode_encrypted(&output, answer);
    }
}
