//! The handle that the rest of the program holds.

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_trait::async_trait;
use claviger_audit::index::{EventIndex, Follower, Found, IndexError, Progress, Query, Usage};
use claviger_audit::{AuditLog, Seq};
use claviger_model::{AccountId, Clock, KeyId};
use rusqlite::Connection;

use crate::error::FeedError;
use crate::feeder::{Feeder, Shared};
use crate::{query, usage, writer};

/// The index in one SQLite file. Share it in an [`Arc`]. Dropping it is closing it.
#[derive(Debug)]
pub struct SqliteIndex {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl SqliteIndex {
    /// Opens the index `path` over the log in the folder `dir`, and makes file and folder where there are none.
    ///
    /// With a `log`, a thread of the lowest priority follows it, up to what is durable of it. It also does the
    /// opening, so this comes back at once, and whatever is wrong with file or disk stands in [`Progress::trouble`]
    /// while the thread tries again. Until the file is open, questions are answered with [`IndexError`].
    ///
    /// Without a `log`, the index answers as it stands, and nothing is added.
    ///
    /// # Errors
    /// When the thread cannot be started; without a `log`, when the file cannot be opened.
    pub fn open(
        path: &Path,
        dir: &Path,
        log: Option<Arc<AuditLog>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FeedError> {
        let shared = Arc::new(Shared::new(path, dir));
        let feeder = log.map(|log| Feeder {
            path: path.to_owned(),
            log,
            clock,
            shared: Arc::clone(&shared),
        });
        if feeder.is_none() {
            shared.publish(shared.readers.read(writer::done)?);
            shared.ready.store(true, Ordering::Release);
        }
        let thread = feeder.map(start).transpose()?;
        Ok(Self {
            shared,
            thread: Mutex::new(thread),
        })
    }

    /// Ends the thread after the batch it has in hand. What is not indexed then is indexed after the next start.
    /// Closing twice is closing once; questions are answered all the same.
    pub fn close(&self) {
        self.shared.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the thread has been printed by the hook; nobody but the index is the worse for it.
            let _ = thread.join();
        }
    }

    /// Asks on a thread that may block.
    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Path) -> Result<T, FeedError> + Send + 'static,
    ) -> Result<T, IndexError> {
        if !self.shared.ready.load(Ordering::Acquire) {
            let trouble = self.progress().trouble;
            return Err(IndexError::Unavailable(
                trouble.unwrap_or_else(|| "it is being opened".to_owned()),
            ));
        }
        let shared = Arc::clone(&self.shared);
        let answer = tokio::task::spawn_blocking(move || {
            shared.readers.read(|connection| work(connection, &shared.dir))
        });
        let answer = answer
            .await
            .map_err(|error| IndexError::Unavailable(error.to_string()))?;
        answer.map_err(|error| {
            if error.asks_for_rebuild() {
                self.shared.suspect.store(true, Ordering::Release);
                self.shared.hurry();
            }
            error.into()
        })
    }
}

fn start(feeder: Feeder) -> Result<JoinHandle<()>, FeedError> {
    let path = feeder.path.clone();
    let started: io::Result<_> = thread::Builder::new()
        .name("audit-index".to_owned())
        .spawn(move || feeder.run());
    started.map_err(FeedError::file(&path))
}

#[async_trait]
impl EventIndex for SqliteIndex {
    async fn lookup(&self, query: &Query) -> Result<Found, IndexError> {
        let query = query.clone();
        self.ask(move |connection, dir| query::lookup(connection, dir, &query))
            .await
    }

    async fn usage(&self, account: AccountId, key: KeyId) -> Result<Usage, IndexError> {
        self.ask(move |connection, _| usage::usage(connection, account, key))
            .await
    }

    async fn reaches(&self, seq: Seq, patience: Duration) -> bool {
        let mut done = self.shared.done.subscribe();
        if *done.borrow() >= seq {
            return true;
        }
        self.shared.hurry();
        let reached = tokio::time::timeout(patience, done.wait_for(|done| *done >= seq)).await;
        reached.is_ok_and(|seen| seen.is_ok())
    }
}

impl Follower for SqliteIndex {
    fn progress(&self) -> Progress {
        self.shared
            .progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for SqliteIndex {
    fn drop(&mut self) {
        self.close();
    }
}
