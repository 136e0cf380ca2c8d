//! What the rest of the program sees of a sink.

use std::sync::{Mutex, MutexGuard, PoisonError};

use claviger_audit::Seq;
use claviger_audit::index::{Follower, Progress};
use claviger_model::SignedDuration;

/// How far a sink has come, shared between its task and those who ask.
#[derive(Debug)]
pub(crate) struct State(Mutex<Progress>);

impl State {
    pub(crate) fn new(name: &str, done: Seq) -> Self {
        Self(Mutex::new(Progress {
            name: name.to_owned(),
            done,
            lag: None,
            trouble: None,
        }))
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cursor is durable at `seq`.
    pub(crate) fn done(&self, seq: Seq, lag: Option<SignedDuration>) {
        let mut progress = self.progress();
        progress.done = seq;
        if lag.is_some() {
            progress.lag = lag;
        }
    }

    /// Sets what is in the way; whether there was something before.
    pub(crate) fn trouble(&self, trouble: Option<String>) -> bool {
        let mut progress = self.progress();
        std::mem::replace(&mut progress.trouble, trouble).is_some()
    }
}

impl Follower for State {
    fn progress(&self) -> Progress {
        State::progress(self).clone()
    }
}
