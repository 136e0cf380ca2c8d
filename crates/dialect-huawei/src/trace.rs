//! A call of the log as a trace.
//!
//! SOURCE: Key Management Service User Guide of a Huawei-style cloud, "CTS", table 1-7, for the names and resource types;
//! Cloud Trace Service API reference, "Querying Traces", for the members (both read 2026-11-21).

use claviger_audit::view::{Event, Thing, ThingKind};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Longest name of a trace, in characters. SOURCE: CTS API reference, `trace_name`.
const NAME_LIMIT: usize = 64;

/// A call as the trace service shows it, one JSON object.
///
/// The members are those of the vendor's list of traces; what the record does not know is absent:
///
/// - `time` and `record_time` are the moment at which the call was accepted, in milliseconds since 1970.
/// - `code` is the HTTP status that the vendor's API has for the outcome, as text. The records tell no status.
/// - `user.domain.id` and `user.account_id` are the number of the account.
/// - `resource_name` is there where the call named an alias, and for what is not a key.
/// - `request` and `response` are texts with JSON in them, in the words of the record. They hold no secret, since no
///   record does.
///
/// The vendor traces no queries. Here every call has a trace; `read_only` tells which ones change nothing.
pub fn trace(event: &Event<'_>) -> Value {
    let things = event.things();
    let mut trace = Map::new();
    let mut put = |name: &str, value: Value| trace.insert(name.to_owned(), value);
    put("trace_id", event.id.to_ascii_lowercase().into());
    put("trace_name", name(event).into());
    put("trace_type", kind(event).into());
    put("trace_rating", rating(event).into());
    put("service_type", service(event).into());
    put("source_ip", event.source.address.to_string().into());
    put("user", user(event));
    put("request", event.request.get().into());
    if let Some(response) = event.response {
        put("response", response.get().into());
    }
    put("code", status(event).to_string().into());
    put("api_version", "v1.0".into());
    put("time", event.time.as_millisecond().into());
    put("record_time", event.time.as_millisecond().into());
    put("request_id", event.id.as_ref().into());
    put("endpoint", event.source.host.as_ref().into());
    put("read_only", (!event.writes).into());
    put("tracker_name", "system".into());
    if let Some(error) = &event.error {
        put("message", error.wire.as_ref().into());
        // "Additional information for locating the fault": the word of the core, the same for every front door.
        put("location_info", error.code.as_ref().into());
    }
    resource(event, &things, put);
    Value::Object(trace)
}

/// What the call is about: its key if there is one, what it names first otherwise.
fn resource(event: &Event<'_>, things: &[Thing<'_>], mut put: impl FnMut(&str, Value) -> Option<Value>) {
    let of_kind = |kind| things.iter().find(|thing| thing.kind == kind);
    let key = of_kind(ThingKind::Key);
    if event.api == "kms" {
        put("resource_type", "cmk".into());
    }
    if let Some(key) = key {
        put("resource_type", "cmk".into());
        put("resource_id", key.name.as_ref().into());
    }
    if let Some(alias) = of_kind(ThingKind::Alias) {
        let name = alias.name.strip_prefix("alias/").unwrap_or(&alias.name);
        put("resource_name", name.into());
    } else if let (None, Some(thing)) = (key, things.first()) {
        put("resource_type", resource_type(thing.kind).into());
        put("resource_id", thing.name.as_ref().into());
        put("resource_name", thing.name.as_ref().into());
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

/// The name of the trace: the vendor's where its table has the operation, the operation's own otherwise.
fn name(event: &Event<'_>) -> String {
    let known = match event.action.as_ref() {
        "GenerateDataKey" => "createDataKey",
        "GenerateDataKeyWithoutPlaintext" => "createDataKeyWithoutPlaintext",
        "Encrypt" => "encryptData",
        "Decrypt" => "decryptData",
        "DeleteKeyMaterial" => "deleteImportedKeyMaterial",
        "TagResource" => "createKeyTag",
        "UntagResource" => "deleteKeyTag",
        "TagResources" => "batchCreateKeyTags",
        "UntagResources" => "batchDeleteKeyTags",
        "UpdateRotationPolicy" => rotation(event),
        // Not in the table; named as the vendor's operations are.
        "AsymmetricSign" => "sign",
        "AsymmetricVerify" => "verify",
        "UpdateAlias" => "associateAlias",
        other => return lower_camel(other),
    };
    known.to_owned()
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

/// Who set it off: a caller, or the server's own jobs.
fn kind(event: &Event<'_>) -> &'static str {
    match event.caller.kind.as_ref() {
        "system" => "SystemAction",
        _ => "ApiCall",
    }
}

/// `normal` for what was served, `warning` for a refusal, `incident` for a fault of the server.
fn rating(event: &Event<'_>) -> &'static str {
    match event.outcome.as_ref() {
        "served" => "normal",
        "refused" => "warning",
        _ => "incident",
    }
}

/// The service that the call belongs to.
fn service(event: &Event<'_>) -> &'static str {
    match event.api.as_ref() {
        "ram" | "sts" => "IAM",
        "actiontrail" => "CTS",
        _ => "KMS",
    }
}

/// The status that the vendor's API answers with in such a case.
///
/// SOURCE: Key Management Service API reference, "Status codes" and "Error codes": 404 for what is not there, 403 without
/// permission, 400 for all other refusals.
fn status(event: &Event<'_>) -> u16 {
    let code = event.error.as_ref().map_or("", |error| error.code.as_ref());
    match (event.outcome.as_ref(), code) {
        ("served", _) => 200,
        (_, "unavailable") => 503,
        (_, "throttled" | "overloaded") => 429,
        ("refused", "denied") => 403,
        ("refused", code) if code.ends_with("_not_found") => 404,
        ("refused", _) => 400,
        _ => 500,
    }
}

/// Who asked, in the members of both generations of the vendor's API as far as the record knows them.
fn user(event: &Event<'_>) -> Value {
    let caller = &event.caller;
    let account = event.account.as_ref();
    let id = [&caller.user_id, &caller.role_id, &caller.service];
    let id = id.into_iter().flatten().next().map_or(account, AsRef::as_ref);
    let mut user = json!({
        "id": id,
        "name": event.caller_name(),
        "domain": {"id": account},
        "account_id": account,
    });
    if let (Some(key), Some(members)) = (&caller.access_key, user.as_object_mut()) {
        members.insert("access_key_id".to_owned(), key.as_ref().into());
    }
    user
}

#[cfg(test)]
mod tests;
