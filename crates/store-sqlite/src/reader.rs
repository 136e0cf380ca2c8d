//! The threads that read. Each has a connection of its own; all share one queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use claviger_store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connection;
use crate::error::Fault;
use crate::options::Options;
use crate::queue::Queue;

/// One read, with the way back to its caller. Answers whether the connection may be used again.
pub(crate) type Read = Box<dyn FnOnce(Result<&Connection, StoreError>) -> bool + Send>;

/// Makes a read from a function, and the place where its result will arrive.
pub(crate) fn read<T, F>(work: F) -> (Read, oneshot::Receiver<Result<T, StoreError>>)
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let read = move |connection: Result<&Connection, StoreError>| {
        if reply.is_closed() {
            return true;
        }
        let result = connection.and_then(|connection| {
            let done = catch_unwind(AssertUnwindSafe(|| work(connection)));
            let panicked = |_| Err(StoreError::Database("a read panicked".into()).into());
            done.unwrap_or_else(panicked).map_err(|fault| fault.0)
        });
        let healthy = !matches!(result, Err(StoreError::Unavailable(_) | StoreError::Database(_)));
        drop(reply.send(result));
        healthy
    };
    (Box::new(read), answer)
}

/// Works until the queue is closed and empty.
pub(crate) fn run(path: &Path, options: &Options, first: Connection, queue: &Queue<Read>) {
    let mut connection = Some(first);
    while let Some(read) = queue.pop() {
        let current = match connection.take() {
            Some(connection) => Ok(connection),
            None => connection::reader(path, options),
        };
        match current {
            Ok(current) => {
                if read(Ok(&current)) {
                    connection = Some(current);
                }
            }
            Err(error) => {
                read(Err(error));
            }
        }
    }
}

/// Runs several statements on one state of the database.
pub(crate) fn snapshot<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Fault>,
) -> Result<T, Fault> {
    // Rolled back when it is dropped, which for a read is as good as a commit.
    let transaction = connection.unchecked_transaction()?;
    work(&transaction)
}
