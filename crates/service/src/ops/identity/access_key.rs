//! Access keys of users, of services and of the root of an account.

use claviger_audit::record::Fields;
use claviger_model::{
    AccessKeyId, AccessKeyStatus, AccountId, Action, Error, Identity, KeyOwner, Missing, ServiceName,
    Timestamp, UserName,
};

use super::{find_user, make, need, of_user};
use crate::access_key::NewAccessKey;
use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Whose access keys a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyHolder {
    /// Those of the caller itself: a user or the root of an account. Sessions have none.
    Caller,
    /// Those of a user.
    User(UserName),
    /// Those of a service.
    Service(ServiceName),
}

/// Makes an access key that works at once. Its secret is shown this once.
///
/// Refused with [`claviger_model::Quota::AccessKeys`].
#[derive(Debug)]
pub struct CreateAccessKey {
    /// The account.
    pub account: AccountId,
    /// For whom.
    pub holder: KeyHolder,
}

/// Switches an access key on or off.
#[derive(Debug)]
pub struct UpdateAccessKey {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub holder: KeyHolder,
    /// Which.
    pub id: AccessKeyId,
    /// Whether it is to open anything.
    pub status: AccessKeyStatus,
}

/// Deletes an access key.
#[derive(Debug)]
pub struct DeleteAccessKey {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub holder: KeyHolder,
    /// Which.
    pub id: AccessKeyId,
}

/// Lists access keys, oldest first.
#[derive(Debug)]
pub struct ListAccessKeys {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub holder: KeyHolder,
}

/// Tells when an access key was last used; none where it never was. It may lag by a minute.
#[derive(Debug)]
pub struct GetAccessKeyLastUsed {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub holder: KeyHolder,
    /// Which.
    pub id: AccessKeyId,
}

/// Shows an access key.
#[derive(Debug)]
pub struct GetAccessKey {
    /// The account.
    pub account: AccountId,
    /// Whose: see [`crate::Service::key_holder`].
    pub holder: KeyHolder,
    /// Which.
    pub id: AccessKeyId,
}

/// An access key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeyView {
    /// Its public half.
    pub id: AccessKeyId,
    /// Whom it stands for.
    pub owner: KeyOwner,
    /// Whether it opens anything.
    pub status: AccessKeyStatus,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, as far as that was noted.
    pub last_used: Option<Timestamp>,
}

impl KeyHolder {
    fn needs(&self, action: Action, account: AccountId) -> Vec<Need> {
        vec![match self {
            Self::Caller => Need {
                action,
                target: Target::Own(account),
            },
            Self::User(name) => need(action, account, of_user(name)),
            Self::Service(_) => Need {
                action,
                target: Target::Deployment,
            },
        }]
    }

    fn describe(&self, request: &mut Fields) {
        match self {
            Self::Caller => {}
            Self::User(name) => request.text("user", name.as_str()),
            Self::Service(name) => request.text("service", name.as_str()),
        }
    }

    /// The account that keeps the keys, and whom they stand for.
    async fn owner(&self, cx: &Context<'_>, account: AccountId) -> Result<(AccountId, KeyOwner), Error> {
        match self {
            Self::Caller => match &cx.call.caller().identity {
                Identity::Root => Ok((account, KeyOwner::Root)),
                Identity::User { id, .. } => Ok((account, KeyOwner::User(*id))),
                Identity::Session { .. } | Identity::Service(_) | Identity::System => {
                    Err(Error::NotFound(Missing::User))
                }
            },
            Self::User(name) => {
                let user = find_user(cx, account, name).await?;
                Ok((account, KeyOwner::User(user.id)))
            }
            Self::Service(name) => {
                let found = cx.service.store.service(name).await.map_err(from_store)?;
                let service = found.ok_or(Error::NotFound(Missing::Service))?;
                Ok((service.account, KeyOwner::Service(service.name)))
            }
        }
    }

    async fn keys(&self, cx: &Context<'_>, account: AccountId) -> Result<Vec<AccessKeyView>, Error> {
        let (account, owner) = self.owner(cx, account).await?;
        let keys = cx.service.store.access_keys(account, &owner).await;
        let views = keys.map_err(from_store)?.into_iter().map(|key| AccessKeyView {
            id: key.id,
            owner: key.owner,
            status: key.status,
            created: key.created,
            last_used: key.last_used,
        });
        Ok(views.collect())
    }

    async fn key(
        &self,
        cx: &Context<'_>,
        account: AccountId,
        id: &AccessKeyId,
    ) -> Result<AccessKeyView, Error> {
        let keys = self.keys(cx, account).await?;
        let found = keys.into_iter().find(|key| key.id == *id);
        found.ok_or(Error::NotFound(Missing::AccessKey))
    }
}

fn status_word(status: AccessKeyStatus) -> &'static str {
    match status {
        AccessKeyStatus::Active => "active",
        AccessKeyStatus::Inactive => "inactive",
    }
}

impl Operation for CreateAccessKey {
    const ACTION: Action = Action::CreateAccessKey;
    type Output = NewAccessKey;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.holder.needs(Self::ACTION, self.account))
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<NewAccessKey, Error> {
        let (account, owner) = self.holder.owner(cx, self.account).await?;
        let (new, kept) = cx.service.new_access_key(account, owner, cx.call.time)?;
        note.response.text("access_key", new.id.as_str());
        let quota = cx.service.quotas.access_keys;
        make(cx, account, note, |store, draft| async move {
            store.create_access_key(kept, quota, draft).await
        })
        .await?;
        Ok(new)
    }
}

impl Operation for UpdateAccessKey {
    const ACTION: Action = Action::UpdateAccessKey;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.holder.needs(Self::ACTION, self.account))
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
        request.text("access_key", self.id.as_str());
        request.text("status", status_word(self.status));
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let (account, owner) = self.holder.owner(cx, self.account).await?;
        let Self { id, status, .. } = self;
        make(cx, account, note, |store, draft| async move {
            store.update_access_key(account, &owner, &id, status, draft).await
        })
        .await
    }
}

impl Operation for DeleteAccessKey {
    const ACTION: Action = Action::DeleteAccessKey;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.holder.needs(Self::ACTION, self.account))
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
        request.text("access_key", self.id.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let (account, owner) = self.holder.owner(cx, self.account).await?;
        let id = self.id;
        make(cx, account, note, |store, draft| async move {
            store.delete_access_key(account, &owner, &id, draft).await
        })
        .await
    }
}

impl Operation for ListAccessKeys {
    const ACTION: Action = Action::ListAccessKeys;
    type Output = Vec<AccessKeyView>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.holder.needs(Self::ACTION, self.account))
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        let keys = self.holder.keys(cx, self.account).await?;
        note.response.number("access_keys", keys.len() as u64);
        Ok(keys)
    }
}

impl Operation for GetAccessKeyLastUsed {
    const ACTION: Action = Action::GetAccessKeyLastUsed;
    type Output = Option<Timestamp>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.holder.needs(Self::ACTION, self.account))
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
        request.text("access_key", self.id.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Self::Output, Error> {
        let found = self.holder.key(cx, self.account, &self.id).await?;
        Ok(found.last_used)
    }
}

impl Operation for GetAccessKey {
    const ACTION: Action = Action::GetAccessKey;
    type Output = AccessKeyView;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.holder.needs(Self::ACTION, self.account))
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
        request.text("access_key", self.id.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<AccessKeyView, Error> {
        self.holder.key(cx, self.account, &self.id).await
    }
}
