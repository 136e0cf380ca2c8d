//! The handle that the rest of the program holds.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::chain::{Head, Seq, Tip};
use crate::error::{AppendError, OpenError};
use crate::files::{Files, Folder};
use crate::line::check_record;
use crate::queue::{Health, Queue, run};
use crate::recover::{Recovery, recover};
use crate::writer::{Room, Verdict, Writer};

/// Tells the time. Called once per batch by the writing thread.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// The day in UTC.
    pub(crate) fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How a log is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Id of the log if it has to be made; a log that is there keeps its own.
    pub log: Uuid,
    /// Tells when a UTC day ends, and with it a segment.
    pub clock: Clock,
    /// A segment that has reached this size, in bytes, is closed before the next batch. It may exceed the size
    /// by one batch.
    pub segment_bytes: u64,
    /// Bound on the bytes of records that wait for the disk; beyond it appends are
    /// [`Overloaded`](AppendError::Overloaded).
    pub pending_bytes: usize,
    /// Room that is made behind the lines of a busy segment, in bytes of zeros; 0 for none. A batch that overwrites
    /// bytes of the file costs the disk less than half of one that makes it longer: no blocks are allocated, and the
    /// inode stays as it is.
    pub reserve_bytes: u64,
    /// Batches without a pause after which a segment counts as busy.
    pub busy_after: u32,
}

impl Options {
    /// Segments of 64 MiB, 64 MiB of waiting records, and room for 64 KiB after 16 batches.
    pub fn new(log: Uuid, clock: Clock) -> Self {
        Self {
            log,
            clock,
            segment_bytes: 64 << 20,
            pending_bytes: 64 << 20,
            reserve_bytes: 64 << 10,
            busy_after: 16,
        }
    }
}

/// The one writer of an audit log. Share it in an [`Arc`]. Dropping it is closing it.
pub struct AuditLog {
    queue: Arc<Queue>,
    id: Uuid,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl AuditLog {
    /// Opens the log in the folder `dir`, or makes it, and starts the writing thread. Looks at no more than the
    /// end of the last segment: a damage further back is for [`verify`](crate::verify()) to find.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovery), OpenError> {
        Self::open_in(Box::new(Folder::lock(dir)?), options)
    }

    /// As [`open`](Self::open), on any implementation of [`Files`]. The caller has locked them.
    pub fn open_in(files: Box<dyn Files>, options: Options) -> Result<(Self, Recovery), OpenError> {
        let Options {
            log,
            clock,
            segment_bytes,
            pending_bytes,
            reserve_bytes,
            busy_after,
        } = options;
        let room = Room {
            segment_bytes,
            reserve_bytes,
            busy_after,
        };
        let opened = recover(&*files, log, clock.today())?;
        let (id, recovery) = (opened.log, opened.recovery);
        let path = files.path(opened.current.number);
        let tip = Tip {
            head: recovery.head,
            segment: opened.current.number,
        };
        let queue = Arc::new(Queue::new(tip, pending_bytes));
        let writer = Writer::new(files, clock.clone(), room, opened);
        let shared = Arc::clone(&queue);
        let thread = thread::Builder::new()
            .name("audit-writer".to_owned())
            .spawn(move || run(&shared, &clock, writer))
            .map_err(|source: io::Error| OpenError::Io { path, source })?;
        Ok((
            Self {
                queue,
                id,
                thread: Mutex::new(Some(thread)),
            },
            recovery,
        ))
    }

    /// Queues a record at once and answers when it is durable. The record is one JSON object on one line, already
    /// serialised; `outbox` is its number in the database's outbox if it comes from there. Records with an outbox
    /// number have to be appended in the order of their numbers.
    ///
    /// Dropping the future does not take the record back.
    pub fn append(&self, record: &[u8], outbox: Option<u64>) -> Append {
        Append(self.queue_up(record, outbox).map_err(Some))
    }

    /// As [`append`](Self::append), blocking the thread.
    ///
    /// # Panics
    /// When called from async code: it would block the executor.
    pub fn append_blocking(&self, record: &[u8], outbox: Option<u64>) -> Verdict {
        let answer = self.queue_up(record, outbox)?;
        answer.blocking_recv().unwrap_or(Err(LOST))
    }

    fn queue_up(
        &self,
        record: &[u8],
        outbox: Option<u64>,
    ) -> Result<oneshot::Receiver<Verdict>, AppendError> {
        check_record(record)?;
        let (waiter, answer) = oneshot::channel();
        self.queue.push(record, outbox, waiter)?;
        Ok(answer)
    }

    /// Id of the log, from its segment headers.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The chain after the last durable line, with the outbox mark.
    pub fn head(&self) -> Head {
        self.queue.tip().head
    }

    /// The same with the segment that is written to.
    pub fn tip(&self) -> Tip {
        self.queue.tip()
    }

    /// Whether the last batch could be written.
    pub fn health(&self) -> Health {
        self.queue.health()
    }

    /// Takes no more records, writes those that wait, and ends the writing thread. Blocks until that is done.
    /// Closing twice is closing once.
    pub fn close(&self) {
        self.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the thread has been printed by the hook and answered to all who waited.
            let _ = thread.join();
        }
    }
}

impl Drop for AuditLog {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog")
            .field("id", &self.id)
            .field("head", &self.head())
            .finish_non_exhaustive()
    }
}

/// The writing thread died with the record in hand.
const LOST: AppendError = AppendError::Uncertain {
    kind: io::ErrorKind::Other,
};

/// A record on its way to the disk; see [`AuditLog::append`].
#[derive(Debug)]
#[must_use = "the record is durable only once this has said so"]
pub struct Append(Result<oneshot::Receiver<Verdict>, Option<AppendError>>);

impl Future for Append {
    type Output = Result<Seq, AppendError>;

    /// # Panics
    /// When polled after it was ready.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Ok(answer) => Pin::new(answer)
                .poll(context)
                .map(|verdict| verdict.unwrap_or(Err(LOST))),
            Err(refusal) => Poll::Ready(Err(refusal.take().unwrap_or(AppendError::Closed))),
        }
    }
}
