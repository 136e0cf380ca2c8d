//! From what a call names to the thing itself, and what those get to hear who may not touch it.
//!
//! Where a name leads nowhere, the resource is the name as it was asked for: permission is judged on that.

mod heard;
mod key;

use std::sync::Arc;

use claviger_authz::{Question, Touched};
use claviger_model::{
    AccountId, Action, Caller, Error, Identity, IdentityResource, Missing, Resource, RoleName,
};

use crate::call::{Call, CertificateName, CertificateRef, Target};
use crate::pipeline::{Loaded, from_store};
use crate::rights::trust;
use crate::service::Service;

pub(crate) use heard::{denied, is_hidden};

/// What a target turned out to be.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// What policies speak of.
    pub(crate) resource: Resource,
    /// The thing, or why it is not there.
    pub(crate) loaded: Result<Loaded, Error>,
    /// The key by which to judge where something of it is not there.
    of: Option<Loaded>,
    /// Whether it lies elsewhere than where it was asked for, so that only grants lead to it.
    abroad: bool,
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
            abroad: false,
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
        let key = evidence.and_then(Loaded::key);
        Question {
            action: self.action,
            resource: &self.thing.resource,
            tags: evidence.and_then(Loaded::tags),
            policy: evidence.and_then(Loaded::policy),
            maker: evidence.and_then(Loaded::maker),
            kind: key.map(|key| key.key.kind()),
            grants: key.map_or(&[], |key| &key.grants),
            abroad: self.thing.abroad,
            grant: evidence.and_then(Loaded::grant),
            domain: key.and_then(|key| key.domain),
        }
    }

    fn into_target(self) -> Result<Loaded, Error> {
        self.thing.loaded
    }
}

impl Service {
    /// The resource that policies speak of, and the thing itself or why it is not there. `at_home`: what lies elsewhere is
    /// as good as what is nowhere.
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
            Target::Key(reference) => self.resolve_key(call, reference, at_home).await,
            Target::Tagged(reference) => {
                let mut found = self.resolve_key(call, reference, at_home).await;
                if let Err(error @ Error::NotFound(_)) = &mut found.loaded {
                    *error = Error::NotFound(Missing::Tagged);
                }
                found
            }
            Target::Version(version) => self.resolve_version(call, None, *version, at_home).await,
            Target::VersionWithin(scope, version) => {
                self.resolve_version(call, Some(scope), *version, at_home).await
            }
            Target::VersionOfKey(reference, version) => {
                let found = self.resolve_key(call, reference, at_home).await;
                Box::pin(self.resolve_version_of(found, *version)).await
            }
            Target::Pair(reference) => {
                let found = self.resolve_key(call, reference, at_home).await;
                Box::pin(self.resolve_pair(found)).await
            }
            Target::Grant(reference, grant) => {
                let found = self.resolve_key(call, reference, at_home).await;
                Box::pin(self.resolve_grant(found, *grant)).await
            }
            Target::KeyOfAlias(scope, name) => self.resolve_alias(call, scope, name).await,
            Target::Certificate(reference) => Box::pin(self.resolve_certificate(reference)).await,
            Target::Role(account, name) => Box::pin(self.resolve_role(*account, name)).await,
            Target::Alias(scope, name) => Resolved::name(Resource::Alias(scope.clone(), name.clone())),
            Target::Certificates(scope) => Resolved::name(Resource::Certificates(scope.clone())),
            Target::Keys(scope) => Resolved::name(Resource::Keys(scope.clone())),
            Target::Aliases(scope) => Resolved::name(Resource::Aliases(scope.clone())),
            Target::Service(scope) => Resolved::name(Resource::Service(scope.clone())),
            Target::Identity(account, what) => Resolved::name(Resource::Identity(*account, what.clone())),
            Target::Own(account) => Resolved::name(Resource::Identity(*account, own_user(call.caller()))),
            Target::Trail(scope) => Resolved::name(Resource::Trail(scope.clone())),
            Target::Deployment => Resolved::name(Resource::Deployment(Box::pin(self.first_account()).await?)),
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
}

fn own_user(caller: &Caller) -> IdentityResource {
    match &caller.identity {
        Identity::User { name, .. } => IdentityResource::User(name.as_str().into()),
        Identity::Root | Identity::Session { .. } | Identity::Service(_) | Identity::System => {
            IdentityResource::Users
        }
    }
}
