//! The store in one `SQLite` file, for a single node.
//!
//! One thread writes and commits in groups (`writer.rs`), a few read (`reader.rs`), and the async methods hand work
//! over through bounded queues. Each aggregate has a file with its statements and the way between rows and the model:
//! `keys.rs`, `versions.rs`, `materials.rs`, `tags.rs`, `aliases.rs`, `grants.rs`, `certificates.rs`, `accounts.rs`,
//! `logins.rs`, `leases.rs`, `destructions.rs`, `outbox.rs`, `cells.rs`, and those of `identities/`; `sealed.rs` walks over what
//! several of them keep wrapped. `migrations/` is the table layout.
//!
//! The crate must never know operations, dialects or providers, and never open sealed material.
//!
//! To keep a new kind of thing: a migration with the next number, a file for its statements, and the methods in
//! `store.rs`, or beside the statements, as the traits are cut. A migration that was released never changes.

mod accounts;
mod aliases;
mod cells;
mod certificates;
mod connection;
mod counts;
mod destructions;
mod error;
mod filter;
mod grants;
mod identities;
mod keys;
mod leases;
mod logins;
mod materials;
mod options;
mod outbox;
mod page;
mod query;
mod queue;
mod reader;
mod row;
mod schema;
mod sealed;
mod store;
mod tags;
mod texts;
mod versions;
mod words;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use claviger_store::{StoreError, WriteError};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::{Failure, Fault};
use crate::queue::{Queue, Turned};
use crate::reader::Read;
use crate::writer::{Counters, Order, Writer};

pub use crate::options::Options;
pub use crate::sealed::SealedRows;

/// A store in one `SQLite` file.
///
/// Futures of its methods may be dropped at any time: a change whose future is dropped may or may not happen.
/// Times are kept in microseconds; what is finer is cut off.
pub struct SqliteStore {
    path: PathBuf,
    options: Arc<Options>,
    orders: Arc<Queue<Order>>,
    reads: Arc<Queue<Read>>,
    counters: Arc<Counters>,
    threads: Mutex<Option<Threads>>,
}

struct Threads {
    writer: JoinHandle<Result<(), StoreError>>,
    readers: Vec<JoinHandle<()>>,
}

/// What the writer of a store has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Commits, each of which waited for the disk once.
    pub commits: u64,
    /// Changes in those commits, refused ones too.
    pub changes: u64,
}

impl SqliteStore {
    /// Opens the file, makes it (mode 0600) if there is none, and brings it to the newest schema. Blocks.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] for a file of a newer program, which stays as it is; [`StoreError::Unavailable`]
    /// where the file cannot be opened or written; [`StoreError::Database`] where it is not one of ours.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, StoreError> {
        let path = std::path::absolute(path).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        connection::prepare_file(&path)?;
        let options = Arc::new(options);
        let connection = connection::writer(&path, &options)?;
        schema::bring_up(&connection)?;
        let mut store = Self {
            orders: Arc::new(Queue::new(options.waiting)),
            reads: Arc::new(Queue::new(options.waiting)),
            counters: Arc::default(),
            threads: Mutex::new(None),
            options: Arc::clone(&options),
            path,
        };
        store.start(connection, &options)?;
        Ok(store)
    }

    /// Looks a database over without changing it, also beside a running server: whose it is, its schema, and whether its
    /// pages hang together. Reads the whole file. Blocks.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), and [`StoreError::Database`] with the first damage that was found.
    pub fn inspect(path: impl AsRef<Path>) -> Result<(), StoreError> {
        let connection = connection::reader(path.as_ref(), &Options::default())?;
        schema::verify(&connection).map_err(|fault| fault.0)?;
        schema::check_pages(&connection).map_err(|fault| fault.0)
    }

    fn start(&mut self, connection: Connection, options: &Arc<Options>) -> Result<(), StoreError> {
        let readers = (0..options.readers.max(1))
            .map(|_| connection::reader(&self.path, options))
            .collect::<Result<Vec<_>, _>>()?;
        let spawned = |error: std::io::Error| StoreError::Unavailable(format!("no thread: {error}"));
        let orders = Arc::clone(&self.orders);
        let writer = Writer::new(
            self.path.clone(),
            Arc::clone(options),
            connection,
            Arc::clone(&self.counters),
        );
        let writer = Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run(&orders))
            .map_err(spawned)?;
        // From here on, dropping the store ends the threads that run.
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        let threads = threads.insert(Threads {
            writer,
            readers: Vec::new(),
        });
        for connection in readers {
            let (path, options, reads) = (self.path.clone(), Arc::clone(options), Arc::clone(&self.reads));
            let thread = Builder::new()
                .name("store-reader".into())
                .spawn(move || reader::run(&path, &options, connection, &reads))
                .map_err(spawned)?;
            threads.readers.push(thread);
        }
        Ok(())
    }

    /// Finishes what waits, moves the write-ahead log to the main file and ends the threads. Blocks. Later calls of
    /// any method find the store closed. Dropping the store does the same, but can only log what fails.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the log could not be moved. Nothing is lost: the next start does it.
    pub fn close(&self) -> Result<(), StoreError> {
        self.orders.close();
        self.reads.close();
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(threads) = threads else {
            return Ok(());
        };
        let ended = |_| StoreError::Database("a thread of the store panicked".into());
        // Readers first: the last connection that is closed tidies the files, and only the writer's can.
        for reader in threads.readers {
            reader.join().map_err(ended)?;
        }
        threads.writer.join().map_err(ended)?
    }

    /// Moves the write-ahead log to the main file and empties it, so that nothing of what was deleted remains on
    /// disk. Commits do this by themselves now and then, but leave the last state of the log in place.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where that is not possible at the moment, also because a reader is busy.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.order(Order::Between(Box::new(move |connection| {
            drop(reply.send(connection::checkpoint(connection)));
        })))?;
        answer
            .await
            .unwrap_or_else(|_| Err(StoreError::Unavailable("the writer has no connection".into())))
    }

    /// Asks for the write-ahead log to be emptied soon, because something was erased that still lies in it. Where a
    /// reader is in the way, later commits overwrite it.
    fn wipe_log(&self) {
        let options = Arc::clone(&self.options);
        let asked = self.order(Order::Between(Box::new(move |connection| {
            if let Err(error) = connection::checkpoint_briefly(connection, &options) {
                tracing::debug!(%error, "the log keeps what was erased until it is overwritten");
            }
        })));
        if let Err(error) = asked {
            tracing::debug!(%error, "the log keeps what was erased until it is overwritten");
        }
    }

    /// What the writer has done so far.
    pub fn activity(&self) -> Activity {
        Activity {
            commits: self.counters.commits.load(Ordering::Relaxed),
            changes: self.counters.changes.load(Ordering::Relaxed),
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (read, answer) = reader::read(work);
        self.reads.push(read).map_err(turned)?;
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, WriteError> {
        let (order, answer) = writer::change(work);
        self.order(order)?;
        answer.await.unwrap_or_else(|_| Err(lost().into()))
    }

    fn order(&self, order: Order) -> Result<(), StoreError> {
        self.orders.push(order).map_err(turned)
    }
}

fn turned(why: Turned) -> StoreError {
    match why {
        Turned::Full => StoreError::Overloaded,
        Turned::Closed => StoreError::Unavailable("the store is closed".into()),
    }
}

/// A thread ended without an answer. It keeps panics of the work away from itself, so this is a fault of its own.
fn lost() -> StoreError {
    StoreError::Database("the store gave no answer".into())
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::warn!(%error, "the store did not close cleanly");
        }
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
