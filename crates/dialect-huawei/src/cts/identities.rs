//! Ids of users, groups, agencies and policies, which records have by name: of those that are there now.

use claviger_audit::view::{Thing, ThingKind};
use claviger_model::{AccountId, Error, GroupId, IdentityHex, IdentityResource, Language, PolicyId, UserId};
use claviger_service::{Service, system_policies};

/// The ids of things, as far as they can be told. Traces without them are better than none.
pub(super) async fn ids<'a>(
    service: &Service,
    account: AccountId,
    mut things: Vec<Thing<'a>>,
) -> Vec<(Thing<'a>, String)> {
    things.sort_unstable_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    things.dedup();
    let mut found = Vec::new();
    for thing in things {
        match id(service, account, &thing).await {
            Ok(id) => found.extend(id.map(|id| (thing, id))),
            Err(error) => tracing::warn!(%error, "a trace is shown without the id of what it is about"),
        }
    }
    found
}

async fn id(service: &Service, account: AccountId, thing: &Thing<'_>) -> Result<Option<String>, Error> {
    let name = || thing.name.as_ref().into();
    let asked = match thing.kind {
        ThingKind::User => IdentityResource::User(name()),
        ThingKind::Group => IdentityResource::Group(name()),
        ThingKind::Role => IdentityResource::Role(name()),
        ThingKind::Policy => IdentityResource::Policy(name()),
        _ => return Ok(None),
    };
    let number = service.identity_number(account, &asked).await?;
    let id = number.map(|number| IdentityHex { account, number }.to_string());
    Ok(id.or_else(|| of_system(thing)))
}

/// The id of a policy of the server.
fn of_system(thing: &Thing<'_>) -> Option<String> {
    let policy = system_policies(Language::Iam)
        .iter()
        .find(|policy| thing.kind == ThingKind::Policy && policy.name == thing.name)?;
    policy.role.map(|role| role.id.to_owned())
}

/// The name that records have for what has this id; none for what is not there, or has no such id.
pub(super) async fn name(service: &Service, account: AccountId, id: &str) -> Result<Option<String>, Error> {
    let system = system_policies(Language::Iam)
        .iter()
        .find(|policy| policy.role.is_some_and(|role| role.id == id));
    if let Some(policy) = system {
        return Ok(Some(policy.name.to_owned()));
    }
    let number = match id.parse::<IdentityHex>() {
        Ok(id) if id.account == account => id.number,
        _ => return Ok(None),
    };
    if let Some(user) = UserId::from_number(number)
        && let Some(name) = service.user_name(account, user).await?
    {
        return Ok(Some(name.to_string()));
    }
    if let Some(group) = GroupId::from_number(number)
        && let Some(name) = service.group_name(account, group).await?
    {
        return Ok(Some(name.to_string()));
    }
    match PolicyId::from_number(number) {
        Some(policy) => Ok(service
            .policy_name(account, policy)
            .await?
            .map(|name| name.to_string())),
        None => Ok(None),
    }
}
