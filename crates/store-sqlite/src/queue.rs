//! The queue between async callers and the threads that hold the connections.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bounded; many may push and many may pop. Pushing never waits.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    limit: usize,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

/// Why something was not taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turned {
    /// The queue is full.
    Full,
    /// Nothing is taken on any more.
    Closed,
}

impl<T> Queue<T> {
    pub(crate) fn new(limit: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            filled: Condvar::new(),
            limit,
        }
    }

    /// Adds an entry at the end.
    pub(crate) fn push(&self, entry: T) -> Result<(), Turned> {
        let mut state = self.lock();
        if state.closed {
            return Err(Turned::Closed);
        }
        if state.waiting.len() >= self.limit {
            return Err(Turned::Full);
        }
        state.waiting.push_back(entry);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Takes the oldest entry; waits for one. `None` once the queue is closed and empty.
    pub(crate) fn pop(&self) -> Option<T> {
        self.filled_state().waiting.pop_front()
    }

    /// Moves everything that waits, oldest first, but at most `most`, to the end of `into`; waits for at least
    /// one entry. Moves nothing once the queue is closed and empty.
    pub(crate) fn pop_all(&self, most: usize, into: &mut Vec<T>) {
        let mut state = self.filled_state();
        let count = state.waiting.len().min(most);
        into.extend(state.waiting.drain(..count));
    }

    /// Takes nothing more on; what waits is still handed out.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    /// A guard for a thread that pops: however it ends, callers get an answer instead of waiting for ever.
    pub(crate) fn last_popper(&self) -> LastPopper<'_, T> {
        LastPopper(self)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    fn filled_state(&self) -> MutexGuard<'_, State<T>> {
        let waits = |state: &mut State<T>| state.waiting.is_empty() && !state.closed;
        self.filled
            .wait_while(self.lock(), waits)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing in here can panic half-way through a change, so a poisoned queue is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes and empties its queue when dropped. Dropping an entry tells its caller that no answer will come.
#[derive(Debug)]
pub(crate) struct LastPopper<'a, T>(&'a Queue<T>);

impl<T> Drop for LastPopper<'_, T> {
    fn drop(&mut self) {
        self.0.close();
        let left = std::mem::take(&mut self.0.lock().waiting);
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_popper_that_panics_leaves_nobody_waiting() {
        let queue = Queue::new(2);
        let (answer, asked) = std::sync::mpsc::channel::<()>();
        queue.push(answer).unwrap();
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _guard = queue.last_popper();
            panic!("on purpose");
        }));
        assert!(ended.is_err());
        assert!(asked.recv().is_err(), "the entry is dropped, not kept");
        assert_eq!(
            queue.push(std::sync::mpsc::channel().0).unwrap_err(),
            Turned::Closed
        );
    }

    #[test]
    fn a_full_queue_turns_away_and_a_closed_one_empties() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(1), Ok(()));
        assert_eq!(queue.push(2), Ok(()));
        assert_eq!(queue.push(3), Err(Turned::Full));
        assert_eq!(queue.pop(), Some(1));
        assert_eq!(queue.push(4), Ok(()));
        queue.close();
        assert_eq!(queue.push(5), Err(Turned::Closed));
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(2), Some(4), None));
    }

    #[test]
    fn everything_is_taken_in_order_up_to_the_bound() {
        let queue = Queue::new(10);
        for n in 0..5 {
            queue.push(n).unwrap();
        }
        let mut taken = Vec::new();
        queue.pop_all(3, &mut taken);
        assert_eq!(taken, [0, 1, 2]);
        queue.pop_all(3, &mut taken);
        assert_eq!(taken, [0, 1, 2, 3, 4]);
        queue.close();
        queue.pop_all(3, &mut taken);
        assert_eq!(taken, [0, 1, 2, 3, 4]);
    }
}
