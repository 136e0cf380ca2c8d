//! Where one session of one token is open, or not.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::seat::Seat;

/// The place of one session thread. The lock is held for the length of a call, so whoever can take it knows that no call
/// is under way here.
pub(crate) struct Place {
    /// Serial number of the token.
    pub(crate) token: Arc<str>,
    well: Arc<AtomicBool>,
    pub(crate) seat: Mutex<Option<Seat>>,
}

impl Place {
    pub(crate) fn new(token: Arc<str>, well: Arc<AtomicBool>) -> Self {
        Self {
            token,
            well,
            seat: Mutex::new(None),
        }
    }

    /// Whether the token was there when somebody last looked.
    pub(crate) fn is_well(&self) -> bool {
        self.well.load(Ordering::Relaxed)
    }
}
