//! Why there is no connection.

use std::io;

use tokio::time::Instant;

use crate::protocol::{FrameError, HandshakeError, Malformed};

/// A connection was not made, or was lost.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectionError {
    #[error("cannot reach it")]
    Connect(#[source] io::Error),
    #[error("its process has the user {came}, not {due}")]
    WrongPeer { came: u32, due: u32 },
    #[error("no randomness for a nonce")]
    Random,
    #[error("the handshake took too long")]
    Slow {
        /// When it began.
        since: Instant,
    },
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    #[error("it has the capability table `{0}`, which is not ours")]
    Capability(String),
    #[error("the connection failed")]
    Broken(#[from] io::Error),
    #[error("it closed the connection")]
    Closed,
    #[error("it does not answer")]
    Silent {
        /// After this moment nothing came.
        since: Instant,
    },
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("it answered request {0}, which nobody sent")]
    Unasked(u64),
}

impl ConnectionError {
    /// Since when an HSM that is there has said nothing, if that is the reason.
    pub(super) fn silent_since(&self) -> Option<Instant> {
        match self {
            Self::Slow { since } | Self::Silent { since } => Some(*since),
            _ => None,
        }
    }
}
