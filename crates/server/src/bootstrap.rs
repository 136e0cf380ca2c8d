//! The first account, and what a client needs to know to connect.

use std::sync::Arc;

use claviger_audit::record::Mark;
use claviger_crypto::{PasswordError, SystemRng, password};
use claviger_model::{
    AccessKeyId, AccessKeyStatus, Account, AccountId, DomainId, KeyOwner, Login, LoginOwner, ProjectId,
    RandomError, Region, Scope, Timestamp,
};
use claviger_provider::{Cell, Keeper as _, ProviderError};
use claviger_provider_soft::SoftProvider;
use claviger_secret::SecretBytes;
use claviger_service::{
    NewAccessKey, NewAccessKeyError, ProjectError, find_project, password_cell, password_row, secret_cell,
};
use claviger_store::{
    Draft, IdentityStore as _, LoginStore as _, SealedCell, Store as _, StoreError, WriteError,
};
use claviger_store_sqlite::SqliteStore;
use serde_json::json;

use crate::ids::{NameRandom, word};
use crate::output::Failure;

/// Who connects, and how.
pub(crate) struct Connection {
    account: Account,
    access_key: AccessKeyId,
    secret: SecretBytes,
    project: ProjectId,
    console_password: SecretBytes,
    region: Region,
}

/// Where the server listens, for a file of credentials.
pub(crate) struct Endpoints {
    pub(crate) https: String,
    pub(crate) http: Option<String>,
    pub(crate) ca_file: String,
}

/// Why the first account could not be made or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BootstrapError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    AccessKey(#[from] NewAccessKeyError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error("there is no account")]
    NoAccount,
    #[error("account {0} has no access key that is enabled; `claviger admin key` makes and enables them")]
    NoAccessKey(AccountId),
}

impl From<BootstrapError> for Failure {
    fn from(error: BootstrapError) -> Self {
        Self::failed(format!("cannot prepare the first account: {error}"))
    }
}

/// Gives the first account with its access key; makes both if there are none.
pub(crate) async fn first_account(
    store: &Arc<SqliteStore>,
    keeper: &SoftProvider,
    name: &str,
    region: &Region,
    now: Timestamp,
) -> Result<Connection, BootstrapError> {
    if store.accounts().await?.is_empty() {
        make_account(store, keeper, name, now).await?;
    }
    let account = store
        .accounts()
        .await?
        .into_iter()
        .next()
        .ok_or(BootstrapError::NoAccount)?;
    let keys = store.access_keys(account.id, &KeyOwner::Root).await?;
    let key = keys
        .into_iter()
        .find(|key| key.status == AccessKeyStatus::Active)
        .ok_or(BootstrapError::NoAccessKey(account.id))?;
    let secret = keeper.open(&secret_cell(&key.id), &key.secret.0)?;
    let scope = Scope {
        account: account.id,
        region: region.clone(),
    };
    let project = find_project(store.as_ref(), keeper, &NameRandom, &scope).await?;
    let console_password = remembered(store, keeper, "console/password", || word(24)).await?;
    give_password(store, keeper, &account, &console_password, now).await?;
    Ok(Connection {
        account,
        access_key: key.id,
        secret,
        project,
        console_password,
        region: region.clone(),
    })
}

async fn make_account(
    store: &Arc<SqliteStore>,
    keeper: &SoftProvider,
    name: &str,
    now: Timestamp,
) -> Result<(), BootstrapError> {
    let account = Account {
        id: AccountId::draw(&NameRandom)?,
        domain: DomainId::draw(&NameRandom)?,
        name: name.to_owned(),
        created: now,
    };
    let (new, kept) = NewAccessKey::draw(account.id, KeyOwner::Root, now, &NameRandom, keeper)?;
    let event = format!("account {} made with access key {}", account.id, new.id);
    let mark = Mark {
        time: now,
        event: &event,
        version: env!("CARGO_PKG_VERSION"),
    };
    store
        .create_account(account, kept, Draft(mark.to_json().into()))
        .await?;
    Ok(())
}

/// Lets the root of the account come in with the password, unless it has one already.
async fn give_password(
    store: &Arc<SqliteStore>,
    keeper: &SoftProvider,
    account: &Account,
    password: &SecretBytes,
    now: Timestamp,
) -> Result<(), BootstrapError> {
    let (login, _) = store.login(account.id, LoginOwner::Root).await?;
    if login.has_password {
        return Ok(());
    }
    let hash = SecretBytes::from(password::hash(password, &SystemRng)?);
    let sealed = keeper.seal(&password_cell(&password_row(account.id, LoginOwner::Root)), &hash)?;
    let event = format!("password of the root of account {} set", account.id);
    let mark = Mark {
        time: now,
        event: &event,
        version: env!("CARGO_PKG_VERSION"),
    };
    let change = move |login| {
        Ok(Login {
            changed: Some(now),
            ..login
        })
    };
    store
        .update_login(
            account.id,
            LoginOwner::Root,
            Some(SealedCell(sealed)),
            Draft(mark.to_json().into()),
            Box::new(change),
        )
        .await?;
    Ok(())
}

/// A sealed value of the deployment; made at first use.
async fn remembered(
    store: &Arc<SqliteStore>,
    keeper: &SoftProvider,
    name: &str,
    make: impl FnOnce() -> Result<SecretBytes, RandomError>,
) -> Result<SecretBytes, BootstrapError> {
    let cell = Cell {
        table: "cells",
        column: "value",
        row: name,
    };
    if let Some(sealed) = store.cell(name).await? {
        return Ok(keeper.open(&cell, &sealed.0)?);
    }
    let value = make()?;
    store
        .set_cell(name, SealedCell(keeper.seal(&cell, &value)?))
        .await?;
    Ok(value)
}

impl Connection {
    /// The account's number.
    pub(crate) fn account(&self) -> AccountId {
        self.account.id
    }

    /// Its project in the region.
    pub(crate) fn project(&self) -> ProjectId {
        self.project
    }

    /// The public half of the access key.
    pub(crate) fn access_key(&self) -> &AccessKeyId {
        &self.access_key
    }

    /// The name of the account, which its root has, too.
    pub(crate) fn name(&self) -> &str {
        &self.account.name
    }

    /// Everything that a client needs, as JSON. Holds secrets.
    pub(crate) fn to_json(&self, endpoints: &Endpoints) -> Result<SecretBytes, Failure> {
        let text = |secret: &SecretBytes| secret.expose_str().unwrap_or_default().to_owned();
        let json = json!({
            "account_id": self.account.id.to_string(),
            "domain_id": self.account.domain.to_string(),
            "domain_name": self.account.name,
            "user_name": self.account.name,
            "project_id": self.project.to_string(),
            "region": self.region.as_str(),
            "access_key_id": self.access_key.as_str(),
            "access_key_secret": text(&self.secret),
            "https_endpoint": endpoints.https,
            "http_endpoint": endpoints.http,
            "ca_file": endpoints.ca_file,
            "console_url": format!("{}/console", endpoints.https),
            "console_user": "root",
            "console_password": text(&self.console_password),
        });
        let mut bytes = serde_json::to_vec_pretty(&json)
            .map_err(|error| Failure::failed(format!("cannot write credentials: {error}")))?;
        bytes.push(b'\n');
        Ok(SecretBytes::from(bytes))
    }
}
