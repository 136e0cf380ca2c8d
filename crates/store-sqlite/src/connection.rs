//! Connections and their settings.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use claviger_store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Fault, judge};
use crate::options::Options;
use crate::schema;

/// Statements kept ready per connection: more than there are fixed ones.
const STATEMENTS: usize = 256;

/// The write-ahead log is cut back to this many bytes when it starts anew.
const LOG_BYTES: u32 = 32 << 20;

/// Makes the file if there is none, and closes it and its companions to everyone but their owner.
///
/// This opens and closes the file, which would drop the locks of connections of this process: call it before any.
pub(crate) fn prepare_file(path: &Path) -> Result<(), StoreError> {
    let unavailable = |error: io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        // SQLite makes its other files with the mode of this one.
        Ok(file) => file
            .sync_all()
            .and_then(|()| sync_folder(path))
            .map_err(unavailable),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            restrict(path).map_err(unavailable)?;
            for suffix in ["-wal", "-shm"] {
                match restrict(&beside(path, suffix)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unavailable(error)),
                    _ => {}
                }
            }
            Ok(())
        }
        Err(error) => Err(unavailable(error)),
    }
}

/// The path of a companion file of the database.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn restrict(path: &Path) -> io::Result<()> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a plain file"));
    }
    std::fs::set_permissions(path, Permissions::from_mode(0o600))
}

/// A new name in a folder is durable once the folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// The one connection that writes.
pub(crate) fn writer(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    open_writer(path, options).map_err(|fault| fault.0)
}

fn open_writer(path: &Path, options: &Options) -> Result<Connection, Fault> {
    let connection = open(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE,
        options,
        options.writer_cache,
    )?;
    if connection.is_readonly("main")? {
        return Err(StoreError::Unavailable(format!("{}: read-only", path.display())).into());
    }
    // Before the first change: a file that is not ours stays as it is.
    schema::verify(&connection)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Unavailable(format!("{}: no write-ahead log", path.display())).into());
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", options.checkpoint)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn reader(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    open(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY,
        options,
        options.reader_cache,
    )
    .map_err(|fault| fault.0)
}

fn open(path: &Path, access: OpenFlags, options: &Options, cache: u32) -> Result<Connection, Fault> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.patience)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    // A statement keeps its plan, instead of being compiled anew when it is given other values.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Freed pages and cells are overwritten with zeros: deleted material does not stay in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    // Negative: KiB instead of pages.
    connection.pragma_update(None, "cache_size", -i64::from(cache))?;
    Ok(connection)
}

/// How long everyone who writes may be kept waiting for readers, where a checkpoint would merely be good to have.
const BRIEFLY: Duration = Duration::from_millis(50);

/// As [`checkpoint`], without much patience for those who read.
pub(crate) fn checkpoint_briefly(connection: &Connection, options: &Options) -> Result<(), StoreError> {
    let wait = |patience| connection.busy_timeout(patience).map_err(|error| judge(&error));
    wait(options.patience.min(BRIEFLY))?;
    let done = checkpoint(connection);
    wait(options.patience)?;
    done
}

/// Moves the whole write-ahead log to the main file and cuts it to nothing.
pub(crate) fn checkpoint(connection: &Connection) -> Result<(), StoreError> {
    let blocked: Result<i64, _> =
        connection.query_row("PRAGMA wal_checkpoint(truncate)", [], |row| row.get(0));
    match blocked {
        Ok(0) => Ok(()),
        Ok(_) => Err(StoreError::Unavailable("the write-ahead log is in use".into())),
        Err(error) => Err(judge(&error)),
    }
}
