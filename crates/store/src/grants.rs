//! Grants in a store.

use async_trait::async_trait;
use claviger_model::{Grant, GrantId, KeyId, Page, Paged, Party, Region, Scope};

use crate::{Draft, KeyCheck, Outboxed, StoreError, WriteError};

/// The part of a [`Store`](crate::Store) that keeps who else may use a key. Grants go with their key.
#[async_trait]
pub trait GrantStore: Send + Sync + std::fmt::Debug {
    /// All grants of a key, oldest first; of those of the same moment, the lesser id first.
    async fn grants_of_key(&self, scope: &Scope, key: KeyId) -> Result<Vec<Grant>, StoreError>;

    /// One page of the grants of a key, in the same order.
    async fn grants_page(&self, scope: &Scope, key: KeyId, page: Page) -> Result<Paged<Grant>, StoreError>;

    /// One page of the grants of keys in a region that any of these may give up by name, in the same order, whatever
    /// account the keys are of.
    async fn retirable_grants(
        &self,
        region: &Region,
        by: &[Party],
        page: Page,
    ) -> Result<Paged<Grant>, StoreError>;

    /// The grant with that id, wherever its key is.
    async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError>;

    /// Adds a grant if its key is there, `admit` lets it be granted, and the key has fewer than `quota` of them. They
    /// are looked for in this order.
    ///
    /// # Errors
    /// [`claviger_model::Error::NotFound`] for the key; what `admit` answers; [`claviger_model::Error::Quota`].
    async fn create_grant(
        &self,
        grant: Grant,
        quota: u32,
        draft: Draft,
        admit: KeyCheck,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Removes a grant of that key. Gives it as it was.
    ///
    /// # Errors
    /// [`claviger_model::Error::NotFound`] with [`claviger_model::Missing::Grant`].
    async fn delete_grant(
        &self,
        scope: &Scope,
        key: KeyId,
        id: GrantId,
        draft: Draft,
    ) -> Result<Outboxed<Grant>, WriteError>;

    /// The most grants that one key of a scope has.
    async fn most_grants(&self, scope: &Scope) -> Result<u64, StoreError>;
}
