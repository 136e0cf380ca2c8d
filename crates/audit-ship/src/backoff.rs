//! How long to leave a sink in trouble alone.

use std::time::Duration;

use claviger_model::Random;

/// Waits that double, with a random part, so that servers that lost the same sink do not come back at one moment.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    most: Duration,
    failures: u32,
}

impl Backoff {
    /// Waits from `first` to `most`.
    pub(crate) fn new(first: Duration, most: Duration) -> Self {
        Self {
            first,
            most,
            failures: 0,
        }
    }

    /// The next wait: between half of the full one and all of it.
    pub(crate) fn next(&mut self, random: &dyn Random) -> Duration {
        let doubled = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.failures = self.failures.saturating_add(1);
        let full = self.first.saturating_mul(doubled).min(self.most);
        let mut byte = [u8::MAX];
        // Without randomness the full wait.
        let _ = random.fill(&mut byte);
        let half = full / 2;
        half + half * u32::from(byte[0]) / u32::from(u8::MAX)
    }

    /// It went well.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_model::RandomError;

    #[derive(Debug)]
    struct Always(u8);

    impl Random for Always {
        fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
            out.fill(self.0);
            Ok(())
        }
    }

    fn waits(byte: u8, count: usize) -> Vec<u64> {
        let mut backoff = Backoff::new(Duration::from_secs(2), Duration::from_secs(60));
        let mut next = || backoff.next(&Always(byte)).as_secs();
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn waits_double_up_to_the_most_and_may_be_half_as_long() {
        assert_eq!(waits(255, 7), [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(waits(0, 7), [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(waits(255, 100).last(), Some(&60));
    }

    #[test]
    fn after_a_success_they_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(2), Duration::from_secs(60));
        for _ in 0..5 {
            backoff.next(&Always(255));
        }
        backoff.reset();
        assert_eq!(backoff.next(&Always(255)), Duration::from_secs(2));
    }
}
