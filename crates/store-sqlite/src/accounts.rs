//! Accounts: table `accounts`.

use claviger_model::{Account, AccountId, DomainId, Error, InUse, KeyOwner, LoginOwner, Missing};
use claviger_store::{AccessKey, Draft, Outboxed, StoreError};
use rusqlite::{Connection, Row, params};

use crate::error::{Failure, Fault};
use crate::identities::access_keys;
use crate::row::{Cells, Raw, micros, number};
use crate::{logins, outbox, query};

pub(crate) fn load(connection: &Connection, id: AccountId) -> Result<Option<Account>, Fault> {
    let select = "SELECT id, domain, name, created FROM accounts WHERE id = ?1";
    query::one(connection, select, [number(id)], account)
}

pub(crate) fn list(connection: &Connection) -> Result<Vec<Account>, Fault> {
    let select = "SELECT id, domain, name, created FROM accounts ORDER BY created, id";
    query::all(connection, select, [], account)
}

/// See `LoginStore::account_by_domain`.
pub(crate) fn by_domain(connection: &Connection, id: DomainId) -> Result<Option<Account>, Fault> {
    let select = "SELECT id, domain, name, created FROM accounts WHERE domain = ?1";
    query::one(connection, select, [id.as_bytes()], account)
}

/// See `LoginStore::accounts_named`.
pub(crate) fn named(connection: &Connection, name: &str) -> Result<Vec<Account>, Fault> {
    query::all(connection, NAMED, [name], account)
}

pub(crate) const NAMED: &str =
    "SELECT id, domain, name, created FROM accounts WHERE name = ?1 ORDER BY created, id";

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

/// Whether what is to be added to an account finds it there.
pub(crate) fn require(connection: &Connection, id: AccountId) -> Result<(), Failure> {
    let select = "SELECT 1 FROM accounts WHERE id = ?1";
    if query::exists(connection, select, [number(id)])? {
        Ok(())
    } else {
        Err(Error::NotFound(Missing::Account).into())
    }
}

pub(crate) fn create(
    connection: &Connection,
    account: &Account,
    access_key: &AccessKey,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    if access_key.account != account.id || access_key.owner != KeyOwner::Root {
        return Err(StoreError::Database("the access key is not of the root of the account".into()).into());
    }
    query::run(
        connection,
        "INSERT INTO accounts (id, domain, name, created) VALUES (?1, ?2, ?3, ?4)",
        params![
            number(account.id),
            account.domain.as_bytes(),
            account.name,
            micros(account.created)
        ],
    )?;
    access_keys::insert(connection, access_key)?;
    outbox::record(connection, draft, ())
}

pub(crate) fn rename(
    connection: &Connection,
    id: AccountId,
    name: String,
    draft: &Draft,
) -> Result<Outboxed<Account>, Failure> {
    let was = load(connection, id)?.ok_or(Error::NotFound(Missing::Account))?;
    let update = "UPDATE accounts SET name = ?2 WHERE id = ?1";
    query::run(connection, update, params![number(id), name])?;
    outbox::record(connection, draft, Account { name, ..was })
}

/// Whether anything but access keys and the login of its root belongs to the account.
const IN_USE: &str = "\
    SELECT 1 WHERE EXISTS (SELECT 1 FROM keys WHERE account = ?1)
                OR EXISTS (SELECT 1 FROM aliases WHERE account = ?1)
                OR EXISTS (SELECT 1 FROM certificates WHERE account = ?1)
                OR EXISTS (SELECT 1 FROM users WHERE account = ?1)
                OR EXISTS (SELECT 1 FROM user_groups WHERE account = ?1)
                OR EXISTS (SELECT 1 FROM roles WHERE account = ?1)
                OR EXISTS (SELECT 1 FROM policies WHERE account = ?1)
                OR EXISTS (SELECT 1 FROM services WHERE account = ?1)";

pub(crate) fn delete(connection: &Connection, id: AccountId, draft: &Draft) -> Result<Outboxed<()>, Failure> {
    require(connection, id)?;
    let first = "SELECT 1 WHERE ?1 = (SELECT id FROM accounts ORDER BY created, id LIMIT 1)";
    if query::exists(connection, first, [number(id)])? {
        return Err(Error::InUse(InUse::FirstAccount).into());
    }
    if query::exists(connection, IN_USE, [number(id)])? {
        return Err(Error::InUse(InUse::Account).into());
    }
    access_keys::delete_all(connection, id, &KeyOwner::Root)?;
    logins::delete(connection, id, LoginOwner::Root)?;
    for statement in [
        "DELETE FROM counts WHERE account = ?1",
        "DELETE FROM accounts WHERE id = ?1",
    ] {
        query::run(connection, statement, [number(id)])?;
    }
    outbox::record(connection, draft, ())
}
