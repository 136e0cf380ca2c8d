//! Credentials from the store and from tokens, and as others would have them.

use std::sync::Arc;

use claviger_authz::Rights;
use claviger_model::{
    AccessKeyId, AccessKeyStatus, AccountId, Caller, Error, Identity, KeyOwner, Missing, RoleId, RoleName,
    ServiceName, SessionName, Timestamp, UserId, UserName,
};
use claviger_provider::Cell;

use super::Authenticator;
use crate::credential::Credential;
use crate::pipeline::from_store;
use crate::rights::{compiled, narrowed};
use crate::service::Service;
use crate::session::Session;

impl Authenticator {
    /// The credential of an access key that the store keeps.
    pub(super) async fn load(&self, id: &AccessKeyId) -> Result<Credential, Error> {
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
        let (identity, rights) = match row.owner {
            KeyOwner::Root => (Identity::Root, Rights::root(row.account)),
            KeyOwner::User(user) => self.user(row.account, user).await?,
            KeyOwner::Service(name) => self.service(name, row.account).await?,
        };
        let caller = Caller {
            account: row.account,
            identity,
            access_key: Some(id.clone()),
        };
        Ok(Credential::new(caller, rights, row.status, secret))
    }

    /// The credential of a session. It ends with its role.
    pub(super) async fn load_session(&self, session: Session, token: &str) -> Result<Credential, Error> {
        let account = session.account;
        let identity = Identity::Session {
            role: session.role,
            role_name: session.role_name,
            name: session.name,
            began: session.began,
        };
        let rights = self
            .session(account, &identity, session.policy.as_deref())
            .await?;
        let caller = Caller {
            account,
            identity,
            access_key: Some(session.access_key),
        };
        let credential = Credential::new(caller, rights, AccessKeyStatus::Active, session.secret);
        Ok(credential.until(session.expires, token))
    }

    async fn user(&self, account: AccountId, id: UserId) -> Result<(Identity, Rights), Error> {
        let found = self.store.rights_of_user(account, id).await.map_err(from_store)?;
        let (user, policies) = found.ok_or(Error::NotFound(Missing::User))?;
        let rights = Rights::user(account, &user.name, compiled(policies).await?);
        let identity = Identity::User { id, name: user.name };
        Ok((identity, rights))
    }

    async fn session(
        &self,
        account: AccountId,
        identity: &Identity,
        policy: Option<&str>,
    ) -> Result<Rights, Error> {
        let Identity::Session { role, name, .. } = identity else {
            return Err(Error::Internal);
        };
        let found = self.store.rights_of_role(account, *role).await;
        let (role, policies) = found.map_err(from_store)?.ok_or(Error::NotFound(Missing::Role))?;
        let (narrowed, policies) = (policy.map(narrowed), compiled(policies).await?);
        Ok(Rights::session(account, &role.name, name, narrowed, policies))
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
        let found = self.store.account(account).await.map_err(from_store)?;
        found.ok_or(Error::NotFound(Missing::Account))?;
        let credential = Credential::inside(account, Identity::Root, Rights::root(account));
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
