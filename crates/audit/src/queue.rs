//! What callers and the writing thread share: records that wait, and where the log stands.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::chain::Head;
use crate::error::AppendError;
use crate::line::ENVELOPE;
use crate::log::Clock;
use crate::writer::{MAX_BATCH, Verdict, Writer};

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
    pub(crate) record: Vec<u8>,
    pub(crate) outbox: Option<u64>,
    pub(crate) waiter: Option<oneshot::Sender<Verdict>>,
}

impl Entry {
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
    entries: Vec<Entry>,
    bytes: usize,
    /// The writer sleeps and has to be woken.
    idle: bool,
    closed: bool,
    head: Head,
    health: Health,
}

impl Queue {
    pub(crate) fn new(head: Head, limit: usize) -> Self {
        let state = State {
            entries: Vec::new(),
            bytes: 0,
            idle: false,
            closed: false,
            head,
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

    pub(crate) fn head(&self) -> Head {
        self.state().head
    }

    pub(crate) fn health(&self) -> Health {
        self.state().health
    }

    pub(crate) fn push(&self, entry: Entry) -> Result<(), AppendError> {
        let mut state = self.state();
        if state.closed {
            return Err(AppendError::Closed);
        }
        let bytes = state.bytes.saturating_add(entry.record.len());
        if bytes > self.limit {
            return Err(AppendError::Overloaded);
        }
        state.bytes = bytes;
        state.entries.push(entry);
        let wake = std::mem::take(&mut state.idle);
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

    /// Waits for records and moves them all to the empty `entries`; false once the queue is closed and empty.
    fn take(&self, entries: &mut Vec<Entry>) -> bool {
        let mut state = self.state();
        while state.entries.is_empty() && !state.closed {
            state.idle = true;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.idle = false;
        std::mem::swap(&mut state.entries, entries);
        !entries.is_empty()
    }

    /// Tells the outcome of a batch to those who ask for head and health.
    fn publish(&self, bytes: usize, head: Head, outcome: &io::Result<()>, clock: &Clock) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
        state.head = head;
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
                tracing::error!(seq = head.seq.0, %error, "the audit log cannot be written; calls fail until it can");
            }
            (Ok(()), Health::Failing { since, .. }) => {
                tracing::warn!(seq = head.seq.0, %since, "the audit log can be written again");
            }
            _ => {}
        }
    }
}

/// The writing thread: ends when the queue is closed and empty.
pub(crate) fn run(queue: &Queue, clock: &Clock, mut writer: Writer) {
    let _exit = Exit(queue);
    let mut entries = Vec::new();
    let mut verdicts = Vec::new();
    while queue.take(&mut entries) {
        let mut rest = entries.as_mut_slice();
        while !rest.is_empty() {
            let (batch, later) = rest.split_at_mut(batch_length(rest));
            let outcome = writer.commit(batch, &mut verdicts);
            let bytes = batch.iter().map(|entry| entry.record.len()).sum();
            queue.publish(bytes, writer.head(), &outcome, clock);
            for (entry, verdict) in batch.iter_mut().zip(verdicts.drain(..)) {
                entry.answer(verdict);
            }
            rest = later;
        }
        entries.clear();
    }
    writer.finish();
}

/// How many entries go into one batch: at least one, and no more than fit its bound.
fn batch_length(entries: &[Entry]) -> usize {
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
        let left = std::mem::take(&mut state.entries);
        drop(state);
        for mut entry in left {
            entry.answer(Err(AppendError::Closed));
        }
    }
}
