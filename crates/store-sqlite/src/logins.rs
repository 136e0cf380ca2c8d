//! Logins and void tokens: tables `logins` and `revoked_tokens`. Passwords lie in `materials`. What else the trait has is
//! with the identities that it is about.

use async_trait::async_trait;
use claviger_model::{
    Account, AccountId, DomainId, Error, Group, GroupId, Login, LoginOwner, Missing, PolicyId, Timestamp,
};
use claviger_store::{
    AccessKey, Draft, IdentityChange, LoginStore, Outboxed, PolicyRow, SealedCell, StoreError, WriteError,
};
use rusqlite::{Connection, Row, params};

use crate::error::{Failure, Fault};
use crate::identities::{access_keys, groups, policies, users};
use crate::row::{Cells, as_kept, micros, number};
use crate::{SqliteStore, accounts, materials, outbox, query};

#[async_trait]
impl LoginStore for SqliteStore {
    async fn account_by_domain(&self, id: DomainId) -> Result<Option<Account>, StoreError> {
        self.read(move |connection| accounts::by_domain(connection, id))
            .await
    }

    async fn accounts_named(&self, name: &str) -> Result<Vec<Account>, StoreError> {
        let name = name.to_owned();
        self.read(move |connection| accounts::named(connection, &name))
            .await
    }

    async fn group_by_id(&self, account: AccountId, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.read(move |connection| groups::load_by_id(connection, account, id))
            .await
    }

    async fn policy_by_id(&self, account: AccountId, id: PolicyId) -> Result<Option<PolicyRow>, StoreError> {
        self.look(move |connection| policies::load_by_id(connection, account, id))
            .await
    }

    async fn access_keys_of_account(&self, account: AccountId) -> Result<Vec<AccessKey>, StoreError> {
        self.read(move |connection| access_keys::list_all(connection, account))
            .await
    }

    async fn login(
        &self,
        account: AccountId,
        owner: LoginOwner,
    ) -> Result<(Login, Option<SealedCell>), StoreError> {
        self.read(move |connection| load(connection, account, owner))
            .await
    }

    async fn update_login(
        &self,
        account: AccountId,
        owner: LoginOwner,
        password: Option<SealedCell>,
        draft: Draft,
        change: IdentityChange<Login>,
    ) -> Result<Outboxed<Login>, WriteError> {
        let replaces = password.is_some();
        let work = move |connection: &Connection| {
            update(connection, (account, owner), password.as_ref(), &draft, change)
        };
        if replaces {
            self.erase(work).await
        } else {
            self.write(work).await
        }
    }

    async fn revoke_token(
        &self,
        id: [u8; 16],
        until: Timestamp,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| revoke(connection, id, until, &draft))
            .await
    }

    async fn is_token_revoked(&self, id: [u8; 16]) -> Result<bool, StoreError> {
        let select = "SELECT 1 FROM revoked_tokens WHERE id = ?1";
        self.read(move |connection| query::exists(connection, select, [id]))
            .await
    }

    async fn forget_tokens(&self, now: Timestamp) -> Result<(), StoreError> {
        self.put(move |connection| {
            query::run(connection, FORGET, [micros(now)])?;
            Ok(())
        })
        .await
    }
}

pub(crate) const FORGET: &str = "DELETE FROM revoked_tokens WHERE until < ?1";

/// The value of `user`.
pub(crate) fn column(owner: LoginOwner) -> i64 {
    match owner {
        LoginOwner::Root => 0,
        LoginOwner::User(id) => id.number().cast_signed(),
    }
}

/// See `LoginStore::login`.
fn load(
    connection: &Connection,
    account: AccountId,
    owner: LoginOwner,
) -> Result<(Login, Option<SealedCell>), Fault> {
    let select = "SELECT enabled, password, changed, tokens_from, bytes
                  FROM logins LEFT JOIN materials ON slot = password WHERE account = ?1 AND user = ?2";
    let values = [number(account), column(owner)];
    let found = query::one(connection, select, values, |row| login(row, account, owner))?;
    Ok(found.unwrap_or_else(|| (Login::of(account, owner), None)))
}

fn login(
    row: &Row<'_>,
    account: AccountId,
    owner: LoginOwner,
) -> Result<(Login, Option<SealedCell>), StoreError> {
    let name = match owner {
        LoginOwner::Root => account.to_string(),
        LoginOwner::User(id) => id.to_string(),
    };
    let mut cells = Cells::new("logins", &name, row);
    let enabled = cells.flag("enabled")?;
    let password = match cells.optional_integer("password")? {
        None => None,
        Some(_) => Some(SealedCell(Cells::at("materials", &name, row, 4).sealed()?.into())),
    };
    let login = Login {
        account,
        owner,
        enabled,
        has_password: password.is_some(),
        changed: cells.optional_time("changed")?,
        tokens_from: cells.optional_time("tokens_from")?,
    };
    Ok((login, password))
}

/// See `LoginStore::update_login`.
fn update(
    connection: &Connection,
    (account, owner): (AccountId, LoginOwner),
    password: Option<&SealedCell>,
    draft: &Draft,
    mut change: IdentityChange<Login>,
) -> Result<Outboxed<Login>, Failure> {
    match owner {
        LoginOwner::Root => accounts::require(connection, account)?,
        LoginOwner::User(id) => {
            users::load_by_id(connection, account, id)?.ok_or(Error::NotFound(Missing::User))?;
        }
    }
    let (was, _) = load(connection, account, owner)?;
    let wish = change(was.clone())?;
    let login = Login {
        account,
        owner,
        has_password: was.has_password || password.is_some(),
        changed: wish.changed.map(as_kept),
        tokens_from: wish.tokens_from.map(as_kept),
        ..wish
    };
    let insert =
        "INSERT INTO logins (account, user, enabled, changed, tokens_from) VALUES (?1, ?2, ?3, ?4, ?5)
                  ON CONFLICT (account, user) DO UPDATE SET enabled = ?3, changed = ?4, tokens_from = ?5";
    let values = params![
        number(account),
        column(owner),
        login.enabled,
        login.changed.map(micros),
        login.tokens_from.map(micros)
    ];
    query::run(connection, insert, values)?;
    if let Some(password) = password {
        erase(connection, account, owner)?;
        let slot = materials::put(connection, &password.0)?;
        let update = "UPDATE logins SET password = ?3 WHERE account = ?1 AND user = ?2";
        query::run(connection, update, [number(account), column(owner), slot])?;
    }
    outbox::record(connection, draft, login)
}

/// Overwrites a password, if there is one.
fn erase(connection: &Connection, account: AccountId, owner: LoginOwner) -> Result<(), Failure> {
    let erase = "UPDATE materials SET free = 1, bytes = zeroblob(length(bytes))
                 WHERE slot = (SELECT password FROM logins WHERE account = ?1 AND user = ?2)";
    query::run(connection, erase, [number(account), column(owner)])?;
    Ok(())
}

/// Removes a login, if there is one, with its password.
pub(crate) fn delete(connection: &Connection, account: AccountId, owner: LoginOwner) -> Result<(), Failure> {
    erase(connection, account, owner)?;
    let delete = "DELETE FROM logins WHERE account = ?1 AND user = ?2";
    query::run(connection, delete, [number(account), column(owner)])?;
    Ok(())
}

/// See `LoginStore::revoke_token`. The later end counts where it is void already.
fn revoke(
    connection: &Connection,
    id: [u8; 16],
    until: Timestamp,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let insert = "INSERT INTO revoked_tokens (id, until) VALUES (?1, ?2)
                  ON CONFLICT (id) DO UPDATE SET until = max(until, ?2)";
    query::run(connection, insert, params![id, micros(until)])?;
    outbox::record(connection, draft, ())
}
