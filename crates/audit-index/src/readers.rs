//! Connections that read, and the moment when there must be none.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

use rusqlite::Connection;

use crate::error::FeedError;
use crate::schema;

/// Connections kept for the next question.
const KEPT: usize = 2;

/// Page cache of each, in KiB.
const CACHE: u32 = 2048;

#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    /// Held by everyone who reads; taken whole by who replaces the file.
    gate: RwLock<()>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            gate: RwLock::new(()),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Does some reading. A connection that failed is not used again.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, FeedError>,
    ) -> Result<T, FeedError> {
        let _reading = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => schema::reader(&self.path, CACHE)?,
        };
        let answer = work(&connection)?;
        let mut idle = idle();
        if idle.len() < KEPT {
            idle.push(connection);
        }
        Ok(answer)
    }

    /// Removes the file while nobody reads it. The one who writes it has let it go.
    pub(crate) fn remove_file(&self) -> Result<(), FeedError> {
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        schema::remove(&self.path)
    }
}
