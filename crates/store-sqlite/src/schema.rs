//! Which tables there are: numbered migrations that only go forward.

use claviger_store::StoreError;
use rusqlite::Connection;

use crate::error::{Fault, judge};

/// Marks files as ours, in their `application_id`: the letters `Clav`.
const APPLICATION: i64 = 0x436c_6176;

/// The text of migration number n is at place n - 1. Released texts never change.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_lifecycle.sql"),
    include_str!("../migrations/0003_certificates.sql"),
    include_str!("../migrations/0004_identities.sql"),
    include_str!("../migrations/0005_grants.sql"),
    include_str!("../migrations/0006_hsm.sql"),
    include_str!("../migrations/0007_alias_prefix.sql"),
    include_str!("../migrations/0008_expected_material.sql"),
];

/// Looks whether the file is empty or ours, and changes nothing.
///
/// # Errors
/// [`StoreError::NewerSchema`] for a file of a newer program; [`StoreError::Database`] for one of another program.
pub(crate) fn verify(connection: &Connection) -> Result<(), Fault> {
    version(connection, newest(MIGRATIONS)).map(drop)
}

/// Looks whether the file is ours and has the tables that this program knows.
///
/// # Errors
/// Those of [`verify`]; [`StoreError::Database`] for an empty file and for an older schema.
pub(crate) fn must_be_newest(connection: &Connection) -> Result<(), Fault> {
    let known = newest(MIGRATIONS);
    let found = version(connection, known)?;
    if found == known {
        return Ok(());
    }
    let text = format!("schema {found} is older than that of this program, {known}");
    Err(StoreError::Database(text).into())
}

/// Looks whether the pages of the file hang together.
///
/// # Errors
/// [`StoreError::Database`] with the first damage.
pub(crate) fn check_pages(connection: &Connection) -> Result<(), Fault> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        Ok(())
    } else {
        Err(StoreError::Database(found).into())
    }
}

/// Brings a database to the newest schema.
///
/// # Errors
/// Those of [`verify`].
pub(crate) fn bring_up(connection: &Connection) -> Result<(), StoreError> {
    bring_to(connection, MIGRATIONS)
}

pub(crate) fn bring_to(connection: &Connection, migrations: &[&str]) -> Result<(), StoreError> {
    let known = newest(migrations);
    for (number, migration) in (1..).zip(migrations) {
        in_transaction(connection, || {
            if version(connection, known)? < number {
                connection.execute_batch(migration)?;
                connection.pragma_update(None, "application_id", APPLICATION)?;
                connection.pragma_update(None, "user_version", number)?;
            }
            Ok(())
        })
        .map_err(|fault| fault.0)?;
    }
    Ok(())
}

fn newest(migrations: &[&str]) -> u32 {
    u32::try_from(migrations.len()).unwrap_or(u32::MAX)
}

/// The schema number of the file, 0 for an empty one.
fn version(connection: &Connection, known: u32) -> Result<u32, Fault> {
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = application == 0 && found == 0 && tables == 0;
    match u32::try_from(found) {
        Ok(found) if application == APPLICATION && found > known => {
            Err(StoreError::NewerSchema { found, known }.into())
        }
        Ok(found) if application == APPLICATION || empty => Ok(found),
        _ => Err(StoreError::Database("the file belongs to another program".into()).into()),
    }
}

fn in_transaction(connection: &Connection, work: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let done = work().and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if done.is_err() && !connection.is_autocommit() {
        connection
            .execute_batch("ROLLBACK")
            .map_err(|error| judge(&error))?;
    }
    done
}
