//! The one thread that writes, and its group commit.
//!
//! The thread takes everything that waits, runs each change in a savepoint of its own inside one transaction,
//! commits once, and only then answers. While it commits, the next changes gather.
//!
//! **Invariant:** an answer `Ok` follows a successful commit; after any other answer nothing of the change is in the
//! file. A refusal undoes its own savepoint only. When the disk or the file fails, the whole batch is undone: a
//! later change of the batch may have been judged by what an earlier one had written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use claviger_store::{StoreError, WriteError};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connection;
use crate::error::{Failure, Fault};
use crate::options::Options;
use crate::outbox;
use crate::queue::Queue;

/// What the writer is asked to do.
pub(crate) enum Order {
    /// A change; shares its commit with its neighbours in the queue.
    Change(Box<dyn Change>),
    /// Work on the connection between two transactions.
    Between(Box<dyn FnOnce(&Connection) + Send>),
}

/// A change whose result type is forgotten.
pub(crate) trait Change: Send {
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;

    /// Does the work inside the open transaction and keeps the result until the commit.
    fn run(&mut self, connection: &Connection) -> Verdict;

    /// Tells the caller: the kept result, or why the batch as a whole failed.
    fn answer(self: Box<Self>, batch: Result<(), &str>);
}

/// What must become of a change that has run.
pub(crate) enum Verdict {
    /// Its rows are to be committed.
    Keep,
    /// Its rows are to be undone; the others of the batch go on.
    Undo,
    /// The store cannot write at the moment: the whole batch is to be undone.
    Abort(String),
}

/// What a caller of [`change`] gets.
pub(crate) type Answer<T> = oneshot::Receiver<Result<T, WriteError>>;

/// Makes an order from a function, and the place where its result will arrive.
pub(crate) fn change<T, F>(work: F) -> (Order, Answer<T>)
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let pending = Pending {
        work: Some(work),
        result: None,
        reply,
    };
    (Order::Change(Box::new(pending)), answer)
}

struct Pending<T, F> {
    work: Option<F>,
    result: Option<Result<T, WriteError>>,
    reply: oneshot::Sender<Result<T, WriteError>>,
}

impl<T, F> Change for Pending<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, connection: &Connection) -> Verdict {
        let Some(work) = self.work.take() else {
            return Verdict::Undo;
        };
        // The savepoint undoes what a panic leaves half done.
        let result = catch_unwind(AssertUnwindSafe(|| work(connection)));
        let (verdict, result) = match result {
            Ok(Ok(value)) => (Verdict::Keep, Ok(value)),
            Ok(Err(Failure::Store(StoreError::Unavailable(reason)))) => return Verdict::Abort(reason),
            Ok(Err(failure)) => (Verdict::Undo, Err(failure.into())),
            Err(_) => (
                Verdict::Undo,
                Err(StoreError::Database("a change panicked".into()).into()),
            ),
        };
        self.result = Some(result);
        verdict
    }

    fn answer(self: Box<Self>, batch: Result<(), &str>) {
        let result = match (batch, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Database("a change did not run".into()).into()),
            (Err(reason), _) => Err(StoreError::Unavailable(reason.into()).into()),
        };
        // A caller that has gone away does not need it.
        drop(self.reply.send(result));
    }
}

/// How much the writer has done since it started.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) commits: AtomicU64,
    pub(crate) changes: AtomicU64,
}

/// The thread's own state.
pub(crate) struct Writer {
    path: PathBuf,
    options: Arc<Options>,
    /// None after a failure that left its state unclear.
    connection: Option<Connection>,
    counters: Arc<Counters>,
}

impl Writer {
    pub(crate) fn new(
        path: PathBuf,
        options: Arc<Options>,
        connection: Connection,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            path,
            options,
            connection: Some(connection),
            counters,
        }
    }

    /// Works until the queue is closed and empty, then moves the write-ahead log to the main file.
    pub(crate) fn run(mut self, queue: &Queue<Order>) -> Result<(), StoreError> {
        let _guard = queue.last_popper();
        let mut orders = Vec::new();
        loop {
            queue.pop_all(self.options.batch.max(1), &mut orders);
            if orders.is_empty() {
                return connection::checkpoint(self.connection()?);
            }
            let mut batch = Vec::with_capacity(orders.len());
            for order in orders.drain(..) {
                match order {
                    Order::Change(change) if change.is_abandoned() => {}
                    Order::Change(change) => batch.push(change),
                    Order::Between(work) => {
                        self.commit(std::mem::take(&mut batch));
                        self.between(work);
                    }
                }
            }
            self.commit(batch);
        }
    }

    /// Runs a batch to its end and answers everyone in it.
    fn commit(&mut self, mut batch: Vec<Box<dyn Change>>) {
        if batch.is_empty() {
            return;
        }
        let fate = self.attempt(&mut batch);
        if let Err(reason) = &fate {
            tracing::warn!(changes = batch.len(), reason, "a batch of changes was undone");
        }
        for change in batch {
            change.answer(fate.as_ref().map(drop).map_err(String::as_str));
        }
    }

    fn attempt(&mut self, batch: &mut [Box<dyn Change>]) -> Result<(), String> {
        let counters = Arc::clone(&self.counters);
        let connection = self.connection().map_err(|error| match error {
            StoreError::Unavailable(reason) => reason,
            other => other.to_string(),
        })?;
        match write(connection, batch) {
            Ok(()) => {
                counters.commits.fetch_add(1, Ordering::Relaxed);
                counters
                    .changes
                    .fetch_add(batch.len().try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
                Ok(())
            }
            Err(Broken::BeforeCommit(reason)) => {
                if !undone(connection) {
                    self.renew();
                }
                Err(reason)
            }
            Err(Broken::InCommit(reason)) => {
                undone(connection);
                self.renew();
                Err(reason)
            }
        }
    }

    fn between(&mut self, work: Box<dyn FnOnce(&Connection) + Send>) {
        if let Ok(connection) = self.connection() {
            let done = catch_unwind(AssertUnwindSafe(|| work(connection)));
            if done.is_err() {
                self.connection = None;
            }
        }
    }

    /// The connection; a new one where the last is not to be trusted.
    fn connection(&mut self) -> Result<&Connection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => reopen(&self.path, &self.options)?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Gives the connection up, and tries at once to get another: see [`reopen`] for why soon is better.
    fn renew(&mut self) {
        self.connection = None;
        if let Err(error) = self.connection() {
            tracing::warn!(%error, "no connection for writing; the next change tries again");
        }
    }
}

/// A batch could not be made durable.
enum Broken {
    /// The transaction was still open.
    BeforeCommit(String),
    /// The commit itself failed: whether its frames are in the log is not known.
    InCommit(String),
}

fn write(connection: &Connection, batch: &mut [Box<dyn Change>]) -> Result<(), Broken> {
    let before = |error: rusqlite::Error| Broken::BeforeCommit(error.to_string());
    execute(connection, "BEGIN IMMEDIATE").map_err(before)?;
    for change in batch {
        execute(connection, "SAVEPOINT change").map_err(before)?;
        match change.run(connection) {
            Verdict::Keep => {}
            // Some failures undo the whole transaction by themselves. Then there is no savepoint to go back to.
            Verdict::Undo => execute(connection, "ROLLBACK TO change").map_err(before)?,
            Verdict::Abort(reason) => return Err(Broken::BeforeCommit(reason)),
        }
        execute(connection, "RELEASE change").map_err(before)?;
    }
    execute(connection, "COMMIT").map_err(|error| Broken::InCommit(error.to_string()))
}

/// Ends an open transaction without effect; whether none is open now.
fn undone(connection: &Connection) -> bool {
    connection.is_autocommit() || execute(connection, "ROLLBACK").is_ok()
}

fn execute(connection: &Connection, statement: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(drop)
}

/// Opens a connection after a failure, and commits something harmless before anything else.
///
/// A commit whose last `fsync` failed was refused, but its frames may lie in the log behind the last good commit,
/// where a recovery after a crash would find and believe them. The next commit overwrites the first of them, and
/// with it the chain of checksums that makes the others valid.
fn reopen(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    let connection = connection::writer(path, options)?;
    let probed = (|| -> Result<(), Fault> {
        execute(&connection, "BEGIN IMMEDIATE")?;
        outbox::probe(&connection)?;
        Ok(execute(&connection, "COMMIT")?)
    })();
    probed.map_err(|fault| fault.0)?;
    tracing::info!("connection for writing opened anew");
    Ok(connection)
}
