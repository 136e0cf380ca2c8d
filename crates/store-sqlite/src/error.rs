//! What the database says, in the words of the store.

use claviger_model::{Error, Refusal};
use claviger_store::{StoreError, WriteError};
use rusqlite::{ErrorCode, ffi};

/// A statement failed, or a row was bad. Made from either by `?`.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Fault(#[from] pub(crate) StoreError);

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self(judge(&error))
    }
}

/// A change did not happen: the domain refused, or the store failed.
#[derive(Debug)]
pub(crate) enum Failure {
    Refused(Error),
    Store(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Error::Refused(refusal))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Store(fault.0)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(judge(&error))
    }
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => Self::Domain(error),
            Failure::Store(error) => Self::Store(error),
        }
    }
}

/// Tells what may pass by itself (disk full, read-only, locked, I/O) from what will not.
pub(crate) fn judge(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted
            | ErrorCode::OutOfMemory,
        ) => StoreError::Unavailable(told(error)),
        _ => StoreError::Database(error.to_string()),
    }
}

/// The database calls it an input or output error when a full disk has no room for its shared memory.
fn told(error: &rusqlite::Error) -> String {
    match error.sqlite_error() {
        Some(inner) if inner.extended_code == ffi::SQLITE_IOERR_SHMSIZE => {
            "no room for the shared memory of the database: No space left on device".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_room_for_the_shared_memory_is_told_as_such() {
        let error = |code| rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        let full = judge(&error(ffi::SQLITE_IOERR_SHMSIZE)).to_string();
        assert!(full.contains("No space left on device"), "{full}");
        let other = judge(&error(ffi::SQLITE_IOERR_READ)).to_string();
        assert!(!other.contains("No space"), "{other}");
    }
}
