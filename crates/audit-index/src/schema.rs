//! The index file: its tables, and connections to it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::FeedError;

/// Marks files as ours, in their `application_id`: the letters `ClvI`.
const APPLICATION: i64 = 0x436c_7649;

/// Number of the format. There are no migrations: a file of another format is made anew from the log.
const FORMAT: i64 = 2;

/// Pages of 4 KiB in the write-ahead log after which a commit moves them to the main file: seldom, since that syncs.
const CHECKPOINT: u32 = 4000;

/// The write-ahead log is cut back to this many bytes when it starts anew.
const LOG_BYTES: u32 = 32 << 20;

const STATEMENTS: usize = 32;

/// Another process that looks into the file, such as a shell, is waited for so long.
const PATIENCE: Duration = Duration::from_secs(2);

const TABLES: &str = "
-- Up to where the log is in here. `log` is empty before the first line.
CREATE TABLE state (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  log       BLOB    NOT NULL,
  seq       INTEGER NOT NULL,
  segment   INTEGER NOT NULL,
  offset    INTEGER NOT NULL,
  length    INTEGER NOT NULL,
  record    BLOB    NOT NULL,
  next_term INTEGER NOT NULL
);
INSERT INTO state VALUES (1, x'', 0, 0, 0, 0, x'', 1);
CREATE TABLE term (
  account INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  value   TEXT    NOT NULL,
  id      INTEGER NOT NULL,
  PRIMARY KEY (account, kind, value)
) WITHOUT ROWID;
CREATE TABLE posting (
  term  INTEGER NOT NULL,
  block INTEGER NOT NULL,
  data  BLOB    NOT NULL,
  PRIMARY KEY (term, block)
) WITHOUT ROWID;
-- Times of the calls of a block, in milliseconds.
CREATE TABLE block (
  number INTEGER PRIMARY KEY,
  first  INTEGER NOT NULL,
  last   INTEGER NOT NULL
);
CREATE TABLE chunk (
  number INTEGER PRIMARY KEY,
  data   BLOB    NOT NULL
);
-- Served cryptographic uses; `version` is empty where the record names none.
CREATE TABLE use_version (
  account INTEGER NOT NULL,
  key     BLOB    NOT NULL,
  version BLOB    NOT NULL,
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  count   INTEGER NOT NULL,
  PRIMARY KEY (account, key, version)
) WITHOUT ROWID;
CREATE TABLE use_last (
  account    INTEGER NOT NULL,
  key        BLOB    NOT NULL,
  time       INTEGER NOT NULL,
  action     TEXT    NOT NULL,
  caller     TEXT    NOT NULL,
  access_key TEXT,
  PRIMARY KEY (account, key)
) WITHOUT ROWID;
-- All calls about a key; `day` counts from 1970-01-01 UTC.
CREATE TABLE use_day (
  account INTEGER NOT NULL,
  key     BLOB    NOT NULL,
  day     INTEGER NOT NULL,
  action  TEXT    NOT NULL,
  outcome TEXT    NOT NULL,
  count   INTEGER NOT NULL,
  PRIMARY KEY (account, key, day, action, outcome)
) WITHOUT ROWID;
";

/// Opens the file for writing, and makes it where there is none.
///
/// # Errors
/// [`FeedError::Damaged`] where it is not an index of this format.
pub(crate) fn writer(path: &Path, cache_kib: u32) -> Result<Connection, FeedError> {
    prepare(path)?;
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, cache_kib)?;
    let fresh = verify(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    // The log is the truth: what a power cut takes from here is read from there again.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    if fresh {
        connection.execute_batch(&format!(
            "BEGIN; {TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; COMMIT;"
        ))?;
    }
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn reader(path: &Path, cache_kib: u32) -> Result<Connection, FeedError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, cache_kib)?;
    if verify(&connection)? {
        return Err(FeedError::Damaged("an empty file"));
    }
    Ok(connection)
}

fn open(path: &Path, access: OpenFlags, cache_kib: u32) -> Result<Connection, FeedError> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A statement keeps its plan, instead of being compiled anew when it is given other values.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // Negative: KiB instead of pages.
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    Ok(connection)
}

/// Whether the file is empty; an error if it is neither that nor ours.
fn verify(connection: &Connection) -> Result<bool, FeedError> {
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, format, tables) {
        (0, 0, 0) => Ok(true),
        (APPLICATION, FORMAT, _) => Ok(false),
        _ => Err(FeedError::Damaged("not an index of this format")),
    }
}

/// Makes file and folder for their owner alone.
fn prepare(path: &Path) -> Result<(), FeedError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(FeedError::file(folder))?;
    }
    let made: io::Result<File> = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(FeedError::file(path)(error)),
        _ => Ok(()),
    }
}

/// The file and its companions.
pub(crate) fn files(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

/// Removes the file and its companions. No connection of this process may be open.
pub(crate) fn remove(path: &Path) -> Result<(), FeedError> {
    for file in files(path) {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(FeedError::file(&file)(error));
            }
            _ => {}
        }
    }
    Ok(())
}
