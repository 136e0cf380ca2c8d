//! SOURCE: KMS API reference, GenerateAndExportDataKey, ExportDataKey (read 2026-11-21): PublicKeyBlob is a base64 DER
//! SubjectPublicKeyInfo; the exported value wraps the raw bytes of the data key, while the blob decrypts to their base64
//! text, as for GenerateDataKey.

use base64::Engine as _;
use claviger_service::BASE64;
use claviger_service::ops::crypto as core;

use super::algorithms::export_wrapping;
use super::crypto::check_dry_run;
use super::generate_data_key::decode_data_key;
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Most bytes of a public key.
const PUBLIC_KEY_LIMIT: usize = 4096;

pub(super) struct GenerateAndExportDataKey;
pub(super) struct ExportDataKey;

impl WireOp for GenerateAndExportDataKey {
    type Op = core::GenerateAndExportDataKey;

    fn decode(input: &Input<'_>) -> Result<core::GenerateAndExportDataKey, Fault> {
        Ok(core::GenerateAndExportDataKey {
            data_key: decode_data_key(input)?,
            export: export(input)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::ExportedDataKey, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.id("KeyVersionId", output.version.to_ascii());
        answer.plain("CiphertextBlob", &BASE64.encode(&output.blob));
        answer.plain("ExportedDataKey", &BASE64.encode(&output.exported));
    }
}

impl WireOp for ExportDataKey {
    type Op = core::ExportDataKey;

    fn decode(input: &Input<'_>) -> Result<core::ExportDataKey, Fault> {
        check_dry_run(input)?;
        Ok(core::ExportDataKey {
            ciphertext: input.ciphertext("CiphertextBlob")?,
            context: input.context("EncryptionContext")?,
            form: core::DataKeyForm::Base64,
            export: export(input)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::Exported, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.id("KeyVersionId", output.version.to_ascii());
        answer.plain("ExportedDataKey", &BASE64.encode(&output.exported));
    }
}

fn export(input: &Input<'_>) -> Result<core::Export, WireError> {
    let (spec, algorithm) = export_wrapping(input)?;
    Ok(core::Export {
        spec,
        algorithm,
        public_key: input.base64("PublicKeyBlob", PUBLIC_KEY_LIMIT)?,
    })
}
