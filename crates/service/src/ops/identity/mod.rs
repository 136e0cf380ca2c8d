//! Users, groups, roles and policies of an account, and the access keys of users and services.
//!
//! Who may do what to which of them is named as RAM does: making and listing are permissions on a collection, all else on
//! the thing itself. What touches two things needs both: a policy and what it is put on, a user and its group, the two
//! names of something that is renamed.
//!
//! SOURCE: RAM, "Authorization information" (read 2026-11-22). The page has no second name in a change of name; here it
//! is needed, for policies on keys and roles trust names.

mod access_key;
mod attachment;
mod group;
mod login;
mod member;
mod policy;
mod policy_list;
mod policy_version;
mod role;
mod stranger;
mod user;

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_authz::languages::ram::{self, IDENTITY_LIMIT, Kind};
use claviger_authz::languages::{self, SystemPolicy, iam};
use claviger_model::{
    AccountId, Action, Error, Extent, Group, GroupName, Holder, IdentityResource, Language, Missing,
    NamePage, PolicyName, PolicyRef, Role, RoleName, User, UserName,
};
use claviger_store::{Draft, Outboxed, PolicyRow, Store, WriteError};

pub use access_key::{
    AccessKeyView, CreateAccessKey, DeleteAccessKey, GetAccessKey, GetAccessKeyLastUsed, KeyHolder,
    ListAccessKeys, UpdateAccessKey,
};
pub use attachment::{Attach, Attached, Detach, Entities, ListAttached, ListEntities};
pub use group::{CreateGroup, DeleteGroup, GetGroup, ListGroups, UpdateGroup};
pub use login::{GetLogin, LoginHolder, SetPassword, SwitchLogin};
pub use member::{AddUserToGroup, ListGroupsForUser, ListUsersForGroup, RemoveUserFromGroup};
pub use policy::{CreatePolicy, DeletePolicy, GetPolicy, PolicyView};
pub use policy_list::ListPolicies;
pub use policy_version::{
    CreatePolicyVersion, DeletePolicyVersion, GetPolicyVersion, ListPolicyVersions, SetDefaultPolicyVersion,
};
pub use role::{CreateRole, DeleteRole, GetRole, ListRoles, UpdateRole};
pub use stranger::Stranger;
pub use user::{CreateUser, DeleteUser, GetOwnUser, GetUser, ListUsers, UpdateUser};

use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, from_store};

/// A permission on something of an account.
fn need(action: Action, account: AccountId, resource: IdentityResource) -> Need {
    Need {
        action,
        target: Target::Identity(account, resource),
    }
}

fn of_user(name: &UserName) -> IdentityResource {
    IdentityResource::User(name.as_str().into())
}

fn of_group(name: &GroupName) -> IdentityResource {
    IdentityResource::Group(name.as_str().into())
}

fn of_role(name: &RoleName) -> IdentityResource {
    IdentityResource::Role(name.as_str().into())
}

fn of_policy(policy: &PolicyRef) -> IdentityResource {
    match policy {
        PolicyRef::System(name) => IdentityResource::SystemPolicy(name.as_str().into()),
        PolicyRef::Custom(name) => own_policy(name),
    }
}

fn own_policy(name: &PolicyName) -> IdentityResource {
    IdentityResource::Policy(name.as_str().into())
}

fn of_holder(holder: &Holder) -> IdentityResource {
    match holder {
        Holder::User(name) => of_user(name),
        Holder::Group(name) => of_group(name),
        Holder::Role(name) => of_role(name),
    }
}

/// Whether a text is a policy document of that kind.
pub(in crate::ops) fn check(document: &str, kind: Kind, limit: usize) -> Result<(), Error> {
    let read = ram::parse(document, kind, limit);
    read.map(drop)
        .map_err(|error| Error::Document(error.to_string().into()))
}

/// The same for a policy of identities in whichever language.
pub(in crate::ops) fn check_in(language: Language, document: &str) -> Result<(), Error> {
    let read = match language {
        Language::Ram => return check(document, Kind::Identity, IDENTITY_LIMIT),
        Language::Iam => iam::parse(document, iam::Kind::Policy, iam::POLICY_LIMIT),
    };
    read.map(drop)
        .map_err(|error| Error::Document(error.to_string().into()))
}

fn describe_language(request: &mut Fields, language: Language) {
    let word = match language {
        Language::Ram => "ram",
        Language::Iam => "iam",
    };
    request.text("language", word);
}

/// Where an attached policy counts, unless it does everywhere.
fn describe_extent(request: &mut Fields, extent: &Extent) {
    match extent {
        Extent::Everywhere => {}
        Extent::Regions => request.text("extent", "regions"),
        Extent::Region(region) => {
            request.text("extent", "region");
            request.text("extent_region", region.as_str());
        }
        Extent::Global => request.text("extent", "global"),
    }
}

fn describe_page(request: &mut Fields, page: &NamePage) {
    if let Some(after) = &page.after {
        request.text("after", after);
    }
    request.number("take", page.take.into());
}

fn describe_document(request: &mut Fields, document: &str) {
    request.text("document", document);
    length(request, "document_bytes", document);
}

fn describe_policy(request: &mut Fields, policy: &PolicyRef) {
    request.text("policy", policy.name().as_str());
    request.flag("system", matches!(policy, PolicyRef::System(_)));
}

fn describe_holder(request: &mut Fields, holder: &Holder) {
    match holder {
        Holder::User(name) => request.text("user", name.as_str()),
        Holder::Group(name) => request.text("group", name.as_str()),
        Holder::Role(name) => request.text("role", name.as_str()),
    }
}

/// Free text is told by its length: people write personal things there, and the log forgets nothing.
fn length(request: &mut Fields, name: &'static str, text: &str) {
    request.number(name, text.len() as u64);
}

/// The same for text that a change may leave as it is.
fn new_length(request: &mut Fields, name: &'static str, text: Option<&String>) {
    if let Some(text) = text {
        length(request, name, text);
    }
}

/// Makes a change with the record of its call. What is noted of the answer has to be noted before.
pub(super) async fn make<T, F>(
    cx: &Context<'_>,
    account: AccountId,
    note: &mut Note,
    change: impl FnOnce(Arc<dyn Store>, Draft) -> F,
) -> Result<T, Error>
where
    T: Send + 'static,
    F: Future<Output = Result<Outboxed<T>, WriteError>> + Send + 'static,
{
    let change = change(cx.store(), cx.draft(note));
    let made = cx.make_identity(account, change).await?;
    note.outboxed = true;
    Ok(made.value)
}

async fn find_user(cx: &Context<'_>, account: AccountId, name: &UserName) -> Result<User, Error> {
    let found = cx.service.store.user(account, name).await.map_err(from_store)?;
    found.ok_or(Error::NotFound(Missing::User))
}

async fn find_group(cx: &Context<'_>, account: AccountId, name: &GroupName) -> Result<Group, Error> {
    let found = cx.service.store.group(account, name).await.map_err(from_store)?;
    found.ok_or(Error::NotFound(Missing::Group))
}

async fn find_role(cx: &Context<'_>, account: AccountId, name: &RoleName) -> Result<Role, Error> {
    let found = cx.service.store.role(account, name).await.map_err(from_store)?;
    found.ok_or(Error::NotFound(Missing::Role))
}

async fn find_policy(cx: &Context<'_>, account: AccountId, name: &PolicyName) -> Result<PolicyRow, Error> {
    let found = cx.service.store.policy(account, name).await.map_err(from_store)?;
    found.ok_or(Error::NotFound(Missing::Policy))
}

/// The policy of that name that comes with the server, in whichever language.
fn system_policy(name: &PolicyName) -> Result<&'static SystemPolicy, Error> {
    languages::system_policy(name.as_str()).ok_or(Error::NotFound(Missing::Policy))
}
