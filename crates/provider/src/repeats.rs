//! Lines of a log that somebody outside can cause.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets some lines of each kind through in a while and counts the others, so that nobody fills the log by failing often.
///
/// What was left out is told with the next line of that kind.
#[derive(Debug)]
pub struct Repeats<K> {
    most: u32,
    window: Duration,
    kinds: Mutex<Vec<Kind<K>>>,
}

#[derive(Debug)]
struct Kind<K> {
    what: K,
    begun: Instant,
    written: u32,
    omitted: u64,
}

impl<K: PartialEq> Repeats<K> {
    /// At most so many lines of each kind in each `window`. Kinds are remembered for ever, so there must be few.
    pub const fn new(most: u32, window: Duration) -> Self {
        Self {
            most,
            window,
            kinds: Mutex::new(Vec::new()),
        }
    }

    /// Asks for one more line of that kind. If it may be written, this gives how many were left out since the last one;
    /// otherwise it counts as left out.
    pub fn line(&self, kind: K, now: Instant) -> Option<u64> {
        // Nothing under this lock can panic half way.
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = kinds.iter_mut().find(|known| known.what == kind) else {
            kinds.push(Kind {
                what: kind,
                begun: now,
                written: 1,
                omitted: 0,
            });
            return Some(0);
        };
        if now.saturating_duration_since(known.begun) >= self.window {
            (known.begun, known.written) = (now, 0);
        }
        if known.written >= self.most {
            known.omitted += 1;
            return None;
        }
        known.written += 1;
        Some(std::mem::take(&mut known.omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(10);

    #[test]
    fn what_comes_often_is_counted_and_told_later() {
        let repeats = Repeats::new(2, WINDOW);
        let now = Instant::now();
        let lines: Vec<_> = (0..5).map(|_| repeats.line("flood", now)).collect();
        assert_eq!(lines, [Some(0), Some(0), None, None, None]);
        assert_eq!(repeats.line("flood", now + WINDOW / 2), None);
        assert_eq!(repeats.line("flood", now + WINDOW), Some(4));
        assert_eq!(repeats.line("flood", now + WINDOW), Some(0));
        assert_eq!(repeats.line("flood", now + WINDOW), None);
    }

    #[test]
    fn one_kind_does_not_hide_another() {
        let repeats = Repeats::new(1, WINDOW);
        let now = Instant::now();
        assert_eq!(repeats.line("flood", now), Some(0));
        assert_eq!(repeats.line("flood", now), None);
        assert_eq!(repeats.line("rare", now), Some(0));
    }
}
