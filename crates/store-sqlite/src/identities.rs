//! Users, groups, roles, policies, services and access keys: each has a file here; accounts have one next door. This file
//! hands each method of the trait to a thread.

pub(crate) mod access_keys;
mod attachments;
pub(crate) mod groups;
mod memberships;
pub(crate) mod policies;
mod rights;
mod roles;
mod services;
pub(crate) mod users;

use async_trait::async_trait;
use claviger_model::{
    AccessKeyId, AccessKeyStatus, Account, AccountId, Attachment, CustomPolicy, Extent, Group, GroupName,
    Holder, KeyOwner, NamePage, Named, PolicyName, PolicyRef, Role, RoleId, RoleName, ServiceIdentity,
    ServiceName, Timestamp, User, UserId, UserName,
};
use claviger_store::{
    AccessKey, Draft, HeldPolicy, IdentityChange, IdentityStore, Joined, Outboxed, PolicyRow, StoreError,
    WriteError,
};
use rusqlite::Connection;

use crate::error::{Failure, Fault};
use crate::{SqliteStore, accounts, reader};

#[cfg(test)]
pub(crate) use rights::{OF_ROLE, OF_USER};

impl SqliteStore {
    /// A read of several statements.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read(move |connection| reader::snapshot(connection, work))
            .await
    }

    /// A change that overwrites secrets, which must leave the log too.
    pub(crate) async fn erase<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, WriteError> {
        let done = self.write(work).await?;
        self.wipe_log();
        Ok(done)
    }
}

#[async_trait]
impl IdentityStore for SqliteStore {
    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.read(move |connection| accounts::load(connection, id)).await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(accounts::list).await
    }

    async fn create_account(
        &self,
        account: Account,
        access_key: AccessKey,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| accounts::create(connection, &account, &access_key, &draft))
            .await
    }

    async fn rename_account(
        &self,
        id: AccountId,
        name: String,
        draft: Draft,
    ) -> Result<Outboxed<Account>, WriteError> {
        self.write(move |connection| accounts::rename(connection, id, name, &draft))
            .await
    }

    async fn delete_account(&self, id: AccountId, draft: Draft) -> Result<Outboxed<()>, WriteError> {
        self.erase(move |connection| accounts::delete(connection, id, &draft))
            .await
    }

    async fn user(&self, account: AccountId, name: &UserName) -> Result<Option<User>, StoreError> {
        let name = name.clone();
        self.read(move |connection| users::load(connection, account, &name))
            .await
    }

    async fn user_by_id(&self, account: AccountId, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(move |connection| users::load_by_id(connection, account, id))
            .await
    }

    async fn users(&self, account: AccountId, page: NamePage) -> Result<Named<User>, StoreError> {
        self.read(move |connection| users::list(connection, account, &page))
            .await
    }

    async fn create_user(&self, user: User, quota: u32, draft: Draft) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| users::create(connection, &user, quota, &draft))
            .await
    }

    async fn update_user(
        &self,
        account: AccountId,
        name: &UserName,
        draft: Draft,
        change: IdentityChange<User>,
    ) -> Result<Outboxed<User>, WriteError> {
        let name = name.clone();
        self.write(move |connection| users::update(connection, account, &name, &draft, change))
            .await
    }

    async fn delete_user(
        &self,
        account: AccountId,
        name: &UserName,
        draft: Draft,
    ) -> Result<Outboxed<User>, WriteError> {
        let name = name.clone();
        self.erase(move |connection| users::delete(connection, account, &name, &draft))
            .await
    }

    async fn group(&self, account: AccountId, name: &GroupName) -> Result<Option<Group>, StoreError> {
        let name = name.clone();
        self.read(move |connection| Ok(groups::load(connection, account, &name)?.map(|(_, group)| group)))
            .await
    }

    async fn groups(&self, account: AccountId, page: NamePage) -> Result<Named<Group>, StoreError> {
        self.read(move |connection| groups::list(connection, account, &page))
            .await
    }

    async fn create_group(&self, group: Group, quota: u32, draft: Draft) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| groups::create(connection, &group, quota, &draft))
            .await
    }

    async fn update_group(
        &self,
        account: AccountId,
        name: &GroupName,
        draft: Draft,
        change: IdentityChange<Group>,
    ) -> Result<Outboxed<Group>, WriteError> {
        let name = name.clone();
        self.write(move |connection| groups::update(connection, account, &name, &draft, change))
            .await
    }

    async fn delete_group(
        &self,
        account: AccountId,
        name: &GroupName,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        let name = name.clone();
        self.write(move |connection| groups::delete(connection, account, &name, &draft))
            .await
    }

    async fn join_group(
        &self,
        account: AccountId,
        user: &UserName,
        group: &GroupName,
        now: Timestamp,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        let (user, group) = (user.clone(), group.clone());
        self.write(move |connection| {
            memberships::join(connection, account, &user, &group, (now, quota), &draft)
        })
        .await
    }

    async fn leave_group(
        &self,
        account: AccountId,
        user: &UserName,
        group: &GroupName,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        let (user, group) = (user.clone(), group.clone());
        self.write(move |connection| memberships::leave(connection, account, &user, &group, &draft))
            .await
    }

    async fn groups_of_user(
        &self,
        account: AccountId,
        user: &UserName,
    ) -> Result<Vec<Joined<Group>>, StoreError> {
        let user = user.clone();
        self.read(move |connection| memberships::groups_of_user(connection, account, &user))
            .await
    }

    async fn users_of_group(
        &self,
        account: AccountId,
        group: &GroupName,
        page: NamePage,
    ) -> Result<Named<Joined<User>>, StoreError> {
        let group = group.clone();
        self.read(move |connection| memberships::users_of_group(connection, account, &group, &page))
            .await
    }

    async fn role(&self, account: AccountId, name: &RoleName) -> Result<Option<Role>, StoreError> {
        let name = name.clone();
        self.look(move |connection| roles::load(connection, account, &name))
            .await
    }

    async fn role_by_id(&self, account: AccountId, id: RoleId) -> Result<Option<Role>, StoreError> {
        self.look(move |connection| roles::load_by_id(connection, account, id))
            .await
    }

    async fn roles(&self, account: AccountId, page: NamePage) -> Result<Named<Role>, StoreError> {
        self.look(move |connection| roles::list(connection, account, &page))
            .await
    }

    async fn create_role(&self, role: Role, quota: u32, draft: Draft) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| roles::create(connection, &role, quota, &draft))
            .await
    }

    async fn update_role(
        &self,
        account: AccountId,
        name: &RoleName,
        draft: Draft,
        change: IdentityChange<Role>,
    ) -> Result<Outboxed<Role>, WriteError> {
        let name = name.clone();
        self.write(move |connection| roles::update(connection, account, &name, &draft, change))
            .await
    }

    async fn delete_role(
        &self,
        account: AccountId,
        name: &RoleName,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        let name = name.clone();
        self.write(move |connection| roles::delete(connection, account, &name, &draft))
            .await
    }

    async fn policy(&self, account: AccountId, name: &PolicyName) -> Result<Option<PolicyRow>, StoreError> {
        let name = name.clone();
        self.look(move |connection| policies::load(connection, account, &name))
            .await
    }

    async fn policies(&self, account: AccountId, page: NamePage) -> Result<Named<PolicyRow>, StoreError> {
        self.look(move |connection| policies::list(connection, account, &page))
            .await
    }

    async fn create_policy(
        &self,
        policy: CustomPolicy,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| policies::create(connection, &policy, quota, &draft))
            .await
    }

    async fn update_policy(
        &self,
        account: AccountId,
        name: &PolicyName,
        draft: Draft,
        change: IdentityChange<CustomPolicy>,
    ) -> Result<Outboxed<CustomPolicy>, WriteError> {
        let name = name.clone();
        self.write(move |connection| policies::update(connection, account, &name, &draft, change))
            .await
    }

    async fn delete_policy(
        &self,
        account: AccountId,
        name: &PolicyName,
        cascade: bool,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        let name = name.clone();
        self.write(move |connection| policies::delete(connection, account, &name, cascade, &draft))
            .await
    }

    async fn attach(
        &self,
        account: AccountId,
        attachment: Attachment,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| attachments::attach(connection, account, &attachment, quota, &draft))
            .await
    }

    async fn detach(
        &self,
        account: AccountId,
        policy: &PolicyRef,
        holder: &Holder,
        extent: &Extent,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        let (policy, holder, extent) = (policy.clone(), holder.clone(), extent.clone());
        self.write(move |connection| {
            attachments::detach(connection, account, (&policy, &holder, &extent), &draft)
        })
        .await
    }

    async fn attachments_of(
        &self,
        account: AccountId,
        holder: &Holder,
    ) -> Result<Vec<Attachment>, StoreError> {
        let holder = holder.clone();
        self.look(move |connection| attachments::of(connection, account, &holder))
            .await
    }

    async fn attachments_to(
        &self,
        account: AccountId,
        policy: &PolicyRef,
    ) -> Result<Vec<Attachment>, StoreError> {
        let policy = policy.clone();
        self.look(move |connection| attachments::to(connection, account, &policy))
            .await
    }

    async fn rights_of_user(
        &self,
        account: AccountId,
        id: UserId,
    ) -> Result<Option<(User, Vec<HeldPolicy>)>, StoreError> {
        self.look(move |connection| rights::of_user(connection, account, id))
            .await
    }

    async fn rights_of_role(
        &self,
        account: AccountId,
        id: RoleId,
    ) -> Result<Option<(Role, Vec<HeldPolicy>)>, StoreError> {
        self.look(move |connection| rights::of_role(connection, account, id))
            .await
    }

    async fn service(&self, name: &ServiceName) -> Result<Option<ServiceIdentity>, StoreError> {
        let name = name.clone();
        self.read(move |connection| services::load(connection, &name))
            .await
    }

    async fn services(&self) -> Result<Vec<ServiceIdentity>, StoreError> {
        self.read(services::list).await
    }

    async fn create_service(
        &self,
        service: ServiceIdentity,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| services::create(connection, &service, &draft))
            .await
    }

    async fn delete_service(&self, name: &ServiceName, draft: Draft) -> Result<Outboxed<()>, WriteError> {
        let name = name.clone();
        self.erase(move |connection| services::delete(connection, &name, &draft))
            .await
    }

    async fn access_key(&self, id: &AccessKeyId) -> Result<Option<AccessKey>, StoreError> {
        let id = id.clone();
        self.read(move |connection| access_keys::load(connection, &id))
            .await
    }

    async fn access_keys(&self, account: AccountId, owner: &KeyOwner) -> Result<Vec<AccessKey>, StoreError> {
        let owner = owner.clone();
        self.read(move |connection| access_keys::list(connection, account, &owner))
            .await
    }

    async fn create_access_key(
        &self,
        key: AccessKey,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| access_keys::create(connection, &key, quota, &draft))
            .await
    }

    async fn update_access_key(
        &self,
        account: AccountId,
        owner: &KeyOwner,
        id: &AccessKeyId,
        status: AccessKeyStatus,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        let (owner, id) = (owner.clone(), id.clone());
        self.write(move |connection| access_keys::update(connection, account, &owner, &id, status, &draft))
            .await
    }

    async fn delete_access_key(
        &self,
        account: AccountId,
        owner: &KeyOwner,
        id: &AccessKeyId,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        let (owner, id) = (owner.clone(), id.clone());
        self.erase(move |connection| access_keys::delete(connection, account, &owner, &id, &draft))
            .await
    }

    async fn note_uses(&self, uses: &[(AccessKeyId, Timestamp)]) -> Result<(), StoreError> {
        let uses = uses.to_vec();
        self.put(move |connection| access_keys::note_uses(connection, &uses))
            .await
    }
}
