//! From what a call names to the thing itself, and what those get to hear who may not touch it.
//!
//! Where a name leads nowhere, the resource is the name as it was asked for: permission is judged on that.

use std::sync::Arc;

use claviger_model::{AliasName, Denial, Error, KeyVersionId, Missing, Resource, Scope};

use crate::cache::LoadedKey;
use crate::call::{Call, CertificateName, CertificateRef, KeyName, KeyRef, Target};
use crate::pipeline::{Loaded, from_store};
use crate::service::Service;

impl Service {
    /// The resource that policies speak of, and the thing itself or why it is not there.
    pub(crate) async fn resolve(
        &self,
        call: &Call<'_>,
        target: &Target,
    ) -> (Resource, Result<Loaded, Error>) {
        match target {
            Target::Key(reference) => self.resolve_key(call, reference).await,
            Target::Tagged(reference) => {
                let (resource, loaded) = self.resolve_key(call, reference).await;
                let loaded = loaded.map_err(|error| match error {
                    Error::NotFound(_) => Error::NotFound(Missing::Tagged),
                    other => other,
                });
                (resource, loaded)
            }
            Target::Version(version) => self.resolve_version(call, *version).await,
            Target::VersionOfKey(key, version) => self.resolve_version_of_key(call, key, *version).await,
            Target::Alias(scope, name) => (Resource::Alias(scope.clone(), name.clone()), Ok(Loaded::Name)),
            Target::KeyOfAlias(scope, name) => self.resolve_alias(call, scope, name).await,
            Target::Certificate(reference) => self.resolve_certificate(reference).await,
            Target::Certificates(scope) => (Resource::Certificates(scope.clone()), Ok(Loaded::Name)),
            Target::Keys(scope) => (Resource::Keys(scope.clone()), Ok(Loaded::Name)),
            Target::Aliases(scope) => (Resource::Aliases(scope.clone()), Ok(Loaded::Name)),
            Target::Service(scope) => (Resource::Service(scope.clone()), Ok(Loaded::Name)),
        }
    }

    async fn resolve_key(&self, call: &Call<'_>, reference: &KeyRef) -> (Resource, Result<Loaded, Error>) {
        let KeyRef { scope, name } = reference;
        match name {
            KeyName::Id(id) => {
                let found = self.keys.key(scope, *id, call.time).await.map(Loaded::Key);
                (Resource::Key(scope.clone(), *id), found)
            }
            KeyName::Alias(name) => self.resolve_alias(call, scope, name).await,
            KeyName::Unknown(text) => (
                Resource::UnknownKey(scope.clone(), text.clone()),
                Err(Error::NotFound(Missing::Key)),
            ),
        }
    }

    async fn resolve_certificate(&self, reference: &CertificateRef) -> (Resource, Result<Loaded, Error>) {
        let CertificateRef { scope, name } = reference;
        let missing = Error::NotFound(Missing::Certificate);
        match name {
            CertificateName::Id(id) => {
                let found = self.store.certificate(scope, *id).await.map_err(from_store);
                let found = found.and_then(|found| found.ok_or(missing));
                let found = found.map(|certificate| Loaded::Certificate(Arc::new(certificate)));
                (Resource::Certificate(scope.clone(), *id), found)
            }
            CertificateName::Unknown(text) => (
                Resource::UnknownCertificate(scope.clone(), text.clone()),
                Err(missing),
            ),
        }
    }

    async fn resolve_alias(
        &self,
        call: &Call<'_>,
        scope: &Scope,
        name: &AliasName,
    ) -> (Resource, Result<Loaded, Error>) {
        match self.keys.alias(scope, name).await {
            Ok(id) => {
                let found = self.keys.key(scope, id, call.time).await.map(Loaded::Key);
                // The aliases of a key go with it, whether or not that has been done.
                let found = found.map_err(|error| match error {
                    Error::NotFound(Missing::Key) => Error::NotFound(Missing::Alias),
                    other => other,
                });
                (Resource::Key(scope.clone(), id), found)
            }
            Err(error) => (Resource::Alias(scope.clone(), name.clone()), Err(error)),
        }
    }

    async fn resolve_version(
        &self,
        call: &Call<'_>,
        version: KeyVersionId,
    ) -> (Resource, Result<Loaded, Error>) {
        match self.keys.version(version).await {
            Ok(version) => {
                let resource = Resource::Key(version.scope.clone(), version.key);
                let key = self.keys.key(&version.scope, version.key, call.time).await;
                // A ciphertext of another account is as good as one of nobody's.
                let foreign = version.scope.account != call.caller.account;
                match key {
                    Ok(key) => (resource, Ok(Loaded::Version(version, key))),
                    Err(Error::NotFound(_)) if foreign => unknown_key(call),
                    Err(error) => (resource, Err(error)),
                }
            }
            Err(error) => {
                let (resource, _) = unknown_key(call);
                (resource, Err(error))
            }
        }
    }

    /// Policies speak of the key. A version of another key is as good as none.
    async fn resolve_version_of_key(
        &self,
        call: &Call<'_>,
        key: &KeyRef,
        version: Option<KeyVersionId>,
    ) -> (Resource, Result<Loaded, Error>) {
        let (resource, loaded) = self.resolve_key(call, key).await;
        let loaded = match loaded {
            Ok(Loaded::Key(key)) => self.version_of(key, version).await,
            other => other,
        };
        (resource, loaded)
    }

    async fn version_of(&self, key: Arc<LoadedKey>, version: Option<KeyVersionId>) -> Result<Loaded, Error> {
        let missing = Error::NotFound(Missing::Version);
        let Some(id) = version else {
            return Err(missing);
        };
        match self.keys.version(id).await {
            Ok(version) if version.key == key.key.id => Ok(Loaded::Version(version, key)),
            Ok(_) | Err(Error::NotFound(_)) => Err(missing),
            Err(error) => Err(error),
        }
    }
}

/// What a denied caller gets to hear: nothing that was not in the request. An alias is named and not the key behind
/// it, and a ciphertext of another account is as good as one of nobody's.
pub(crate) fn denied(call: &Call<'_>, denial: Denial, target: Option<&Target>) -> Error {
    match target {
        Some(
            Target::KeyOfAlias(scope, name)
            | Target::Key(KeyRef {
                scope,
                name: KeyName::Alias(name),
            })
            | Target::Tagged(KeyRef {
                scope,
                name: KeyName::Alias(name),
            })
            | Target::VersionOfKey(
                KeyRef {
                    scope,
                    name: KeyName::Alias(name),
                },
                _,
            ),
        ) => Error::Denied(Denial {
            resource: Resource::Alias(scope.clone(), name.clone()),
            ..denial
        }),
        Some(Target::Version(_)) if denial.resource.scope().account != call.caller.account => {
            Error::NotFound(Missing::Key)
        }
        _ => Error::Denied(denial),
    }
}

/// A key that nobody knows, in the caller's own scope: what a ciphertext that leads nowhere stands for.
fn unknown_key(call: &Call<'_>) -> (Resource, Result<Loaded, Error>) {
    let resource = Resource::UnknownKey(call.scope.clone(), "*".into());
    (resource, Err(Error::NotFound(Missing::Key)))
}
