//! Policies on identities.

use std::collections::BTreeMap;

use claviger_audit::record::Fields;
use claviger_model::{
    AccountId, Action, Attachment, Error, Extent, Group, Holder, Language, Missing, PolicyId, PolicyRef,
    Role, Timestamp, User,
};

use super::policy::FIRST_VERSION;
use super::{
    describe_extent, describe_holder, describe_policy, find_group, find_policy, find_role, find_user, make,
    need, of_holder, of_policy, system_policy,
};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Puts a policy on an identity.
///
/// Refused with [`claviger_model::Existing::Attachment`] and [`claviger_model::Quota::Attachments`].
#[derive(Debug)]
pub struct Attach {
    /// The account.
    pub account: AccountId,
    /// Which policy.
    pub policy: PolicyRef,
    /// On what.
    pub holder: Holder,
    /// Where its rights count.
    pub extent: Extent,
}

/// Takes a policy off an identity: [`claviger_model::Missing::Attachment`] where it is not on it.
#[derive(Debug)]
pub struct Detach {
    /// The account.
    pub account: AccountId,
    /// Which policy.
    pub policy: PolicyRef,
    /// Off what.
    pub holder: Holder,
    /// Where its rights counted.
    pub extent: Extent,
}

/// Lists the policies on an identity: those of the account first, each kind by name.
#[derive(Debug)]
pub struct ListAttached {
    /// The account.
    pub account: AccountId,
    /// On what.
    pub holder: Holder,
}

/// Lists what a policy is on.
#[derive(Debug)]
pub struct ListEntities {
    /// The account.
    pub account: AccountId,
    /// Which policy.
    pub policy: PolicyRef,
}

/// A policy on an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Which.
    pub policy: PolicyRef,
    /// Its number; none where it comes with the server.
    pub id: Option<PolicyId>,
    /// In which language it is written.
    pub language: Language,
    /// A name for people; may be empty.
    pub title: String,
    /// Its description.
    pub description: String,
    /// The number of its version that counts.
    pub default_version: u32,
    /// Since when it is on the identity.
    pub attached: Timestamp,
    /// Where its rights count.
    pub extent: Extent,
}

/// What a policy is on and since when, each kind by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entities {
    /// Users.
    pub users: Vec<(User, Timestamp)>,
    /// Groups.
    pub groups: Vec<(Group, Timestamp)>,
    /// Roles.
    pub roles: Vec<(Role, Timestamp)>,
}

fn both(action: Action, account: AccountId, policy: &PolicyRef, holder: &Holder) -> Vec<Need> {
    vec![
        need(action, account, of_holder(holder)),
        need(action, account, of_policy(policy)),
    ]
}

/// What is gone by now is left out of a list.
fn unless_gone<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Operation for Attach {
    const ACTION: Action = Action::AttachPolicyToUser;
    type Output = ();

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => Action::AttachPolicyToUser,
            Holder::Group(_) => Action::AttachPolicyToGroup,
            Holder::Role(_) => Action::AttachPolicyToRole,
        }
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(both(self.action(), self.account, &self.policy, &self.holder))
    }

    fn describe(&self, request: &mut Fields) {
        describe_holder(request, &self.holder);
        describe_policy(request, &self.policy);
        describe_extent(request, &self.extent);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        if let PolicyRef::System(name) = &self.policy {
            system_policy(name)?;
        }
        let attachment = Attachment {
            policy: self.policy,
            holder: self.holder,
            extent: self.extent,
            attached: cx.call.time,
        };
        let (account, quota) = (self.account, cx.service.quotas.attachments);
        make(cx, account, note, |store, draft| async move {
            store.attach(account, attachment, quota, draft).await
        })
        .await
    }
}

impl Operation for Detach {
    const ACTION: Action = Action::DetachPolicyFromUser;
    type Output = ();

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => Action::DetachPolicyFromUser,
            Holder::Group(_) => Action::DetachPolicyFromGroup,
            Holder::Role(_) => Action::DetachPolicyFromRole,
        }
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(both(self.action(), self.account, &self.policy, &self.holder))
    }

    fn describe(&self, request: &mut Fields) {
        describe_holder(request, &self.holder);
        describe_policy(request, &self.policy);
        describe_extent(request, &self.extent);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let Self {
            account,
            policy,
            holder,
            extent,
        } = self;
        // One that an older server came with may still be on something.
        let unknown = match &policy {
            PolicyRef::System(name) => system_policy(name).is_err(),
            PolicyRef::Custom(_) => false,
        };
        let detached = make(cx, account, note, |store, draft| async move {
            store.detach(account, &policy, &holder, &extent, draft).await
        })
        .await;
        detached.map_err(|error| match error {
            Error::NotFound(Missing::Attachment) if unknown => Error::NotFound(Missing::Policy),
            other => other,
        })
    }
}

/// What is told of an attached policy.
async fn outline(cx: &Context<'_>, account: AccountId, attachment: Attachment) -> Result<Attached, Error> {
    let Attachment {
        policy,
        attached,
        extent,
        ..
    } = attachment;
    match &policy {
        PolicyRef::System(name) => {
            let known = system_policy(name)?;
            Ok(Attached {
                id: None,
                language: known.language,
                title: known.role.map_or_else(String::new, |role| role.title.to_owned()),
                description: known.description.to_owned(),
                default_version: FIRST_VERSION,
                policy,
                attached,
                extent,
            })
        }
        PolicyRef::Custom(name) => {
            let found = find_policy(cx, account, name).await?.policy;
            Ok(Attached {
                id: Some(found.id),
                language: found.language,
                title: found.title,
                description: found.description,
                default_version: found.default_version,
                policy,
                attached,
                extent,
            })
        }
    }
}

/// Whether there is such a policy.
async fn must_be_there(cx: &Context<'_>, account: AccountId, policy: &PolicyRef) -> Result<(), Error> {
    match policy {
        PolicyRef::System(name) => system_policy(name).map(drop),
        PolicyRef::Custom(name) => find_policy(cx, account, name).await.map(drop),
    }
}

impl Operation for ListAttached {
    const ACTION: Action = Action::ListPoliciesForUser;
    type Output = Vec<Attached>;

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => Action::ListPoliciesForUser,
            Holder::Group(_) => Action::ListPoliciesForGroup,
            Holder::Role(_) => Action::ListPoliciesForRole,
        }
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(self.action(), self.account, of_holder(&self.holder))])
    }

    fn describe(&self, request: &mut Fields) {
        describe_holder(request, &self.holder);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Vec<Attached>, Error> {
        let account = self.account;
        match &self.holder {
            Holder::User(name) => find_user(cx, account, name).await.map(drop)?,
            Holder::Group(name) => find_group(cx, account, name).await.map(drop)?,
            Holder::Role(name) => find_role(cx, account, name).await.map(drop)?,
        }
        let found = cx.service.store.attachments_of(account, &self.holder).await;
        let mut all = Vec::new();
        for attachment in found.map_err(from_store)? {
            all.extend(unless_gone(outline(cx, account, attachment).await)?);
        }
        note.response.number("policies", all.len() as u64);
        Ok(all)
    }
}

impl Operation for ListEntities {
    const ACTION: Action = Action::ListEntitiesForPolicy;
    type Output = Entities;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_policy(&self.policy))])
    }

    fn describe(&self, request: &mut Fields) {
        describe_policy(request, &self.policy);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Entities, Error> {
        let account = self.account;
        must_be_there(cx, account, &self.policy).await?;
        let found = cx.service.store.attachments_to(account, &self.policy).await;
        let mut all = Entities::default();
        // It may be on one several times, for several places: told is the first time.
        let mut first = BTreeMap::new();
        for Attachment { holder, attached, .. } in found.map_err(from_store)? {
            let since = first.entry(holder).or_insert(attached);
            *since = attached.min(*since);
        }
        for (holder, attached) in first {
            match holder {
                Holder::User(name) => {
                    let user = unless_gone(find_user(cx, account, &name).await)?;
                    all.users.extend(user.map(|one| (one, attached)));
                }
                Holder::Group(name) => {
                    let group = unless_gone(find_group(cx, account, &name).await)?;
                    all.groups.extend(group.map(|one| (one, attached)));
                }
                Holder::Role(name) => {
                    let role = unless_gone(find_role(cx, account, &name).await)?;
                    all.roles.extend(role.map(|one| (one, attached)));
                }
            }
        }
        note.response.number("users", all.users.len() as u64);
        note.response.number("groups", all.groups.len() as u64);
        note.response.number("roles", all.roles.len() as u64);
        Ok(all)
    }
}
