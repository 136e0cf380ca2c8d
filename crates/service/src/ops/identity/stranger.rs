//! Identities by other names than their own, and those that nobody has.

use claviger_audit::record::Fields;
use claviger_model::{
    AccessKeyId, AccountId, Action, Caller, Error, GroupId, GroupName, Identity, IdentityResource, KeyOwner,
    Missing, PolicyId, PolicyName, UserId, UserName,
};

use super::{KeyHolder, need};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};
use crate::service::Service;

/// Asks for something of a thing that is not there. Who would be permitted on the thing as it was named hears that it is
/// missing, and nobody else.
///
/// For faces that name identities by number: they look for the name first ([`Service::user_name`] and its like), and ask
/// this where there is none.
#[derive(Debug)]
pub struct Stranger {
    /// The account.
    pub account: AccountId,
    /// What would have been done.
    pub action: Action,
    /// The thing as it was named.
    pub thing: IdentityResource,
    /// What is missing.
    pub missing: Missing,
}

impl Operation for Stranger {
    const ACTION: Action = Action::GetUser;
    type Output = ();

    fn action(&self) -> Action {
        self.action
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(self.action, self.account, self.thing.clone())])
    }

    fn describe(&self, request: &mut Fields) {
        match &self.thing {
            IdentityResource::User(text) => request.text("user", text),
            IdentityResource::Group(text) => request.text("group", text),
            IdentityResource::Role(text) => request.text("role", text),
            IdentityResource::Policy(text) | IdentityResource::SystemPolicy(text) => {
                request.text("policy", text);
            }
            IdentityResource::Users
            | IdentityResource::Groups
            | IdentityResource::Roles
            | IdentityResource::Policies => {}
        }
    }

    async fn run(self, _: &Context<'_>, _: Permitted, _: &mut Note) -> Result<(), Error> {
        Err(Error::NotFound(self.missing))
    }
}

/// Names of identities by their numbers. Who asks must not be told before it was permitted to do something with the thing.
impl Service {
    /// The present name of a user.
    ///
    /// # Errors
    /// When the store cannot tell; so for the others.
    pub async fn user_name(&self, account: AccountId, id: UserId) -> Result<Option<UserName>, Error> {
        let found = self.store.user_by_id(account, id).await.map_err(from_store)?;
        Ok(found.map(|user| user.name))
    }

    /// The present name of a group.
    pub async fn group_name(&self, account: AccountId, id: GroupId) -> Result<Option<GroupName>, Error> {
        let found = self.store.group_by_id(account, id).await.map_err(from_store)?;
        Ok(found.map(|group| group.name))
    }

    /// The name of a policy that the account wrote.
    pub async fn policy_name(&self, account: AccountId, id: PolicyId) -> Result<Option<PolicyName>, Error> {
        let found = self.store.policy_by_id(account, id).await.map_err(from_store)?;
        Ok(found.map(|row| row.policy.name))
    }

    /// The number of what is called so now, for those who show calls of the past: records name identities by name. None for
    /// what is not there. Nothing here is judged: whoever asks has names in hand that its caller may see.
    pub async fn identity_number(
        &self,
        account: AccountId,
        thing: &IdentityResource,
    ) -> Result<Option<u64>, Error> {
        let store = &self.store;
        let number = match thing {
            IdentityResource::User(name) => match name.parse() {
                Ok(name) => store
                    .user(account, &name)
                    .await
                    .map(|it| it.map(|it| it.id.number())),
                Err(_) => Ok(None),
            },
            IdentityResource::Group(name) => match name.parse() {
                Ok(name) => store
                    .group(account, &name)
                    .await
                    .map(|it| it.map(|it| it.id.number())),
                Err(_) => Ok(None),
            },
            IdentityResource::Role(name) => match name.parse() {
                Ok(name) => store
                    .role(account, &name)
                    .await
                    .map(|it| it.map(|it| it.id.number())),
                Err(_) => Ok(None),
            },
            IdentityResource::Policy(name) => match name.parse() {
                Ok(name) => {
                    let found = store.policy(account, &name).await;
                    found.map(|it| it.map(|it| it.policy.id.number()))
                }
                Err(_) => Ok(None),
            },
            IdentityResource::SystemPolicy(_)
            | IdentityResource::Users
            | IdentityResource::Groups
            | IdentityResource::Roles
            | IdentityResource::Policies => Ok(None),
        };
        number.map_err(from_store)
    }

    /// Whose an access key of the caller's account is, as the caller names him. None for that of a service, and for that of
    /// the root where somebody else asks: nobody but it may touch those.
    pub async fn key_holder(&self, caller: &Caller, id: &AccessKeyId) -> Result<Option<KeyHolder>, Error> {
        let found = self.store.access_key(id).await.map_err(from_store)?;
        let Some(key) = found.filter(|key| key.account == caller.account) else {
            return Ok(None);
        };
        match (key.owner, &caller.identity) {
            (KeyOwner::Root, Identity::Root) => Ok(Some(KeyHolder::Caller)),
            (KeyOwner::User(owner), Identity::User { id, .. }) if owner == *id => Ok(Some(KeyHolder::Caller)),
            (KeyOwner::User(owner), _) => {
                let name = self.user_name(caller.account, owner).await?;
                Ok(name.map(KeyHolder::User))
            }
            (KeyOwner::Root | KeyOwner::Service(_), _) => Ok(None),
        }
    }
}
