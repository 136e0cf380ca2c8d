//! Taking connections.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use claviger_crypto::Rng;
use claviger_provider::{Provider, Repeats};
use claviger_provider_managed::{AccessKey, MANAGED};
use claviger_provider_soft::{RootKeys, SoftProvider};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Listener;
use crate::connection::carry;
use crate::greeting::{Ended, Kind, greet};

/// Most lines of the log about clients that are sent away for one kind of reason, in that time.
const MOST_LINES: u32 = 10;
const LINES_WINDOW: Duration = Duration::from_secs(10);
/// Most connections at a time.
const MOST_CONNECTIONS: usize = 16;
/// Most time for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long nobody is taken in when the kernel could not hand a connection over.
const PAUSE: Duration = Duration::from_millis(100);
/// How long connections have to finish what is in flight when the HSM stops.
const FINISH: Duration = Duration::from_secs(5);

/// Whom the HSM serves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What both ends know.
    pub access_key: AccessKey,
    /// The user that a client must have.
    pub peer_uid: u32,
    /// A name that clients write to their logs; at most 128 bytes.
    pub name: String,
}

/// What connections have in common.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) engine: Arc<dyn Provider>,
    pub(crate) rng: Arc<dyn Rng>,
    sent_away: Repeats<Kind>,
}

impl Shared {
    /// Says why, unless clients are sent away all the time for that.
    fn send_away(&self, reason: &Ended) {
        if let Some(omitted) = self.sent_away.line(reason.kind(), Instant::now()) {
            let omitted = (omitted > 0).then_some(omitted);
            tracing::warn!(%reason, omitted, "a client was sent away");
        }
    }
}

/// What computes: the software engine with the table of the HSM. `cache` is how many secret keys it keeps open, about.
pub fn engine(roots: Arc<RootKeys>, rng: Arc<dyn Rng>, cache: usize) -> Arc<dyn Provider> {
    Arc::new(SoftProvider::new(&MANAGED, roots, rng, cache))
}

/// Serves until `stop` is ready; then what is in flight is finished, for five seconds at most.
///
/// A client is served if its process has the right user and it knows the access key, which it has five seconds to
/// show. At most 16 are connected; more are sent away. Who breaks a rule of the protocol is sent away; the log says why,
/// and nothing of what was said: ten times in ten seconds for each kind of reason, and how often it was left out.
///
/// # Errors
/// If the socket cannot be used with this runtime.
pub async fn serve(
    listener: Listener,
    settings: Settings,
    engine: Arc<dyn Provider>,
    rng: Arc<dyn Rng>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let Listener {
        socket,
        path,
        folder: _folder,
    } = listener;
    let socket = UnixListener::from_std(socket)?;
    let shared = Arc::new(Shared {
        settings,
        engine,
        rng,
        sent_away: Repeats::new(MOST_LINES, LINES_WINDOW),
    });
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    tracing::info!(socket = %path.display(), "serving");
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok(_) if connections.len() >= MOST_CONNECTIONS => {
                shared.send_away(&Ended::Many(MOST_CONNECTIONS));
            }
            Ok((stream, _)) => {
                connections.spawn(converse(stream, Arc::clone(&shared), stopped.clone()));
            }
            Err(error) => {
                tracing::error!(%error, "cannot take connections");
                sleep(PAUSE).await;
            }
        }
    }
    // Clients that come now find nobody, and come again when there is a next one.
    drop(socket);
    stopping.send_replace(true);
    let finished = timeout(FINISH, async { while connections.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!("stopped before all requests were answered");
    }
    Ok(())
}

async fn converse(stream: UnixStream, shared: Arc<Shared>, stopped: watch::Receiver<bool>) {
    match talk(stream, &shared, stopped).await {
        Ok(()) => tracing::debug!("a client has left"),
        Err(reason) => shared.send_away(&reason),
    }
}

async fn talk(
    mut stream: UnixStream,
    shared: &Shared,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), Ended> {
    let greeted = tokio::select! {
        greeted = timeout(HANDSHAKE, greet(&mut stream, shared)) => greeted.map_err(|_| Ended::Slow)??,
        _ = stopped.wait_for(|stopped| *stopped) => None,
    };
    let Some(inbound) = greeted else {
        return Ok(());
    };
    tracing::info!("a client is connected");
    carry(stream, inbound, &shared.engine, stopped).await
}
