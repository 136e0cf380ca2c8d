//! What stands around the log: its index, its sinks, and what keeps it.

mod keeping;

use std::sync::Arc;
use std::time::Duration;

use claviger_audit::index::{EventIndex, Follower, NoIndex};
use claviger_audit::{Ed25519Signer, Keeping, Signer};
use claviger_audit_index::SqliteIndex;
use claviger_audit_ship::{Setup, Shipper, Timing};
use claviger_service::checkpoint_key;

use self::keeping::{Delivery, Keeper, finish};
use crate::config::Settings;
use crate::folder::Folder;
use crate::ids::NameRandom;
use crate::output::Failure;
use crate::parts::Opened;
use crate::seal::chain;
use crate::shapes;

/// How long a stop waits for sinks to take the last records.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who needs the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A server.
    Serving,
    /// A command that is over soon; it may need the index.
    Command { index: bool },
}

/// The parts around the log.
#[derive(Debug)]
pub(crate) struct Trail {
    index: Option<Arc<SqliteIndex>>,
    shipper: Option<Shipper>,
    keeping: Kept,
}

/// Who keeps the log.
#[derive(Debug)]
enum Kept {
    /// A thread.
    Always(Keeper),
    /// Nobody until the end.
    AtTheEnd(Arc<Keeping>),
}

impl Trail {
    /// Starts what is wanted. Waits neither for the index nor for compression.
    pub(crate) async fn start(
        opened: &Opened,
        folder: &Folder,
        settings: &Settings,
        wanted: Use,
    ) -> Result<Self, Failure> {
        let signer = signer(opened).await?;
        let log = Arc::clone(&opened.audit);
        let keeping = Keeping::open(
            &folder.audit(),
            Arc::clone(&log),
            signer,
            settings.audit.keeping(),
        );
        let keeping = keeping.map(Arc::new).map_err(failed)?;
        let serving = wanted == Use::Serving;
        let indexed = settings.audit.index && wanted != (Use::Command { index: false });
        let index = indexed.then(|| open_index(opened, folder)).transpose()?;
        let shipper = if serving {
            Some(ship(opened, folder, settings)?)
        } else {
            None
        };
        let mut trail = Self {
            index,
            shipper,
            keeping: Kept::AtTheEnd(Arc::clone(&keeping)),
        };
        if serving {
            let followers = trail.followed();
            let keeper = Keeper::start(keeping, Delivery { log, followers });
            let keeper =
                keeper.map_err(|error| Failure::failed(format!("cannot start a thread: {error}")))?;
            trail.keeping = Kept::Always(keeper);
        }
        Ok(trail)
    }

    /// What answers questions about the past.
    pub(crate) fn index(&self) -> Arc<dyn EventIndex> {
        match &self.index {
            Some(index) => Arc::clone(index) as _,
            None => Arc::new(NoIndex),
        }
    }

    /// Where else records go.
    pub(crate) fn sinks(&self) -> Vec<Arc<dyn Follower>> {
        self.shipper.as_ref().map(Shipper::followers).unwrap_or_default()
    }

    /// All that follows the log.
    fn followed(&self) -> Vec<Arc<dyn Follower>> {
        let index = self.index.iter().map(|index| Arc::clone(index) as _);
        index.chain(self.sinks()).collect()
    }

    /// Lets sinks take the last records, vouches for the last line and closes the index. The log has to be closed.
    pub(crate) async fn stop(self) {
        if let Some(shipper) = self.shipper {
            shipper.stop(PATIENCE).await;
        }
        let (index, keeping) = (self.index, self.keeping);
        let closed = tokio::task::spawn_blocking(move || {
            match keeping {
                Kept::Always(keeper) => keeper.stop(),
                Kept::AtTheEnd(keeping) => finish(&keeping),
            }
            if let Some(index) = index {
                index.close();
            }
        });
        // A panic has been printed by the hook.
        let _ = closed.await;
    }
}

/// The key of the deployment, made at the first start.
async fn signer(opened: &Opened) -> Result<Arc<dyn Signer>, Failure> {
    let (store, keeper) = (opened.store.as_ref(), opened.provider.as_ref());
    let secret = checkpoint_key(store, keeper, Ed25519Signer::generate);
    let secret = secret.await.map_err(failed)?;
    let signer = Ed25519Signer::from_pkcs8(secret.expose()).map_err(failed)?;
    Ok(Arc::new(signer))
}

/// Comes back at once: the file is opened, and made where it is missing, beside serving.
fn open_index(opened: &Opened, folder: &Folder) -> Result<Arc<SqliteIndex>, Failure> {
    let (log, clock) = (Arc::clone(&opened.audit), Arc::clone(&opened.clock));
    let index = SqliteIndex::open(&folder.index(), &folder.audit(), Some(log), clock);
    index.map(Arc::new).map_err(failed)
}

fn ship(opened: &Opened, folder: &Folder, settings: &Settings) -> Result<Shipper, Failure> {
    let setup = Setup {
        log: Arc::clone(&opened.audit),
        audit: folder.audit(),
        ship: folder.ship(),
        clock: Arc::clone(&opened.clock),
        random: Arc::new(NameRandom),
        shapes: shapes::all(),
        timing: Timing::default(),
    };
    Shipper::start(&setup, &settings.audit.sink).map_err(failed)
}

fn failed(error: impl std::error::Error) -> Failure {
    Failure::failed(chain(&error))
}
