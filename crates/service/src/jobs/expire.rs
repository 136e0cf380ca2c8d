//! Imported material past its expiry goes.

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, Key, KeyId, Missing, Scope, Timestamp};
use claviger_store::VersionChange;

use crate::ops::binding;
use crate::pipeline::from_store;
use crate::service::Service;

impl Service {
    /// Gives the material of a key up if it has expired, in the name of the system. Says whether it did.
    pub(crate) async fn expire(&self, scope: &Scope, id: KeyId, now: Timestamp) -> Result<bool, Error> {
        let found = self.store.key(scope, id).await.map_err(from_store)?;
        let Some(key) = found.filter(|key| !key.is_settled(now)) else {
            return Ok(false);
        };
        let Some(version) = key.import.as_ref().map(|import| import.version) else {
            return Ok(false);
        };
        let mut response = Fields::default();
        response.key("key", id);
        response.version("version", version);
        let level = key.protection;
        self.name_provider(&mut response, level, &scope.region);
        let draft = self.system_draft(Action::DeleteKeyMaterial, scope, now, &response)?;
        let (store, providers) = (Arc::clone(&self.store), self.providers.clone());
        let settle = move |key: Key| {
            if key.is_settled(now) {
                Ok(Change::AlreadySo(key))
            } else {
                Ok(Change::Changed(key.settle(now)))
            }
        };
        let change = async move {
            let clear = VersionChange::Clear(version);
            let change = store
                .update_version(&key.scope, id, clear, draft, Box::new(settle))
                .await?;
            providers.forget(&binding(&key, version)).await;
            Ok(change)
        };
        let forget = move |keys: &crate::cache::Keys| {
            keys.forget_key(id);
            keys.forget_version(version);
        };
        match self.make(change, forget).await {
            Ok(change) => {
                self.destroy(level, &[version]).await;
                Ok(matches!(change, Change::Changed(_)))
            }
            // It was deleted meanwhile.
            Err(Error::NotFound(Missing::Key)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
