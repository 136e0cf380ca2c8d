//! Keys past their date go, with all that is theirs.

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_model::{Action, AliasName, Error, Key, KeyId, KeyVersionId, Page, Refusal, Scope, Timestamp};

use crate::ops::binding;
use crate::pipeline::from_store;
use crate::service::Service;

/// Everything there is.
const ALL: Page = Page {
    skip: 0,
    take: u32::MAX,
};

impl Service {
    /// Deletes a key if its date has passed, in the name of the system. Says whether it did.
    pub(crate) async fn delete(&self, scope: &Scope, id: KeyId, now: Timestamp) -> Result<bool, Error> {
        let found = self.store.key(scope, id).await.map_err(from_store)?;
        let Some(level) = found.filter(|key| key.is_gone(now)).map(|key| key.protection) else {
            return Ok(false);
        };
        let (versions, aliases) = self.belongings(scope, id).await?;
        let mut response = Fields::default();
        response.key("key", id);
        response.number("versions", versions.len() as u64);
        response.number("aliases", aliases.len() as u64);
        self.name_provider(&mut response, level, &scope.region);
        let draft = self.system_draft(Action::DeleteKey, scope, now, &response)?;
        let (store, providers, ended) = (Arc::clone(&self.store), self.providers.clone(), versions.clone());
        let admit = Box::new(move |key: &Key| {
            if key.is_gone(now) {
                Ok(())
            } else {
                Err(Refusal::Transition(key.state.kind()).into())
            }
        });
        let (place, of_key) = (scope.clone(), versions.clone());
        let change = async move {
            let key = store.delete_key(&place, id, draft, admit).await?.value;
            for version in versions {
                providers.forget(&binding(&key, version)).await;
            }
            Ok(())
        };
        let place = scope.clone();
        let forget = move |keys: &crate::cache::Keys| {
            keys.forget_key(id);
            for version in of_key {
                keys.forget_version(version);
            }
            for name in aliases {
                keys.forget_alias(&place, &name);
            }
        };
        match self.make(change, forget).await {
            Ok(()) => {
                self.destroy(level, &ended).await;
                Ok(true)
            }
            // It was taken back or deleted meanwhile.
            Err(Error::NotFound(_) | Error::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// No alias and no version comes to a key that waits for its deletion, so none is missed.
    async fn belongings(
        &self,
        scope: &Scope,
        id: KeyId,
    ) -> Result<(Vec<KeyVersionId>, Vec<AliasName>), Error> {
        let versions = self
            .store
            .key_versions(scope, id, ALL)
            .await
            .map_err(from_store)?;
        let aliases = self
            .store
            .aliases(scope, Some(id), ALL)
            .await
            .map_err(from_store)?;
        Ok((
            versions.items.iter().map(|version| version.id).collect(),
            aliases.items.into_iter().map(|alias| alias.name).collect(),
        ))
    }
}
