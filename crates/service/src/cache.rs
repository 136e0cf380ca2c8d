//! Keys, versions and aliases that were used lately.
//!
//! **Invariant:** on one node a cached value is never older than the last change whose call was answered: changes
//! invalidate before they answer, and a load that was under way at that moment is not kept (the cache drops the
//! place it was to fill).

use std::sync::Arc;

use claviger_authz::policy::Policy;
use claviger_model::{
    AccountId, AliasName, Creator, DomainId, Error, Grant, Key, KeyId, KeyVersion, KeyVersionId,
    MessageLimit, Missing, Page, Scope, ServiceName, Timestamp,
};
use claviger_provider::EnvelopeFormat;
use claviger_store::Store;
use quick_cache::sync::Cache;

use crate::messages::Messages;
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
    /// Its account in the words of the other face.
    pub domain: Option<DomainId>,
    /// Who else may use it, oldest grant first.
    pub grants: Arc<[Grant]>,
    /// The versions of a key pair, newest first; none for other keys, and while there is no material.
    pub(crate) pair: Box<[KeyVersionId]>,
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
    /// They never change.
    domains: Cache<AccountId, Option<DomainId>>,
    messages: Messages,
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
    pub(crate) fn new(store: Arc<dyn Store>, limit: MessageLimit) -> Self {
        Self {
            store,
            by_id: cache(),
            versions: cache(),
            aliases: cache(),
            domains: cache(),
            messages: Messages::new(limit),
        }
    }

    /// The key with that id in that scope as it is at `now`, unless it is gone.
    pub(crate) async fn key(
        &self,
        scope: &Scope,
        id: KeyId,
        now: Timestamp,
    ) -> Result<Arc<LoadedKey>, Error> {
        let loaded = self
            .by_id
            .get_or_insert_async(&id, async { Box::pin(self.load(scope, id)).await })
            .await?;
        if loaded.key.scope != *scope {
            return Err(Error::NotFound(Missing::Key));
        }
        present(loaded, now)
    }

    /// The same, wherever the key lies. `scope` is where it is looked for first.
    pub(crate) async fn key_anywhere(
        &self,
        scope: &Scope,
        id: KeyId,
        now: Timestamp,
    ) -> Result<Arc<LoadedKey>, Error> {
        let load = async { Box::pin(self.load_anywhere(scope, id)).await };
        present(self.by_id.get_or_insert_async(&id, load).await?, now)
    }

    async fn load_anywhere(&self, scope: &Scope, id: KeyId) -> Result<Arc<LoadedKey>, Error> {
        match self.load(scope, id).await {
            Err(Error::NotFound(_)) => {
                let elsewhere = self.store.scope_of_key(id).await.map_err(from_store)?;
                let elsewhere = elsewhere.ok_or(Error::NotFound(Missing::Key))?;
                self.load(&elsewhere, id).await
            }
            found => found,
        }
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
        self.messages.forget(id);
    }

    /// Forgets the form of a version's material because it was wrapped anew.
    pub(crate) fn forget_wrapped(&self, key: KeyId, version: KeyVersionId) {
        self.versions.remove(&version);
        self.by_id.remove(&key);
    }

    /// Counts a message that is about to be encrypted under a version, where its format needs that.
    pub(crate) async fn count_message(
        &self,
        version: KeyVersionId,
        format: EnvelopeFormat,
    ) -> Result<(), Error> {
        self.messages.count(self.store.as_ref(), version, format).await
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
        let grants = self.store.grants_of_key(scope, id).await.map_err(from_store)?;
        Ok(Arc::new(LoadedKey {
            pair: self.pair(&key).await?,
            domain: self.domain(scope.account).await?,
            key,
            primary,
            policy,
            grants: grants.into(),
        }))
    }

    async fn domain(&self, account: AccountId) -> Result<Option<DomainId>, Error> {
        self.domains
            .get_or_insert_async(&account, async {
                let found = self.store.account(account).await.map_err(from_store)?;
                Ok(found.map(|account| account.domain))
            })
            .await
    }

    async fn pair(&self, key: &Key) -> Result<Box<[KeyVersionId]>, Error> {
        if !key.spec.is_asymmetric() {
            return Ok(Box::default());
        }
        let all = Page {
            skip: 0,
            take: u32::MAX,
        };
        let versions = self.store.key_versions(&key.scope, key.id, all).await;
        let versions = versions.map_err(from_store)?.items;
        Ok(versions.into_iter().map(|version| version.id).collect())
    }
}

/// A key as it is at `now`, unless it is gone.
fn present(loaded: Arc<LoadedKey>, now: Timestamp) -> Result<Arc<LoadedKey>, Error> {
    if loaded.key.is_gone(now) {
        return Err(Error::NotFound(Missing::Key));
    }
    if loaded.key.is_settled(now) {
        return Ok(loaded);
    }
    Ok(Arc::new(LoadedKey {
        key: loaded.key.clone().settle(now),
        primary: None,
        policy: loaded.policy.clone(),
        domain: loaded.domain,
        grants: Arc::clone(&loaded.grants),
        pair: Box::default(),
    }))
}
