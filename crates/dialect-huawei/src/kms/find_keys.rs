//! SOURCE: Key Management Service API reference, "Querying CMK Instances" (read 2026-11-22): `filter` gives keys, `count` their
//! number alone; up to 20 tags with 10 values each, of which all tags must fit, each by one of its values; `matches` compares
//! `resource_name` with the alias of a key, here with its beginning. A tag without values fits with any.

use claviger_model::{Action, Creator, Key, KeyFilter, KeyMatch, Order, Page, Paged};
use claviger_service::ops::key as core;

use super::{describe_key, page, tags};
use crate::error::{Fault, WireError, codes};
use crate::fields::Fields;
use crate::json::Answer;
use crate::keys;
use crate::row::{Input, Shown, WireOp};

/// Keys of a page where nobody says.
const PAGE: u32 = 10;
/// Most tags, and values of one of them.
const TAGS: usize = 20;
const VALUES: usize = 10;
/// Longest beginning of an alias, in characters.
const ALIAS_LIMIT: usize = 255;

pub(super) struct FindKeys;

/// Whether only the number of keys is asked for.
fn counts(fields: &Fields<'_>) -> Result<bool, WireError> {
    match fields.text("action").ok().flatten().as_deref() {
        Some("filter") => Ok(false),
        Some("count") => Ok(true),
        _ => Err(codes::K0404.error()),
    }
}

impl WireOp for FindKeys {
    type Op = core::ListWholeKeys;

    const ACTION: Action = Action::FindKeys;
    const REQUIRED: &'static [&'static str] = &["action"];

    fn decode(input: &Input<'_>) -> Result<core::ListWholeKeys, Fault> {
        if input.path("resource_instances") != "resource_instances" {
            return Err(codes::K0408.into());
        }
        let mut all_of = bearing(input.fields)?;
        all_of.extend(named(input.fields)?);
        Ok(core::ListWholeKeys {
            action: Self::ACTION,
            list: core::ListKeys {
                scope: input.scope.clone(),
                filter: KeyFilter { all_of },
                order: Order::NewestFirst,
                page: part(input.fields)?,
            },
        })
    }

    fn encode(shown: &Shown<'_>, keys: Paged<Key>, answer: &mut Answer) {
        if counts(shown.input.fields) != Ok(true) {
            answer.objects("resources", &keys.items, |answer, key| {
                answer.id("resource_id", key.id.to_ascii());
                answer.object("resource_detail", |answer| {
                    describe_key::details(key, shown.domain(), answer);
                });
                answer.text("resource_name", &describe_key::alias(key));
                tags::show(key.tags.iter(), answer);
            });
        }
        answer.number("total_count", keys.total);
    }
}

/// The page; of a count, the shortest.
fn part(fields: &Fields<'_>) -> Result<Page, WireError> {
    if counts(fields)? {
        if fields.has("offset") {
            return Err(codes::K0418.error());
        }
        return Ok(Page { skip: 0, take: 1 });
    }
    Ok(Page {
        skip: fields.whole("offset", codes::K0417)?.unwrap_or(0),
        take: page::limit(fields, PAGE)?,
    })
}

fn bearing(fields: &Fields<'_>) -> Result<Vec<Vec<KeyMatch>>, WireError> {
    let wanted = fields.objects("tags", codes::K0412)?.unwrap_or_default();
    if wanted.len() > TAGS {
        return Err(codes::K0407.error());
    }
    let row = |tag: &Fields<'_>| {
        let key = tags::name(tag)?;
        let values = tag.texts("values", codes::K0405)?.unwrap_or_default();
        if values.len() > VALUES {
            return Err(codes::K0413.error());
        }
        if values.is_empty() {
            return Ok(vec![KeyMatch::TagKey(key)]);
        }
        let fits = |value: &str| KeyMatch::Tag(key.clone(), value.to_owned());
        Ok(values.iter().map(|value| fits(value)).collect())
    };
    wanted.iter().map(row).collect()
}

fn named(fields: &Fields<'_>) -> Result<Vec<Vec<KeyMatch>>, WireError> {
    let wanted = fields.objects("matches", codes::K0415)?.unwrap_or_default();
    let mut rows = Vec::new();
    for wish in &wanted {
        if wish.text("key").ok().flatten().as_deref() != Some("resource_name") {
            return Err(codes::K0403.error());
        }
        let start = wish.text("value").map_err(|_| codes::K0402.error())?;
        let start = start.unwrap_or_default();
        if start.len() > ALIAS_LIMIT && start.chars().count() > ALIAS_LIMIT {
            return Err(codes::K0402.error());
        }
        if !start.is_empty() {
            rows.push(beginning(&start));
        }
    }
    Ok(rows)
}

/// Keys whose alias begins so, those of services too.
fn beginning(start: &str) -> Vec<KeyMatch> {
    let of_services = keys::services().filter(|service| format!("{service}/default").starts_with(start));
    let of_services = of_services.map(|service| KeyMatch::Creator(Creator::Service(service)));
    std::iter::once(KeyMatch::TitleStart(start.to_owned()))
        .chain(of_services)
        .collect()
}
