//! Tags of keys: table `tags`.

use claviger_model::{Key, KeyId, Scope, Tags};
use claviger_store::TagRow;
use rusqlite::types::{ToSql, Value};
use rusqlite::{Connection, params, params_from_iter};

use crate::error::{Failure, Fault};
use crate::query;
use crate::row::{Cells, Raw, number};

/// Adds all tags of a key that has none in the table.
pub(crate) fn insert(connection: &Connection, key: &Key) -> Result<(), Failure> {
    if key.tags.is_empty() {
        return Ok(());
    }
    let mut statement = connection
        .prepare_cached("INSERT INTO tags (account, region, key, name, value) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (name, value) in key.tags.iter() {
        statement.execute(params![
            number(key.scope.account),
            key.scope.region.as_str(),
            key.id.as_bytes(),
            name,
            value
        ])?;
    }
    Ok(())
}

/// Makes the tags in the table those of the key, where they differ from what they were.
pub(crate) fn replace(connection: &Connection, was: &Tags, key: &Key) -> Result<(), Failure> {
    if *was == key.tags {
        return Ok(());
    }
    connection
        .prepare_cached("DELETE FROM tags WHERE account = ?1 AND region = ?2 AND key = ?3")?
        .execute(params![
            number(key.scope.account),
            key.scope.region.as_str(),
            key.id.as_bytes()
        ])?;
    insert(connection, key)
}

/// What `Store::tag_rows` was asked for.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) scope: Scope,
    pub(crate) keys: Vec<KeyId>,
    pub(crate) tags: Vec<(String, Option<String>)>,
    pub(crate) after: Option<(KeyId, String)>,
    pub(crate) limit: u32,
}

/// See `Store::tag_rows`.
pub(crate) fn list(connection: &Connection, wish: &Wish) -> Result<Vec<TagRow>, Fault> {
    let (sql, values) = select(wish);
    // Not cached: wishes differ, and would drive the fixed statements out.
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name = Raw(row, 0);
        let mut cells = Cells::new("tags", &name, row);
        found.push(TagRow {
            key: cells.key_id("key")?,
            name: cells.text("name")?.into(),
            value: cells.text("value")?.into(),
        });
    }
    Ok(found)
}

/// The statement and the values for its question marks: nothing that a caller sent is spelled out.
pub(crate) fn select(wish: &Wish) -> (String, Vec<Value>) {
    let blob = |id: &KeyId| Value::Blob(id.as_bytes().to_vec());
    let text = |text: &str| Value::Text(text.to_owned());
    let scope = [
        Value::Integer(number(wish.scope.account)),
        text(wish.scope.region.as_str()),
    ];
    let mut sql = String::from("SELECT key, name, value FROM tags WHERE account = ? AND region = ?");
    let mut values = Vec::from(scope.clone());
    if !wish.keys.is_empty() {
        sql.push_str(" AND key IN (");
        sql.push_str(&vec!["?"; wish.keys.len()].join(", "));
        sql.push(')');
        values.extend(wish.keys.iter().map(blob));
    }
    for (name, value) in &wish.tags {
        sql.push_str(" AND key IN (SELECT key FROM tags WHERE account = ? AND region = ? AND name = ?");
        values.extend(scope.clone());
        values.push(text(name));
        if let Some(value) = value {
            sql.push_str(" AND value = ?");
            values.push(text(value));
        }
        sql.push(')');
    }
    if let Some((key, name)) = &wish.after {
        sql.push_str(" AND (key, name) > (?, ?)");
        values.extend([blob(key), text(name)]);
    }
    sql.push_str(" ORDER BY key, name LIMIT ?");
    values.push(Value::Integer(wish.limit.into()));
    (sql, values)
}

/// See `Store::tag_values`. Jumps from one value to the next: the cost is that of the values, not of the keys.
pub(crate) fn values(connection: &Connection, scope: &Scope) -> Result<Vec<(String, Vec<String>)>, Fault> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut next = one_tag(connection, scope, FIRST, &[])?;
    while let Some((name, value)) = next {
        next = one_tag(connection, scope, NEXT, &[&name, &value])?;
        match found.last_mut() {
            Some((last, values)) if *last == name => values.push(value),
            _ => found.push((name, vec![value])),
        }
    }
    Ok(found)
}

const FIRST: &str = "\
    SELECT name, value FROM tags INDEXED BY tags_by_name
    WHERE account = ?1 AND region = ?2 ORDER BY name, value LIMIT 1";

pub(crate) const NEXT: &str = "\
    SELECT name, value FROM tags INDEXED BY tags_by_name
    WHERE account = ?1 AND region = ?2 AND (name, value) > (?3, ?4) ORDER BY name, value LIMIT 1";

fn one_tag(
    connection: &Connection,
    scope: &Scope,
    sql: &str,
    after: &[&dyn ToSql],
) -> Result<Option<(String, String)>, Fault> {
    let (account, region) = (number(scope.account), scope.region.as_str());
    let mut values: Vec<&dyn ToSql> = vec![&account, &region];
    values.extend(after);
    query::one(connection, sql, values.as_slice(), |row| {
        let name = Raw(row, 0);
        let mut cells = Cells::new("tags", &name, row);
        Ok((cells.text("name")?.into(), cells.text("value")?.into()))
    })
}
