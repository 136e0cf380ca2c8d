//! Running fixed statements: prepared once per connection and kept.

use claviger_model::{NamePage, Named};
use claviger_store::StoreError;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Params, Row};

use crate::error::Fault;

/// The first row, if there is any.
pub(crate) fn one<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    item: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    Ok(rows.next()?.map(item).transpose()?)
}

/// All rows.
pub(crate) fn all<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    mut item: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(item(row)?);
    }
    Ok(items)
}

/// One page of rows that are ordered by name. The statement takes `values` and two more: the name after which to
/// begin, and how many rows to give.
pub(crate) fn named<T>(
    connection: &Connection,
    sql: &str,
    values: &[&dyn ToSql],
    page: &NamePage,
    item: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Named<T>, Fault> {
    // No name is empty, so all come after the empty one. One row more than asked for tells whether there is more.
    let after = page.after.as_deref().unwrap_or("");
    let limit = i64::from(page.take) + 1;
    let mut values = values.to_vec();
    values.push(&after);
    values.push(&limit);
    let mut items = all(connection, sql, values.as_slice(), item)?;
    let take = usize::try_from(page.take).unwrap_or(usize::MAX);
    let more = items.len() > take;
    items.truncate(take);
    Ok(Named { items, more })
}

/// Whether there is any row.
pub(crate) fn exists(connection: &Connection, sql: &str, values: impl Params) -> Result<bool, Fault> {
    Ok(connection.prepare_cached(sql)?.exists(values)?)
}

/// The number that a `SELECT count(*)` gives.
pub(crate) fn count(connection: &Connection, sql: &str, values: impl Params) -> Result<i64, Fault> {
    Ok(connection
        .prepare_cached(sql)?
        .query_row(values, |row| row.get(0))?)
}

/// Changes rows, and tells how many.
pub(crate) fn run(connection: &Connection, sql: &str, values: impl Params) -> Result<usize, Fault> {
    Ok(connection.prepare_cached(sql)?.execute(values)?)
}
