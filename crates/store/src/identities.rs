//! Accounts, users, groups, roles, policies, services and access keys in a store.

use async_trait::async_trait;
use claviger_model::{
    AccessKeyId, AccessKeyStatus, Account, AccountId, Attachment, CustomPolicy, Error, Extent, Group,
    GroupName, Holder, KeyOwner, Language, NamePage, Named, PolicyName, PolicyRef, Role, RoleId, RoleName,
    ServiceIdentity, ServiceName, Timestamp, User, UserId, UserName,
};

use crate::{AccessKey, Draft, Outboxed, StoreError, WriteError};

/// A policy that counts for an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPolicy {
    /// Which.
    pub policy: PolicyRef,
    /// The group that it comes through; none where it is on the identity itself.
    pub through: Option<GroupName>,
    /// Where its rights count.
    pub extent: Extent,
    /// Its default version and the language of that; none where it comes with the server.
    pub document: Option<(Language, String)>,
}

/// A membership, seen from either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined<T> {
    /// The user or group at the other end.
    pub other: T,
    /// Since when.
    pub joined: Timestamp,
}

/// A policy in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// The policy, with its versions.
    pub policy: CustomPolicy,
    /// How many identities it is attached to.
    pub attachments: u64,
}

/// The part of a [`Store`](crate::Store) that keeps who there is and who may do what.
///
/// A change of an aggregate (`update_…`) loads it, applies a pure function that may run more than once, and writes the
/// result with the draft; ids, accounts, languages and moments of birth stay, whatever the function answers. Renaming keeps
/// memberships, attachments and access keys. Quotas are the most things after the change; they are looked at last.
/// Whatever is added to an account or an owner needs it to be there, which is looked at first. Errors are
/// [`Error::NotFound`], [`Error::Exists`], [`Error::InUse`] and [`Error::Quota`] of the kind at hand.
#[async_trait]
pub trait IdentityStore: Send + Sync + std::fmt::Debug {
    /// The account with that id.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// All accounts, oldest first. The first one runs the deployment.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;

    /// Adds an account with an access key for its root identity.
    async fn create_account(
        &self,
        account: Account,
        access_key: AccessKey,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Gives an account another name.
    async fn rename_account(
        &self,
        id: AccountId,
        name: String,
        draft: Draft,
    ) -> Result<Outboxed<Account>, WriteError>;

    /// Removes an account with its root's access keys and login.
    ///
    /// # Errors
    /// [`Error::InUse`]: with [`claviger_model::InUse::FirstAccount`] for the oldest one, with
    /// [`claviger_model::InUse::Account`] while it has anything else.
    async fn delete_account(&self, id: AccountId, draft: Draft) -> Result<Outboxed<()>, WriteError>;

    /// The user of that name.
    async fn user(&self, account: AccountId, name: &UserName) -> Result<Option<User>, StoreError>;

    /// The user with that id.
    async fn user_by_id(&self, account: AccountId, id: UserId) -> Result<Option<User>, StoreError>;

    /// One page of the users of an account.
    async fn users(&self, account: AccountId, page: NamePage) -> Result<Named<User>, StoreError>;

    /// Adds a user.
    async fn create_user(&self, user: User, quota: u32, draft: Draft) -> Result<Outboxed<()>, WriteError>;

    /// Changes a user, its name too.
    async fn update_user(
        &self,
        account: AccountId,
        name: &UserName,
        draft: Draft,
        change: IdentityChange<User>,
    ) -> Result<Outboxed<User>, WriteError>;

    /// Removes a user that has no access keys, groups or policies; they are looked for in this order. Its login goes with
    /// it. Nothing of its password is left in the database.
    async fn delete_user(
        &self,
        account: AccountId,
        name: &UserName,
        draft: Draft,
    ) -> Result<Outboxed<User>, WriteError>;

    /// The group of that name.
    async fn group(&self, account: AccountId, name: &GroupName) -> Result<Option<Group>, StoreError>;

    /// One page of the groups of an account.
    async fn groups(&self, account: AccountId, page: NamePage) -> Result<Named<Group>, StoreError>;

    /// Adds a group.
    async fn create_group(&self, group: Group, quota: u32, draft: Draft) -> Result<Outboxed<()>, WriteError>;

    /// Changes a group, its name too.
    async fn update_group(
        &self,
        account: AccountId,
        name: &GroupName,
        draft: Draft,
        change: IdentityChange<Group>,
    ) -> Result<Outboxed<Group>, WriteError>;

    /// Removes a group that has no users or policies; they are looked for in this order.
    async fn delete_group(
        &self,
        account: AccountId,
        name: &GroupName,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Puts a user into a group. `quota` bounds the groups of the user.
    async fn join_group(
        &self,
        account: AccountId,
        user: &UserName,
        group: &GroupName,
        now: Timestamp,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Takes a user out of a group.
    async fn leave_group(
        &self,
        account: AccountId,
        user: &UserName,
        group: &GroupName,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// The groups of a user, by name. Empty where there is no such user.
    async fn groups_of_user(
        &self,
        account: AccountId,
        user: &UserName,
    ) -> Result<Vec<Joined<Group>>, StoreError>;

    /// One page of the users of a group. Empty where there is no such group.
    async fn users_of_group(
        &self,
        account: AccountId,
        group: &GroupName,
        page: NamePage,
    ) -> Result<Named<Joined<User>>, StoreError>;

    /// The role of that name.
    async fn role(&self, account: AccountId, name: &RoleName) -> Result<Option<Role>, StoreError>;

    /// The role with that id.
    async fn role_by_id(&self, account: AccountId, id: RoleId) -> Result<Option<Role>, StoreError>;

    /// One page of the roles of an account.
    async fn roles(&self, account: AccountId, page: NamePage) -> Result<Named<Role>, StoreError>;

    /// Adds a role.
    async fn create_role(&self, role: Role, quota: u32, draft: Draft) -> Result<Outboxed<()>, WriteError>;

    /// Changes a role. Its name stays.
    async fn update_role(
        &self,
        account: AccountId,
        name: &RoleName,
        draft: Draft,
        change: IdentityChange<Role>,
    ) -> Result<Outboxed<Role>, WriteError>;

    /// Removes a role that has no policies.
    async fn delete_role(
        &self,
        account: AccountId,
        name: &RoleName,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// The policy of that name that the account wrote.
    async fn policy(&self, account: AccountId, name: &PolicyName) -> Result<Option<PolicyRow>, StoreError>;

    /// One page of the policies that an account wrote.
    async fn policies(&self, account: AccountId, page: NamePage) -> Result<Named<PolicyRow>, StoreError>;

    /// Adds a policy with its first version.
    async fn create_policy(
        &self,
        policy: CustomPolicy,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Changes a policy: description, versions, which of them counts. Its name stays.
    async fn update_policy(
        &self,
        account: AccountId,
        name: &PolicyName,
        draft: Draft,
        change: IdentityChange<CustomPolicy>,
    ) -> Result<Outboxed<CustomPolicy>, WriteError>;

    /// Removes a policy that is attached to nothing (users, groups, roles are looked at in this order). One with further
    /// versions goes only with `cascade`.
    async fn delete_policy(
        &self,
        account: AccountId,
        name: &PolicyName,
        cascade: bool,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Puts a policy on an identity, with an extent. Whether a policy that comes with the server exists is not looked at.
    /// `quota` bounds the policies of the same kind (system or custom) on the identity; each counts once, whatever its
    /// extents.
    async fn attach(
        &self,
        account: AccountId,
        attachment: Attachment,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Takes a policy of that extent off an identity.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the identity, for a policy of the account, or for the attachment.
    async fn detach(
        &self,
        account: AccountId,
        policy: &PolicyRef,
        holder: &Holder,
        extent: &Extent,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// The policies on an identity, by kind (custom first), name and extent: everywhere, in no region, in a region by its
    /// name, in any. Empty where it is not there.
    async fn attachments_of(
        &self,
        account: AccountId,
        holder: &Holder,
    ) -> Result<Vec<Attachment>, StoreError>;

    /// What a policy is attached to in an account: users, groups, roles, each by name.
    async fn attachments_to(
        &self,
        account: AccountId,
        policy: &PolicyRef,
    ) -> Result<Vec<Attachment>, StoreError>;

    /// A user with all policies that count for it, its groups' too, in one moment of the store; ordered by name.
    /// A policy with several extents comes once for each.
    async fn rights_of_user(
        &self,
        account: AccountId,
        id: UserId,
    ) -> Result<Option<(User, Vec<HeldPolicy>)>, StoreError>;

    /// The same for a role.
    async fn rights_of_role(
        &self,
        account: AccountId,
        id: RoleId,
    ) -> Result<Option<(Role, Vec<HeldPolicy>)>, StoreError>;

    /// The service of that name.
    async fn service(&self, name: &ServiceName) -> Result<Option<ServiceIdentity>, StoreError>;

    /// All services, by name.
    async fn services(&self) -> Result<Vec<ServiceIdentity>, StoreError>;

    /// Adds a service.
    async fn create_service(
        &self,
        service: ServiceIdentity,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Removes a service with its access keys. Keys that it made stay.
    async fn delete_service(&self, name: &ServiceName, draft: Draft) -> Result<Outboxed<()>, WriteError>;

    /// The access key with that id.
    async fn access_key(&self, id: &AccessKeyId) -> Result<Option<AccessKey>, StoreError>;

    /// The access keys of one owner, oldest first.
    async fn access_keys(&self, account: AccountId, owner: &KeyOwner) -> Result<Vec<AccessKey>, StoreError>;

    /// Adds an access key to an owner that is there and has fewer than `quota` of them.
    async fn create_access_key(
        &self,
        key: AccessKey,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Switches an access key of that owner on or off.
    async fn update_access_key(
        &self,
        account: AccountId,
        owner: &KeyOwner,
        id: &AccessKeyId,
        status: AccessKeyStatus,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Removes an access key of that owner. Nothing of its secret is left in the database.
    async fn delete_access_key(
        &self,
        account: AccountId,
        owner: &KeyOwner,
        id: &AccessKeyId,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Notes when access keys were last used; a moment that is earlier than the one noted changes nothing, nor does a
    /// key that is gone.
    async fn note_uses(&self, uses: &[(AccessKeyId, Timestamp)]) -> Result<(), StoreError>;
}

/// A pure change of an identity inside one of the `update_…` methods.
pub type IdentityChange<T> = Box<dyn FnMut(T) -> Result<T, Error> + Send>;
