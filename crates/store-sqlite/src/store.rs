//! The methods of the store: each hands one function to a thread.

use async_trait::async_trait;
use claviger_model::{
    Alias, AliasName, Change, Key, KeyFilter, KeyId, KeyVersion, KeyVersionId, NamePage, Named, Order, Page,
    Paged, Scope, Timestamp,
};
use claviger_store::{
    Draft, KeyChange, KeyCheck, Outboxed, SealedCell, Store, StoreError, TagRow, VersionChange, VersionRow,
    WriteError,
};
use rusqlite::Connection;

use crate::error::Failure;
use crate::{SqliteStore, aliases, cells, counts, keys, leases, outbox, tags, versions};

impl SqliteStore {
    /// A change that the domain has no say in.
    pub(crate) async fn put<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write(work).await.map_err(|error| match error {
            WriteError::Store(error) => error,
            WriteError::Domain(error) => StoreError::Database(error.to_string()),
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn key(&self, scope: &Scope, id: KeyId) -> Result<Option<Key>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| keys::load(connection, &scope, id))
            .await
    }

    async fn key_version(&self, id: KeyVersionId) -> Result<Option<KeyVersion>, StoreError> {
        self.read(move |connection| versions::load(connection, id)).await
    }

    async fn key_versions(
        &self,
        scope: &Scope,
        key: KeyId,
        page: Page,
    ) -> Result<Paged<VersionRow>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| versions::list(connection, &scope, key, page))
            .await
    }

    async fn scope_of_key(&self, id: KeyId) -> Result<Option<Scope>, StoreError> {
        self.read(move |connection| keys::scope_of(connection, id)).await
    }

    async fn keys(
        &self,
        scope: &Scope,
        filter: &KeyFilter,
        order: Order,
        page: Page,
    ) -> Result<Paged<KeyId>, StoreError> {
        let (scope, filter) = (scope.clone(), filter.clone());
        self.read(move |connection| keys::list(connection, &scope, &filter, (order, page)))
            .await
    }

    async fn whole_keys(
        &self,
        scope: &Scope,
        filter: &KeyFilter,
        order: Order,
        page: Page,
    ) -> Result<Paged<Key>, StoreError> {
        let (scope, filter) = (scope.clone(), filter.clone());
        self.read(move |connection| keys::list_whole(connection, &scope, &filter, (order, page)))
            .await
    }

    async fn key_count(&self, scope: &Scope) -> Result<u64, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| counts::keys(connection, &scope))
            .await
    }

    async fn tag_values(&self, scope: &Scope) -> Result<Vec<(String, Vec<String>)>, StoreError> {
        let scope = scope.clone();
        self.look(move |connection| tags::values(connection, &scope))
            .await
    }

    async fn create_key(
        &self,
        key: Key,
        version: Option<KeyVersion>,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| keys::create(connection, &key, version.as_ref(), quota, &draft))
            .await
    }

    async fn update_key(
        &self,
        scope: &Scope,
        id: KeyId,
        draft: Draft,
        change: KeyChange,
    ) -> Result<Change<Outboxed<Key>>, WriteError> {
        let scope = scope.clone();
        self.write(move |connection| keys::update(connection, &scope, id, &draft, change))
            .await
    }

    async fn update_keys(
        &self,
        scope: &Scope,
        ids: &[KeyId],
        draft: Draft,
        change: KeyChange,
    ) -> Result<Change<Outboxed<Vec<Key>>>, WriteError> {
        let (scope, ids) = (scope.clone(), ids.to_vec());
        self.write(move |connection| keys::update_all(connection, &scope, &ids, &draft, change))
            .await
    }

    async fn update_version(
        &self,
        scope: &Scope,
        id: KeyId,
        version: VersionChange,
        draft: Draft,
        change: KeyChange,
    ) -> Result<Change<Outboxed<Key>>, WriteError> {
        let scope = scope.clone();
        let erases = !matches!(version, VersionChange::Add { .. });
        let done = self
            .write(move |connection| keys::update_version(connection, &scope, id, &version, &draft, change))
            .await;
        if erases && matches!(done, Ok(Change::Changed(_))) {
            self.wipe_log();
        }
        done
    }

    async fn delete_key(
        &self,
        scope: &Scope,
        id: KeyId,
        draft: Draft,
        admit: KeyCheck,
    ) -> Result<Outboxed<Key>, WriteError> {
        let scope = scope.clone();
        let was = self
            .write(move |connection| keys::delete(connection, &scope, id, &draft, admit))
            .await?;
        self.wipe_log();
        Ok(was)
    }

    async fn due_keys(&self, now: Timestamp, limit: u32) -> Result<Vec<(Scope, KeyId)>, StoreError> {
        self.read(move |connection| keys::due(connection, now, limit))
            .await
    }

    async fn tag_rows(
        &self,
        scope: &Scope,
        keys: &[KeyId],
        tags: &[(String, Option<String>)],
        after: Option<&(KeyId, String)>,
        limit: u32,
    ) -> Result<Vec<TagRow>, StoreError> {
        let wish = tags::Wish {
            scope: scope.clone(),
            keys: keys.to_vec(),
            tags: tags.to_vec(),
            after: after.cloned(),
            limit,
        };
        self.read(move |connection| tags::list(connection, &wish)).await
    }

    async fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.put(move |connection| leases::take(connection, &name, &holder, now, until))
            .await
    }

    async fn alias(&self, scope: &Scope, name: &AliasName) -> Result<Option<Alias>, StoreError> {
        let (scope, name) = (scope.clone(), name.clone());
        self.read(move |connection| aliases::load(connection, &scope, &name))
            .await
    }

    async fn aliases(
        &self,
        scope: &Scope,
        key: Option<KeyId>,
        page: Page,
    ) -> Result<Paged<Alias>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| aliases::list(connection, &scope, key, page))
            .await
    }

    async fn aliases_after(
        &self,
        scope: &Scope,
        key: Option<KeyId>,
        page: NamePage,
    ) -> Result<Named<Alias>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| aliases::after(connection, &scope, key, &page))
            .await
    }

    async fn create_alias(
        &self,
        alias: Alias,
        quota: u32,
        per_key: u32,
        draft: Draft,
        admit: KeyCheck,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| aliases::create(connection, &alias, (quota, per_key), &draft, admit))
            .await
    }

    async fn move_alias(
        &self,
        scope: &Scope,
        name: &AliasName,
        from: Option<KeyId>,
        to: KeyId,
        now: Timestamp,
        draft: Draft,
        admit: KeyCheck,
    ) -> Result<Outboxed<Alias>, WriteError> {
        let (scope, name) = (scope.clone(), name.clone());
        self.write(move |connection| {
            aliases::lead_to(connection, &scope, &name, from, (to, now), &draft, admit)
        })
        .await
    }

    async fn delete_alias(
        &self,
        scope: &Scope,
        name: &AliasName,
        from: Option<KeyId>,
        draft: Draft,
    ) -> Result<Outboxed<Alias>, WriteError> {
        let (scope, name) = (scope.clone(), name.clone());
        self.write(move |connection| aliases::delete(connection, &scope, &name, from, &draft))
            .await
    }

    async fn cell(&self, name: &str) -> Result<Option<SealedCell>, StoreError> {
        let name = name.to_owned();
        self.read(move |connection| cells::load(connection, &name)).await
    }

    async fn set_cell(&self, name: &str, value: SealedCell) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.put(move |connection| cells::store(connection, &name, &value))
            .await
    }

    async fn add_cell(&self, name: &str, value: SealedCell) -> Result<SealedCell, StoreError> {
        let name = name.to_owned();
        self.put(move |connection| cells::add(connection, &name, value))
            .await
    }

    async fn outbox(&self, after: u64, limit: u32) -> Result<Vec<Outboxed<Draft>>, StoreError> {
        self.read(move |connection| outbox::list(connection, after, limit))
            .await
    }

    async fn settle(&self, through: u64) -> Result<(), StoreError> {
        self.put(move |connection| outbox::settle(connection, through))
            .await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.put(|connection| Ok(outbox::probe(connection)?)).await
    }
}
