//! Work that takes long.

use std::thread;

use claviger_provider::ProviderError;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

/// Key pairs that are made at a time; more wait their turn.
const MAKERS: usize = 4;
static PLACES: Semaphore = Semaphore::const_new(MAKERS);

/// The least urgent there is. SOURCE: `nice(2)`.
const LEAST_URGENT: i32 = 19;

/// Runs what takes from half a millisecond to seconds, such as RSA's private operations, on a thread of its own, so
/// that the threads of the runtime stay free for others.
///
/// Without a runtime there is nobody to stay free for, and the work is done at once.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProviderError> {
    match Handle::try_current() {
        // It fails if the runtime is shutting down.
        Ok(runtime) => runtime
            .spawn_blocking(work)
            .await
            .map_err(|_| ProviderError::Unavailable),
        Err(_) => Ok(work()),
    }
}

/// Runs the search for RSA primes, up to seconds of computing, on a thread of its own that gives way to all others:
/// on a machine with few cores, callers who only want to encrypt would wait for its turns.
///
/// Without a runtime the work is done at once.
pub(crate) async fn run_aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProviderError> {
    if Handle::try_current().is_err() {
        return Ok(work());
    }
    let place = PLACES.acquire().await.map_err(|_| ProviderError::Unavailable)?;
    let (sender, made) = oneshot::channel();
    let thread = thread::Builder::new()
        .name("key-maker".to_owned())
        .spawn(move || {
            // Where it is not allowed, keys are made all the same. A thread of a pool would have to become urgent again
            // afterwards, which takes a right that servers do not have.
            let _ = rustix::process::nice(LEAST_URGENT);
            // A caller that went away does not want it.
            let _ = sender.send(work());
            drop(place);
        });
    thread.map_err(|_| ProviderError::Unavailable)?;
    made.await.map_err(|_| ProviderError::Unavailable)
}
