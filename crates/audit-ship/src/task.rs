//! The task of a sink: reads, sends, writes the cursor, waits; and waits longer after a failure.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use claviger_audit::{AuditLog, Seq};
use claviger_model::{Clock, Random, Timestamp};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tracing::{debug, info, warn};

use crate::backoff::Backoff;
use crate::batch::{Batch, Reader};
use crate::cursor::Cursor;
use crate::fault::Fault;
use crate::shipper::{Setup, Timing};
use crate::sink::Sink;
use crate::state::State;

/// When a stop has to be over, once there is one.
pub(crate) type Stop = watch::Receiver<Option<Instant>>;

/// What a task is made of, beside what all share.
pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) reader: Reader,
    pub(crate) cursor: Cursor,
    /// What the cursor says.
    pub(crate) done: Seq,
}

/// Everything about one sink.
pub(crate) struct Task {
    name: String,
    log: Arc<AuditLog>,
    sink: Box<dyn Sink>,
    reader: Arc<Mutex<Reader>>,
    cursor: Cursor,
    pub(crate) state: Arc<State>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    timing: Timing,
    backoff: Backoff,
    stop: Stop,
    /// The last line that was sent.
    sent: Seq,
    /// The last line that the sink has taken.
    taken: Seq,
    /// The last line that the cursor names.
    saved: Seq,
    /// When the cursor may be written next.
    save_at: Instant,
    /// Whether something went well since the last failure.
    progress: bool,
    /// The times of last records that were sent, with the last lines of their batches.
    times: VecDeque<(Seq, Timestamp)>,
    /// That of the last record that was taken.
    time: Option<Timestamp>,
}

/// What a round came to.
#[derive(Debug, PartialEq, Eq)]
enum Round {
    /// There may be more to do at once.
    More,
    /// There is nothing to do for a while.
    Idle,
}

impl Task {
    pub(crate) fn new(setup: &Setup, parts: Parts, stop: Stop) -> Self {
        let Parts {
            name,
            sink,
            reader,
            cursor,
            done,
        } = parts;
        let timing = setup.timing;
        Self {
            state: Arc::new(State::new(&name, done)),
            name,
            log: Arc::clone(&setup.log),
            sink,
            reader: Arc::new(Mutex::new(reader)),
            cursor,
            clock: Arc::clone(&setup.clock),
            random: Arc::clone(&setup.random),
            timing,
            backoff: Backoff::new(timing.backoff, timing.backoff_most),
            stop,
            sent: done,
            taken: done,
            saved: done,
            save_at: Instant::now(),
            progress: false,
            times: VecDeque::new(),
            time: None,
        }
    }

    /// Works until it is told to stop.
    pub(crate) async fn run(mut self) {
        let mut stop = self.stop.clone();
        let well = loop {
            let outcome = tokio::select! {
                biased;
                () = overdue(&mut stop) => break false,
                outcome = self.round() => outcome,
            };
            let stopping = self.stop.borrow().is_some();
            match outcome {
                Ok(Round::More) => {}
                Ok(Round::Idle) if stopping => {
                    if self.sent >= self.log.head().seq {
                        break true;
                    }
                }
                Ok(Round::Idle) => {
                    self.rest(self.timing.poll).await;
                }
                Err(fault) => {
                    let wait = self.fail(&fault);
                    if stopping || self.rest(wait).await {
                        break false;
                    }
                }
            }
        };
        self.end(well).await;
    }

    /// Waits, and says whether it was told to stop.
    async fn rest(&mut self, wait: Duration) -> bool {
        tokio::select! {
            () = sleep(wait) => false,
            _ = self.stop.wait_for(Option::is_some) => true,
        }
    }

    async fn round(&mut self) -> Result<Round, Fault> {
        self.look().await?;
        let Some(batch) = self.read().await? else {
            return Ok(Round::Idle);
        };
        self.sink.send(&batch).await?;
        self.sent = batch.last;
        self.times.extend(batch.time.map(|time| (batch.last, time)));
        self.look().await?;
        Ok(if batch.full { Round::More } else { Round::Idle })
    }

    /// Asks the sink what it has taken, and writes that down when it is time to.
    async fn look(&mut self) -> Result<(), Fault> {
        if let Some(seq) = self.sink.taken().await? {
            self.take(seq);
        }
        if self.saved < self.taken && Instant::now() >= self.save_at {
            self.save().await?;
        }
        if std::mem::take(&mut self.progress) {
            self.backoff.reset();
            if self.state.trouble(None) {
                let sink = &self.name;
                info!(%sink, "sink `{sink}` of the audit log takes records again");
            }
        }
        Ok(())
    }

    fn take(&mut self, seq: Seq) {
        self.taken = seq;
        self.progress = true;
        while let Some((_, time)) = self.times.front().filter(|(last, _)| *last <= seq) {
            self.time = Some(*time);
            self.times.pop_front();
        }
    }

    async fn save(&mut self) -> Result<(), Fault> {
        let (cursor, seq) = (self.cursor.clone(), self.taken);
        let saved = spawn_blocking(move || cursor.save(seq)).await;
        saved.map_err(|_| Fault::Worker)?.map_err(Fault::Cursor)?;
        self.saved = seq;
        self.save_at = Instant::now() + self.timing.cursor;
        self.progress = true;
        let lag = self.time.take().map(|time| self.clock.now().duration_since(time));
        self.state.done(seq, lag);
        Ok(())
    }

    /// The next batch.
    async fn read(&mut self) -> Result<Option<Batch>, Fault> {
        let head = self.log.head().seq;
        if head <= self.sent {
            return Ok(None);
        }
        let reader = Arc::clone(&self.reader);
        let read = spawn_blocking(move || {
            let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            reader.batch(head)
        });
        let batch = read.await.map_err(|_| Fault::Worker)??;
        if let Some(batch) = batch
            .as_ref()
            .filter(|batch| batch.missed > 0 && self.sent > Seq(0))
        {
            let (sink, missed) = (&self.name, batch.missed);
            warn!(%sink, missed, "{missed} lines of the audit log were removed before sink `{sink}` had them");
        }
        Ok(batch)
    }

    /// Forgets what was not taken, and says how long to wait.
    fn fail(&mut self, fault: &Fault) -> Duration {
        self.sink.reset();
        self.sent = self.taken;
        self.times.clear();
        self.reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .rewind(self.taken);
        let sink = &self.name;
        if self.state.trouble(Some(fault.to_string())) {
            debug!(%sink, "sink `{sink}` of the audit log still takes no records: {fault}");
        } else {
            warn!(%sink, "sink `{sink}` of the audit log takes no records: {fault}; they stay in the log until it does");
        }
        self.backoff.next(&*self.random)
    }

    /// Lets the sink end in order where all went well, and writes the cursor.
    async fn end(&mut self, well: bool) {
        let deadline = *self.stop.borrow();
        if let Some(deadline) = deadline.filter(|_| well) {
            let taken = timeout_at(deadline, self.sink.finish()).await;
            if let Ok(Ok(Some(seq))) = taken {
                self.take(seq);
            }
        }
        let sink = &self.name;
        let missing = self.log.head().seq.0.saturating_sub(self.taken.0);
        if missing > 0 {
            info!(%sink, missing, "sink `{sink}` has not taken the last {missing} lines; they are shipped after the next start");
        }
        if self.saved < self.taken
            && let Err(fault) = self.save().await
        {
            let sink = &self.name;
            warn!(%sink, "sink `{sink}` will get records twice: {fault}");
        }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Ends when a stop must be over.
async fn overdue(stop: &mut Stop) {
    let deadline = stop
        .wait_for(Option::is_some)
        .await
        .map_or(None, |deadline| *deadline);
    if let Some(deadline) = deadline {
        sleep_until(deadline).await;
    }
}

#[cfg(test)]
mod tests;
