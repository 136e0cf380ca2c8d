//! SOURCE: KMS API reference, ListKeys (read 2026-11-21): Filters is a JSON array of Key and Values, at most 10 rows of
//! at most 10 values; values of rows with the same Key are alternatives, different Keys must all match. Values that
//! this deployment does not offer match nothing and are not refused.

use claviger_model::{Creator, KeyFilter, KeyId, KeyMatch, Order, Page, Paged, Resource, Scope};
use claviger_service::ops::key as core;
use serde::Deserialize;

use super::describe_key::state;
use super::specs::{protection, spec, usage};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::{Fault, Object, PageParams};
use crate::row::{Input, WireOp};

const ROW_LIMIT: usize = 10;
const VALUE_LIMIT: usize = 10;

pub(super) struct ListKeys;

impl WireOp for ListKeys {
    type Op = core::ListKeys;

    fn decode(input: &Input<'_>) -> Result<core::ListKeys, Fault> {
        let page: Page = input.page()?.into();
        let filter = match input.optional("Filters") {
            None => KeyFilter::default(),
            Some(text) => filter(text, input.scope).ok_or_else(|| WireError::invalid("Filters"))?,
        };
        Ok(core::ListKeys {
            order: Order::OldestFirst,
            scope: input.scope.clone(),
            filter,
            page,
        })
    }

    fn encode(input: &Input<'_>, output: Paged<KeyId>, answer: &mut Answer) {
        encode_page(input, output.total, answer);
        answer.list("Keys", "Key", output.items, |answer, id| {
            answer.id("KeyId", id.to_ascii());
            answer.resource("KeyArn", &Resource::Key(input.scope.clone(), id));
        });
    }
}

/// Repeats what page was asked for, with the length of the whole list.
pub(super) fn encode_page(input: &Input<'_>, total: u64, answer: &mut Answer) {
    encode_page_of(10, input, total, answer);
}

/// The same for lists with another size of pages by default.
pub(super) fn encode_page_of(size: u32, input: &Input<'_>, total: u64, answer: &mut Answer) {
    let page = input.page_of(size).unwrap_or(PageParams { number: 1, size });
    answer.number("PageNumber", page.number.into());
    answer.number("PageSize", page.size.into());
    answer.number("TotalCount", total);
}

/// A name and its values.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Row {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

/// Reads rows of names and values; `None` where they are not well-formed.
pub(super) fn rows(text: &str) -> Option<Vec<Row>> {
    let rows: Vec<Object<Row>> = serde_json::from_str(text).ok()?;
    let rows: Vec<Row> = rows.into_iter().map(|Object(row)| row).collect();
    let few = rows.len() <= ROW_LIMIT && rows.iter().all(|row| row.values.len() <= VALUE_LIMIT);
    few.then_some(rows)
}

/// Reads filters; `None` where they are not well-formed.
fn filter(text: &str, scope: &Scope) -> Option<KeyFilter> {
    let rows = rows(text)?;
    let mut names: Vec<&str> = Vec::new();
    let mut all_of: Vec<Vec<KeyMatch>> = Vec::new();
    for row in &rows {
        let matches = row.values.iter().map(|value| alternative(&row.key, value, scope));
        let matches = matches.collect::<Option<Vec<_>>>()?;
        // A row without values still has to name something that can be filtered by.
        alternative(&row.key, "", scope)?;
        match names
            .iter()
            .position(|name| *name == row.key)
            .and_then(|at| all_of.get_mut(at))
        {
            Some(known) => known.extend(matches),
            None if matches.is_empty() => {}
            None => {
                names.push(&row.key);
                all_of.push(matches);
            }
        }
    }
    Some(KeyFilter { all_of })
}

/// One value of a filter; `None` for a key that cannot be filtered by.
fn alternative(key: &str, value: &str, scope: &Scope) -> Option<KeyMatch> {
    let found = match key {
        "KeyState" => state(value).map(KeyMatch::State),
        "KeySpec" => spec(value).map(KeyMatch::Spec),
        "KeyUsage" => usage(value).map(KeyMatch::Usage),
        "ProtectionLevel" => protection(value).map(KeyMatch::Protection),
        "CreatorType" => match value {
            "User" => Some(KeyMatch::OfAccount(true)),
            "Service" => Some(KeyMatch::OfAccount(false)),
            _ => None,
        },
        // The vendor's own spelling, with a small k.
        "keyId" | "KeyId" => value.parse().ok().map(KeyMatch::Id),
        "AliasName" => value
            .strip_prefix("alias/")
            .and_then(|name| name.parse().ok())
            .map(KeyMatch::Alias),
        "Creator" if value == scope.account.to_string() => Some(KeyMatch::Creator(Creator::Account)),
        "Creator" => value
            .parse()
            .ok()
            .map(|name| KeyMatch::Creator(Creator::Service(name))),
        "TagKey" => Some(KeyMatch::TagKey(value.to_owned())),
        "TagValue" => Some(KeyMatch::TagValue(value.to_owned())),
        // No key of ours is in a dedicated instance.
        "DKMSInstanceId" => None,
        _ => return None,
    };
    Some(found.unwrap_or(KeyMatch::Nothing))
}

#[cfg(test)]
mod tests {
    use claviger_model::{AccountId, KeySpec, StateKind};

    use super::*;

    fn read(text: &str) -> Option<KeyFilter> {
        let account = AccountId::from_number(1_234_567_890_123_456).unwrap();
        filter(
            text,
            &Scope {
                account,
                region: "cn-hangzhou".parse().unwrap(),
            },
        )
    }

    #[test]
    fn rows_of_the_same_key_are_alternatives() {
        let text = r#"[{"Key":"KeyState","Values":["Enabled"]},{"Key":"KeySpec","Values":["Aliyun_AES_256","EC_X"]},
            {"Key":"KeyState","Values":["Disabled"]}]"#;
        let states = vec![
            KeyMatch::State(StateKind::Enabled),
            KeyMatch::State(StateKind::Disabled),
        ];
        let specs = vec![KeyMatch::Spec(KeySpec::Aes256), KeyMatch::Nothing];
        assert_eq!(read(text).unwrap().all_of, [states, specs]);
    }

    #[test]
    fn what_is_not_a_filter_is_refused() {
        let many_rows = format!("[{}]", [r#"{"Key":"KeyState","Values":[]}"#; 11].join(","));
        let many_values = format!(r#"[{{"Key":"KeyState","Values":[{}]}}]"#, ["\"x\""; 11].join(","));
        for wrong in [
            "",
            "{}",
            "[1]",
            r#"[["KeyState",["Enabled"]]]"#,
            r#"[["KeyState"]]"#,
            r#"[{"Key":"Color","Values":["red"]}]"#,
            r#"[{"Key":"Color"}]"#,
            &many_rows,
            &many_values,
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
        assert_eq!(
            read(r#"[{"Key":"KeyState","Values":[]}]"#),
            Some(KeyFilter::default())
        );
    }
}
