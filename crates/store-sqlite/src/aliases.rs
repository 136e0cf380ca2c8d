//! Second names of keys: table `aliases`.

use claviger_model::{
    Alias, AliasName, Error, KeyId, Missing, NamePage, Named, Page, Paged, Quota, Scope, Timestamp,
};
use claviger_store::{Draft, KeyCheck, Outboxed, StoreError};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use crate::counts::{self, Counted};
use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::{keys, outbox, page, query, reader};

pub(crate) fn load(connection: &Connection, scope: &Scope, name: &AliasName) -> Result<Option<Alias>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT name, key, created, updated, prefixed FROM aliases WHERE account = ?1 AND region = ?2 AND name = ?3",
    )?;
    let mut rows = statement.query(params![
        number(scope.account),
        scope.region.as_str(),
        name.as_str()
    ])?;
    Ok(rows.next()?.map(|row| alias(row, scope)).transpose()?)
}

fn alias(row: &Row<'_>, scope: &Scope) -> Result<Alias, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("aliases", &name, row);
    let (name, key) = (cells.parsed("name")?, cells.key_id("key")?);
    let created = cells.time("created")?;
    // Null in rows of schemas before 5.
    let updated = cells.optional_time("updated")?.unwrap_or(created);
    Ok(Alias {
        scope: scope.clone(),
        name,
        prefixed: cells.flag("prefixed")?,
        key,
        created,
        updated,
    })
}

/// One page, with the length of the whole list as of the same moment.
pub(crate) fn list(
    connection: &Connection,
    scope: &Scope,
    key: Option<KeyId>,
    page: Page,
) -> Result<Paged<Alias>, Fault> {
    let (count, select) = match key {
        None => (
            "SELECT count(*) FROM aliases WHERE account = ?1 AND region = ?2",
            "SELECT name, key, created, updated, prefixed FROM aliases WHERE account = ?1 AND region = ?2
             ORDER BY name LIMIT ?3 OFFSET ?4",
        ),
        Some(_) => (
            "SELECT count(*) FROM aliases WHERE account = ?1 AND region = ?2 AND key = ?3",
            "SELECT name, key, created, updated, prefixed FROM aliases INDEXED BY aliases_of_key
             WHERE account = ?1 AND region = ?2 AND key = ?3 ORDER BY name LIMIT ?4 OFFSET ?5",
        ),
    };
    let account = number(scope.account);
    let region = scope.region.as_str();
    let key = key.map(|id| *id.as_bytes());
    let mut values: Vec<&dyn ToSql> = vec![&account, &region];
    if let Some(id) = &key {
        values.push(id);
    }
    reader::snapshot(connection, |connection| {
        let mut count = connection.prepare_cached(count)?;
        let mut select = connection.prepare_cached(select)?;
        page::read(&mut count, &mut select, &values, page, |row| {
            Ok(alias(row, scope)?)
        })
    })
}

/// See `Store::aliases_after`.
pub(crate) fn after(
    connection: &Connection,
    scope: &Scope,
    key: Option<KeyId>,
    page: &NamePage,
) -> Result<Named<Alias>, Fault> {
    let (account, region) = (number(scope.account), scope.region.as_str());
    let item = |row: &Row<'_>| alias(row, scope);
    match key {
        None => query::named(connection, AFTER, &[&account, &region], page, item),
        Some(id) => query::named(
            connection,
            AFTER_OF_KEY,
            &[&account, &region, id.as_bytes()],
            page,
            item,
        ),
    }
}

pub(crate) const AFTER: &str = "\
    SELECT name, key, created, updated, prefixed FROM aliases
    WHERE account = ?1 AND region = ?2 AND name > ?3 ORDER BY name LIMIT ?4";

pub(crate) const AFTER_OF_KEY: &str = "\
    SELECT name, key, created, updated, prefixed FROM aliases INDEXED BY aliases_of_key
    WHERE account = ?1 AND region = ?2 AND key = ?3 AND name > ?4 ORDER BY name LIMIT ?5";

pub(crate) fn create(
    connection: &Connection,
    alias: &Alias,
    (quota, per_key): (u32, u32),
    draft: &Draft,
    admit: KeyCheck,
) -> Result<Outboxed<()>, Failure> {
    if load(connection, &alias.scope, &alias.name)?.is_some() {
        return Err(Error::AliasExists.into());
    }
    counts::admit(connection, &alias.scope, Counted::Aliases, quota)?;
    // A key has no more aliases than its scope.
    if per_key < quota {
        let count = count_of_key(connection, &alias.scope, alias.key)?;
        counts::fits(count, per_key, Quota::AliasesOfKey)?;
    }
    check(connection, &alias.scope, alias.key, admit)?;
    connection
        .prepare_cached(
            "INSERT INTO aliases (account, region, name, key, created, updated, prefixed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            number(alias.scope.account),
            alias.scope.region.as_str(),
            alias.name.as_str(),
            alias.key.as_bytes(),
            micros(alias.created),
            micros(alias.updated),
            alias.prefixed
        ])?;
    outbox::record(connection, draft, ())
}

fn count_of_key(connection: &Connection, scope: &Scope, key: KeyId) -> Result<i64, Fault> {
    let count = "SELECT count(*) FROM aliases WHERE account = ?1 AND region = ?2 AND key = ?3";
    let values = params![number(scope.account), scope.region.as_str(), key.as_bytes()];
    query::count(connection, count, values)
}

pub(crate) fn lead_to(
    connection: &Connection,
    scope: &Scope,
    name: &AliasName,
    from: Option<KeyId>,
    (to, now): (KeyId, Timestamp),
    draft: &Draft,
    admit: KeyCheck,
) -> Result<Outboxed<Alias>, Failure> {
    let was = led_to(connection, scope, name, from)?;
    check(connection, scope, to, admit)?;
    connection
        .prepare_cached(
            "UPDATE aliases SET key = ?4, updated = ?5 WHERE account = ?1 AND region = ?2 AND name = ?3",
        )?
        .execute(params![
            number(scope.account),
            scope.region.as_str(),
            name.as_str(),
            to.as_bytes(),
            micros(now)
        ])?;
    outbox::record(connection, draft, was)
}

pub(crate) fn delete(
    connection: &Connection,
    scope: &Scope,
    name: &AliasName,
    from: Option<KeyId>,
    draft: &Draft,
) -> Result<Outboxed<Alias>, Failure> {
    let was = led_to(connection, scope, name, from)?;
    connection
        .prepare_cached("DELETE FROM aliases WHERE account = ?1 AND region = ?2 AND name = ?3")?
        .execute(params![
            number(scope.account),
            scope.region.as_str(),
            name.as_str()
        ])?;
    outbox::record(connection, draft, was)
}

/// An alias, if it leads where it is thought to.
fn led_to(
    connection: &Connection,
    scope: &Scope,
    name: &AliasName,
    from: Option<KeyId>,
) -> Result<Alias, Failure> {
    let was = load(connection, scope, name)?.ok_or(Error::NotFound(Missing::Alias))?;
    if from.is_some_and(|from| from != was.key) {
        return Err(Error::Unavailable.into());
    }
    Ok(was)
}

fn check(connection: &Connection, scope: &Scope, id: KeyId, mut admit: KeyCheck) -> Result<(), Failure> {
    let key = keys::load(connection, scope, id)?.ok_or(Error::NotFound(Missing::Key))?;
    Ok(admit(&key)?)
}
