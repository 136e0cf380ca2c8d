//! Keys: table `keys`, and what goes with a key when it comes and when it goes.

mod change;
mod due;
mod rows;

use claviger_model::{Error, Key, KeyFilter, KeyId, KeyVersion, Missing, Order, Page, Paged, Scope};
use claviger_store::{Draft, KeyCheck, Outboxed, StoreError};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use crate::counts::{self, Counted};
use crate::error::{Failure, Fault};
use crate::filter::Condition;
use crate::row::{Cells, Raw, number};
use crate::{destructions, materials, outbox, page, query, reader, tags, versions};

pub(crate) use change::{update, update_all, update_version};
#[cfg(test)]
pub(crate) use due::DUE;
pub(crate) use due::due;
pub(crate) use rows::load;

/// See `Store::keys`. The length of the whole list is as of the same moment.
pub(crate) fn list(
    connection: &Connection,
    scope: &Scope,
    filter: &KeyFilter,
    (order, page): (Order, Page),
) -> Result<Paged<KeyId>, Fault> {
    reader::snapshot(connection, |connection| {
        read_page(connection, scope, filter, ("id", order, page), |row| {
            let name = Raw(row, 0);
            Cells::new("keys", &name, row).key_id("id")
        })
    })
}

/// See `Store::whole_keys`; as [`list`].
pub(crate) fn list_whole(
    connection: &Connection,
    scope: &Scope,
    filter: &KeyFilter,
    (order, page): (Order, Page),
) -> Result<Paged<Key>, Fault> {
    reader::snapshot(connection, |connection| {
        let wish = (rows::BARE, order, page);
        let mut found = read_page(connection, scope, filter, wish, |row| rows::bare(row, scope))?;
        for key in &mut found.items {
            rows::add_tags(connection, key)?;
        }
        Ok(found)
    })
}

/// Reads some columns of the keys that pass the filter. Ids sort by their time of birth.
fn read_page<T>(
    connection: &Connection,
    scope: &Scope,
    filter: &KeyFilter,
    (columns, order, page): (&str, Order, Page),
    mut item: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Paged<T>, Fault> {
    let Some(condition) = Condition::of(filter) else {
        return Ok(Paged {
            items: Vec::new(),
            total: 0,
        });
    };
    let account = number(scope.account);
    let region = scope.region.as_str();
    let mut values: Vec<&dyn ToSql> = vec![&account, &region];
    values.extend(condition.values.iter().map(|value| -> &dyn ToSql { value }));
    // Not cached: filters differ, and would drive the fixed statements out.
    let mut count = connection.prepare(&count_of(&condition))?;
    let mut select = connection.prepare(&select_of(columns, &condition, order))?;
    page::read(&mut count, &mut select, &values, page, |row| Ok(item(row)?))
}

/// How many keys pass. The values are account, region and those of the condition.
pub(crate) fn count_of(condition: &Condition) -> String {
    format!(
        "SELECT count(*) FROM keys WHERE account = ? AND region = ?{}",
        condition.sql
    )
}

/// One page of them. As [`count_of`]; two more values tell how many rows to give and to pass over.
pub(crate) fn select_of(columns: &str, condition: &Condition, order: Order) -> String {
    let direction = match order {
        Order::OldestFirst => "ASC",
        Order::NewestFirst => "DESC",
    };
    let condition = &condition.sql;
    format!(
        "SELECT {columns} FROM keys WHERE account = ? AND region = ?{condition}
         ORDER BY id {direction} LIMIT ? OFFSET ?"
    )
}

/// See `Store::scope_of_key`.
pub(crate) fn scope_of(connection: &Connection, id: KeyId) -> Result<Option<Scope>, Fault> {
    query::one(connection, SCOPE_OF, [id.as_bytes()], |row| {
        Cells::new("keys", &id, row).scope()
    })
}

pub(crate) const SCOPE_OF: &str = "SELECT account, region FROM keys WHERE id = ?1 ORDER BY account, region";

/// See `Store::create_key`.
pub(crate) fn create(
    connection: &Connection,
    key: &Key,
    version: Option<&KeyVersion>,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    counts::admit(connection, &key.scope, Counted::of(&key.creator), quota)?;
    change::title_is_free(connection, key)?;
    rows::insert(connection, key)?;
    if let Some(version) = version {
        versions::insert(connection, key, version)?;
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
    destructions::of_key(connection, scope, id)?;
    materials::erase_all(connection, scope, id)?;
    for statement in [
        "DELETE FROM grants WHERE account = ?1 AND region = ?2 AND key = ?3",
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
