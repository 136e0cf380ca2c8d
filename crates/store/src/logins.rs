//! Passwords and tokens in a store, and identities by other names than their own.

use async_trait::async_trait;
use claviger_model::{Account, AccountId, DomainId, Group, GroupId, Login, LoginOwner, PolicyId, Timestamp};

use crate::{AccessKey, Draft, IdentityChange, Outboxed, PolicyRow, SealedCell, StoreError, WriteError};

/// The part of a [`Store`](crate::Store) that tokens and logins need.
#[async_trait]
pub trait LoginStore: Send + Sync + std::fmt::Debug {
    /// The account with that id of the other face.
    async fn account_by_domain(&self, id: DomainId) -> Result<Option<Account>, StoreError>;

    /// The accounts of that name, oldest first: names need not be unique.
    async fn accounts_named(&self, name: &str) -> Result<Vec<Account>, StoreError>;

    /// The group with that id.
    async fn group_by_id(&self, account: AccountId, id: GroupId) -> Result<Option<Group>, StoreError>;

    /// The policy with that id that the account wrote.
    async fn policy_by_id(&self, account: AccountId, id: PolicyId) -> Result<Option<PolicyRow>, StoreError>;

    /// The access keys of all owners in an account, oldest first.
    async fn access_keys_of_account(&self, account: AccountId) -> Result<Vec<AccessKey>, StoreError>;

    /// A login, and its sealed password; [`Login::of`] where nothing was stored.
    async fn login(
        &self,
        account: AccountId,
        owner: LoginOwner,
    ) -> Result<(Login, Option<SealedCell>), StoreError>;

    /// Changes a login, and puts `password` in place of the one that was there if one is given. Logins go with their
    /// user. `has_password` follows from what is stored, whatever `change` answers.
    ///
    /// # Errors
    /// [`claviger_model::Error::NotFound`] for the account or user; what `change` answers.
    async fn update_login(
        &self,
        account: AccountId,
        owner: LoginOwner,
        password: Option<SealedCell>,
        draft: Draft,
        change: IdentityChange<Login>,
    ) -> Result<Outboxed<Login>, WriteError>;

    /// Makes the token with that id void until `until`, when it would end by itself.
    async fn revoke_token(
        &self,
        id: [u8; 16],
        until: Timestamp,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Whether the token with that id was made void.
    async fn is_token_revoked(&self, id: [u8; 16]) -> Result<bool, StoreError>;

    /// Forgets void tokens that have ended by themselves before `now`.
    async fn forget_tokens(&self, now: Timestamp) -> Result<(), StoreError>;
}
