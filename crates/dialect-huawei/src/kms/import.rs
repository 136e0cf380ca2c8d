//! SOURCE: Key Management Service API reference, "Obtaining CMK Import Parameters", "Importing CMK Material", "Deleting CMK Material" (read
//! 2026-11-22): an RSA key of 2048 bits wraps, or an SM2 key for keys in hardware, and only for keys that wait; a key pair comes as PKCS #8 under a temporary key
//! of 32 bytes (RFC 5649). Moments are in seconds here. Answers without members are `{}`.

use claviger_model::{Again, Change, EncryptionAlgorithm, Error, KeySpec, Timestamp};
use claviger_service::ops::import as core;

use crate::error::{Fault, WireError, codes};
use crate::fields::bytes;
use crate::json::Answer;
use crate::names;
use crate::row::{Input, Shown, WireOp};

/// Most bytes of a token, of wrapped material and of a wrapped private key: 6144 characters of base64.
const LIMIT: usize = 4608;
/// The latest moment at which material may expire, in seconds.
const LATEST: u64 = 10_000_000_000;
/// Bytes of the temporary key. SOURCE: KMS.2610.
const TEMPORARY_KEY: usize = 32;

const PAIR: &str = "encrypted_privatekey";

pub(super) struct GetParametersForImport;
pub(super) struct ImportKeyMaterial;
pub(super) struct DeleteImportedKeyMaterial;

impl WireOp for GetParametersForImport {
    type Op = core::GetParametersForImport;

    const REQUIRED: &'static [&'static str] = &["key_id", "wrapping_algorithm"];

    fn decode(input: &Input<'_>) -> Result<core::GetParametersForImport, Fault> {
        const NAME: &str = "wrapping_algorithm";
        let key = input.key("key_id")?;
        let algorithm = input.fields.required(NAME)?;
        let algorithm = names::wrapping(&algorithm).ok_or_else(|| codes::K0308.on(NAME))?;
        Ok(core::GetParametersForImport {
            key,
            spec: match algorithm {
                EncryptionAlgorithm::Sm2Pke => KeySpec::Sm2,
                EncryptionAlgorithm::RsaOaep(_) | EncryptionAlgorithm::RsaPkcs1 => KeySpec::Rsa2048,
            },
            algorithm,
            only_pending: true,
        })
    }

    fn encode(_: &Shown<'_>, output: core::ImportParameters, answer: &mut Answer) {
        let expires = u64::try_from(output.expires.as_second());
        answer.id("key_id", output.key.to_ascii());
        answer.base64("import_token", &output.token);
        answer.number("expiration_time", expires.unwrap_or_default());
        answer.base64("public_key", &output.public_key);
    }
}

impl WireOp for ImportKeyMaterial {
    type Op = core::ImportKeyMaterial;

    const REQUIRED: &'static [&'static str] = &["key_id", "import_token", "encrypted_key_material"];

    fn decode(input: &Input<'_>) -> Result<core::ImportKeyMaterial, Fault> {
        let (key, wrong) = (input.key("key_id")?, codes::K0308);
        let pair = if input.fields.has(PAIR) {
            Some(core::PairMaterial {
                wrapped: input.fields.base64(PAIR, LIMIT, wrong)?,
                temporary_key: Some(TEMPORARY_KEY),
            })
        } else {
            None
        };
        Ok(core::ImportKeyMaterial {
            key,
            wrapped: input.fields.base64("encrypted_key_material", LIMIT, wrong)?,
            pair,
            expires: expiry(input)?,
            token: token(input)?,
            only_pending: true,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for DeleteImportedKeyMaterial {
    type Op = core::DeleteKeyMaterial;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::DeleteKeyMaterial, Fault> {
        Ok(core::DeleteKeyMaterial {
            key: input.key("key_id")?,
            again: Again::Refused,
        })
    }

    fn encode(_: &Shown<'_>, _: Change<()>, _: &mut Answer) {}
}

/// A token that is not base64 is as good as any other damaged one.
fn token(input: &Input<'_>) -> Result<Vec<u8>, Fault> {
    let text = input.fields.required("import_token")?;
    bytes::base64(&text, LIMIT).ok_or_else(|| Error::ImportToken.into())
}

fn expiry(input: &Input<'_>) -> Result<Option<Timestamp>, WireError> {
    const NAME: &str = "expiration_time";
    let wrong = codes::K0308;
    let Some(seconds) = input.fields.whole(NAME, wrong)? else {
        return Ok(None);
    };
    let moment = i64::try_from(seconds.min(LATEST + 1)).ok();
    let moment = moment.filter(|_| seconds <= LATEST);
    let moment = moment.and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.map(Some).ok_or_else(|| wrong.on(NAME))
}
