//! The connection: made, kept, and made again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use claviger_crypto::rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep, timeout};

use super::Settings;
use super::error::ConnectionError;
use super::queue::{Put, Waiting};
use super::shared::{Driver, Shared};
use crate::MANAGED;
use crate::protocol::{Accepted, Buffer, Frames, MAX_FRAME, MAX_GREETING, Pledge, Reply, Request, answer};

/// How long the first attempt after a failure waits; each further one twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(10);
/// The longest such wait.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// Most time for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Makes connections for ever.
pub(super) async fn drive(shared: Driver) {
    let mut wait = FIRST_WAIT;
    let mut told = None;
    loop {
        let error = match connect(&shared).await {
            Ok((stream, hsm)) => {
                tracing::info!(
                    hsm = hsm.name,
                    version = hsm.version,
                    "connected to the managed HSM"
                );
                shared.is_not_silent();
                shared.open();
                told = None;
                let heard = AtomicU64::new(0);
                let error = carry(&shared, stream, &heard).await;
                drop(shared.close());
                if heard.load(Ordering::Relaxed) > 0 {
                    wait = FIRST_WAIT;
                }
                error
            }
            Err(error) => error,
        };
        match error.silent_since() {
            Some(since) => shared.is_silent(since),
            None => shared.is_not_silent(),
        }
        // Each reason is told once: an impostor is not to hide behind an HSM that ended.
        let reason = Some(chain(&error));
        if told == reason {
            tracing::debug!(error = reason, "the managed HSM is still away");
        } else {
            tracing::warn!(error = reason, "the managed HSM is away");
            told = reason;
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// The error and what is behind it, in one line.
fn chain(error: &ConnectionError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

async fn connect(shared: &Shared) -> Result<(UnixStream, Accepted), ConnectionError> {
    let settings = shared.settings();
    let since = Instant::now();
    let handshake = async {
        let mut stream = UnixStream::connect(&settings.socket)
            .await
            .map_err(ConnectionError::Connect)?;
        let came = stream.peer_cred()?.uid();
        if came != settings.uid {
            return Err(ConnectionError::WrongPeer {
                came,
                due: settings.uid,
            });
        }
        let hsm = shake(&mut stream, settings, shared).await?;
        if hsm.capability == MANAGED.name {
            Ok((stream, hsm))
        } else {
            Err(ConnectionError::Capability(hsm.capability))
        }
    };
    timeout(HANDSHAKE, handshake)
        .await
        .map_err(|_| ConnectionError::Slow { since })?
}

async fn shake(
    stream: &mut UnixStream,
    settings: &Settings,
    shared: &Shared,
) -> Result<Accepted, ConnectionError> {
    let mut frames = Frames::new(MAX_GREETING);
    let mut out = Buffer::new();
    let nonce = rng::draw(shared.rng()).map_err(|_| ConnectionError::Random)?;
    let pledge = loop {
        if let Some(hello) = frames.take()? {
            break Pledge::new(&settings.access_key, hello, &nonce, &mut out)?;
        }
        receive(stream, &mut frames).await?;
    };
    stream.write_all(out.bytes()).await?;
    loop {
        if let Some(proof) = frames.take()? {
            // Nothing can follow before the first request.
            return Ok(pledge.accept(&settings.access_key, proof)?);
        }
        receive(stream, &mut frames).await?;
    }
}

async fn receive(stream: &mut UnixStream, frames: &mut Frames) -> Result<(), ConnectionError> {
    match stream.read(frames.space()).await? {
        0 => Err(ConnectionError::Closed),
        count => {
            frames.filled(count);
            Ok(())
        }
    }
}

/// Carries requests and answers until the connection ends, and says why it did. `heard` counts what came.
async fn carry(shared: &Shared, mut stream: UnixStream, heard: &AtomicU64) -> ConnectionError {
    let (reader, writer) = stream.split();
    let ended = tokio::select! {
        biased;
        ended = read(shared, reader, heard) => ended,
        ended = write(shared, writer) => ended,
        ended = watch(shared, heard) => ended,
    };
    match ended {
        Err(error) => error,
        Ok(never) => match never {},
    }
}

/// Something that there is none of.
enum Never {}

/// Sends what has gathered, all of it at once.
async fn write(shared: &Shared, mut writer: WriteHalf<'_>) -> Result<Never, ConnectionError> {
    let mut taken = Buffer::new();
    loop {
        while !shared.queue().take(&mut taken) {
            shared.gathered().await;
            // Others that are ready have their turn first, and what they ask goes with it.
            tokio::task::yield_now().await;
        }
        writer.write_all(taken.bytes()).await?;
        taken.clear();
    }
}

/// Hands answers to whoever waits for them.
async fn read(
    shared: &Shared,
    mut reader: ReadHalf<'_>,
    heard: &AtomicU64,
) -> Result<Never, ConnectionError> {
    let mut frames = Frames::new(MAX_FRAME);
    let mut answers: Vec<(Waiting, Reply<_>)> = Vec::new();
    loop {
        match reader.read(frames.space()).await? {
            0 => return Err(ConnectionError::Closed),
            count => frames.filled(count),
        }
        heard.fetch_add(1, Ordering::Relaxed);
        {
            let mut queue = shared.queue();
            while let Some(content) = frames.take()? {
                let (sequence, reply) = answer::read_answer(content)?;
                let waiting = queue
                    .answered(sequence)
                    .ok_or(ConnectionError::Unasked(sequence))?;
                answers.push((waiting, reply));
            }
        }
        // Not under the lock, which those that wake will want.
        for (waiting, reply) in answers.drain(..) {
            waiting.give(reply);
        }
    }
}

/// Finds out when the HSM hangs. Calls may take long, so an HSM that says nothing is asked whether it is there; that much
/// it answers when it is busy, too. It is asked also while nobody calls: who calls next should not have to find out.
async fn watch(shared: &Shared, heard: &AtomicU64) -> Result<Never, ConnectionError> {
    let (mut before, mut since, mut asked) = (heard.load(Ordering::Relaxed), Instant::now(), false);
    loop {
        sleep(shared.settings().patience).await;
        let now = heard.load(Ordering::Relaxed);
        if before != now {
            (before, since, asked) = (now, Instant::now(), false);
        } else if asked {
            return Err(ConnectionError::Silent { since });
        } else {
            asked = true;
            // Nobody waits for it; that something comes is all.
            if let Ok(Put::Gathered { first: true, .. }) = shared.queue().put(&Request::Ping, None) {
                shared.notify();
            }
        }
    }
}
