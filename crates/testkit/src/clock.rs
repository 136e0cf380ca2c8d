//! A clock that stands until it is moved.

use std::sync::{Arc, Mutex, PoisonError};

use claviger_model::{Clock, SignedDuration, Timestamp};

/// A clock that stands until it is moved. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<Mutex<Timestamp>>);

impl FakeClock {
    /// A clock that stands at this moment, written as in RFC 3339.
    pub fn at(time: &str) -> Self {
        Self(Arc::new(Mutex::new(time.parse().unwrap())))
    }

    /// Moves the clock to a moment.
    pub fn set(&self, time: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// Moves the clock on, or back.
    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now() + by);
    }

    /// The same clock as the audit log asks it.
    pub(crate) fn of_log(&self) -> claviger_audit::Clock {
        let clock = self.clone();
        claviger_audit::Clock::new(move || clock.now())
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
