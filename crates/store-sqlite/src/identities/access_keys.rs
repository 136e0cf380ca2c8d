//! Access keys: table `access_keys`. Their secrets lie in `materials`.

use claviger_model::{
    AccessKeyId, AccessKeyStatus, AccountId, Error, KeyOwner, Missing, Quota, ServiceName, Timestamp,
};
use claviger_store::{AccessKey, Draft, Outboxed, SealedCell, StoreError};
use rusqlite::{Connection, Row, params};

use super::{services, users};
use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number, user_id};
use crate::words::Word;
use crate::{accounts, counts, materials, outbox, query};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, account, user, service, status, created, last_used, bytes
             FROM access_keys LEFT JOIN materials ON slot = secret WHERE ",
            $rest
        )
    };
}

/// Where the column of `materials` is in what [`select`] gives.
const BYTES_COLUMN: usize = 7;

/// `IS`, because both are null for the root.
const OF_OWNER: &str = "SELECT count(*) FROM access_keys WHERE account = ?1 AND user IS ?2 AND service IS ?3";

pub(crate) fn load(connection: &Connection, id: &AccessKeyId) -> Result<Option<AccessKey>, Fault> {
    query::one(connection, select!("id = ?1"), [id.as_str()], access_key)
}

pub(crate) fn list(
    connection: &Connection,
    account: AccountId,
    owner: &KeyOwner,
) -> Result<Vec<AccessKey>, Fault> {
    let select = select!("account = ?1 AND user IS ?2 AND service IS ?3 ORDER BY created, id");
    let (user, service) = columns(owner);
    query::all(
        connection,
        select,
        params![number(account), user, service],
        access_key,
    )
}

/// See `LoginStore::access_keys_of_account`.
pub(crate) fn list_all(connection: &Connection, account: AccountId) -> Result<Vec<AccessKey>, Fault> {
    let select = select!("account = ?1 ORDER BY created, id");
    query::all(connection, select, [number(account)], access_key)
}

/// The values of `user` and `service`.
fn columns(owner: &KeyOwner) -> (Option<i64>, Option<&str>) {
    match owner {
        KeyOwner::Root => (None, None),
        KeyOwner::User(id) => (Some(id.number().cast_signed()), None),
        KeyOwner::Service(name) => (None, Some(name.as_str())),
    }
}

fn access_key(row: &Row<'_>) -> Result<AccessKey, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("access_keys", &name, row);
    Ok(AccessKey {
        id: cells.parsed("id")?,
        account: cells.account_id("account")?,
        owner: owner(&mut cells)?,
        status: cells.word("status")?,
        created: cells.time("created")?,
        last_used: cells.optional_time("last_used")?,
        secret: SealedCell(Cells::at("materials", &name, row, BYTES_COLUMN).sealed()?.into()),
    })
}

fn owner(cells: &mut Cells<'_>) -> Result<KeyOwner, StoreError> {
    match (cells.optional_integer("user")?, cells.optional_text("service")?) {
        (None, None) => Ok(KeyOwner::Root),
        (Some(user), None) => {
            let id = user_id(user).ok_or_else(|| cells.bad("user", "not a user id"))?;
            Ok(KeyOwner::User(id))
        }
        (None, Some(service)) => {
            let name: Result<ServiceName, _> = service.parse();
            Ok(KeyOwner::Service(
                name.map_err(|error| cells.bad("service", error))?,
            ))
        }
        (Some(_), Some(_)) => Err(cells.bad("service", "a service beside a user")),
    }
}

/// See `IdentityStore::create_access_key`.
pub(crate) fn create(
    connection: &Connection,
    key: &AccessKey,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    match &key.owner {
        KeyOwner::Root => accounts::require(connection, key.account)?,
        KeyOwner::User(id) => {
            users::load_by_id(connection, key.account, *id)?.ok_or(Error::NotFound(Missing::User))?;
        }
        KeyOwner::Service(name) => {
            let service = services::load(connection, name)?;
            let managed = service.filter(|service| service.account == key.account);
            managed.ok_or(Error::NotFound(Missing::Service))?;
        }
    }
    let (user, service) = columns(&key.owner);
    let count = query::count(connection, OF_OWNER, params![number(key.account), user, service])?;
    counts::fits(count, quota, Quota::AccessKeys)?;
    insert(connection, key)?;
    outbox::record(connection, draft, ())
}

/// Adds an access key whose owner is there.
pub(crate) fn insert(connection: &Connection, key: &AccessKey) -> Result<(), Failure> {
    let slot = materials::put(connection, &key.secret.0)?;
    let (user, service) = columns(&key.owner);
    query::run(
        connection,
        "INSERT INTO access_keys (id, account, user, service, secret, status, created, last_used)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            key.id.as_str(),
            number(key.account),
            user,
            service,
            slot,
            key.status.word(),
            micros(key.created),
            key.last_used.map(micros),
        ],
    )?;
    Ok(())
}

/// See `IdentityStore::update_access_key`.
pub(crate) fn update(
    connection: &Connection,
    account: AccountId,
    owner: &KeyOwner,
    id: &AccessKeyId,
    status: AccessKeyStatus,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let update = "UPDATE access_keys SET status = ?5
                  WHERE id = ?1 AND account = ?2 AND user IS ?3 AND service IS ?4";
    let (user, service) = columns(owner);
    let values = params![id.as_str(), number(account), user, service, status.word()];
    found(query::run(connection, update, values)?)?;
    outbox::record(connection, draft, ())
}

/// See `IdentityStore::delete_access_key`.
pub(crate) fn delete(
    connection: &Connection,
    account: AccountId,
    owner: &KeyOwner,
    id: &AccessKeyId,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let (user, service) = columns(owner);
    let values = params![id.as_str(), number(account), user, service];
    let erase = "UPDATE materials SET free = 1, bytes = zeroblob(length(bytes))
                 WHERE slot = (SELECT secret FROM access_keys
                               WHERE id = ?1 AND account = ?2 AND user IS ?3 AND service IS ?4)";
    query::run(connection, erase, values)?;
    let delete = "DELETE FROM access_keys WHERE id = ?1 AND account = ?2 AND user IS ?3 AND service IS ?4";
    found(query::run(connection, delete, values)?)?;
    outbox::record(connection, draft, ())
}

/// Removes all access keys of an owner, with their secrets.
pub(crate) fn delete_all(
    connection: &Connection,
    account: AccountId,
    owner: &KeyOwner,
) -> Result<(), Failure> {
    let (user, service) = columns(owner);
    let values = params![number(account), user, service];
    let erase = "UPDATE materials SET free = 1, bytes = zeroblob(length(bytes))
                 WHERE slot IN (SELECT secret FROM access_keys
                                WHERE account = ?1 AND user IS ?2 AND service IS ?3)";
    query::run(connection, erase, values)?;
    let delete = "DELETE FROM access_keys WHERE account = ?1 AND user IS ?2 AND service IS ?3";
    query::run(connection, delete, values)?;
    Ok(())
}

/// Whether the owner has any.
pub(crate) fn any(connection: &Connection, account: AccountId, owner: &KeyOwner) -> Result<bool, Fault> {
    let (user, service) = columns(owner);
    Ok(query::count(connection, OF_OWNER, params![number(account), user, service])? > 0)
}

/// See `IdentityStore::note_uses`.
pub(crate) fn note_uses(connection: &Connection, uses: &[(AccessKeyId, Timestamp)]) -> Result<(), Failure> {
    let update = "UPDATE access_keys SET last_used = ?2
                  WHERE id = ?1 AND (last_used IS NULL OR last_used < ?2)";
    for (id, moment) in uses {
        query::run(connection, update, params![id.as_str(), micros(*moment)])?;
    }
    Ok(())
}

fn found(rows: usize) -> Result<(), Error> {
    if rows > 0 {
        Ok(())
    } else {
        Err(Error::NotFound(Missing::AccessKey))
    }
}
