//! Named sealed values of the deployment: table `cells`.

use claviger_store::SealedCell;
use rusqlite::{Connection, params};

use crate::error::{Failure, Fault};
use crate::row::Cells;

pub(crate) fn load(connection: &Connection, name: &str) -> Result<Option<SealedCell>, Fault> {
    let mut statement = connection.prepare_cached("SELECT value FROM cells WHERE name = ?1")?;
    let mut rows = statement.query([name])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let value = Cells::new("cells", &name, row).blob("value")?;
    Ok(Some(SealedCell(value.into())))
}

pub(crate) fn store(connection: &Connection, name: &str, value: &SealedCell) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO cells (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        )?
        .execute(params![name, value.0])?;
    Ok(())
}

/// Keeps an older value, and gives the one that is there then.
pub(crate) fn add(connection: &Connection, name: &str, value: SealedCell) -> Result<SealedCell, Failure> {
    let added = connection
        .prepare_cached("INSERT INTO cells (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING")?
        .execute(params![name, value.0])?;
    if added > 0 {
        return Ok(value);
    }
    Ok(load(connection, name)?.unwrap_or(value))
}
