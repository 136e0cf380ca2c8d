//! SOURCE: Key Management Service API reference, "Changing a CMK Alias", "Modifying the Description of a CMK" (read 2026-11-22). A
//! description may become empty.

use claviger_model::Change;
use claviger_service::ops::key as core;

use super::create_key::{description, title};
use crate::error::{Fault, codes};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

pub(super) struct UpdateKeyAlias;
pub(super) struct UpdateKeyDescription;

impl WireOp for UpdateKeyAlias {
    type Op = core::UpdateKeyTitle;

    const REQUIRED: &'static [&'static str] = &["key_id", "key_alias"];

    fn decode(input: &Input<'_>) -> Result<core::UpdateKeyTitle, Fault> {
        let key = input.key("key_id")?;
        Ok(core::UpdateKeyTitle {
            key,
            title: title(input.fields)?,
        })
    }

    fn encode(shown: &Shown<'_>, _: Change<()>, answer: &mut Answer) {
        repeat(shown, "key_alias", answer);
    }
}

impl UpdateKeyDescription {
    /// What must be there, if only as empty text.
    pub(super) const PRESENT: &'static [&'static str] = &["key_id", TEXT];
}

const TEXT: &str = "key_description";

impl WireOp for UpdateKeyDescription {
    type Op = core::UpdateKeyDescription;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::UpdateKeyDescription, Fault> {
        let is_empty = |(name, text): (&str, Option<_>)| name == TEXT && text.is_some();
        if !input.fields.has(TEXT) && !input.fields.entries().any(is_empty) {
            return Err(codes::K0204.on(TEXT).into());
        }
        Ok(core::UpdateKeyDescription {
            key: input.key("key_id")?,
            description: description(input.fields)?,
        })
    }

    fn encode(shown: &Shown<'_>, _: Change<()>, answer: &mut Answer) {
        repeat(shown, TEXT, answer);
    }
}

/// The key, and what was changed, both as they came.
fn repeat(shown: &Shown<'_>, member: &str, answer: &mut Answer) {
    let text = |name: &str| shown.input.fields.text(name).ok().flatten().unwrap_or_default();
    answer.object("key_info", |answer| {
        answer.text("key_id", &text("key_id"));
        answer.text(member, &text(member));
    });
}
