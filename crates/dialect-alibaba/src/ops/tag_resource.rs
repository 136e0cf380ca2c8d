//! SOURCE: KMS API reference, TagResource, UntagResource, ListResourceTags (read 2026-11-21): exactly one of KeyId,
//! SecretName and CertificateId; tags are merged by key; unknown keys are no error. Older pages allow 10 tags on a
//! resource, newer ones 20.

use claviger_service::KeyRef;
use claviger_service::ops::tag as core;

use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Keys of services may be labelled like others.
pub(super) const RULES: core::TagRules = core::TagRules {
    of_services: true,
    doomed: false,
};

pub(super) struct TagResource;
pub(super) struct UntagResource;
pub(super) struct ListResourceTags;

impl WireOp for TagResource {
    type Op = core::TagKeys;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        let key = only_key(input)?;
        input.required("Tags")?;
        let tags = input.tag_list("Tags")?;
        if tags.is_empty() {
            return Err(WireError::invalid("Tags").into());
        }
        Ok(core::TagKeys {
            action: Self::ACTION,
            keys: vec![key],
            tags,
            rules: RULES,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for UntagResource {
    type Op = core::UntagKeys;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::UntagKeys {
            action: Self::ACTION,
            keys: vec![only_key(input)?],
            names: Some(input.tag_keys("TagKeys")?),
            must_bear: false,
            rules: RULES,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListResourceTags {
    type Op = core::ListKeyTags;

    fn decode(input: &Input<'_>) -> Result<core::ListKeyTags, Fault> {
        Ok(core::ListKeyTags {
            key: input.key_by_id("KeyId")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::KeyTags, answer: &mut Answer) {
        answer.list("Tags", "Tag", output.tags.iter(), |answer, (name, value)| {
            answer.id("KeyId", output.key.to_ascii());
            answer.text("TagKey", name);
            answer.text("TagValue", value);
        });
    }
}

/// The key; secrets have no tags here, and certificates are named alone.
fn only_key(input: &Input<'_>) -> Result<KeyRef, Fault> {
    for other in ["SecretName", "CertificateId"] {
        match (input.optional(other), input.optional("KeyId")) {
            (None, _) => {}
            (Some(_), None) => return Err(WireError::unsupported_operation().into()),
            (Some(_), Some(_)) => return Err(WireError::invalid(other).into()),
        }
    }
    input.key_by_id("KeyId")
}
