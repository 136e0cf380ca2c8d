//! Threads for private operations of RSA, which take from half a millisecond to seconds.
//!
//! There is one thread a core, so that those who wait do not take turns on it. Under load a thread does several pieces
//! of work before it hands over what came of them: whoever waits for them is woken once and finds its code and data in
//! the processor's caches, which RSA empties each time.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread;

use claviger_provider::ProviderError;
use tokio::sync::oneshot;

/// The most results that are handed over together.
const TOGETHER: usize = 8;

/// Hands a result over.
type Delivery = Box<dyn FnOnce() + Send>;
/// Computes a result.
type Job = Box<dyn FnOnce() -> Delivery + Send>;

#[derive(Default)]
struct Queue {
    jobs: Mutex<VecDeque<Job>>,
    filled: Condvar,
}

static QUEUE: OnceLock<Arc<Queue>> = OnceLock::new();

/// Runs `work` on one of the threads. Without memory for a thread, [`ProviderError::Unavailable`].
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProviderError> {
    let (sender, done) = oneshot::channel();
    let job: Job = Box::new(move || {
        let result = work();
        // A caller that went away does not want it.
        Box::new(move || drop(sender.send(result)))
    });
    queue()?.push(job);
    done.await.map_err(|_| ProviderError::Unavailable)
}

fn queue() -> Result<&'static Queue, ProviderError> {
    if let Some(queue) = QUEUE.get() {
        return Ok(queue);
    }
    let queue = Arc::new(Queue::default());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    // Of several first callers one is kept; the threads of the others end at once.
    let kept = QUEUE.get_or_init(|| Arc::clone(&queue));
    if Arc::ptr_eq(kept, &queue) {
        for _ in 0..threads {
            let queue = Arc::clone(&queue);
            let started = thread::Builder::new()
                .name("rsa".to_owned())
                .spawn(move || queue.serve(threads));
            started.map_err(|_| ProviderError::Unavailable)?;
        }
    }
    Ok(kept)
}

impl Queue {
    fn push(&self, job: Job) {
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(job);
        self.filled.notify_one();
    }

    fn serve(&self, threads: usize) {
        loop {
            // Panics are bugs, and must not take the thread away from all others: who waits is told that there is nothing.
            let deliveries: Vec<_> = self
                .take(threads)
                .into_iter()
                .filter_map(|job| catch_unwind(AssertUnwindSafe(job)).ok())
                .collect();
            for deliver in deliveries {
                deliver();
            }
        }
    }

    fn take(&self, threads: usize) -> Vec<Job> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        while jobs.is_empty() {
            jobs = self.filled.wait(jobs).unwrap_or_else(PoisonError::into_inner);
        }
        let count = together(jobs.len(), threads);
        jobs.drain(..count).collect()
    }
}

/// How many of `waiting` jobs a thread takes: its result may keep nobody waiting by more than a quarter of the time that
/// it has waited in the queue anyway.
fn together(waiting: usize, threads: usize) -> usize {
    (waiting / threads / 4).clamp(1, TOGETHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_handed_over_together_only_where_many_wait() {
        assert_eq!(
            [1, 4, 7, 8, 31, 32, 1000].map(|waiting| together(waiting, 1)),
            [1, 1, 1, 2, 7, 8, 8]
        );
        assert_eq!([1, 8, 64].map(|waiting| together(waiting, 4)), [1, 1, 4]);
    }

    #[tokio::test]
    async fn every_piece_of_work_is_done_whatever_others_do() {
        let works = (0..200u32).map(|number| {
            run(move || {
                assert!(number % 50 != 7, "a bug");
                number
            })
        });
        let running: Vec<_> = works.map(tokio::spawn).collect();
        for (number, one) in (0..200u32).zip(running) {
            let done = one.await.unwrap();
            if number % 50 == 7 {
                assert!(matches!(done, Err(ProviderError::Unavailable)));
            } else {
                assert_eq!(done.unwrap(), number);
            }
        }
    }
}
