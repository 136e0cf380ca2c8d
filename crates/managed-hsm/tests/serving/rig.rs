//! An HSM in a task of the test, and clients of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use claviger_crypto::SystemRng;
use claviger_managed_hsm::{Listener, Settings, engine, serve};
use claviger_model::{AccountId, KeyId, KeySpec, KeyVersionId, ProtectionLevel, Region};
use claviger_provider::{Binding, Provider};
use claviger_provider_managed::{AccessKey, ManagedHsm, Settings as ClientSettings};
use claviger_provider_soft::{RootKeys, Sealer};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A folder of its own with what an HSM and its clients need.
pub(crate) struct Rig {
    folder: TempDir,
    pub(crate) access_key: AccessKey,
    pub(crate) engine: Arc<dyn Provider>,
}

/// An HSM that runs.
pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Rig {
    /// With the engine that the HSM has.
    pub(crate) fn new() -> Self {
        let folder = own_folder();
        let sealer = Sealer::create_key_file(&folder.path().join("seal.key"), &SystemRng).unwrap();
        let file = folder.path().join("master-key.json");
        let roots = RootKeys::create(&file, &sealer, &SystemRng, jiff::Timestamp::UNIX_EPOCH).unwrap();
        let engine = engine(Arc::new(roots), Arc::new(SystemRng), 1000);
        Self::of(folder, engine)
    }

    /// With another engine.
    pub(crate) fn with(engine: Arc<dyn Provider>) -> Self {
        Self::of(own_folder(), engine)
    }

    fn of(folder: TempDir, engine: Arc<dyn Provider>) -> Self {
        Self {
            access_key: AccessKey::create(&folder.path().join("access.key"), &SystemRng).unwrap(),
            folder,
            engine,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.path().join("hsm.sock")
    }

    /// Starts the HSM.
    pub(crate) fn start(&self) -> Running {
        self.start_for(own_uid())
    }

    /// Starts it for clients of another user.
    pub(crate) fn start_for(&self, peer_uid: u32) -> Running {
        let listener = Listener::bind(&self.socket(), peer_uid).unwrap();
        let settings = Settings {
            access_key: self.access_key.clone(),
            peer_uid,
            name: "test".to_owned(),
        };
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            let _ = stopped.await;
        };
        let serving = serve(
            listener,
            settings,
            Arc::clone(&self.engine),
            Arc::new(SystemRng),
            stopped,
        );
        Running {
            stop,
            task: tokio::spawn(serving),
        }
    }

    /// Where and who the HSM is.
    pub(crate) fn settings(&self) -> ClientSettings {
        ClientSettings {
            socket: self.socket(),
            access_key: self.access_key.clone(),
            uid: own_uid(),
            patience: PATIENCE,
        }
    }

    /// A client that knows all it must know.
    pub(crate) fn client(&self) -> Arc<ManagedHsm> {
        Arc::new(ManagedHsm::new(self.settings(), Arc::new(SystemRng)))
    }
}

impl Running {
    /// Asks it to stop, and waits.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.task.await.unwrap().unwrap();
    }

    /// Asks it to stop. What this gives ends with it.
    pub(crate) fn stopping(self) -> JoinHandle<std::io::Result<()>> {
        let _ = self.stop.send(());
        self.task
    }

    /// Ends it in the middle of whatever it does.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// A folder that is this user's alone.
pub(crate) fn own_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

pub(crate) fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The place of a key.
pub(crate) struct Place(Region);

impl Place {
    pub(crate) fn new() -> Self {
        Self("test-1".parse().unwrap())
    }

    pub(crate) fn binding(&self, spec: KeySpec) -> Binding<'_> {
        Binding {
            account: AccountId::from_number(1_000_000_000_000_007).unwrap(),
            region: &self.0,
            key: KeyId::from_bytes([1; 16]),
            version: KeyVersionId::from_bytes([2; 16]),
            spec,
            protection: ProtectionLevel::Hsm,
        }
    }
}
