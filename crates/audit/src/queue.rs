//! What callers and the writing thread share: records that wait, and where the log stands.

use std::io;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::chain::Tip;
use crate::error::AppendError;
use crate::line::ENVELOPE;
use crate::log::Clock;
use crate::writer::{MAX_BATCH, Verdict, Writer};

/// Records that a batch waits for at the most. Less than a busy server's number of callers, so that some of them are
/// served while others wait for the disk.
const GATHER_MOST: usize = 40;
/// How long a batch waits for them.
const GATHER_TIME: Duration = Duration::from_millis(1);
/// How long nothing comes until the writer takes it for a pause.
const PAUSE: Duration = Duration::from_millis(250);
/// Batches without a try for more after a try was in vain.
const GATHER_REST: u32 = 256;

/// How many records the next batch waits for: a sync costs the same for one record as for thirty.
///
/// It learns from the callers. Where records wait already when a batch is done, there are several callers, and the next
/// batch waits for some more; where they do not come in time, it is content with as many as came. A single caller
/// leaves nothing behind, so it never waits.
struct Gather {
    target: usize,
    rest: u32,
}

impl Gather {
    fn learn(&mut self, crowded: bool, came: usize) {
        if came < self.target {
            *self = Self {
                target: came,
                rest: GATHER_REST,
            };
        } else if self.rest > 0 {
            self.rest -= 1;
        } else if crowded {
            self.target = (came + came / 2 + 1).min(GATHER_MOST);
        }
    }
}

/// Whether the log takes records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// The last batch became durable, or there was none yet.
    Healthy,
    /// The last batch was refused. Every append tries again, so the next one that succeeds ends this.
    Failing {
        /// When the first batch in a row was refused.
        since: Timestamp,
        /// What the operating system said to the last one.
        kind: io::ErrorKind,
    },
}

/// A record that waits for the disk.
pub(crate) struct Entry {
    /// Its place among the records of its batch.
    record: Range<usize>,
    pub(crate) outbox: Option<u64>,
    waiter: Option<oneshot::Sender<Verdict>>,
}

/// Records that go to the disk together. Their bytes lie in one buffer that the two threads hand back and forth:
/// memory that one thread allocates and another frees is slow to come back.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    records: Vec<u8>,
}

/// Room for records that a batch keeps for the next one, in bytes.
const KEEP: usize = MAX_BATCH;

impl Batch {
    fn clear(&mut self) {
        self.entries.clear();
        self.records.clear();
        self.records.shrink_to(KEEP);
    }
}

impl Entry {
    /// Its bytes, from those of its batch.
    pub(crate) fn record<'a>(&self, records: &'a [u8]) -> &'a [u8] {
        // INVARIANT: the place was taken when the record was added, so the default is never taken.
        records.get(self.record.clone()).unwrap_or_default()
    }

    fn answer(&mut self, verdict: Verdict) {
        if let Some(waiter) = self.waiter.take() {
            // A caller that went away does not want to know; its record is in the log all the same.
            let _ = waiter.send(verdict);
        }
    }
}

pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    /// Bound on the bytes of records that wait or are being written.
    limit: usize,
}

struct State {
    waiting: Batch,
    bytes: usize,
    /// The writer sleeps and has to be woken once this many records wait.
    wake_at: Option<usize>,
    closed: bool,
    tip: Tip,
    health: Health,
}

impl Queue {
    pub(crate) fn new(tip: Tip, limit: usize) -> Self {
        let state = State {
            waiting: Batch::default(),
            bytes: 0,
            wake_at: None,
            closed: false,
            tip,
            health: Health::Healthy,
        };
        Self {
            state: Mutex::new(state),
            wake: Condvar::new(),
            limit,
        }
    }

    /// No code panics while it holds the lock, and each change is complete in itself: a poisoned lock tells nothing.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tip(&self) -> Tip {
        self.state().tip
    }

    pub(crate) fn health(&self) -> Health {
        self.state().health
    }

    pub(crate) fn push(
        &self,
        record: &[u8],
        outbox: Option<u64>,
        waiter: oneshot::Sender<Verdict>,
    ) -> Result<(), AppendError> {
        let mut state = self.state();
        if state.closed {
            return Err(AppendError::Closed);
        }
        let bytes = state.bytes.saturating_add(record.len());
        if bytes > self.limit {
            return Err(AppendError::Overloaded);
        }
        state.bytes = bytes;
        let Batch { entries, records } = &mut state.waiting;
        let start = records.len();
        records.extend_from_slice(record);
        entries.push(Entry {
            record: start..records.len(),
            outbox,
            waiter: Some(waiter),
        });
        let waiting = entries.len();
        let wake = state.wake_at.take_if(|enough| waiting >= *enough).is_some();
        drop(state);
        if wake {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Takes no more records; what waits is still written.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.wake.notify_one();
    }

    /// Waits for records and moves them all to the empty `batch`; false once the queue is closed and empty. Calls
    /// `rest` when nothing has come for a while.
    fn take(&self, gather: &mut Gather, batch: &mut Batch, rest: impl FnOnce()) -> bool {
        let mut state = self.state();
        let crowded = !state.waiting.entries.is_empty();
        let nothing = |state: &mut State| state.waiting.entries.is_empty() && !state.closed;
        if nothing(&mut state) {
            state.wake_at = Some(1);
            let waited = self.wake.wait_timeout_while(state, PAUSE, nothing);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if nothing(&mut state) {
            drop(state);
            rest();
            state = self.state();
        }
        while nothing(&mut state) {
            state.wake_at = Some(1);
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.waiting.entries.len() < gather.target && !state.closed {
            state.wake_at = Some(gather.target);
            let waits = |state: &mut State| state.wake_at.is_some() && !state.closed;
            let waited = self.wake.wait_timeout_while(state, GATHER_TIME, waits);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.wake_at = None;
        std::mem::swap(&mut state.waiting, batch);
        drop(state);
        gather.learn(crowded, batch.entries.len());
        !batch.entries.is_empty()
    }

    /// Tells the outcome of a batch to those who ask for head and health.
    fn publish(&self, bytes: usize, tip: Tip, outcome: &io::Result<()>, clock: &Clock) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
        state.tip = tip;
        let before = state.health;
        state.health = match (outcome, before) {
            (Ok(()), _) => Health::Healthy,
            (Err(error), Health::Failing { since, .. }) => Health::Failing {
                since,
                kind: error.kind(),
            },
            (Err(error), Health::Healthy) => Health::Failing {
                since: clock.now(),
                kind: error.kind(),
            },
        };
        drop(state);
        match (outcome, before) {
            (Err(error), Health::Healthy) => {
                tracing::error!(seq = tip.head.seq.0, %error, "the audit log cannot be written; calls fail until it can");
            }
            (Ok(()), Health::Failing { since, .. }) => {
                tracing::warn!(seq = tip.head.seq.0, %since, "the audit log can be written again");
            }
            _ => {}
        }
    }
}

/// The writing thread: ends when the queue is closed and empty.
pub(crate) fn run(queue: &Queue, clock: &Clock, mut writer: Writer) {
    let _exit = Exit(queue);
    let mut batch = Batch::default();
    let mut verdicts = Vec::new();
    let mut gather = Gather { target: 1, rest: 0 };
    while queue.take(&mut gather, &mut batch, || writer.rest()) {
        let Batch { entries, records } = &mut batch;
        let mut rest = entries.as_mut_slice();
        while !rest.is_empty() {
            let (part, later) = rest.split_at_mut(part_length(rest));
            let outcome = writer.commit(part, records, &mut verdicts);
            let bytes = part.iter().map(|entry| entry.record.len()).sum();
            queue.publish(bytes, writer.tip(), &outcome, clock);
            for (entry, verdict) in part.iter_mut().zip(verdicts.drain(..)) {
                entry.answer(verdict);
            }
            rest = later;
        }
        batch.clear();
    }
    writer.finish();
}

/// How many entries are written at once: at least one, and no more than fit the bound.
fn part_length(entries: &[Entry]) -> usize {
    let mut bytes = 0;
    let fitting = entries.iter().take_while(|entry| {
        bytes += entry.record.len() + ENVELOPE;
        bytes <= MAX_BATCH
    });
    fitting.count().max(1)
}

/// However the writing thread ends, nobody waits for it in vain.
struct Exit<'a>(&'a Queue);

impl Drop for Exit<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.closed = true;
        let left = std::mem::take(&mut state.waiting.entries);
        drop(state);
        for mut entry in left {
            entry.answer(Err(AppendError::Closed));
        }
    }
}
