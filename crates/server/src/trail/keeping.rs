//! The thread that keeps the log: checkpoints, compression, retention.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use claviger_audit::index::Follower;
use claviger_audit::{AuditLog, KeepError, Keeping, Seq};
use claviger_model::{Clock as _, SystemClock};

use crate::seal::chain;

/// How often it is looked what is due.
const BEAT: Duration = Duration::from_secs(1);
/// The least urgent there is. SOURCE: `nice(2)`.
const LEAST_URGENT: i32 = 19;

/// The thread at work.
#[derive(Debug)]
pub(super) struct Keeper {
    keeping: Arc<Keeping>,
    /// Dropped for the thread to end.
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// Whose delivery the retention waits for.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) log: Arc<AuditLog>,
    pub(super) followers: Vec<Arc<dyn Follower>>,
}

impl Delivery {
    /// The last line that all followers are done with; that of the log where there are none.
    fn done(&self) -> Seq {
        // Asked first: what followers are done with by then may be more.
        let head = self.log.head().seq;
        let done = self.followers.iter().map(|follower| follower.progress().done);
        done.min().unwrap_or(head)
    }
}

impl Keeper {
    /// Starts the thread.
    pub(super) fn start(keeping: Arc<Keeping>, delivery: Delivery) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let own = Arc::clone(&keeping);
        let thread = thread::Builder::new()
            .name("audit-keeper".to_owned())
            .spawn(move || {
                // Where it is not allowed, the log is kept all the same.
                let _ = rustix::process::nice(LEAST_URGENT);
                run(&own, &delivery, &stopped);
            })?;
        Ok(Self {
            keeping,
            stop,
            thread,
        })
    }

    /// Lets the round that goes on end, and vouches for the last line. Blocks. The log has to be closed.
    pub(super) fn stop(self) {
        drop(self.stop);
        // A panic of the thread has been printed by the hook.
        let _ = self.thread.join();
        finish(&self.keeping);
    }
}

/// Vouches for the last line of a log that is closed.
pub(super) fn finish(keeping: &Keeping) {
    if let Err(error) = keeping.finish(SystemClock.now()) {
        let error = chain(&error);
        tracing::warn!(%error, "the last lines of the audit log have no checkpoint; the next start makes it");
    }
}

fn run(keeping: &Keeping, delivery: &Delivery, stopped: &Receiver<()>) {
    let mut trouble = Trouble::default();
    let mut pause = BEAT;
    while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let round = keeping.round(SystemClock.now(), delivery.done());
        let more = round.as_ref().is_ok_and(|round| round.more);
        pause = if more { Duration::ZERO } else { BEAT };
        trouble.tell(round.err().as_ref());
    }
}

/// What keeps rounds from doing their work; it is told once, not every second.
#[derive(Debug, Default)]
struct Trouble(Option<String>);

impl Trouble {
    fn tell(&mut self, error: Option<&KeepError>) {
        let found = error.map(|error| chain(error));
        if self.0 == found {
            return;
        }
        if let Some(error) = &found {
            tracing::warn!(%error, "the audit log is not kept as it is set; it is tried again");
        } else {
            tracing::info!("the audit log is kept again");
        }
        self.0 = found;
    }
}
