//! Finding out who connects.

use std::io;
use std::mem::{Discriminant, discriminant};

use claviger_crypto::rng;
use claviger_provider_managed::protocol::{
    Buffer, Challenge, FrameError, Frames, HandshakeError, Inbound, MAX_GREETING, Violation,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::serve::Shared;

/// Why a connection ended that the client did not end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    #[error("its process has the user {came}, not {due}")]
    WrongPeer { came: u32, due: u32 },
    #[error("there are {0} connections")]
    Many(usize),
    #[error("the handshake took too long")]
    Slow,
    #[error("no randomness for a nonce")]
    Random,
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    #[error(transparent)]
    Violation(#[from] Violation),
    #[error("the connection failed: {0}")]
    Broken(#[from] io::Error),
    #[error("it ended in the middle of a message")]
    Half,
    #[error("an operation ended without an answer")]
    Unanswered,
}

/// What reasons are counted by.
#[derive(Debug, PartialEq)]
pub(crate) struct Kind(Discriminant<Ended>, Option<Discriminant<Violation>>);

impl Ended {
    pub(crate) fn kind(&self) -> Kind {
        let violation = match self {
            Self::Violation(violation) => Some(discriminant(violation)),
            _ => None,
        };
        Kind(discriminant(self), violation)
    }
}

impl From<FrameError> for Ended {
    fn from(error: FrameError) -> Self {
        Self::Violation(error.into())
    }
}

/// The handshake. Nothing is said to others than the user that may connect. Nothing, if the client went away.
pub(crate) async fn greet(stream: &mut UnixStream, shared: &Shared) -> Result<Option<Inbound>, Ended> {
    let came = stream.peer_cred()?.uid();
    let due = shared.settings.peer_uid;
    if came != due {
        return Err(Ended::WrongPeer { came, due });
    }
    let nonce = rng::draw(shared.rng.as_ref()).map_err(|_| Ended::Random)?;
    let mut out = Buffer::new();
    let challenge = Challenge::new(&nonce, &shared.settings.name, &mut out)
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    stream.write_all(out.bytes()).await?;
    out.clear();

    let mut frames = Frames::new(MAX_GREETING);
    loop {
        if let Some(answer) = frames.take()? {
            challenge.meet(
                &shared.settings.access_key,
                answer,
                &shared.engine.capability().name,
                &mut out,
            )?;
            break;
        }
        match stream.read(frames.space()).await? {
            0 if frames.has_part() => return Err(Ended::Half),
            0 => return Ok(None),
            count => frames.filled(count),
        }
    }
    stream.write_all(out.bytes()).await?;
    Ok(Some(Inbound::new(frames)))
}
