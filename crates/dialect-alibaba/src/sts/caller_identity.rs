//! SOURCE: STS API reference, GetCallerIdentity (read 2026-11-22): a session has a RoleId, all others a UserId. Services are
//! ours: their type is `Service`, and their name is their id.

use claviger_model::{Caller, Identity, IdentityResource, Resource};
use claviger_service::ResourceName;
use claviger_service::ops::session as core;

use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct GetCallerIdentity;

impl WireOp for GetCallerIdentity {
    type Op = core::GetCallerIdentity;

    fn decode(input: &Input<'_>) -> Result<core::GetCallerIdentity, Fault> {
        Ok(core::GetCallerIdentity {
            account: input.scope.account,
        })
    }

    fn encode(_: &Input<'_>, caller: Caller, answer: &mut Answer) {
        let (kind, id, principal) = words(&caller);
        answer.text("IdentityType", kind);
        answer.text("AccountId", &caller.account.to_string());
        match &caller.identity {
            Identity::Session { .. } => answer.text("RoleId", &id),
            Identity::Root | Identity::User { .. } | Identity::Service(_) | Identity::System => {
                answer.text("UserId", &id);
            }
        }
        answer.text("PrincipalId", &principal);
        answer.text("Arn", &name(&caller));
    }
}

/// Type, id and principal id.
fn words(caller: &Caller) -> (&'static str, String, String) {
    let same = |kind, id: String| (kind, id.clone(), id);
    match &caller.identity {
        Identity::Root => same("Account", caller.account.to_string()),
        Identity::User { id, .. } => same("RAMUser", id.to_string()),
        Identity::Session { role, name, .. } => {
            ("AssumedRoleUser", role.to_string(), format!("{role}:{name}"))
        }
        Identity::Service(name) => same("Service", name.to_string()),
        Identity::System => same("System", String::new()),
    }
}

/// The name of the caller in policies.
fn name(caller: &Caller) -> String {
    let named = |what| ResourceName(&Resource::Identity(caller.account, what)).to_string();
    match &caller.identity {
        Identity::Root => format!("acs:ram::{}:root", caller.account),
        Identity::User { name, .. } => named(IdentityResource::User(name.as_str().into())),
        Identity::Session { role_name, name, .. } => {
            let role = named(IdentityResource::Role(role_name.as_str().into()));
            format!("{role}/{name}")
        }
        Identity::Service(name) => format!("acs:claviger::{}:service/{name}", caller.account),
        Identity::System => String::new(),
    }
}
