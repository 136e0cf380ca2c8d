//! A call of the log as a trace.
//!
//! SOURCE: Key Management Service User Guide of a Huawei-style cloud, "CTS", table 1-7, for the names and resource types;
//! Cloud Trace Service API reference, "Querying a Trace List", for the members (both read 2026-11-22).

mod caller;
mod id;
pub mod names;
mod question;
mod values;
mod words;

use std::borrow::Cow;

use claviger_audit::view::{Event, Thing, ThingKind};
use claviger_model::{AccountId, Action, IdentityHex};
use serde::Deserialize;
use serde_json::{Map, Value};

use self::names::{Service, Traced};
pub use self::question::Question;
use self::words::Words;
use crate::route;

/// Longest name of a trace, in characters. SOURCE: CTS API reference, `trace_name`.
const NAME_LIMIT: usize = 64;

/// What records call the root of an account.
const ROOT: &str = "root";

/// What a trace shows and a record does not hold. What is not known is left out, or shown as the record has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The account of the caller.
    pub domain: Option<Domain<'a>>,
    /// The display name of the key that [`key_of`] names.
    pub title: Option<&'a str>,
    /// The id of what [`identity_of`] names.
    pub identity: Option<&'a str>,
}

/// An account as this cloud names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain<'a> {
    /// 32 hex digits.
    pub id: &'a str,
    /// Its name, which is that of its root too.
    pub name: &'a str,
}

/// The trace of a call of which nothing is known but the record.
pub fn trace(event: &Event<'_>) -> Value {
    trace_with(event, &Facts::default())
}

/// A call as the trace service shows it, one JSON object.
///
/// The members are those of the vendor's list of traces; what is not known is absent:
///
/// - `trace_id` is of this trace alone; what one request led to has one `request_id`.
/// - `time` and `record_time` are the moment at which the call was accepted, in milliseconds since 1970.
/// - `code` is the HTTP status that the vendor's API has for the outcome, as text. The records tell no status.
/// - `user.id` is 32 hex digits for users, roles and the root, and the name of a service. The server itself has none.
///   `user.domain.id` and `user.account_id` are the number of the account where its id is not known.
/// - `resource_id` of users, groups, agencies and policies is absent where it is not known: records have their names.
/// - `resource_name` is the display name of the key, else the alias that was named; for what is not a key its name.
/// - `request` and `response` are texts with JSON in them: what the record notes, where it can be in the words of the
///   wire. They hold no secret, since no record does.
///
/// The vendor traces no queries: [`names`] has what is traced. Here every call has a trace, as an export wants it;
/// `read_only` tells which ones change nothing.
pub fn trace_with(event: &Event<'_>, facts: &Facts<'_>) -> Value {
    let things = event.things();
    let action = Action::of_name(&event.action);
    let row = action.and_then(names::of_action);
    let words = Words {
        event,
        action,
        domain: facts.domain,
    };
    let service = row.map_or_else(|| service(event), |row| row.service);
    let by_itself = event.caller.kind == "system";
    let mut trace = Map::new();
    let mut put = |name: &str, value: Value| trace.insert(name.to_owned(), value);
    put("trace_id", id::of(event).into());
    put("trace_name", name(event, row.as_ref()).into());
    put(
        "trace_type",
        if by_itself { "SystemAction" } else { "ApiCall" }.into(),
    );
    put("trace_rating", rating(event).into());
    put("service_type", service.word().into());
    if !by_itself {
        put("source_ip", event.source.address.to_string().into());
    }
    put("user", caller::user(event, facts.domain));
    put("request", words.text(event.request.get()).into());
    if let Some(response) = event.response {
        put("response", words.text(response.get()).into());
    }
    put("code", status(event).to_string().into());
    put("api_version", version(service).into());
    put("time", event.time.as_millisecond().into());
    put("record_time", event.time.as_millisecond().into());
    put("request_id", event.id.as_ref().into());
    if !event.source.host.is_empty() {
        put("endpoint", event.source.host.as_ref().into());
    }
    put("operation_id", event.operation().into());
    put("read_only", (!event.writes).into());
    put("tracker_name", "system".into());
    if let Some(error) = &event.error {
        put("message", error.wire.as_ref().into());
        // "Additional information for locating the fault": the word of the core, the same for every front door.
        put("location_info", error.code.as_ref().into());
    }
    resource(event, row.as_ref(), &things, facts, put);
    Value::Object(trace)
}

/// The id of the key that a call is about, whose display name its trace shows.
pub fn key_of<'a>(event: &Event<'a>) -> Option<Cow<'a, str>> {
    let key = event
        .things()
        .into_iter()
        .find(|thing| thing.kind == ThingKind::Key);
    key.map(|thing| thing.name)
}

/// The user, group, agency or policy that a call is about, which records name and this cloud tells by its id.
pub fn identity_of<'a>(event: &Event<'a>) -> Option<Thing<'a>> {
    let row = Action::of_name(&event.action).and_then(names::of_action);
    let things = event.things();
    let kind = kind(event, row.as_ref(), &things);
    about(&things, kind).filter(|thing| has_id(thing.kind)).cloned()
}

/// Kinds of things that this cloud tells by an id and records by name.
fn has_id(kind: ThingKind) -> bool {
    matches!(
        kind,
        ThingKind::User | ThingKind::Group | ThingKind::Role | ThingKind::Policy
    )
}

/// The id of something of the account of a call, from its number.
fn identity(event: &Event<'_>, number: &str) -> Option<String> {
    let account: AccountId = event.account.parse().ok()?;
    let number = number.parse().ok()?;
    Some(IdentityHex { account, number }.to_string())
}

/// The id that an answer notes of what it made.
fn made(event: &Event<'_>, kind: ThingKind) -> Option<String> {
    let word = match kind {
        ThingKind::User => "user_id",
        ThingKind::Role => "role_id",
        ThingKind::Policy => "policy_id",
        _ => return None,
    };
    let response: Map<String, Value> = serde_json::from_str(event.response?.get()).ok()?;
    identity(event, response.get(word)?.as_str()?)
}

/// The type of what the call is about.
fn kind(event: &Event<'_>, row: Option<&Traced>, things: &[Thing<'_>]) -> Option<&'static str> {
    let key = things.iter().find(|thing| thing.kind == ThingKind::Key);
    row.map(|row| row.resource_type)
        .or_else(|| match key.or(things.first()) {
            Some(thing) => Some(resource_type(thing.kind)),
            None => (event.api == "kms").then_some("cmk"),
        })
}

/// What the call is about: of what it names, the first that is of its kind, else the first.
fn about<'t, 'a>(things: &'t [Thing<'a>], kind: Option<&str>) -> Option<&'t Thing<'a>> {
    let find = |fits: &dyn Fn(&Thing<'_>) -> bool| things.iter().find(|thing| fits(thing));
    let key = find(&|thing| kind == Some("cmk") && thing.kind == ThingKind::Key);
    let of_kind = find(&|thing| kind == Some(resource_type(thing.kind)));
    key.or(of_kind).or(things.first())
}

/// Type, id and name of what the call is about.
fn resource(
    event: &Event<'_>,
    row: Option<&Traced>,
    things: &[Thing<'_>],
    facts: &Facts<'_>,
    mut put: impl FnMut(&str, Value) -> Option<Value>,
) {
    let kind = kind(event, row, things);
    if let Some(kind) = kind {
        put("resource_type", kind.into());
    }
    let Some(about) = about(things, kind) else { return };
    let id = if has_id(about.kind) {
        let known = facts.identity.map(str::to_owned);
        // What nobody is called was named by its id.
        let named = || about.name.parse::<IdentityHex>().ok().map(|id| id.to_string());
        made(event, about.kind).or(known).or_else(named)
    } else {
        Some(about.name.to_string())
    };
    if let Some(id) = id {
        put("resource_id", id.into());
    }
    let alias = things.iter().find(|thing| thing.kind == ThingKind::Alias);
    let alias = alias.map(|alias| alias.name.strip_prefix("alias/").unwrap_or(&alias.name));
    let name = match about.kind {
        ThingKind::Key => facts.title.or(alias),
        ThingKind::Alias => alias,
        _ => Some(about.name.as_ref()),
    };
    if let Some(name) = name {
        put("resource_name", name.into());
    }
}

/// The types of the vendor where it has one, and our words where not.
fn resource_type(kind: ThingKind) -> &'static str {
    match kind {
        ThingKind::Key | ThingKind::Alias => "cmk",
        ThingKind::Group => "userGroup",
        ThingKind::Role => "agency",
        ThingKind::AccessKey => "credential",
        ThingKind::Account => "domain",
        other => other.word(),
    }
}

/// The name of the trace; of what is not traced, the operation's own.
fn name<'e>(event: &'e Event<'_>, row: Option<&Traced>) -> Cow<'e, str> {
    match row.map(|row| (row.action, row.name)) {
        Some((Action::UpdateRotationPolicy, _)) => rotation(event).into(),
        Some((_, name)) => name.into(),
        None => lower_camel(&event.action).into(),
    }
}

/// Whether rotation was switched on or off. A change of the interval alone looks like the former in the record.
fn rotation(event: &Event<'_>) -> &'static str {
    #[derive(Deserialize)]
    struct Rotation {
        rotates: bool,
    }
    match serde_json::from_str(event.request.get()) {
        Ok(Rotation { rotates: false }) => "disableKeyRotation",
        _ => "enableKeyRotation",
    }
}

/// `CreateKey` becomes `createKey`.
fn lower_camel(action: &str) -> String {
    let mut letters = action.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).take(NAME_LIMIT).collect()
}

/// `normal` for what was served, `warning` for a refusal, `incident` for a fault of the server.
fn rating(event: &Event<'_>) -> &'static str {
    match event.outcome.as_ref() {
        "served" => "normal",
        "refused" => "warning",
        _ => "incident",
    }
}

/// The service of a call that is not traced.
fn service(event: &Event<'_>) -> Service {
    match event.api.as_ref() {
        "ram" | "sts" | "iam" => Service::Iam,
        "actiontrail" | "cts" => Service::Cts,
        _ => Service::Kms,
    }
}

/// The version of the API of a service.
fn version(service: Service) -> &'static str {
    match service {
        Service::Kms => "v1.0",
        Service::Iam | Service::Cts => "v3",
    }
}

/// The status that the vendor's API answers with in such a case.
///
/// SOURCE: Key Management Service API reference, "Status codes" and "Error codes": 404 for what is not there, 403 without
/// permission, 400 for all other refusals. A right answer has the status of its operation.
fn status(event: &Event<'_>) -> u16 {
    let code = event.error.as_ref().map_or("", |error| error.code.as_ref());
    match (event.outcome.as_ref(), code) {
        ("served", _) => Action::of_name(&event.action).map_or(200, route::status),
        (_, "unavailable") => 503,
        (_, "throttled" | "overloaded") => 429,
        ("refused", "denied") => 403,
        ("refused", code) if code.ends_with("_not_found") => 404,
        ("refused", _) => 400,
        _ => 500,
    }
}

#[cfg(test)]
mod tests;
