//! Who asked, as a trace shows it.
//!
//! SOURCE: Cloud Trace Service API reference, "Querying a Trace List", `UserInfo` (read 2026-11-22): `principal_urn` is
//! `iam::<account>:user:<name>` or `sts::<account>:assumed-agency:<agency>/<session>`, `principal_id` is the id of a user or
//! `<agency-id>:<session>`.

use claviger_audit::view::Event;
use claviger_model::{AccountId, IdentityHex};
use serde_json::{Map, Value, json};

use super::{Domain, ROOT};

/// The members of both generations of the vendor's API, as far as they are known.
pub(super) fn user(event: &Event<'_>, domain: Option<Domain<'_>>) -> Value {
    let account = domain.map_or(event.account.as_ref(), |domain| domain.id);
    let shown = name(event, domain);
    let mut user = Map::new();
    let mut put = |name: &str, value: &str| user.insert(name.to_owned(), value.into());
    put("name", &shown);
    put("user_name", &shown);
    put("account_id", account);
    if let Some(id) = id(event) {
        put("id", &id);
        put("principal_id", &principal_id(event, &id));
    }
    if let Some((kind, urn)) = principal(event, account, &shown) {
        put("type", kind);
        put("principal_urn", &urn);
        let is_root = event.caller.kind == ROOT;
        put("principal_is_root_user", if is_root { "true" } else { "false" });
    }
    if let Some(key) = &event.caller.access_key {
        put("access_key_id", key);
    }
    let shown = match domain {
        Some(domain) => json!({"id": domain.id, "name": domain.name}),
        None => json!({"id": account}),
    };
    user.insert("domain".to_owned(), shown);
    Value::Object(user)
}

/// The root is called like its account.
fn name(event: &Event<'_>, domain: Option<Domain<'_>>) -> String {
    match domain {
        Some(domain) if event.caller.kind == ROOT => domain.name.to_owned(),
        _ => event.caller_name().into_owned(),
    }
}

fn id(event: &Event<'_>) -> Option<String> {
    let caller = &event.caller;
    let number = match caller.kind.as_ref() {
        ROOT => "0",
        "service" => return caller.service.as_deref().map(str::to_owned),
        _ => caller.user_id.as_deref().or(caller.role_id.as_deref())?,
    };
    let id = IdentityHex {
        account: event.account.parse::<AccountId>().ok()?,
        number: number.parse().ok()?,
    };
    Some(id.to_string())
}

fn principal_id(event: &Event<'_>, id: &str) -> String {
    match &event.caller.session {
        Some(session) => format!("{id}:{session}"),
        None => id.to_owned(),
    }
}

/// Type and name of an identity of the account. Services and the server itself are none.
fn principal(event: &Event<'_>, account: &str, name: &str) -> Option<(&'static str, String)> {
    let caller = &event.caller;
    match (&caller.role, &caller.session, caller.kind.as_ref()) {
        (Some(role), Some(session), _) => {
            let urn = format!("sts::{account}:assumed-agency:{role}/{session}");
            Some(("AssumedAgency", urn))
        }
        (_, _, ROOT | "user") => Some(("User", format!("iam::{account}:user:{name}"))),
        _ => None,
    }
}
