//! Second names of keys: table `aliases`.

use claviger_model::{Alias, AliasName, Error, KeyId, Missing, Page, Paged, Scope};
use claviger_store::{Draft, KeyCheck, Outboxed, StoreError};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use crate::counts::{self, Counted};
use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::{keys, outbox, page, reader};

pub(crate) fn load(connection: &Connection, scope: &Scope, name: &AliasName) -> Result<Option<Alias>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT name, key, created FROM aliases WHERE account = ?1 AND region = ?2 AND name = ?3",
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
    Ok(Alias {
        scope: scope.clone(),
        name: cells.parsed("name")?,
        key: cells.key_id("key")?,
        created: cells.time("created")?,
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
            "SELECT name, key, created FROM aliases WHERE account = ?1 AND region = ?2
             ORDER BY name LIMIT ?3 OFFSET ?4",
        ),
        Some(_) => (
            "SELECT count(*) FROM aliases WHERE account = ?1 AND region = ?2 AND key = ?3",
            "SELECT name, key, created FROM aliases INDEXED BY aliases_of_key
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

pub(crate) fn create(
    connection: &Connection,
    alias: &Alias,
    quota: u32,
    draft: &Draft,
    admit: KeyCheck,
) -> Result<Outboxed<()>, Failure> {
    if load(connection, &alias.scope, &alias.name)?.is_some() {
        return Err(Error::AliasExists.into());
    }
    counts::admit(connection, &alias.scope, Counted::Aliases, quota)?;
    check(connection, &alias.scope, alias.key, admit)?;
    connection
        .prepare_cached(
            "INSERT INTO aliases (account, region, name, key, created) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            number(alias.scope.account),
            alias.scope.region.as_str(),
            alias.name.as_str(),
            alias.key.as_bytes(),
            micros(alias.created)
        ])?;
    outbox::record(connection, draft, ())
}

pub(crate) fn lead_to(
    connection: &Connection,
    scope: &Scope,
    name: &AliasName,
    to: KeyId,
    draft: &Draft,
    admit: KeyCheck,
) -> Result<Outboxed<Alias>, Failure> {
    let was = load(connection, scope, name)?.ok_or(Error::NotFound(Missing::Alias))?;
    check(connection, scope, to, admit)?;
    connection
        .prepare_cached("UPDATE aliases SET key = ?4 WHERE account = ?1 AND region = ?2 AND name = ?3")?
        .execute(params![
            number(scope.account),
            scope.region.as_str(),
            name.as_str(),
            to.as_bytes()
        ])?;
    outbox::record(connection, draft, was)
}

pub(crate) fn delete(
    connection: &Connection,
    scope: &Scope,
    name: &AliasName,
    draft: &Draft,
) -> Result<Outboxed<Alias>, Failure> {
    let was = load(connection, scope, name)?.ok_or(Error::NotFound(Missing::Alias))?;
    connection
        .prepare_cached("DELETE FROM aliases WHERE account = ?1 AND region = ?2 AND name = ?3")?
        .execute(params![
            number(scope.account),
            scope.region.as_str(),
            name.as_str()
        ])?;
    outbox::record(connection, draft, was)
}

fn check(connection: &Connection, scope: &Scope, id: KeyId, mut admit: KeyCheck) -> Result<(), Failure> {
    let key = keys::load(connection, scope, id)?.ok_or(Error::NotFound(Missing::Key))?;
    Ok(admit(&key)?)
}
