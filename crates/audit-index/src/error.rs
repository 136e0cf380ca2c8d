//! What can go wrong between the log and the index.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use claviger_audit::index::IndexError;
use claviger_audit::{LineError, Seq, VerifyError};
use rusqlite::ErrorCode;

/// The index could not be fed, read or compared. The log is never touched by that.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The index file.
    #[error("the index file")]
    Database(#[from] rusqlite::Error),
    /// A file or folder.
    #[error("`{}`", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A place of the log where a line should be, and is not.
    #[error("`{}`, byte {offset}: not the line that should be there", .path.display())]
    Line {
        /// The segment.
        path: PathBuf,
        /// Where in its plain bytes.
        offset: u64,
    },
    /// A line of the log that was asked for by its place.
    #[error(transparent)]
    Place(#[from] LineError),
    /// The lines of a segment.
    #[error(transparent)]
    Log(#[from] VerifyError),
    /// A record of the log that cannot be read.
    #[error("the record of line {seq} cannot be read")]
    Record {
        /// The line.
        seq: Seq,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The log is not the one that was indexed.
    #[error("the log is not the one that was indexed: {0}")]
    Replaced(&'static str),
    /// What the index file says cannot be.
    #[error("damaged index: {0}")]
    Damaged(&'static str),
}

impl FeedError {
    /// For `map_err`: names the file.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }

    /// Whether only a new index helps. Anything else may pass by itself.
    pub(crate) fn asks_for_rebuild(&self) -> bool {
        match self {
            Self::Replaced(_) | Self::Damaged(_) => true,
            Self::Database(error) => !passes(error),
            Self::File { .. } | Self::Line { .. } | Self::Place(_) | Self::Log(_) | Self::Record { .. } => {
                false
            }
        }
    }
}

/// Whether the machine is at fault rather than the file.
fn passes(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
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
        )
    )
}

impl From<FeedError> for IndexError {
    fn from(error: FeedError) -> Self {
        Self::Unavailable(told(&error))
    }
}

/// An error and what caused it, for people.
pub(crate) fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
