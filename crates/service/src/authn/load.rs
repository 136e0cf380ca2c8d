//! Credentials from the store and from tokens, and as others would have them.

use std::sync::Arc;

use claviger_authz::{Held, Persona, Rights};
use claviger_model::{
    AccessKeyId, AccessKeyStatus, Account, AccountId, Caller, Error, Identity, IdentityHex, KeyOwner, Login,
    LoginOwner, Missing, RoleId, RoleName, ServiceName, SessionName, Timestamp, UserId, UserName,
};
use claviger_provider::Cell;

use super::{Authenticator, AuthnError};
use crate::credential::Credential;
use crate::pipeline::from_store;
use crate::rights::{compiled, narrowed as narrowed_to};
use crate::service::Service;
use crate::session::{Session, SessionOf};
use crate::token::Token;

impl Authenticator {
    /// The credential of an access key that the store keeps.
    pub(super) async fn load(&self, id: &AccessKeyId) -> Result<Credential, AuthnError> {
        let row = self.store.access_key(id).await.map_err(from_store)?;
        let row = row.ok_or(Error::NotFound(Missing::AccessKey))?;
        let cell = Cell {
            table: "access_keys",
            column: "secret",
            row: id.as_str(),
        };
        let secret = self.keeper.open(&cell, &row.secret.0).map_err(|error| {
            tracing::error!(%error, access_key = %id, "secret of an access key does not open");
            Error::Internal
        })?;
        let ((identity, rights), enabled) = match row.owner {
            KeyOwner::Root => self.owner(row.account, LoginOwner::Root).await?,
            KeyOwner::User(user) => self.owner(row.account, LoginOwner::User(user)).await?,
            KeyOwner::Service(name) => (self.service(name, row.account).await?, true),
        };
        let caller = Caller {
            account: row.account,
            identity,
            access_key: Some(id.clone()),
        };
        Ok(Credential::new(caller, rights, row.status, secret).enabled(enabled))
    }

    /// The credential of a session. It ends with its role, or with whose own rights it has.
    pub(super) async fn load_session(&self, session: Session, token: &str) -> Result<Credential, AuthnError> {
        let (account, narrowed) = (session.account, session.policy);
        let narrowed = narrowed.map(|(language, document)| narrowed_to(language, &document));
        let ((identity, rights), enabled) = match session.of {
            SessionOf::Role { id, role_name, name } => {
                let identity = Identity::Session {
                    role: id,
                    role_name,
                    name,
                    began: session.began,
                };
                let rights = self.session(account, &identity, narrowed).await?;
                ((identity, rights), true)
            }
            SessionOf::Own(owner) => {
                let login = self.login(account, owner).await?;
                if login.tokens_from.is_some_and(|from| session.began < from) {
                    return Err(AuthnError::TokenRevoked);
                }
                let ((identity, rights), enabled) = self.owner(account, owner).await?;
                let rights = Rights {
                    session: narrowed,
                    ..rights
                };
                ((identity, rights), enabled)
            }
        };
        let caller = Caller {
            account,
            identity,
            access_key: Some(session.access_key),
        };
        let credential = Credential::new(caller, rights, AccessKeyStatus::Active, session.secret);
        Ok(credential.enabled(enabled).until(session.expires, token))
    }

    /// The credential of a token that has not ended.
    pub(super) async fn load_token(&self, token: Token) -> Result<Credential, AuthnError> {
        let Token {
            account,
            owner,
            facts,
        } = token;
        let login = self.login(account, owner).await?;
        if !login.enabled {
            return Err(AuthnError::Disabled);
        }
        let outdated = login.tokens_from.is_some_and(|from| facts.issued < from);
        if outdated || self.store.is_token_revoked(facts.id).await.map_err(from_store)? {
            return Err(AuthnError::TokenRevoked);
        }
        let found = self.identity(account, owner).await;
        let (identity, rights) = found.map_err(|error| match error {
            Error::NotFound(_) => AuthnError::TokenRevoked,
            other => other.into(),
        })?;
        let caller = Caller {
            account,
            identity,
            access_key: None,
        };
        Ok(Credential::of_token(caller, rights, facts))
    }

    /// Who somebody is, and whether he may come in.
    async fn owner(
        &self,
        account: AccountId,
        owner: LoginOwner,
    ) -> Result<((Identity, Rights), bool), Error> {
        let enabled = self.login(account, owner).await?.enabled;
        Ok((self.identity(account, owner).await?, enabled))
    }

    async fn login(&self, account: AccountId, owner: LoginOwner) -> Result<Login, Error> {
        let found = self.store.login(account, owner).await;
        found.map(|(login, _)| login).map_err(from_store)
    }

    /// Who somebody is at the moment, with its rights.
    pub(crate) async fn identity(
        &self,
        account: AccountId,
        owner: LoginOwner,
    ) -> Result<(Identity, Rights), Error> {
        match owner {
            LoginOwner::Root => Ok((Identity::Root, self.root(account).await?)),
            LoginOwner::User(id) => self.user(account, id).await,
        }
    }

    async fn account(&self, id: AccountId) -> Result<Account, Error> {
        let found = self.store.account(id).await.map_err(from_store)?;
        found.ok_or(Error::NotFound(Missing::Account))
    }

    async fn root(&self, account: AccountId) -> Result<Rights, Error> {
        let found = self.account(account).await?;
        let id = IdentityHex { account, number: 0 };
        Ok(Rights {
            persona: Persona::new(found.domain, &found.name).user(id, &found.name),
            ..Rights::root(account)
        })
    }

    async fn user(&self, account: AccountId, id: UserId) -> Result<(Identity, Rights), Error> {
        let of = self.account(account).await?;
        let found = self.store.rights_of_user(account, id).await.map_err(from_store)?;
        let (user, policies) = found.ok_or(Error::NotFound(Missing::User))?;
        let hex = IdentityHex {
            account,
            number: id.number(),
        };
        let rights = Rights {
            persona: Persona::new(of.domain, &of.name).user(hex, user.name.as_str()),
            ..Rights::user(account, &user.name, compiled(policies).await?)
        };
        let identity = Identity::User { id, name: user.name };
        Ok((identity, rights))
    }

    async fn session(
        &self,
        account: AccountId,
        identity: &Identity,
        narrowed: Option<Held>,
    ) -> Result<Rights, Error> {
        let Identity::Session { role, name, .. } = identity else {
            return Err(Error::Internal);
        };
        let of = self.account(account).await?;
        let found = self.store.rights_of_role(account, *role).await;
        let (role, policies) = found.map_err(from_store)?.ok_or(Error::NotFound(Missing::Role))?;
        let policies = compiled(policies).await?;
        Ok(Rights {
            persona: Persona::new(of.domain, &of.name),
            ..Rights::session(account, &role.name, name, narrowed, policies)
        })
    }

    async fn service(&self, name: ServiceName, account: AccountId) -> Result<(Identity, Rights), Error> {
        let found = self.store.service(&name).await.map_err(from_store)?;
        if found.is_none() {
            return Err(Error::NotFound(Missing::Service));
        }
        let rights = Rights::service(account, &name);
        Ok((Identity::Service(name), rights))
    }
}

/// Credentials without an access key: for work that somebody does beside the front doors, and to explain decisions.
impl Service {
    /// The root of an account. Whoever holds it may do everything there: it is for those who hold the deployment itself.
    ///
    /// # Errors
    /// [`Missing::Account`], or that the store cannot tell.
    pub async fn root_of(&self, account: AccountId) -> Result<Arc<Credential>, Error> {
        let rights = self.authenticator.root(account).await?;
        let credential = Credential::inside(account, Identity::Root, rights);
        Ok(Arc::new(credential))
    }

    /// A user, as it is now.
    pub(crate) async fn as_user(&self, account: AccountId, name: &UserName) -> Result<Credential, Error> {
        let found = self.store.user(account, name).await.map_err(from_store)?;
        let user = found.ok_or(Error::NotFound(Missing::User))?;
        let (identity, rights) = self.authenticator.user(account, user.id).await?;
        Ok(Credential::inside(account, identity, rights))
    }

    /// A session of a role, as one that begins now and is not narrowed.
    pub(crate) async fn as_session(
        &self,
        account: AccountId,
        role: &RoleName,
        name: &SessionName,
        now: Timestamp,
    ) -> Result<Credential, Error> {
        let id = self.role_id(account, role).await?;
        let identity = Identity::Session {
            role: id,
            role_name: role.clone(),
            name: name.clone(),
            began: now,
        };
        let rights = self.authenticator.session(account, &identity, None).await?;
        Ok(Credential::inside(account, identity, rights))
    }

    /// A service.
    pub(crate) async fn as_service(&self, name: &ServiceName) -> Result<Credential, Error> {
        let found = self.store.service(name).await.map_err(from_store)?;
        let account = found.ok_or(Error::NotFound(Missing::Service))?.account;
        let (identity, rights) = self.authenticator.service(name.clone(), account).await?;
        Ok(Credential::inside(account, identity, rights))
    }

    async fn role_id(&self, account: AccountId, name: &RoleName) -> Result<RoleId, Error> {
        let found = self.store.role(account, name).await.map_err(from_store)?;
        found.map(|role| role.id).ok_or(Error::NotFound(Missing::Role))
    }
}
