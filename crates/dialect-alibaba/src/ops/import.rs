//! SOURCE: KMS API reference, GetParametersForImport, ImportKeyMaterial, DeleteKeyMaterial (read 2026-11-21): token and
//! public key are base64, the latter without armour; KeyMaterialExpireUnix is in seconds, and 0 or nothing means never.

use base64::Engine as _;
use claviger_model::{Again, Change, Error, Timestamp};
use claviger_service::BASE64;
use claviger_service::ops::import as core;

use super::algorithms::import_wrapping;
use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Longest text of an import token that is looked at.
const TOKEN_TEXT_LIMIT: usize = 16 * 1024;
/// Most bytes of wrapped material.
const WRAPPED_LIMIT: usize = 4096;

pub(super) struct GetParametersForImport;
pub(super) struct ImportKeyMaterial;
pub(super) struct DeleteKeyMaterial;

impl WireOp for GetParametersForImport {
    type Op = core::GetParametersForImport;

    fn decode(input: &Input<'_>) -> Result<core::GetParametersForImport, Fault> {
        let key = input.key_by_id("KeyId")?;
        let (spec, algorithm) = import_wrapping(input)?;
        Ok(core::GetParametersForImport {
            key,
            spec,
            algorithm,
            only_pending: false,
        })
    }

    fn encode(_: &Input<'_>, output: core::ImportParameters, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.plain("ImportToken", &BASE64.encode(&output.token));
        answer.plain("PublicKey", &BASE64.encode(&output.public_key));
        answer.text("TokenExpireTime", &date(output.expires));
    }
}

impl WireOp for ImportKeyMaterial {
    type Op = core::ImportKeyMaterial;

    fn decode(input: &Input<'_>) -> Result<core::ImportKeyMaterial, Fault> {
        Ok(core::ImportKeyMaterial {
            key: input.key_by_id("KeyId")?,
            wrapped: input.base64("EncryptedKeyMaterial", WRAPPED_LIMIT)?,
            pair: None,
            only_pending: false,
            expires: expiry(input)?,
            token: token(input)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for DeleteKeyMaterial {
    type Op = core::DeleteKeyMaterial;

    fn decode(input: &Input<'_>) -> Result<core::DeleteKeyMaterial, Fault> {
        Ok(core::DeleteKeyMaterial {
            key: input.key_by_id("KeyId")?,
            again: Again::Fine,
        })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}

/// A token that is not base64 is as good as any other damaged one.
fn token(input: &Input<'_>) -> Result<Vec<u8>, Fault> {
    let text = input.required("ImportToken")?;
    if text.len() > TOKEN_TEXT_LIMIT {
        return Err(WireError::invalid("ImportToken").into());
    }
    BASE64.decode(text).map_err(|_| Error::ImportToken.into())
}

fn expiry(input: &Input<'_>) -> Result<Option<Timestamp>, WireError> {
    match input.long("KeyMaterialExpireUnix")? {
        None | Some(0) => Ok(None),
        Some(seconds) => Timestamp::from_second(seconds)
            .map(Some)
            .map_err(|_| WireError::invalid("KeyMaterialExpireUnix")),
    }
}
