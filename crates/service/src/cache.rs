//! Keys, versions and aliases that were used lately.
//!
//! **Invariant:** on one node a cached value is never older than the last change whose call was answered: changes
//! invalidate before they answer, and a load that was under way at that moment is not kept (the cache drops the
//! place it was to fill).

use std::sync::Arc;

use claviger_authz::policy::Policy;
use claviger_model::{
    AliasName, Creator, Error, Key, KeyId, KeyVersion, KeyVersionId, Missing, Scope, ServiceName, Timestamp,
};
use claviger_store::Store;
use quick_cache::sync::Cache;

use crate::pipeline::from_store;
use crate::rights::of_key;

/// How many keys, versions and aliases each are kept. About 1 KiB a key with its primary version.
const CAPACITY: usize = 200_000;
/// What a cache reserves at its start; it grows from there.
const FIRST: usize = 64;

/// A key with the version that encrypts.
#[derive(Debug)]
pub struct LoadedKey {
    /// The key.
    pub key: Key,
    /// Its primary version, if it has one.
    pub primary: Option<KeyVersion>,
    /// The policy on it, compiled.
    pub policy: Option<Arc<Policy>>,
}

impl LoadedKey {
    /// The service that made it.
    pub(crate) fn maker(&self) -> Option<&ServiceName> {
        match &self.key.creator {
            Creator::Account => None,
            Creator::Service(name) => Some(name),
        }
    }
}

/// The caches in front of the store.
#[derive(Debug)]
pub(crate) struct Keys {
    store: Arc<dyn Store>,
    by_id: Cache<KeyId, Arc<LoadedKey>>,
    versions: Cache<KeyVersionId, Arc<KeyVersion>>,
    aliases: Cache<(Scope, AliasName), KeyId>,
}

fn cache<K: Eq + std::hash::Hash, V: Clone>() -> Cache<K, V> {
    Cache::with(
        FIRST,
        CAPACITY as u64,
        quick_cache::UnitWeighter,
        quick_cache::DefaultHashBuilder::default(),
        quick_cache::sync::DefaultLifecycle::default(),
    )
}

impl Keys {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            by_id: cache(),
            versions: cache(),
            aliases: cache(),
        }
    }

    /// The key with that id in that scope as it is at `now`, unless it is gone.
    pub(crate) async fn key(
        &self,
        scope: &Scope,
        id: KeyId,
        now: Timestamp,
    ) -> Result<Arc<LoadedKey>, Error> {
        let loaded = self.by_id.get_or_insert_async(&id, self.load(scope, id)).await?;
        if loaded.key.scope != *scope || loaded.key.is_gone(now) {
            return Err(Error::NotFound(Missing::Key));
        }
        if loaded.key.is_settled(now) {
            return Ok(loaded);
        }
        Ok(Arc::new(LoadedKey {
            key: loaded.key.clone().settle(now),
            primary: None,
            policy: loaded.policy.clone(),
        }))
    }

    /// The version with that id and the key it belongs to.
    pub(crate) async fn version(&self, id: KeyVersionId) -> Result<Arc<KeyVersion>, Error> {
        self.versions
            .get_or_insert_async(&id, async {
                let found = self.store.key_version(id).await.map_err(from_store)?;
                found.map(Arc::new).ok_or(Error::NotFound(Missing::Key))
            })
            .await
    }

    /// The key that an alias leads to.
    pub(crate) async fn alias(&self, scope: &Scope, name: &AliasName) -> Result<KeyId, Error> {
        let place = (scope.clone(), name.clone());
        self.aliases
            .get_or_insert_async(&place, async {
                let found = self.store.alias(scope, name).await.map_err(from_store)?;
                found
                    .map(|alias| alias.key)
                    .ok_or(Error::NotFound(Missing::Alias))
            })
            .await
    }

    /// Forgets a key because it changed.
    pub(crate) fn forget_key(&self, id: KeyId) {
        self.by_id.remove(&id);
    }

    /// Forgets a version because its material came or went.
    pub(crate) fn forget_version(&self, id: KeyVersionId) {
        self.versions.remove(&id);
    }

    /// Forgets an alias because it changed.
    pub(crate) fn forget_alias(&self, scope: &Scope, name: &AliasName) {
        self.aliases.remove(&(scope.clone(), name.clone()));
    }

    async fn load(&self, scope: &Scope, id: KeyId) -> Result<Arc<LoadedKey>, Error> {
        let key = self.store.key(scope, id).await.map_err(from_store)?;
        let key = key.ok_or(Error::NotFound(Missing::Key))?;
        let primary = match key.primary {
            Some(version) => self.store.key_version(version).await.map_err(from_store)?,
            None => None,
        };
        let policy = key.policy.as_deref();
        let policy = policy.map(|document| of_key(&key.id.to_string(), document));
        Ok(Arc::new(LoadedKey { key, primary, policy }))
    }
}
