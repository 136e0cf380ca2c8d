//! From what a call names to the thing itself, and what those get to hear who may not touch it.
//!
//! Where a name leads nowhere, the resource is the name as it was asked for: permission is judged on that.

use std::sync::Arc;

use claviger_authz::{Question, Touched};
use claviger_model::{
    AccountId, Action, AliasName, Caller, Denial, Error, Identity, IdentityResource, KeyVersionId, Missing,
    Resource, RoleName, Scope,
};

use crate::cache::LoadedKey;
use crate::call::{Call, CertificateName, CertificateRef, KeyName, KeyRef, Need, Target};
use crate::pipeline::{Loaded, from_store};
use crate::rights::trust;
use crate::service::Service;

/// What a target turned out to be.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// What policies speak of.
    pub(crate) resource: Resource,
    /// The thing, or why it is not there.
    pub(crate) loaded: Result<Loaded, Error>,
    /// The key by which to judge where something of it is not there.
    of: Option<Loaded>,
}

/// A target with what is to be done to it.
#[derive(Debug)]
pub(crate) struct Found {
    /// To do what.
    pub(crate) action: Action,
    /// To what.
    pub(crate) thing: Resolved,
}

impl Resolved {
    fn new(resource: Resource, loaded: Result<Loaded, Error>) -> Self {
        Self {
            resource,
            loaded,
            of: None,
        }
    }

    fn name(resource: Resource) -> Self {
        Self::new(resource, Ok(Loaded::Name))
    }

    /// What to judge by.
    pub(crate) fn evidence(&self) -> Option<&Loaded> {
        self.loaded.as_ref().ok().or(self.of.as_ref())
    }
}

impl Touched for Found {
    type Target = Loaded;
    type Absence = Error;

    fn question(&self) -> Question<'_> {
        let evidence = self.thing.evidence();
        Question {
            action: self.action,
            resource: &self.thing.resource,
            tags: evidence.and_then(Loaded::tags),
            policy: evidence.and_then(Loaded::policy),
            maker: evidence.and_then(Loaded::maker),
        }
    }

    fn into_target(self) -> Result<Loaded, Error> {
        self.thing.loaded
    }
}

impl Service {
    /// The resource that policies speak of, and the thing itself or why it is not there. `at_home`: a ciphertext of
    /// another account is as good as one of nobody.
    ///
    /// # Errors
    /// When not even the resource can be told.
    pub(crate) async fn resolve(
        &self,
        call: &Call<'_>,
        target: &Target,
        at_home: bool,
    ) -> Result<Resolved, Error> {
        Ok(match target {
            Target::Key(reference) => self.resolve_key(call, reference).await,
            Target::Tagged(reference) => {
                let mut found = self.resolve_key(call, reference).await;
                if let Err(error @ Error::NotFound(_)) = &mut found.loaded {
                    *error = Error::NotFound(Missing::Tagged);
                }
                found
            }
            Target::Version(version) => self.resolve_version(call, *version, at_home).await,
            Target::VersionOfKey(key, version) => self.resolve_version_of_key(call, key, *version).await,
            Target::KeyOfAlias(scope, name) => self.resolve_alias(call, scope, name).await,
            Target::Certificate(reference) => self.resolve_certificate(reference).await,
            Target::Role(account, name) => self.resolve_role(*account, name).await,
            Target::Alias(scope, name) => Resolved::name(Resource::Alias(scope.clone(), name.clone())),
            Target::Certificates(scope) => Resolved::name(Resource::Certificates(scope.clone())),
            Target::Keys(scope) => Resolved::name(Resource::Keys(scope.clone())),
            Target::Aliases(scope) => Resolved::name(Resource::Aliases(scope.clone())),
            Target::Service(scope) => Resolved::name(Resource::Service(scope.clone())),
            Target::Identity(account, what) => Resolved::name(Resource::Identity(*account, what.clone())),
            Target::Own(account) => Resolved::name(Resource::Identity(*account, own_user(call.caller()))),
            Target::Trail(scope) => Resolved::name(Resource::Trail(scope.clone())),
            Target::Deployment => Resolved::name(Resource::Deployment(self.first_account().await?)),
        })
    }

    /// The account that runs the deployment. It stays for ever.
    pub(crate) async fn first_account(&self) -> Result<AccountId, Error> {
        if let Some(known) = self.first_account.get() {
            return Ok(*known);
        }
        let accounts = self.store.accounts().await.map_err(from_store)?;
        let first = accounts.first().ok_or(Error::NotFound(Missing::Account))?;
        Ok(*self.first_account.get_or_init(|| first.id))
    }

    async fn resolve_key(&self, call: &Call<'_>, reference: &KeyRef) -> Resolved {
        let KeyRef { scope, name } = reference;
        match name {
            KeyName::Id(id) => {
                let found = self.keys.key(scope, *id, call.time).await.map(Loaded::Key);
                Resolved::new(Resource::Key(scope.clone(), *id), found)
            }
            KeyName::Alias(name) => self.resolve_alias(call, scope, name).await,
            KeyName::Unknown(text) => Resolved::new(
                Resource::UnknownKey(scope.clone(), text.clone()),
                Err(Error::NotFound(Missing::Key)),
            ),
        }
    }

    async fn resolve_certificate(&self, reference: &CertificateRef) -> Resolved {
        let CertificateRef { scope, name } = reference;
        let missing = Error::NotFound(Missing::Certificate);
        match name {
            CertificateName::Id(id) => {
                let found = self.store.certificate(scope, *id).await.map_err(from_store);
                let found = found.and_then(|found| found.ok_or(missing));
                let found = found.map(|certificate| Loaded::Certificate(Arc::new(certificate)));
                Resolved::new(Resource::Certificate(scope.clone(), *id), found)
            }
            CertificateName::Unknown(text) => Resolved::new(
                Resource::UnknownCertificate(scope.clone(), text.clone()),
                Err(missing),
            ),
        }
    }

    async fn resolve_role(&self, account: AccountId, name: &str) -> Resolved {
        let resource = Resource::Identity(account, IdentityResource::Role(name.into()));
        let missing = Error::NotFound(Missing::Role);
        let Ok(name) = name.parse::<RoleName>() else {
            return Resolved::new(resource, Err(missing));
        };
        let found = self.store.role(account, &name).await.map_err(from_store);
        let found = found.and_then(|found| found.ok_or(missing));
        let loaded = found.map(|role| {
            let trust = trust(role.name.as_str(), &role.trust);
            Loaded::Role(Box::new(role), trust)
        });
        Resolved::new(resource, loaded)
    }

    async fn resolve_alias(&self, call: &Call<'_>, scope: &Scope, name: &AliasName) -> Resolved {
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

    async fn resolve_version(&self, call: &Call<'_>, version: KeyVersionId, at_home: bool) -> Resolved {
        match self.keys.version(version).await {
            Ok(version) => {
                let resource = Resource::Key(version.scope.clone(), version.key);
                let key = self.keys.key(&version.scope, version.key, call.time).await;
                let foreign = version.scope.account != call.caller().account;
                match key {
                    Ok(_) if foreign && at_home => unknown_key(call, Error::NotFound(Missing::Key)),
                    Ok(key) => Resolved::new(resource, Ok(Loaded::Version(version, key))),
                    Err(Error::NotFound(_)) if foreign => unknown_key(call, Error::NotFound(Missing::Key)),
                    Err(error) => Resolved::new(resource, Err(error)),
                }
            }
            Err(error) => unknown_key(call, error),
        }
    }

    /// Policies speak of the key. A version of another key is as good as none.
    async fn resolve_version_of_key(
        &self,
        call: &Call<'_>,
        key: &KeyRef,
        version: Option<KeyVersionId>,
    ) -> Resolved {
        let found = self.resolve_key(call, key).await;
        let Ok(Loaded::Key(key)) = found.loaded else {
            return found;
        };
        Resolved {
            loaded: self.version_of(&key, version).await,
            of: Some(Loaded::Key(key)),
            resource: found.resource,
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
}

/// Whether a denial would tell that a ciphertext is of another account. It has to be as good as one of nobody.
pub(crate) fn is_hidden(call: &Call<'_>, need: Option<&Need>, denial: &Denial) -> bool {
    let target = need.map(|need| &need.target);
    matches!(target, Some(Target::Version(_))) && denial.resource.account() != call.caller().account
}

/// What a denied caller gets to hear: nothing that was not in the request. An alias is named and not the key behind it.
pub(crate) fn denied(denial: Denial, need: Option<&Need>) -> Error {
    let alias = match need.map(|need| &need.target) {
        Some(Target::KeyOfAlias(scope, name)) => Some((scope, name)),
        Some(Target::Key(key) | Target::Tagged(key) | Target::VersionOfKey(key, _)) => match &key.name {
            KeyName::Alias(name) => Some((&key.scope, name)),
            KeyName::Id(_) | KeyName::Unknown(_) => None,
        },
        _ => None,
    };
    match alias {
        Some((scope, name)) => Error::Denied(Denial {
            resource: Resource::Alias(scope.clone(), name.clone()),
            ..denial
        }),
        None => Error::Denied(denial),
    }
}

fn own_user(caller: &Caller) -> IdentityResource {
    match &caller.identity {
        Identity::User { name, .. } => IdentityResource::User(name.as_str().into()),
        Identity::Root | Identity::Session { .. } | Identity::Service(_) | Identity::System => {
            IdentityResource::Users
        }
    }
}

/// A key that nobody knows, in the caller's own scope: what a ciphertext that leads nowhere stands for.
fn unknown_key(call: &Call<'_>, error: Error) -> Resolved {
    Resolved::new(Resource::UnknownKey(call.scope.clone(), "*".into()), Err(error))
}
