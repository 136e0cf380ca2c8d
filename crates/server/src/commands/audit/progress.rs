//! How far a long command is, for whoever watches it on a terminal.

use std::io::{Write as _, stderr};
use std::time::{Duration, Instant};

use claviger_audit::Seq;

/// How often the line changes.
const BEAT: Duration = Duration::from_millis(200);

/// A line on standard error that is written over again and again, and gone at the end.
#[derive(Debug)]
pub(super) struct Progress {
    watched: bool,
    shown: Option<Instant>,
}

impl Progress {
    /// Shows something only where it is watched.
    pub(super) fn new(watched: bool) -> Self {
        Self { watched, shown: None }
    }

    /// Says that a line of the log is reached.
    pub(super) fn at(&mut self, place: Seq) {
        self.show(|| format!("line {place}"));
    }

    /// The same where the last line is known.
    pub(super) fn of(&mut self, place: Seq, last: Seq) {
        self.show(|| format!("line {place} of {last}"));
    }

    fn show(&mut self, text: impl FnOnce() -> String) {
        if self.watched && self.shown.is_none_or(|shown| shown.elapsed() >= BEAT) {
            let _ = write!(stderr(), "\r{}", text());
            self.shown = Some(Instant::now());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            // SOURCE: ECMA-48, EL: erases to the end of the line.
            let _ = write!(stderr(), "\r\u{1b}[K");
        }
    }
}
