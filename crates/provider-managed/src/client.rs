//! The client: a provider whose keys are in another process.

mod connection;
mod error;
mod provider;
mod queue;
mod shared;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use claviger_crypto::Rng;
use claviger_provider::ProviderError;
use claviger_secret::SecretBytes;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::AccessKey;
use crate::protocol::{Malformed, Request, answer};
use shared::Shared;

/// How long calls wait for an HSM that is away, unless the operator says otherwise.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(5);

/// Where the HSM is, and who it is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its socket.
    pub socket: PathBuf,
    /// What both ends know.
    pub access_key: AccessKey,
    /// The user that its process must have.
    pub uid: u32,
    /// How long a call waits for an HSM that is away, from the moment it was lost. After that calls fail at once, until
    /// it is back. It is also how long a connection may be silent before the HSM is asked whether it is still there, and
    /// then again until it counts as lost.
    pub patience: Duration,
}

/// Whether there is a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There is one, and both ends have proved who they are.
    Connected,
    /// There is none.
    Away {
        /// Since when; at first, since it was asked for.
        since: Instant,
    },
}

/// A provider that asks the managed HSM.
///
/// All calls share one connection, which a task in the background makes, keeps, and makes again. It starts with
/// [`ManagedHsm::start`] or the first call, on the Tokio runtime of that, and ends with the provider.
///
/// When the connection is lost, calls in flight are sent again on the next one, until [`Settings::patience`] has
/// passed; then they fail with [`ProviderError::Unavailable`]. Nobody saw what the lost ones gave, so every operation
/// may be done twice:
///
/// - `generate`, `wrapping_key`, `random` and `encrypt` draw anew; what was drawn before is in nobody's hands. An
///   encryption may thus use up two nonces of a key, which counts where a format has a limit of messages: a call is sent
///   eight times at most.
/// - `import` wraps the same material again; its fingerprint is the same each time.
/// - `decrypt`, `sign`, `verify`, `encrypt_to`, `decrypt_from`, `public_key`, `mac`, `verify_mac` and `rewrap` leave
///   nothing behind in the HSM.
/// - `destroy` of what was destroyed is done already.
///
/// At most 1,024 calls are in flight; more wait. A call that is dropped is forgotten: its answer is thrown away.
pub struct ManagedHsm {
    shared: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl ManagedHsm {
    /// Makes the provider. Nothing is connected yet. `rng` gives the nonces of handshakes.
    pub fn new(settings: Settings, rng: Arc<dyn Rng>) -> Self {
        Self {
            shared: Arc::new(Shared::new(settings, rng)),
            task: Mutex::new(None),
        }
    }

    /// Begins to connect, if that has not begun. Without a Tokio runtime it does nothing; the next call tries again.
    pub fn start(&self) {
        if self.shared.is_driven() {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        // Nothing under this lock can panic half way, so a poisoned one is still whole.
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have been here first.
        if let Some(driver) = self.shared.take_the_wheel() {
            *task = Some(runtime.spawn(connection::drive(driver)));
        }
    }

    /// Whether there is a connection at the moment.
    pub fn state(&self) -> State {
        self.shared.state()
    }

    /// For how long an HSM has been silent that is there: it was asked, or its socket was reached, and nothing came. Nothing
    /// where it answers or nobody listens. That takes some seconds to find out: twice the patience on a connection, and five
    /// seconds where one is made. An HSM that is only busy is not silent.
    pub fn silence(&self) -> Option<Duration> {
        self.shared.silence()
    }

    /// The time to the HSM and back.
    ///
    /// # Errors
    /// [`ProviderError::Unavailable`] if it is away for longer than the patience.
    pub async fn ping(&self) -> Result<Duration, ProviderError> {
        let begun = Instant::now();
        let given = self.call(Request::Ping).await?;
        well_formed(answer::done(&given))?;
        Ok(begun.elapsed())
    }

    /// Asks, and asks again when the connection was lost meanwhile.
    async fn call(&self, request: Request<'_>) -> Result<SecretBytes, ProviderError> {
        /// Most times that a call is sent: a request that brings the HSM down should not do so for ever.
        const MOST: u32 = 8;
        let mut lost: Option<Instant> = None;
        for _ in 0..MOST {
            self.start();
            let answer = loop {
                if let Some(answer) = self.shared.send(&request).await? {
                    break answer;
                }
                self.shared.connected(lost).await?;
            };
            // The sender is dropped with the connection.
            if let Ok(reply) = answer.await {
                return reply;
            }
            let _ = lost.get_or_insert_with(Instant::now);
        }
        Err(ProviderError::Unavailable)
    }
}

impl Drop for ManagedHsm {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }
}

impl fmt::Debug for ManagedHsm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedHsm")
            .field("socket", &self.shared.settings().socket)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// An answer of another kind than was asked for is none.
fn well_formed<T>(read: Result<T, Malformed>) -> Result<T, ProviderError> {
    read.map_err(|Malformed| {
        tracing::error!("the managed HSM gave an answer of another kind than was asked for");
        ProviderError::Unavailable
    })
}
