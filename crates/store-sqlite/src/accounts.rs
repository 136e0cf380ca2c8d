//! Accounts and their access keys: tables `accounts` and `access_keys`.

use std::fmt::Display;

use claviger_model::{AccessKeyId, Account, AccountId, DomainId};
use claviger_store::{AccessKey, Draft, Outboxed, SealedCell, StoreError};
use rusqlite::{Connection, Row, params};

use crate::error::{Failure, Fault};
use crate::outbox;
use crate::row::{Cells, Raw, micros, number};
use crate::words::Word;

pub(crate) fn load(connection: &Connection, id: AccountId) -> Result<Option<Account>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT id, domain, name, created FROM accounts WHERE id = ?1")?;
    let mut rows = statement.query([number(id)])?;
    Ok(rows.next()?.map(account).transpose()?)
}

pub(crate) fn list(connection: &Connection) -> Result<Vec<Account>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT id, domain, name, created FROM accounts ORDER BY created, id")?;
    let mut rows = statement.query([])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        accounts.push(account(row)?);
    }
    Ok(accounts)
}

fn account(row: &Row<'_>) -> Result<Account, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("accounts", &name, row);
    Ok(Account {
        id: cells.account_id("id")?,
        domain: DomainId::from_bytes(cells.uuid("domain")?),
        name: cells.text("name")?.into(),
        created: cells.time("created")?,
    })
}

pub(crate) fn create(
    connection: &Connection,
    account: &Account,
    access_key: &AccessKey,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    if access_key.account != account.id {
        return Err(StoreError::Database("the access key is of another account".into()).into());
    }
    connection
        .prepare_cached("INSERT INTO accounts (id, domain, name, created) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            number(account.id),
            account.domain.as_bytes(),
            account.name,
            micros(account.created)
        ])?;
    connection
        .prepare_cached(
            "INSERT INTO access_keys (id, account, identity, secret, status, created)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            access_key.id.as_str(),
            number(access_key.account),
            access_key.identity.word(),
            access_key.secret.0,
            access_key.status.word(),
            micros(access_key.created)
        ])?;
    outbox::record(connection, draft, ())
}

pub(crate) fn load_access_key(connection: &Connection, id: &AccessKeyId) -> Result<Option<AccessKey>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT id, account, identity, secret, status, created FROM access_keys WHERE id = ?1",
    )?;
    let mut rows = statement.query([id.as_str()])?;
    Ok(rows.next()?.map(|row| access_key(row, id)).transpose()?)
}

pub(crate) fn access_keys_of(connection: &Connection, account: AccountId) -> Result<Vec<AccessKey>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT id, account, identity, secret, status, created FROM access_keys WHERE account = ?1
         ORDER BY created, id",
    )?;
    let mut rows = statement.query([number(account)])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(access_key(row, &Raw(row, 0))?);
    }
    Ok(keys)
}

fn access_key(row: &Row<'_>, name: &dyn Display) -> Result<AccessKey, StoreError> {
    let mut cells = Cells::new("access_keys", name, row);
    Ok(AccessKey {
        id: cells.parsed("id")?,
        account: cells.account_id("account")?,
        identity: cells.word("identity")?,
        secret: SealedCell(cells.blob("secret")?.into()),
        status: cells.word("status")?,
        created: cells.time("created")?,
    })
}
