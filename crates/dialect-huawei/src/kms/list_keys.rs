//! SOURCE: Key Management Service API reference, "Querying the CMK List" (read 2026-11-22). Editions differ about a list that
//! names no kind of key: one has AES_256 alone, the others everything. Everything is what clients expect; see
//! [`Settings`](crate::Settings). Newest first is ours.

use claviger_model::{Action, Key, KeyFilter, KeyMatch, KeySpec, Order, Paged};
use claviger_service::ops::key as core;

use super::{describe_key, page};
use crate::error::{Fault, WireError, codes};
use crate::json::Answer;
use crate::names;
use crate::row::{Input, Shown, WireOp};

/// All kinds of keys.
const ALL: &str = "ALL";
/// All enterprise projects.
const ALL_PROJECTS: &str = "all";
/// The enterprise project of every key.
const PROJECT: &str = "0";

pub(super) struct ListKeys;

impl WireOp for ListKeys {
    type Op = core::ListWholeKeys;

    const ACTION: Action = Action::ListKeys;

    fn decode(input: &Input<'_>) -> Result<core::ListWholeKeys, Fault> {
        let page = page::marked(input.fields, page::LARGEST)?;
        let rows = [state(input)?, spec(input)?, enterprise_project(input)?];
        let all_of = rows.into_iter().flatten().map(|row| vec![row]).collect();
        Ok(core::ListWholeKeys {
            action: Self::ACTION,
            list: core::ListKeys {
                scope: input.scope.clone(),
                filter: KeyFilter { all_of },
                order: Order::NewestFirst,
                page,
            },
        })
    }

    fn encode(shown: &Shown<'_>, keys: Paged<Key>, answer: &mut Answer) {
        answer.texts("keys", keys.items.iter().map(|key| key.id.to_string()));
        answer.objects("key_details", &keys.items, |answer, key| {
            describe_key::details(key, shown.domain(), answer);
        });
        page::rest(answer, shown.input.fields, keys.items.len(), keys.total);
    }
}

/// A state from 1 to 5; no key is ever in the first.
fn state(input: &Input<'_>) -> Result<Option<KeyMatch>, WireError> {
    let Some(name) = input.fields.text("key_state")? else {
        return Ok(None);
    };
    match names::state(&name) {
        Some(state) => Ok(Some(KeyMatch::State(state))),
        None if name == "1" => Ok(Some(KeyMatch::Nothing)),
        None => Err(codes::K0308.on("key_state")),
    }
}

fn spec(input: &Input<'_>) -> Result<Option<KeyMatch>, WireError> {
    let name = input.fields.text("key_spec")?;
    match name.as_deref() {
        None if input.settings.list_aes_only => Ok(Some(KeyMatch::Spec(KeySpec::Aes256))),
        None | Some(ALL) => Ok(None),
        Some(name) => match names::spec(name) {
            Some(spec) => Ok(Some(KeyMatch::Spec(spec))),
            None => Err(codes::K0308.on("key_spec")),
        },
    }
}

/// There are no keys in any but the first enterprise project.
fn enterprise_project(input: &Input<'_>) -> Result<Option<KeyMatch>, WireError> {
    let id = input.fields.text("enterprise_project_id")?;
    Ok(match id.as_deref() {
        None | Some(ALL_PROJECTS | PROJECT) => None,
        Some(_) => Some(KeyMatch::Nothing),
    })
}
