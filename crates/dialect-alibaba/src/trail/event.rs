//! A record of the audit log as an event of the vendor's audit trail.
//!
//! SOURCE: ActionTrail, "Management event structure" (read 2026-11-22), and its sample events. Field by field, with what is
//! different here: `docs/alibaba.md`, "Audit trail".

use claviger_audit::view::{Event, Fault, Thing, ThingKind};
use serde_json::{Map, Value, json};

use super::names::{resource_type, service};
use super::parameters::{Fields, requested, responded};
use crate::answer::date;
use crate::api::Api;

/// The event of a record as it stands in the trail of an account, by its number: a JSON object with the vendor's field
/// names. Secrets are not in records, so they are not in events.
#[must_use]
pub fn event(record: &Event<'_>, recipient: &str) -> Value {
    let by_itself = record.caller.kind == "system";
    let api = Api::of_word(&record.api).filter(|_| !by_itself);
    let mut additional = Map::new();
    let request = requested(record, &mut additional);
    let response = responded(record, &mut additional);
    let request = with_gateway(record, api, request);
    let mut event = json!({
        "acsRegion": record.region,
        "eventCategory": "Management",
        "eventId": record.id,
        "eventName": record.operation(),
        "eventRW": if record.writes { "Write" } else { "Read" },
        "eventSource": source(record),
        "eventTime": date(record.time),
        "eventType": if by_itself { "AliyunServiceEvent" } else { "ApiCall" },
        "eventVersion": 1,
        "recipientAccountId": recipient,
        "requestId": record.id,
        "requestParameterJson": Value::Object(request.clone()).to_string(),
        "requestParameters": request,
        "responseElements": response,
        "serviceName": service(&record.api),
        "sourceIpAddress": if by_itself { "Internal".to_owned() } else { record.source.address.to_string() },
        "userAgent": record.source.agent,
        "userIdentity": identity(record),
    });
    let mut put = |name: &str, value: Value| {
        if let Value::Object(members) = &mut event {
            members.insert(name.to_owned(), value);
        }
    };
    if let Some(api) = api {
        put("apiVersion", api.version().into());
        let scheme = if record.source.tls { "https" } else { "http" };
        additional.insert("Scheme".into(), scheme.into());
    }
    if let Some(fault) = &record.error {
        put("errorCode", fault.wire.as_ref().into());
        put("errorMessage", message(record, fault).into());
    }
    if let Some((kind, name, all)) = resources(record) {
        put("resourceType", kind.into());
        put("resourceName", name.into());
        put("referencedResources", all);
    }
    put("additionalEventData", Value::Object(additional));
    event
}

/// The host called. Calls of the server's own program go through none.
fn source<'r>(record: &'r Event<'_>) -> &'r str {
    match &*record.source.host {
        "" => "claviger",
        host => host,
    }
}

/// What the vendor's gateway adds.
fn with_gateway(record: &Event<'_>, api: Option<Api>, mut request: Fields) -> Fields {
    let Some(api) = api else {
        return request;
    };
    let mut put = |name: &str, value: &str| {
        request.insert(name.to_owned(), value.into());
    };
    put("AcsHost", source(record));
    put("AcsProduct", service(api.word()));
    put("HostId", source(record));
    put("Region", &record.region);
    put("RequestId", &record.id);
    if let (Some(role), Some(session)) = (&record.caller.role, &record.caller.session) {
        put("stsTokenPrincipalName", &format!("{role}/{session}"));
    }
    request
}

/// Who it was. Services of the deployment and the server itself are both the provider's services to a client.
fn identity(record: &Event<'_>) -> Value {
    let caller = &record.caller;
    let text = |value: &Option<std::borrow::Cow<'_, str>>| value.as_deref().unwrap_or_default().to_owned();
    let (kind, principal) = match &*caller.kind {
        "root" => ("root-account", record.account.to_string()),
        "user" => ("ram-user", text(&caller.user_id)),
        "session" => (
            "assumed-role",
            format!("{}:{}", text(&caller.role_id), text(&caller.session)),
        ),
        "service" => ("system", text(&caller.service)),
        _ => ("system", caller.kind.to_string()),
    };
    let mut identity = json!({
        "type": kind,
        "principalId": principal,
        "accountId": record.account,
        "userName": record.caller_name(),
    });
    if let (Some(key), Value::Object(members)) = (&caller.access_key, &mut identity) {
        members.insert("accessKeyId".into(), key.as_ref().into());
        let began = date(caller.began.unwrap_or(record.time));
        members.insert(
            "sessionContext".into(),
            json!({"attributes": {"creationDate": began, "mfaAuthenticated": "false"}}),
        );
    }
    identity
}

/// The message of the answer may repeat what was sent, so the log does not keep it: this says what kind of reason it was.
fn message(record: &Event<'_>, fault: &Fault<'_>) -> String {
    let reason = match &*fault.code {
        "request" => "the request is not as the API wants it".to_owned(),
        code => code.replace('_', " "),
    };
    format!("The request was {}: {reason}.", record.outcome)
}

/// Kind and name of the first thing, and all of them by kind.
fn resources(record: &Event<'_>) -> Option<(&'static str, String, Value)> {
    let things = record.things();
    let first = things.first()?;
    let (kind, name) = (resource_type(first.kind), resource_name(first));
    let mut all: Map<String, Value> = Map::new();
    for thing in &things {
        let names = all
            .entry(resource_type(thing.kind))
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(names) = names {
            names.push(resource_name(thing).into());
        }
    }
    Some((kind, name, Value::Object(all)))
}

fn resource_name(thing: &Thing<'_>) -> String {
    match thing.kind {
        ThingKind::Alias => format!("alias/{}", thing.name),
        _ => thing.name.clone().into_owned(),
    }
}
