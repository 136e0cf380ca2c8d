//! Identities by the ids that this face has for them: 32 hex digits, of which the core knows the numbers inside.
//!
//! Who asks must not learn whether something is there before it was permitted to do what it asks.

use claviger_model::{
    Action, Error, GroupId, GroupName, Identity, IdentityHex, IdentityResource, Language, Missing, PolicyId,
    PolicyRef, UserId, UserName,
};
use claviger_service::ops::identity::Stranger;
use claviger_service::system_policies;

use super::desk::{Desk, Stop};

/// Longest text that is looked for as the id of something, in characters. Ids have 32.
const ID_LIMIT: usize = 64;

impl Desk<'_> {
    /// The id of a user, group or policy of the caller's account.
    pub(super) fn hex(&self, number: u64) -> String {
        let account = self.call.caller().account;
        IdentityHex { account, number }.to_string()
    }

    /// The number that is the caller's as a user; 0 for the root. Others have none.
    pub(super) fn own_number(&self) -> Option<u64> {
        match &self.call.caller().identity {
            Identity::Root => Some(0),
            Identity::User { id, .. } => Some(id.number()),
            Identity::Session { .. } | Identity::Service(_) | Identity::System => None,
        }
    }

    /// Whether the id is that of the caller itself.
    pub(super) fn is_own(&self, id: &str) -> bool {
        self.own_number().is_some_and(|number| self.hex(number) == id)
    }

    /// The number in an id, where it is one of the caller's account.
    fn number(&self, id: &str) -> Option<u64> {
        let read: IdentityHex = id.parse().ok()?;
        (read.account == self.call.caller().account).then_some(read.number)
    }

    /// A user by its id.
    pub(super) async fn user(&self, id: &str, action: Action) -> Result<UserName, Stop> {
        let account = self.call.caller().account;
        let found = match self.number(id).and_then(UserId::from_number) {
            Some(id) => self.service.user_name(account, id).await,
            None => Ok(None),
        };
        let thing = IdentityResource::User(shortened(id));
        self.found(found, action, thing, Missing::User).await
    }

    /// A group by its id.
    pub(super) async fn group(&self, id: &str, action: Action) -> Result<GroupName, Stop> {
        let account = self.call.caller().account;
        let found = match self.number(id).and_then(GroupId::from_number) {
            Some(id) => self.service.group_name(account, id).await,
            None => Ok(None),
        };
        let thing = IdentityResource::Group(shortened(id));
        self.found(found, action, thing, Missing::Group).await
    }

    /// A policy by its id, the server's or the account's.
    pub(super) async fn policy(&self, id: &str, action: Action) -> Result<PolicyRef, Stop> {
        let account = self.call.caller().account;
        let system = system_policies(Language::Iam)
            .iter()
            .find(|policy| policy.role.is_some_and(|role| role.id == id));
        let found = match (system, self.number(id).and_then(PolicyId::from_number)) {
            (Some(policy), _) => Ok(policy.name.parse().ok().map(PolicyRef::System)),
            (None, Some(id)) => self
                .service
                .policy_name(account, id)
                .await
                .map(|name| name.map(PolicyRef::Custom)),
            (None, None) => Ok(None),
        };
        let thing = IdentityResource::Policy(shortened(id));
        self.found(found, action, thing, Missing::Policy).await
    }

    async fn found<T>(
        &self,
        found: Result<Option<T>, Error>,
        action: Action,
        thing: IdentityResource,
        missing: Missing,
    ) -> Result<T, Stop> {
        match found {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(self.stranger(action, thing, missing).await),
            Err(error) => Err(self.failed(action, &error)),
        }
    }

    /// What is told of something that is not there: that, to those who would be permitted, and nothing to others.
    pub(super) async fn stranger(&self, action: Action, thing: IdentityResource, missing: Missing) -> Stop {
        let operation = Stranger {
            account: self.call.caller().account,
            action,
            thing,
            missing,
        };
        match self.execute(operation).await {
            Err(stop) => stop,
            Ok(()) => self.refused(action, &Error::Internal),
        }
    }
}

fn shortened(id: &str) -> Box<str> {
    id.chars().take(ID_LIMIT).collect::<String>().into()
}
