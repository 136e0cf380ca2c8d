//! What comes from a client after the handshake.

use super::fields::{Fields, Malformed};
use super::frame::{FrameError, Frames, MAX_FRAME};

/// A client broke a rule. The connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A frame that is none.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A message that is none.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A request that was played again, or one that is missing.
    #[error("request {came} came where request {due} was due")]
    Sequence {
        /// The number that was due.
        due: u64,
        /// The number that came.
        came: u64,
    },
}

/// The requests of a connection, in their order.
#[derive(Debug)]
pub struct Inbound {
    frames: Frames,
    due: u64,
}

impl Inbound {
    /// What comes after the handshake, for which `frames` served.
    pub fn new(mut frames: Frames) -> Self {
        frames.set_limit(MAX_FRAME);
        Self { frames, due: 1 }
    }

    /// See [`Frames::space`].
    pub fn space(&mut self) -> &mut [u8] {
        self.frames.space()
    }

    /// See [`Frames::filled`].
    pub fn filled(&mut self, count: usize) {
        self.frames.filled(count);
    }

    /// See [`Frames::has_part`].
    pub fn has_part(&self) -> bool {
        self.frames.has_part()
    }

    /// The next request that has come whole: its number, and what [`super::Request::read`] reads.
    ///
    /// # Errors
    /// If what came cannot be a request, or is not the one that was due.
    pub fn take(&mut self) -> Result<Option<(u64, &[u8])>, Violation> {
        let Some(content) = self.frames.take()? else {
            return Ok(None);
        };
        let mut fields = Fields::new(content);
        let came = fields.u64()?;
        if came != self.due {
            return Err(Violation::Sequence { due: self.due, came });
        }
        // INVARIANT: a connection cannot live for 2^64 requests.
        self.due = self.due.wrapping_add(1);
        Ok(Some((came, fields.rest())))
    }
}
