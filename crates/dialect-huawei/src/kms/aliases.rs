//! SOURCE: Key Management Service API reference, "Creating an Alias", "Querying Aliases", "Associating an Alias", "Deleting an
//! Alias" (read 2026-11-22): at most 50 aliases of a key. Its samples have names without `alias/` in front; the vendor's client
//! for infrastructure wants them with it, and looks in lists for the name as it gave it (`huaweicloud_kms_alias`, read
//! 2026-11-23). Both are taken, for the same alias: lists have the name as who made it wrote it, and an answer to a call that
//! names an alias repeats the name as it came.

use claviger_model::{Action, Alias, AliasName, NamePage, Named, Timestamp};
use claviger_service::ops::alias as core;
use claviger_service::{Call, Service};

use super::page::{bounded, number, parameter};
use crate::error::{self, Fault, WireError, codes};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

/// Most aliases of one key.
const OF_KEY: u32 = 50;
/// Most aliases of a page, and as many where nobody says.
const PAGE: u32 = 100;
/// In front of a name.
const PREFIX: &str = "alias/";

pub(super) struct CreateAlias;
pub(super) struct AssociateAlias;
pub(super) struct ListAliases;

/// The name without what may stand in front of it.
fn bare(text: &str) -> &str {
    text.strip_prefix(PREFIX).unwrap_or(text)
}

/// An alias of its own account.
///
/// # Errors
/// KMS.0308; KMS.1101 for names like those of default master keys.
fn name(input: &Input<'_>) -> Result<AliasName, WireError> {
    let text = input.fields.required("alias")?;
    let name: AliasName = bare(&text).parse().map_err(|_| codes::K0308.on("alias"))?;
    if name.as_str().ends_with("/default") {
        return Err(codes::K1101.breaks(
            "alias",
            "must not end with `/default`, as names of default master keys do",
        ));
    }
    Ok(name)
}

impl WireOp for CreateAlias {
    type Op = core::CreateAlias;

    const REQUIRED: &'static [&'static str] = &["key_id", "alias"];

    fn decode(input: &Input<'_>) -> Result<core::CreateAlias, Fault> {
        Ok(core::CreateAlias {
            key: input.key("key_id")?,
            name: name(input)?,
            prefixed: input.fields.required("alias")?.starts_with(PREFIX),
            per_key: OF_KEY,
        })
    }

    /// It is as it was asked for, and from now on.
    fn encode(shown: &Shown<'_>, (): (), answer: &mut Answer) {
        let now = shown.input.time;
        let key = shown.input.fields.text("key_id").ok().flatten();
        encode(
            shown,
            &key.unwrap_or_default(),
            &as_it_came(shown),
            (now, now),
            answer,
        );
    }
}

impl WireOp for AssociateAlias {
    type Op = core::UpdateAlias;

    const REQUIRED: &'static [&'static str] = &["alias", "target_key_id"];

    fn decode(input: &Input<'_>) -> Result<core::UpdateAlias, Fault> {
        Ok(core::UpdateAlias {
            key: input.key("target_key_id")?,
            name: name(input)?,
        })
    }

    fn encode(shown: &Shown<'_>, alias: Alias, answer: &mut Answer) {
        let times = (alias.created, alias.updated);
        encode(shown, &alias.key.to_string(), &as_it_came(shown), times, answer);
    }
}

impl WireOp for ListAliases {
    type Op = core::ListAliasesAfter;

    const ACTION: Action = Action::ListAliases;

    fn decode(input: &Input<'_>) -> Result<core::ListAliasesAfter, Fault> {
        let of = match input.key_of_query("key_id")? {
            Some(key) => core::AliasesOf::Key(key),
            None => core::AliasesOf::Scope(input.scope.clone()),
        };
        let limit = number(input, "limit", codes::K1601)?;
        Ok(core::ListAliasesAfter {
            of,
            page: NamePage {
                after: parameter(input, "marker").map(|after| bare(after).to_owned()),
                take: bounded(limit, PAGE, PAGE)?,
            },
        })
    }

    fn encode(shown: &Shown<'_>, aliases: Named<Alias>, answer: &mut Answer) {
        answer.objects("aliases", &aliases.items, |answer, alias| {
            let times = (alias.created, alias.updated);
            encode(shown, &alias.key.to_string(), &listed(alias), times, answer);
        });
        let last = aliases.items.last().filter(|_| aliases.more);
        answer.object("page_info", |answer| {
            answer.text("next_marker", &last.map(listed).unwrap_or_default());
            let count = u64::try_from(aliases.items.len()).unwrap_or(u64::MAX);
            answer.number("current_count", count);
        });
    }
}

/// The name as it was given.
fn listed(alias: &Alias) -> String {
    let prefix = if alias.prefixed { PREFIX } else { "" };
    format!("{prefix}{}", alias.name)
}

fn as_it_came(shown: &Shown<'_>) -> String {
    let text = shown.input.fields.text("alias").ok().flatten();
    text.unwrap_or_default().into_owned()
}

/// An alias with when it was made and when it was last led to a key.
fn encode(shown: &Shown<'_>, key: &str, name: &str, times: (Timestamp, Timestamp), answer: &mut Answer) {
    let (domain, region) = (shown.domain(), &shown.input.scope.region);
    let time = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    answer.plain("domain_id", domain);
    answer.text("key_id", key);
    answer.text("alias", name);
    answer.text(
        "alias_urn",
        &format!("kms:{region}:{domain}:alias:{}", bare(name)),
    );
    answer.plain("create_time", &time(times.0));
    answer.plain("update_time", &time(times.1));
}

/// What a request for the deletion of aliases must have.
pub(super) const DELETED: &[&str] = &["aliases", "key_id"];

/// Takes aliases of one key away, one after the other: where one is refused, those before it are gone. One that leads to
/// another key is not found.
pub(super) async fn delete(service: &Service, call: &Call<'_>, input: &Input<'_>) -> Result<(), WireError> {
    let action = Action::DeleteAlias;
    let deletions = match deletions(input) {
        Ok(deletions) => deletions,
        Err(wire) => return Err(input.refuse(service, call, action.name(), wire).await),
    };
    for deletion in deletions {
        let made = service.execute(call, deletion).await.into_inner();
        made.map_err(|error| error::wire(input.manner, action, &error))?;
    }
    Ok(())
}

fn deletions(input: &Input<'_>) -> Result<Vec<core::DeleteAlias>, WireError> {
    if let Some(missing) = DELETED.iter().find(|name| !input.fields.has(name)) {
        return Err(codes::K0204.on(missing));
    }
    let wrong = || codes::K0308.on("aliases");
    let key = input.key("key_id")?;
    let mut texts = input.fields.texts("aliases", codes::K0308)?.unwrap_or_default();
    texts.sort_unstable_by(|one, other| bare(one).cmp(bare(other)));
    texts.dedup_by(|one, other| bare(one) == bare(other));
    if !(1..=usize::try_from(OF_KEY).unwrap_or(0)).contains(&texts.len()) {
        return Err(wrong());
    }
    let delete = |text: &str| {
        Ok(core::DeleteAlias {
            scope: input.scope.clone(),
            name: bare(text).parse().map_err(|_| wrong())?,
            of: Some(key.clone()),
        })
    };
    texts.iter().map(|text| delete(text)).collect()
}
