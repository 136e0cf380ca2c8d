//! Where one session of one token is open, or not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use crate::seat::Seat;

/// Which token it is; found out when it is first there.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) label: String,
    pub(crate) serial: String,
}

/// The place of one session thread. The lock is held for the length of a call, so whoever can take it knows that no call
/// is under way here.
pub(crate) struct Place {
    token: Arc<OnceLock<Identity>>,
    well: Arc<AtomicBool>,
    pub(crate) seat: Mutex<Option<Seat>>,
}

impl Place {
    pub(crate) fn new(token: Arc<OnceLock<Identity>>, well: Arc<AtomicBool>) -> Self {
        Self {
            token,
            well,
            seat: Mutex::new(None),
        }
    }

    /// Whether it is a place with the token of this serial number.
    pub(crate) fn is_with(&self, serial: &str) -> bool {
        self.token.get().is_some_and(|token| token.serial == serial)
    }

    /// Whether the token was there when somebody last looked.
    pub(crate) fn is_well(&self) -> bool {
        self.well.load(Ordering::Relaxed)
    }
}
