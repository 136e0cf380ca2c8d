//! Work with open key pairs that takes a while, such as RSA's private operations.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use claviger_provider::{Answer, Answers, ProviderError};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// How long the first answer of a shift waits for others at the most, about: what a score of signatures takes.
const HOLD: Duration = Duration::from_millis(10);
/// Answers are held only while this many times as many calls wait: so a call waits a third longer than it would anyway.
const CROWD: usize = 3;

/// What waits for one of the blocking threads of the runtime.
///
/// A thread takes one piece of work after the other while many wait, and answers a few of them together: each answer on
/// its own interrupts the thread, for the next steps of one call, and a record of that call that goes to the disk alone.
/// With RSA-2048 that costs a fifth of what a signature does.
#[derive(Default)]
pub(crate) struct Shifts(Mutex<VecDeque<Box<dyn Job>>>);

/// A piece of work.
trait Job: Send {
    /// Does it, if anybody still wants it.
    fn run(self: Box<Self>) -> Option<Box<dyn Answer>>;
}

impl Shifts {
    /// Has it done by a thread that nobody else waits for.
    ///
    /// Without a runtime there is nobody who would have to wait, and it is done at once.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ProviderError> {
        let Ok(runtime) = Handle::try_current() else {
            return Ok(work());
        };
        let (caller, done) = oneshot::channel();
        self.waiting().push_back(Box::new(Task { work, caller }));
        // One shift for each: whichever comes first finds it.
        let shifts = Arc::clone(self);
        let shift = runtime.spawn_blocking(move || shifts.work_off());
        tokio::select! {
            biased;
            // A thread that panicked over it has dropped the other end.
            told = done => told.map(|(value, _others)| value).map_err(|_| ProviderError::Unavailable),
            // The runtime is shutting down.
            Err(_) = shift => Err(ProviderError::Unavailable),
        }
    }

    /// Does what waits, or a part of it, and answers.
    fn work_off(&self) {
        let begun = Instant::now();
        let mut answers = Answers::default();
        let mut next = self.waiting().pop_front();
        while let Some(job) = next {
            if let Some(answer) = job.run() {
                answers.push(answer);
            }
            let mut waiting = self.waiting();
            let more = waiting.len() > CROWD * answers.len() && begun.elapsed() < HOLD;
            next = more.then(|| waiting.pop_front()).flatten();
        }
        answers.give();
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Box<dyn Job>>> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shifts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shifts")
            .field("waiting", &self.waiting().len())
            .finish()
    }
}

/// Work and who waits for its result.
struct Task<T, F> {
    work: F,
    caller: oneshot::Sender<(T, Answers)>,
}

impl<T: Send + 'static, F: FnOnce() -> T + Send> Job for Task<T, F> {
    fn run(self: Box<Self>) -> Option<Box<dyn Answer>> {
        let Self { work, caller } = *self;
        if caller.is_closed() {
            return None;
        }
        Some(Box::new(Done {
            value: work(),
            caller,
        }))
    }
}

/// A result and who waits for it.
struct Done<T> {
    value: T,
    caller: oneshot::Sender<(T, Answers)>,
}

impl<T: Send> Answer for Done<T> {
    fn give(self: Box<Self>, others: Answers) {
        // A caller that went away does not want it. Then the others get theirs from here.
        let _ = self.caller.send((self.value, others));
    }
}

#[cfg(test)]
mod tests;
