//! What calls and the task of the connection have in common.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use claviger_crypto::Rng;
use claviger_provider::ProviderError;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, timeout_at};

use super::queue::{Awaited, Put, Queue, Waiting};
use super::{Settings, State};
use crate::protocol::{Request, TooLong};

/// Most calls in flight.
const MOST_IN_FLIGHT: usize = 1024;
/// A call that is longer takes the place of several, so that all together have a bound.
const PLACE_LEN: usize = 64 * 1024;

pub(super) struct Shared {
    settings: Settings,
    rng: Arc<dyn Rng>,
    driven: AtomicBool,
    state: watch::Sender<State>,
    /// Since when the HSM is there and says nothing.
    silent: Mutex<Option<Instant>>,
    queue: Mutex<Queue>,
    gathered: Notify,
    places: Arc<Semaphore>,
}

impl Shared {
    pub(super) fn new(settings: Settings, rng: Arc<dyn Rng>) -> Self {
        Self {
            settings,
            rng,
            driven: AtomicBool::new(false),
            state: watch::Sender::new(State::Away {
                since: Instant::now(),
            }),
            silent: Mutex::default(),
            queue: Mutex::default(),
            gathered: Notify::new(),
            places: Arc::new(Semaphore::new(MOST_IN_FLIGHT)),
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn rng(&self) -> &dyn Rng {
        self.rng.as_ref()
    }

    pub(super) fn state(&self) -> State {
        *self.state.borrow()
    }

    /// See [`super::ManagedHsm::silence`].
    pub(super) fn silence(&self) -> Option<Duration> {
        self.silent().map(|since| since.elapsed())
    }

    /// It has said nothing since then; if that was noted of an earlier moment, since that one.
    pub(super) fn is_silent(&self, since: Instant) {
        self.silent().get_or_insert(since);
    }

    /// It said something, or is not there.
    pub(super) fn is_not_silent(&self) {
        *self.silent() = None;
    }

    fn silent(&self) -> MutexGuard<'_, Option<Instant>> {
        // A moment is always whole.
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a task makes the connection.
    pub(super) fn is_driven(&self) -> bool {
        self.driven.load(Ordering::Acquire)
    }

    /// What the task needs, unless there is one. Time away counts from now.
    pub(super) fn take_the_wheel(self: &Arc<Self>) -> Option<Driver> {
        if self.driven.swap(true, Ordering::AcqRel) {
            return None;
        }
        self.state.send_replace(State::Away {
            since: Instant::now(),
        });
        Some(Driver(Arc::clone(self)))
    }

    /// Puts a request to those that are sent next; nothing if there is no connection.
    pub(super) async fn send(&self, request: &Request<'_>) -> Result<Option<Awaited>, ProviderError> {
        let places = request.weight() / PLACE_LEN + 1;
        let places = u32::try_from(places).map_err(|_| ProviderError::BadInput)?;
        let place = Arc::clone(&self.places).acquire_many_owned(places);
        let place = place.await.map_err(|_| ProviderError::Unavailable)?;
        let put = self.queue().put(request, Some(place));
        match put {
            Ok(Put::Gathered { awaited, first }) => {
                if first {
                    self.notify();
                }
                Ok(Some(awaited))
            }
            Ok(Put::Closed) => Ok(None),
            Err(TooLong) => Err(ProviderError::BadInput),
        }
    }

    /// Waits for a connection as long as the patience lasts: from when it was lost, and for a call that was lost with
    /// another one before, from then.
    pub(super) async fn connected(&self, lost: Option<Instant>) -> Result<(), ProviderError> {
        let since = match self.state() {
            State::Connected => return Ok(()),
            State::Away { since } => lost.map_or(since, |lost| lost.min(since)),
        };
        let mut states = self.state.subscribe();
        let connected = states.wait_for(|state| *state == State::Connected);
        match timeout_at(since + self.settings.patience, connected).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(ProviderError::Unavailable),
        }
    }

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing under this lock can panic half way, so a poisoned queue is still whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the writer that a request was put.
    pub(super) fn notify(&self) {
        self.gathered.notify_one();
    }

    /// Waits until a request was put.
    pub(super) async fn gathered(&self) {
        self.gathered.notified().await;
    }

    pub(super) fn open(&self) {
        self.queue().open();
        self.state.send_replace(State::Connected);
    }

    /// There is no connection any more. Whoever waited is told when what this gives is dropped.
    #[must_use = "calls are told when it is dropped"]
    pub(super) fn close(&self) -> Lost {
        let lost = self.queue().close();
        self.state.send_if_modified(|state| {
            let connected = *state == State::Connected;
            if connected {
                *state = State::Away {
                    since: Instant::now(),
                };
            }
            connected
        });
        Lost(lost)
    }
}

/// Calls that were in flight on a connection that is gone.
pub(super) struct Lost(#[expect(dead_code, reason = "its drop tells the calls")] HashMap<u64, Waiting>);

/// What the task of the connection holds. With it, the connection is gone, whatever ended the task.
pub(super) struct Driver(Arc<Shared>);

impl std::ops::Deref for Driver {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let lost = self.close();
        // Nobody listens any more, so nothing is known of it.
        self.is_not_silent();
        self.driven.store(false, Ordering::Release);
        // Only now, so that the calls that are told find that there is no task, and start one.
        drop(lost);
    }
}
