//! SOURCE: KMS API reference, CreateKey (read 2026-11-21): RotationInterval is required with EnableAutomaticRotation
//! and ignored without; a policy is a JSON text. KeyStorageMechanism is for keys of hardware instances, of which there
//! are none, and not read.

use claviger_model::{Error, Key, KeySpec, Origin, ProtectionLevel, Unsupported};
use claviger_service::ops::key as core;

use super::describe_key::encode_metadata;
use super::specs::{origin, protection, spec, usage};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Longest description, in characters.
pub(super) const DESCRIPTION_LIMIT: usize = 8192;

pub(super) struct CreateKey;

impl WireOp for CreateKey {
    type Op = core::CreateKey;

    fn decode(input: &Input<'_>) -> Result<core::CreateKey, Fault> {
        if input.optional("DKMSInstanceId").is_some() {
            return Err(WireError::no_such_instance().into());
        }
        // The interval counts only where rotation is asked for.
        let rotation = if input.boolean("EnableAutomaticRotation")? {
            Some(input.interval("RotationInterval")?)
        } else {
            None
        };
        let create = core::CreateKey {
            title: None,
            quota: None,
            scope: input.scope.clone(),
            spec: match input.optional("KeySpec") {
                None => KeySpec::Aes256,
                Some(text) => spec(text).ok_or_else(|| WireError::invalid("KeySpec"))?,
            },
            usage: match input.optional("KeyUsage") {
                None => None,
                Some(text) => Some(usage(text).ok_or_else(|| WireError::invalid("KeyUsage"))?),
            },
            origin: match input.optional("Origin") {
                None => Origin::Generated,
                Some(text) => origin(text).ok_or_else(|| WireError::invalid("Origin"))?,
            },
            protection: match input.optional("ProtectionLevel") {
                None => ProtectionLevel::Software,
                Some(text) => protection(text).ok_or_else(|| WireError::invalid("ProtectionLevel"))?,
            },
            description: input.bounded_text("Description", DESCRIPTION_LIMIT)?.to_owned(),
            tags: input.tags("Tags")?,
            rotation,
            policy: input.optional("Policy").map(str::to_owned),
        };
        // The pages leave open how a private key is wrapped, so none comes in through this face.
        if create.origin == Origin::External && create.spec.is_asymmetric() {
            return Err(Error::Unsupported(Unsupported::Origin).into());
        }
        Ok(create)
    }

    fn encode(_: &Input<'_>, key: Key, answer: &mut Answer) {
        answer.object("KeyMetadata", |answer| encode_metadata(&key, answer));
    }
}
