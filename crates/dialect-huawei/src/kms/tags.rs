//! SOURCE: Key Management Service API reference, "Querying CMK Tags", "Adding a CMK Tag", "Deleting a CMK Tag", "Adding or Deleting
//! CMK Tags in Batches", "Querying Project Tags" (read 2026-11-22): a key of 1 to 36 characters and a value of at most 43, without
//! control characters and `* < > \ =`. What takes tags away takes any key: other front doors set longer ones.

use std::borrow::Cow;

use claviger_model::Action;
use claviger_service::ops::tag as core;
use claviger_service::{Call, Service};

use crate::error::{Fault, WireError, codes};
use crate::fields::Fields;
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp, serve};

pub(super) struct ListKeyTags;
pub(super) struct ListProjectTags;
pub(super) struct AddKeyTag;
pub(super) struct DeleteKeyTag;
pub(super) struct BatchCreate;
pub(super) struct BatchDelete;

/// Default master keys bear none; keys that wait for their deletion may.
const RULES: core::TagRules = core::TagRules {
    of_services: false,
    doomed: true,
};
/// Most tags of one call.
const BATCH: usize = 20;

impl WireOp for ListKeyTags {
    type Op = core::ListKeyTags;

    fn decode(input: &Input<'_>) -> Result<core::ListKeyTags, Fault> {
        Ok(core::ListKeyTags {
            key: input.key_of_path("key_id")?,
        })
    }

    fn encode(_: &Shown<'_>, output: core::KeyTags, answer: &mut Answer) {
        show(output.tags.iter(), answer);
        let count = u64::try_from(output.tags.len()).unwrap_or(u64::MAX);
        answer.number("existTagsNum", count);
    }
}

/// The member `tags`.
pub(super) fn show<'t>(tags: impl Iterator<Item = (&'t str, &'t str)>, answer: &mut Answer) {
    answer.objects("tags", tags, |answer, (key, value)| {
        answer.text("key", key);
        answer.text("value", value);
    });
}

impl WireOp for ListProjectTags {
    type Op = core::ListTagValues;

    fn decode(input: &Input<'_>) -> Result<core::ListTagValues, Fault> {
        Ok(core::ListTagValues {
            scope: input.scope.clone(),
        })
    }

    fn encode(_: &Shown<'_>, tags: Vec<(String, Vec<String>)>, answer: &mut Answer) {
        answer.objects("tags", tags, |answer, (key, values)| {
            answer.text("key", &key);
            answer.texts("values", values);
        });
    }
}

impl WireOp for AddKeyTag {
    type Op = core::TagKeys;

    const ACTION: Action = Action::TagResource;
    const REQUIRED: &'static [&'static str] = &["tag"];

    fn decode(input: &Input<'_>) -> Result<core::TagKeys, Fault> {
        let key = input.key_of_path("key_id")?;
        let fields = input.fields.object("tag", codes::K0412)?.ok_or(codes::K0412)?;
        Ok(core::TagKeys {
            action: Self::ACTION,
            keys: vec![key],
            tags: vec![tag(&fields)?],
            rules: RULES,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for DeleteKeyTag {
    type Op = core::UntagKeys;

    const ACTION: Action = Action::UntagResource;

    fn decode(input: &Input<'_>) -> Result<core::UntagKeys, Fault> {
        Ok(core::UntagKeys {
            action: Self::ACTION,
            keys: vec![input.key_of_path("key_id")?],
            names: Some(vec![input.path("key").to_owned()]),
            must_bear: true,
            rules: RULES,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

/// Sets tags or takes them away, as the member `action` says.
pub(super) async fn batch(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    match input.fields.text("action").ok().flatten().as_deref() {
        Some("delete") => serve::<BatchDelete>(service, call, input, answer).await,
        _ => serve::<BatchCreate>(service, call, input, answer).await,
    }
}

impl WireOp for BatchCreate {
    type Op = core::TagKeys;

    const ACTION: Action = Action::TagResources;
    const REQUIRED: &'static [&'static str] = &["tags", "action"];

    fn decode(input: &Input<'_>) -> Result<core::TagKeys, Fault> {
        let key = input.key_of_path("key_id")?;
        if input.fields.text("action").ok().flatten().as_deref() != Some("create") {
            return Err(codes::K0404.into());
        }
        Ok(core::TagKeys {
            action: Self::ACTION,
            keys: vec![key],
            tags: batched(input)?.iter().map(tag).collect::<Result<_, _>>()?,
            rules: RULES,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

/// Tags go by their keys; values may be there and need not be right. Those that the key does not bear are passed over.
impl WireOp for BatchDelete {
    type Op = core::UntagKeys;

    const ACTION: Action = Action::UntagResources;
    const REQUIRED: &'static [&'static str] = BatchCreate::REQUIRED;

    fn decode(input: &Input<'_>) -> Result<core::UntagKeys, Fault> {
        let key = input.key_of_path("key_id")?;
        let names = batched(input)?.iter().map(name).collect::<Result<_, _>>()?;
        Ok(core::UntagKeys {
            action: Self::ACTION,
            keys: vec![key],
            names: Some(names),
            must_bear: false,
            rules: RULES,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

/// The tags of a batch, each still an object.
fn batched<'a>(input: &Input<'a>) -> Result<Vec<Fields<'a>>, WireError> {
    let tags = input.fields.objects("tags", codes::K0412)?.unwrap_or_default();
    match tags.len() {
        0 => Err(codes::K0401.error()),
        1..=BATCH => Ok(tags),
        _ => Err(codes::K0407.error()),
    }
}

/// The key of a tag, of whatever form.
pub(super) fn name(tag: &Fields<'_>) -> Result<String, WireError> {
    let key = tag.text("key").map_err(|_| codes::K0406.error())?;
    key.map(Cow::into_owned).ok_or_else(|| codes::K0406.error())
}

/// One tag; a value that is absent is empty.
fn tag(fields: &Fields<'_>) -> Result<(String, String), WireError> {
    let plain = |text: &str| !text.chars().any(|c| c.is_control() || "*<>\\=".contains(c));
    let key = name(fields)?;
    let value = fields.text("value").map_err(|_| codes::K0405.error())?;
    let value = value.unwrap_or_default().into_owned();
    if key.chars().count() > 36 {
        return Err(codes::K0411.error());
    }
    if value.chars().count() > 43 {
        return Err(codes::K0410.error());
    }
    if !plain(&key) {
        return Err(codes::K0406.error());
    }
    if !plain(&value) {
        return Err(codes::K0405.error());
    }
    Ok((key, value))
}
