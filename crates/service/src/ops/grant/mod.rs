//! Grants: who else may use a key.
//!
//! The owner of a key lets somebody use it, of its own account or of another; who was let may pass on what it holds
//! where that was granted, too. What a grant allows counts at the next call, and no longer at the next call after it
//! was taken away.
//!
//! SOURCE: Huawei Cloud KMS, "Managing a Grant", read 2026-11-22.

mod create;
mod list;
mod retirable;
mod retire;
mod revoke;

use claviger_audit::record::Fields;
use claviger_model::{Action, Caller, Error, Grant, GrantId, Identity, Party};

use crate::call::{KeyRef, Note};
use crate::ops::describe_key;
use crate::pipeline::{Context, Loaded, Permitted};

pub use create::CreateGrant;
pub use list::ListGrants;
pub use retirable::ListRetirableGrants;
pub use retire::RetireGrant;
pub use revoke::RevokeGrant;

/// The party that a caller acts as. Sessions of roles and services are none that a grant could name.
fn party(caller: &Caller) -> Party {
    Party::of(caller).unwrap_or_else(|| {
        Party::Unknown(match &caller.identity {
            Identity::Session { role_name, name, .. } => format!("{role_name}/{name}").into(),
            Identity::Service(name) => name.as_str().into(),
            Identity::Root | Identity::User { .. } | Identity::System => "system".into(),
        })
    })
}

/// A party in a record.
fn words(party: &Party) -> String {
    match party {
        Party::Root(account) => format!("root/{account}"),
        Party::User(account, user) => format!("user/{account}/{user}"),
        Party::Account(account) => format!("account/{account}"),
        Party::Unknown(text) => text.to_string(),
    }
}

/// Writes which grant a call names into an audit record.
fn describe_grant(request: &mut Fields, key: &KeyRef, grant: GrantId) {
    describe_key(request, key);
    request.text("grant", &grant.to_string());
}

/// Writes a grant into an audit record.
fn note_grant(response: &mut Fields, grant: &Grant) {
    response.key("key", grant.key);
    response.text("grant", &grant.id.to_string());
    response.text("grantee", &words(&grant.grantee));
    if let Some(retiring) = &grant.retiring {
        response.text("retiring", &words(retiring));
    }
    response.texts("actions", grant.actions.iter().map(Action::name));
}

/// Takes the permitted grant away.
async fn take_away(cx: &Context<'_>, permit: &Permitted, note: &mut Note) -> Result<(), Error> {
    let grant = permit.targets().first().and_then(Loaded::grant);
    let grant = grant.ok_or(Error::Internal)?;
    note_grant(&mut note.response, grant);
    let (scope, key, id) = (grant.scope.clone(), grant.key, grant.id);
    let (store, draft) = (cx.store(), cx.draft(note));
    let change = async move { store.delete_grant(&scope, key, id, draft).await };
    cx.make(change, move |keys| keys.forget_key(key)).await?;
    note.outboxed = true;
    Ok(())
}
