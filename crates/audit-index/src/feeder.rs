//! The thread that feeds the index.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use claviger_audit::index::Progress;
use claviger_audit::{AuditLog, Seq};
use claviger_model::Clock;
use tokio::sync::watch;

use crate::error::{FeedError, told};
use crate::prune::Pruner;
use crate::readers::Readers;
use crate::tail::{Cursor, Tail};
use crate::writer::{Fed, Writer};

/// How often to look for new lines where nobody waits for them. Each look that finds some writes a few dozen pages.
const BEAT: Duration = Duration::from_millis(200);

/// Pause after a failure; each further one doubles it.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Lines of one transaction.
const BATCH: u64 = 20_000;

/// Page cache of the connection that writes, in KiB.
const CACHE: u32 = 8192;

/// A reader's word alone does not make the index be rebuilt more often than this.
const TRUST: Duration = Duration::from_secs(600);

/// The least urgent there is. SOURCE: `nice(2)`.
const LEAST_URGENT: i32 = 19;

/// What the thread and those who ask have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) dir: PathBuf,
    pub(crate) readers: Readers,
    pub(crate) done: watch::Sender<Seq>,
    pub(crate) progress: Mutex<Progress>,
    /// Whether the file was opened and belongs to the log.
    pub(crate) ready: AtomicBool,
    /// A reader found what cannot be.
    pub(crate) suspect: AtomicBool,
    calls: Mutex<Calls>,
    called: Condvar,
}

#[derive(Debug, Default)]
struct Calls {
    hurry: bool,
    stop: bool,
}

impl Shared {
    pub(crate) fn new(path: &Path, dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            readers: Readers::new(path),
            done: watch::Sender::new(Seq(0)),
            progress: Mutex::new(Progress {
                name: "index".to_owned(),
                done: Seq(0),
                lag: None,
                trouble: None,
            }),
            ready: AtomicBool::new(false),
            suspect: AtomicBool::new(false),
            calls: Mutex::new(Calls::default()),
            called: Condvar::new(),
        }
    }

    /// Has the thread look for new lines at once.
    pub(crate) fn hurry(&self) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).hurry = true;
        self.called.notify_all();
    }

    /// Has the thread end after its batch.
    pub(crate) fn stop(&self) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).stop = true;
        self.called.notify_all();
    }

    /// Waits, unless somebody is in a hurry; whether to go on.
    fn wait(&self, time: Duration) -> bool {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .called
            .wait_timeout_while(calls, time, |calls| !calls.hurry && !calls.stop);
        let (mut calls, _) = waited.unwrap_or_else(PoisonError::into_inner);
        calls.hurry = false;
        !calls.stop
    }

    pub(crate) fn publish(&self, done: Seq) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).done = done;
        self.done.send_replace(done);
    }
}

/// The thread's own.
#[derive(Debug)]
pub(crate) struct Feeder {
    pub(crate) path: PathBuf,
    pub(crate) log: Arc<AuditLog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shared: Arc<Shared>,
}

/// What is open.
#[derive(Debug)]
struct Hand {
    writer: Writer,
    tail: Tail,
    pruner: Pruner,
}

impl Feeder {
    /// Feeds until it is stopped.
    pub(crate) fn run(&self) {
        // For this thread alone. If the system refuses, it is as urgent as the others.
        let _ = rustix::process::nice(LEAST_URGENT);
        let mut hand = None;
        let mut pause = PAUSE;
        let mut distrusted = None;
        loop {
            let wait = match self.round(&mut hand, &mut distrusted) {
                Ok(true) => Duration::ZERO,
                Ok(false) => BEAT,
                Err(error) => {
                    hand = None;
                    self.failed(&error);
                    let wait = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    wait
                }
            };
            if hand.is_some() {
                pause = PAUSE;
                self.trouble(None);
            }
            if !self.shared.wait(wait) {
                return;
            }
        }
    }

    fn trouble(&self, text: Option<String>) {
        let mut progress = self
            .shared
            .progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        progress.trouble = text;
    }

    fn failed(&self, error: &FeedError) {
        let text = told(error);
        if error.asks_for_rebuild() {
            tracing::warn!(error = text, "the audit index is made anew from the log");
            self.shared.ready.store(false, Ordering::Release);
            self.shared.publish(Seq(0));
            if let Err(error) = self.shared.readers.remove_file() {
                tracing::warn!(error = told(&error), "the audit index cannot be removed");
            }
        } else {
            tracing::warn!(error = text, "the audit index cannot be fed; it is tried again");
        }
        self.trouble(Some(text));
    }

    /// One batch; whether there is more to do at once.
    fn round(&self, hand: &mut Option<Hand>, distrusted: &mut Option<Instant>) -> Result<bool, FeedError> {
        if self.shared.suspect.swap(false, Ordering::AcqRel)
            && distrusted.is_none_or(|at: Instant| at.elapsed() >= TRUST)
        {
            *distrusted = Some(Instant::now());
            return Err(FeedError::Damaged("a question found what cannot be"));
        }
        let hand = match hand {
            Some(hand) => hand,
            empty => empty.insert(self.open()?),
        };
        let head = self.log.head().seq;
        if hand.writer.done() < head {
            hand.tail.refresh();
            let fed = hand
                .writer
                .feed(&mut hand.tail, self.log.id(), Some(head), BATCH)?;
            self.tell(hand.writer.done(), fed);
        }
        let more = hand.pruner.round(&mut hand.writer, &self.shared.dir)?;
        Ok(more || hand.writer.done() < head)
    }

    fn tell(&self, done: Seq, fed: Fed) {
        if let Some(last) = fed.last {
            let lag = self.clock.now().duration_since(last);
            self.shared
                .progress
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .lag = Some(lag);
        }
        self.shared.publish(done);
    }

    fn open(&self) -> Result<Hand, FeedError> {
        let writer = Writer::open(&self.path, CACHE)?;
        let dir = &self.shared.dir;
        let head = self.log.head().seq;
        let cursor = match writer.mark() {
            Some(mark) => mark.resume(dir, self.log.id(), Some(head))?,
            None => Cursor::default(),
        };
        // In this order: who was told that a line is in can ask for it.
        self.shared.ready.store(true, Ordering::Release);
        self.shared.publish(writer.done());
        Ok(Hand {
            tail: Tail::new(dir, self.log.id(), cursor),
            writer,
            pruner: Pruner::default(),
        })
    }
}
