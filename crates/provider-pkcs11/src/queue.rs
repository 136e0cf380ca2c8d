//! Calls that wait for a session.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use claviger_provider::{Answer, ProviderError};

use crate::module::lock;
use crate::seat::Seat;
use crate::trouble::Fault;

/// Calls that wait for one token at most; more are refused at once.
const MOST: usize = 4096;

/// What a session does for a caller.
pub(crate) trait Work: Answer {
    /// Does it. May be asked again after a fault.
    fn run(&mut self, seat: &mut Seat) -> Result<(), Fault>;

    /// Settles that it was not done.
    fn fail(&mut self, error: ProviderError);
}

/// Whether somebody works on a call.
#[derive(Debug, Default)]
pub(crate) struct Progress(AtomicU8);

const WAITING: u8 = 0;
const RUNNING: u8 = 1;
const ABANDONED: u8 = 2;

impl Progress {
    fn moves(&self, from: u8, to: u8) -> bool {
        self.0
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Gives the call up, if nobody works on it.
    pub(crate) fn abandon(&self) -> bool {
        self.moves(WAITING, ABANDONED)
    }

    /// Begins to work on it, if its caller still wants it.
    pub(crate) fn start(&self) -> bool {
        self.moves(WAITING, RUNNING)
    }

    /// It waits again.
    pub(crate) fn pause(&self) {
        self.moves(RUNNING, WAITING);
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.0.load(Ordering::Acquire) == ABANDONED
    }
}

/// Which sessions do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Those that use keys.
    Use,
    /// The one that makes and destroys them, which may take seconds, and that nobody should wait for who only uses one.
    Make,
}

/// A call.
pub(crate) struct Call {
    pub(crate) lane: Lane,
    pub(crate) work: Box<dyn Work>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) deadline: Instant,
    /// Whether it must not begin on one token and go on with another: what it makes would be there twice.
    pub(crate) stays: bool,
    /// Whether it is for this token alone.
    pub(crate) pinned: bool,
    /// How long it waits before the next look at a token that is away.
    pub(crate) pause: Duration,
    /// Times that a session was lost over it.
    pub(crate) losses: u32,
    /// Whether a key was looked for a second time.
    pub(crate) doubted: bool,
    /// Tokens that do not have the key, by number.
    pub(crate) missed: Vec<usize>,
}

impl Call {
    pub(crate) fn is_late(&self) -> bool {
        Instant::now() >= self.deadline
    }
}

/// The calls for one token.
#[derive(Default)]
pub(crate) struct Queue {
    calls: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    calls: VecDeque<Call>,
    closed: bool,
    /// Threads that wait for a call. To wake nobody costs as much as to wake somebody.
    asleep: usize,
}

/// What came out of the queue.
pub(crate) enum Next {
    Call(Call),
    Nothing,
    Closed,
}

impl Queue {
    /// Adds a call, or gives it back where too many wait.
    pub(crate) fn push(&self, call: Call) -> Result<(), Call> {
        let mut waiting = lock(&self.calls);
        if waiting.closed || waiting.calls.len() >= MOST {
            return Err(call);
        }
        waiting.calls.push_back(call);
        let wakes = waiting.asleep > 0;
        drop(waiting);
        if wakes {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// The next call, if there is one already.
    pub(crate) fn poll(&self) -> Option<Call> {
        lock(&self.calls).calls.pop_front()
    }

    /// The next call; nothing if none comes in time.
    pub(crate) fn next(&self, patience: Option<Duration>) -> Next {
        let mut waiting = lock(&self.calls);
        loop {
            if let Some(call) = waiting.calls.pop_front() {
                return Next::Call(call);
            }
            if waiting.closed {
                return Next::Closed;
            }
            waiting.asleep += 1;
            let timed_out;
            (waiting, timed_out) = self.sleep(waiting, patience);
            waiting.asleep = waiting.asleep.saturating_sub(1);
            if timed_out && waiting.calls.is_empty() && !waiting.closed {
                return Next::Nothing;
            }
        }
    }

    fn sleep<'a>(
        &self,
        waiting: MutexGuard<'a, Waiting>,
        patience: Option<Duration>,
    ) -> (MutexGuard<'a, Waiting>, bool) {
        let Some(patience) = patience else {
            let waiting = self.arrived.wait(waiting);
            return (waiting.unwrap_or_else(PoisonError::into_inner), false);
        };
        let woken = self.arrived.wait_timeout(waiting, patience);
        let (waiting, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
        (waiting, timeout.timed_out())
    }

    /// Lets the threads end once nothing waits.
    pub(crate) fn close(&self) {
        lock(&self.calls).closed = true;
        self.arrived.notify_all();
    }
}
