//! How long to wait before an HSM that ended is started again.

use std::time::Duration;

/// The first wait.
const LEAST: Duration = Duration::from_millis(100);
/// The longest wait.
const MOST: Duration = Duration::from_secs(5);
/// Who ran for so long was well: the next wait is the first one again.
const WELL: Duration = Duration::from_secs(30);

/// Doubles the wait each time, until something runs for a while.
#[derive(Debug)]
pub(super) struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Self {
        Self(LEAST)
    }
}

impl Backoff {
    /// How long to wait after a run of that length.
    pub(super) fn after(&mut self, ran: Duration) -> Duration {
        if ran >= WELL {
            self.0 = LEAST;
        }
        let wait = self.0;
        self.0 = MOST.min(wait * 2);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_until_something_runs_for_a_while() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..8)
            .map(|_| backoff.after(Duration::ZERO).as_millis())
            .collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(backoff.after(WELL), LEAST);
        assert_eq!(backoff.after(Duration::ZERO), 2 * LEAST);
    }
}
