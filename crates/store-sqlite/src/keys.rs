//! Keys: table `keys`, and what goes with a key when it comes and when it goes.

mod change;
mod due;
mod rows;

use claviger_model::{Error, Key, KeyFilter, KeyId, KeyVersion, Missing, Page, Paged, Scope};
use claviger_store::{Draft, KeyCheck, Outboxed};
use rusqlite::types::ToSql;
use rusqlite::{Connection, params};

use crate::counts::{self, Counted};
use crate::error::{Failure, Fault};
use crate::filter::Condition;
use crate::row::{Cells, Raw, number};
use crate::{materials, outbox, page, reader, tags, versions};

pub(crate) use change::{update, update_all, update_version};
#[cfg(test)]
pub(crate) use due::DUE;
pub(crate) use due::due;
pub(crate) use rows::load;

/// One page, with the length of the whole list as of the same moment. Ids sort by their time of birth.
pub(crate) fn list(
    connection: &Connection,
    scope: &Scope,
    filter: &KeyFilter,
    page: Page,
) -> Result<Paged<KeyId>, Fault> {
    let Some(condition) = Condition::of(filter) else {
        return Ok(Paged {
            items: Vec::new(),
            total: 0,
        });
    };
    let matching = format!("FROM keys WHERE account = ? AND region = ?{}", condition.sql);
    let account = number(scope.account);
    let region = scope.region.as_str();
    let mut values: Vec<&dyn ToSql> = vec![&account, &region];
    values.extend(condition.values.iter().map(|value| -> &dyn ToSql { value }));
    reader::snapshot(connection, |connection| {
        // Not cached: filters differ, and would drive the fixed statements out.
        let mut count = connection.prepare(&format!("SELECT count(*) {matching}"))?;
        let mut select = connection.prepare(&format!("SELECT id {matching} ORDER BY id LIMIT ? OFFSET ?"))?;
        page::read(&mut count, &mut select, &values, page, |row| {
            let name = Raw(row, 0);
            Ok(Cells::new("keys", &name, row).key_id("id")?)
        })
    })
}

/// See `Store::create_key`.
pub(crate) fn create(
    connection: &Connection,
    key: &Key,
    version: Option<&KeyVersion>,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    counts::admit(connection, &key.scope, Counted::of(&key.creator), quota)?;
    rows::insert(connection, key)?;
    if let Some(version) = version {
        versions::insert(connection, &key.scope, key.id, version)?;
    }
    tags::insert(connection, key)?;
    outbox::record(connection, draft, ())
}

/// See `Store::delete_key`.
pub(crate) fn delete(
    connection: &Connection,
    scope: &Scope,
    id: KeyId,
    draft: &Draft,
    mut admit: KeyCheck,
) -> Result<Outboxed<Key>, Failure> {
    let was = load(connection, scope, id)?.ok_or(Error::NotFound(Missing::Key))?;
    admit(&was)?;
    materials::erase_all(connection, scope, id)?;
    for statement in [
        "DELETE FROM aliases WHERE account = ?1 AND region = ?2 AND key = ?3",
        "DELETE FROM tags WHERE account = ?1 AND region = ?2 AND key = ?3",
        "DELETE FROM key_versions WHERE account = ?1 AND region = ?2 AND key = ?3",
        "DELETE FROM keys WHERE account = ?1 AND region = ?2 AND id = ?3",
    ] {
        connection.prepare_cached(statement)?.execute(params![
            number(scope.account),
            scope.region.as_str(),
            id.as_bytes()
        ])?;
    }
    outbox::record(connection, draft, was)
}
