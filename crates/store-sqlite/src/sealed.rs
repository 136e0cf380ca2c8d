//! The walk over all that is wrapped, table by table and by primary key.

mod cursor;
mod rows;
mod swap;

use std::path::Path;

use async_trait::async_trait;
use claviger_store::{Resealed, SealedCell, SealedCursor, SealedPage, SealedStore, StoreError};
use rusqlite::Connection;

use crate::error::Fault;
use crate::{Options, SqliteStore, cells, connection, schema};

use self::cursor::Cursor;

#[cfg(test)]
pub(crate) use self::rows::{ACCESS_KEYS, CELLS, CERTIFICATES, LOGINS, VERSIONS};

#[async_trait]
impl SealedStore for SqliteStore {
    async fn sealed(&self, after: Option<&SealedCursor>, limit: u32) -> Result<SealedPage, StoreError> {
        let after = after.cloned();
        self.read(move |connection| page(connection, after.as_ref(), limit))
            .await
    }

    async fn replace_sealed(&self, changes: Vec<Resealed>) -> Result<Vec<bool>, StoreError> {
        self.put(move |connection| {
            let done = changes.iter().map(|change| swap::swap(connection, change));
            done.collect()
        })
        .await
    }
}

fn page(connection: &Connection, after: Option<&SealedCursor>, limit: u32) -> Result<SealedPage, Fault> {
    let after = match after {
        None => Cursor::BEGIN,
        Some(cursor) => Cursor::read(cursor)
            .ok_or_else(|| StoreError::Database("no cursor of a walk over what is wrapped".into()))?,
    };
    rows::page(connection, &after, limit)
}

/// What is wrapped in a database that others may be working on, for those who only look. Blocks.
#[derive(Debug)]
pub struct SealedRows(Connection);

impl SealedRows {
    /// Opens the file without changing it.
    ///
    /// # Errors
    /// Those of [`SqliteStore::open`]; [`StoreError::Database`] too where the schema is older than that of this program.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connection = connection::reader(path.as_ref(), &Options::default())?;
        schema::must_be_newest(&connection).map_err(|fault| fault.0)?;
        Ok(Self(connection))
    }

    /// As [`SealedStore::sealed`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn page(&self, after: Option<&SealedCursor>, limit: u32) -> Result<SealedPage, StoreError> {
        page(&self.0, after, limit).map_err(|fault| fault.0)
    }

    /// As [`Store::cell`](claviger_store::Store::cell).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cell(&self, name: &str) -> Result<Option<SealedCell>, StoreError> {
        cells::load(&self.0, name).map_err(|fault| fault.0)
    }
}
