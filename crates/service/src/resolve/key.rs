//! Keys, and what belongs to one.

use std::sync::Arc;

use claviger_model::{
    AliasName, Error, GrantId, KeyId, KeyVersionId, Missing, Refusal, Resource, Scope, ServiceName,
};

use super::Resolved;
use crate::cache::LoadedKey;
use crate::call::{Call, KeyName, KeyRef};
use crate::pipeline::{Loaded, from_store};
use crate::service::Service;
use crate::service_keys::{alias_of, alias_text};

impl Service {
    pub(super) async fn resolve_key(&self, call: &Call<'_>, reference: &KeyRef, at_home: bool) -> Resolved {
        let KeyRef { scope, name } = reference;
        match name {
            KeyName::Id(id) => {
                let found = self.keys.key(scope, *id, call.time).await.map(Loaded::Key);
                Resolved::new(Resource::Key(scope.clone(), *id), found)
            }
            KeyName::Alias(name) => self.resolve_alias(call, scope, name).await,
            KeyName::Anywhere(id) => self.resolve_anywhere(call, scope, *id, at_home).await,
            KeyName::OfService(service) => Box::pin(self.resolve_of_service(call, scope, service)).await,
            KeyName::Unknown(text) => unknown_key(scope, text, Error::NotFound(Missing::Key)),
        }
    }

    async fn resolve_anywhere(&self, call: &Call<'_>, scope: &Scope, id: KeyId, at_home: bool) -> Resolved {
        let found = if at_home {
            self.keys.key(scope, id, call.time).await
        } else {
            self.keys.key_anywhere(scope, id, call.time).await
        };
        match found {
            Ok(key) => Resolved {
                abroad: key.key.scope != *scope,
                ..Resolved::new(Resource::Key(key.key.scope.clone(), id), Ok(Loaded::Key(key)))
            },
            Err(error) => Resolved::new(Resource::Key(scope.clone(), id), Err(error)),
        }
    }

    /// Before its first use the key of a service is not there; permission to make it is judged on the name.
    async fn resolve_of_service(&self, call: &Call<'_>, scope: &Scope, service: &ServiceName) -> Resolved {
        let missing = || unknown_key(scope, &alias_text(service), Error::NotFound(Missing::Key));
        let Some(alias) = alias_of(service) else {
            return missing();
        };
        let found = self.resolve_alias(call, scope, &alias).await;
        match found.loaded {
            Err(Error::NotFound(_)) => missing(),
            _ => found,
        }
    }

    pub(super) async fn resolve_alias(&self, call: &Call<'_>, scope: &Scope, name: &AliasName) -> Resolved {
        match self.keys.alias(scope, name).await {
            Ok(id) => {
                let found = self.keys.key(scope, id, call.time).await.map(Loaded::Key);
                // The aliases of a key go with it, whether or not that has been done.
                let found = found.map_err(|error| match error {
                    Error::NotFound(Missing::Key) => Error::NotFound(Missing::Alias),
                    other => other,
                });
                Resolved::new(Resource::Key(scope.clone(), id), found)
            }
            Err(error) => Resolved::new(Resource::Alias(scope.clone(), name.clone()), Err(error)),
        }
    }

    /// `within`: keys that do not lie there are abroad. Otherwise those of other accounts are foreign, and policies may
    /// lead to them.
    pub(super) async fn resolve_version(
        &self,
        call: &Call<'_>,
        within: Option<&Scope>,
        version: KeyVersionId,
        at_home: bool,
    ) -> Resolved {
        let home = within.unwrap_or(call.scope);
        let nobodys = |error| unknown_key(home, "*", error);
        let version = match self.keys.version(version).await {
            Ok(version) => version,
            Err(error) => return nobodys(error),
        };
        let foreign = match within {
            Some(scope) => version.scope != *scope,
            None => version.scope.account != call.caller().account,
        };
        match self.keys.key(&version.scope, version.key, call.time).await {
            Ok(_) if foreign && at_home => nobodys(Error::NotFound(Missing::Key)),
            Err(Error::NotFound(_)) if foreign => nobodys(Error::NotFound(Missing::Key)),
            found => Resolved {
                abroad: foreign && within.is_some(),
                ..Resolved::new(
                    Resource::Key(version.scope.clone(), version.key),
                    found.map(|key| Loaded::Version(version, key)),
                )
            },
        }
    }

    /// Policies speak of the key. A version of another key is as good as none.
    pub(super) async fn resolve_version_of(
        &self,
        found: Resolved,
        version: Option<KeyVersionId>,
    ) -> Resolved {
        let Ok(Loaded::Key(key)) = found.loaded else {
            return found;
        };
        Resolved {
            loaded: self.version_of(&key, version).await,
            of: Some(Loaded::Key(key)),
            ..found
        }
    }

    async fn version_of(&self, key: &Arc<LoadedKey>, version: Option<KeyVersionId>) -> Result<Loaded, Error> {
        let missing = Error::NotFound(Missing::Version);
        let Some(id) = version else {
            return Err(missing);
        };
        match self.keys.version(id).await {
            Ok(version) if version.key == key.key.id => Ok(Loaded::Version(version, Arc::clone(key))),
            Ok(_) | Err(Error::NotFound(_)) => Err(missing),
            Err(error) => Err(error),
        }
    }

    /// A key with its versions, as far as it is a pair.
    pub(super) async fn resolve_pair(&self, found: Resolved) -> Resolved {
        let Ok(Loaded::Key(key)) = found.loaded else {
            return found;
        };
        Resolved {
            loaded: self.pair_of(&key).await,
            of: Some(Loaded::Key(key)),
            ..found
        }
    }

    async fn pair_of(&self, key: &Arc<LoadedKey>) -> Result<Loaded, Error> {
        let mut versions = Vec::with_capacity(key.pair.len());
        for id in &key.pair {
            versions.push(self.keys.version(*id).await?);
        }
        Ok(Loaded::Pair(versions, Arc::clone(key)))
    }

    /// Policies speak of the key, and may those of the grant give it up whom it names.
    pub(super) async fn resolve_grant(&self, found: Resolved, grant: GrantId) -> Resolved {
        let Ok(Loaded::Key(key)) = found.loaded else {
            return found;
        };
        Resolved {
            loaded: self.grant_of(&key, grant).await,
            of: Some(Loaded::Key(key)),
            ..found
        }
    }

    async fn grant_of(&self, key: &Arc<LoadedKey>, id: GrantId) -> Result<Loaded, Error> {
        if let Some(grant) = key.grants.iter().find(|grant| grant.id == id) {
            return Ok(Loaded::Grant(Box::new(grant.clone()), Arc::clone(key)));
        }
        let other = self.store.grant(id).await.map_err(from_store)?;
        // What is on keys elsewhere is as good as what is not there.
        Err(match other {
            Some(other) if other.scope == key.key.scope => Refusal::GrantOfOther.into(),
            Some(_) | None => Error::NotFound(Missing::Grant),
        })
    }
}

/// A key that was named by text that leads nowhere; `*` is what a ciphertext stands for that does.
fn unknown_key(scope: &Scope, text: &str, error: Error) -> Resolved {
    Resolved::new(Resource::UnknownKey(scope.clone(), text.into()), Err(error))
}
