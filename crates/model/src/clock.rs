//! Where time and randomness come from.

use std::fmt;

use jiff::Timestamp;

/// Tells the time. Handed around as `Arc<dyn Clock>`, so tests can set it.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present moment, UTC.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the machine's clock is read"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Where random bytes for identifiers come from. Keys and nonces are drawn by their provider instead.
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills `out` with bytes that nobody can guess.
    ///
    /// # Errors
    /// [`RandomError`] when the generator of the machine fails.
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomError>;
}

/// The machine's random generator failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the random generator of this machine failed")]
pub struct RandomError;
