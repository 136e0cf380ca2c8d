//! SOURCE: KMS API reference, TagResources, UntagResources, ListTagResources (read 2026-11-21): up to 50 resources of one
//! type and 20 tags; All counts only where no TagKey is given; 200 rows a page, with an opaque token for the next one.
//! RegionId is not read: an endpoint is a region.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claviger_model::{Action, KeyId};
use claviger_service::ops::tag as core;

use super::tag_resource::RULES;
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Rows of a page.
const ROWS: u32 = 200;
/// Longest token that is looked at: an id and a tag key of 128 characters, in base64.
const TOKEN_TEXT_LIMIT: usize = 1024;

pub(super) struct TagResources;
pub(super) struct UntagResources;
pub(super) struct ListTagResources;

impl WireOp for TagResources {
    type Op = core::TagKeys;
    const ACTION: Action = Action::TagResources;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::TagKeys {
            action: Self::ACTION,
            keys: input.required_resources()?,
            tags: input.numbered_tags()?,
            rules: RULES,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for UntagResources {
    type Op = core::UntagKeys;
    const ACTION: Action = Action::UntagResources;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        let keys = input.required_resources()?;
        let names = input.numbered_tag_keys("TagKey")?;
        let all = input.boolean("All")?;
        if names.is_empty() && !all {
            return Err(WireError::missing("TagKey").into());
        }
        Ok(core::UntagKeys {
            action: Self::ACTION,
            keys,
            names: (!names.is_empty()).then_some(names),
            must_bear: false,
            rules: RULES,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListTagResources {
    type Op = core::ListTagRows;

    fn decode(input: &Input<'_>) -> Result<core::ListTagRows, Fault> {
        Ok(core::ListTagRows {
            scope: input.scope.clone(),
            keys: input.resources()?,
            tags: input.tag_filter()?,
            after: match input.optional("NextToken") {
                None => None,
                Some(text) => Some(position(text).ok_or_else(|| WireError::invalid("NextToken"))?),
            },
            limit: ROWS,
        })
    }

    fn encode(_: &Input<'_>, output: core::TagRows, answer: &mut Answer) {
        let last = output.rows.last().filter(|_| output.more);
        let token = last.map(|row| token(row.key, &row.name)).unwrap_or_default();
        answer.text("NextToken", &token);
        answer.list("TagResources", "TagResource", output.rows, |answer, row| {
            answer.text("ResourceType", "key");
            answer.id("ResourceId", row.key.to_ascii());
            answer.text("TagKey", &row.name);
            answer.text("TagValue", &row.value);
        });
    }
}

/// Where the next page begins. Whoever makes one up begins elsewhere in a list that is theirs anyway.
fn token(key: KeyId, name: &str) -> String {
    URL_SAFE_NO_PAD.encode([key.as_bytes(), name.as_bytes()].concat())
}

fn position(text: &str) -> Option<(KeyId, String)> {
    if text.len() > TOKEN_TEXT_LIMIT {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (key, name) = bytes.split_first_chunk()?;
    Some((KeyId::from_bytes(*key), String::from_utf8(name.to_vec()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_back_and_others_do_not() {
        let key = KeyId::from_bytes([7; 16]);
        for name in ["team", "ключ", ""] {
            assert_eq!(position(&token(key, name)), Some((key, name.to_owned())));
        }
        for wrong in [
            "",
            "AAAA",
            "!",
            &"A".repeat(1028),
            &URL_SAFE_NO_PAD.encode([0xff; 20]),
        ] {
            assert_eq!(position(wrong), None, "{wrong}");
        }
    }
}
