//! Tags of keys: table `tags`.

use claviger_model::{Key, Tags};
use rusqlite::{Connection, params};

use crate::error::Failure;
use crate::row::number;

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
