//! A managed HSM for one run: the engine on a thread of its own, behind a real socket.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle, available_parallelism};

use claviger_crypto::{Rng, SystemRng};
use claviger_managed_hsm::{Listener, Settings as HsmSettings, engine, serve};
use claviger_model::{Clock as _, SystemClock};
use claviger_provider_managed::{AccessKey, DEFAULT_PATIENCE, ManagedHsm, Settings};
use claviger_provider_soft::{RootKeys, SOFTWARE, Sealer, SoftProvider};
use rustix::process::geteuid;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::error::Error;

/// Keys that are kept open, far more than are used.
const OPEN_KEYS: usize = 1000;

/// A running HSM. It stops when this is dropped.
pub(super) struct Hsm {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    settings: Settings,
}

impl Hsm {
    /// Starts it. Its thread has the core of the calling one.
    pub(super) fn start(folder: &Path) -> Result<Self, Error> {
        let roots = roots(folder)?;
        let (socket, uid) = (folder.join("hsm.sock"), geteuid().as_raw());
        let access_key = AccessKey::create(&folder.join("access.key"), &SystemRng)
            .map_err(failed("make an access key"))?;
        let listener = Listener::bind(&socket, uid).map_err(failed("make a socket"))?;
        let whom = HsmSettings {
            access_key: access_key.clone(),
            peer_uid: uid,
            name: "bench".to_owned(),
        };
        let rng: Arc<dyn Rng> = Arc::new(SystemRng);
        let engine = engine(Arc::new(roots), Arc::clone(&rng), OPEN_KEYS);
        // As `claviger hsm` has it.
        let runtime = runtime(&mut Builder::new_current_thread())?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("hsm".to_owned()).spawn(move || {
            let stopped = async {
                let _ = stopped.await;
            };
            if let Err(error) = runtime.block_on(serve(listener, whom, engine, rng, stopped)) {
                eprintln!("the HSM ended: {error}");
            }
        });
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread.map_err(Error::system("start a thread"))?),
            settings: Settings {
                socket,
                access_key,
                uid,
                patience: DEFAULT_PATIENCE,
            },
        })
    }

    /// A client.
    pub(super) fn client(&self) -> ManagedHsm {
        ManagedHsm::new(self.settings.clone(), Arc::new(SystemRng))
    }
}

impl Drop for Hsm {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The provider of software keys.
pub(super) fn software(folder: &Path) -> Result<SoftProvider, Error> {
    let roots = roots(folder)?;
    Ok(SoftProvider::new(
        &SOFTWARE,
        Arc::new(roots),
        Arc::new(SystemRng),
        OPEN_KEYS,
    ))
}

/// A root key in a folder that is made for it.
fn roots(folder: &Path) -> Result<RootKeys, Error> {
    fs::create_dir_all(folder)
        .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o700)))
        .map_err(Error::file("create", folder))?;
    let sealer = Sealer::create_key_file(&folder.join("seal.key"), &SystemRng);
    let sealer = sealer.map_err(failed("make a sealer"))?;
    RootKeys::create(
        &folder.join("master-key.json"),
        &sealer,
        &SystemRng,
        SystemClock.now(),
    )
    .map_err(failed("make a root key"))
}

/// A runtime with as many threads for long work as there are cores, as the product's programs have it.
pub(super) fn runtime(builder: &mut Builder) -> Result<Runtime, Error> {
    let cores = available_parallelism().map_or(1, usize::from);
    builder
        .enable_all()
        .max_blocking_threads(cores)
        .build()
        .map_err(Error::system("start a runtime"))
}

/// For `map_err`: names what was tried.
pub(super) fn failed<E: std::fmt::Display>(what: &'static str) -> impl FnOnce(E) -> Error {
    move |error| Error::Unfit(format!("cannot {what}: {error}"))
}
