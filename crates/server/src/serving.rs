//! Start, serve, stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use claviger_dialect_alibaba::AlibabaDoor;
use claviger_dialect_huawei::HuaweiDoor;
use claviger_front::{Front, Listener, Tls};
use claviger_model::{Clock as _, SystemClock};
use claviger_secret::Protection;
use claviger_service::{JOB_BEAT, Service};
use claviger_store_sqlite::SqliteStore;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::config::Settings;
use crate::descriptors;
use crate::folder::Folder;
use crate::hsm::Hsm;
use crate::output::Failure;
use crate::parts::Opened;
use crate::roots::Follower;
use crate::tls::Certificates;
use crate::trail::{Trail, Use};

/// How often certificates are looked at.
const CERTIFICATE_BEAT: Duration = Duration::from_secs(60);

/// Sockets that are open, and the certificate behind them.
pub(crate) struct Sockets {
    pub(crate) https: SocketAddr,
    pub(crate) http: Option<SocketAddr>,
    listeners: Vec<Listener>,
    certificates: Arc<Certificates>,
}

/// Opens the sockets, so that a taken port is found before anything else happens.
pub(crate) async fn open_sockets(settings: &Settings, folder: &Folder) -> Result<Sockets, Failure> {
    let certificates = Certificates::load(settings, folder, settings.server.https, SystemClock.now())?;
    let tls = Tls::new(certificates.server_config()?);
    let https = listen(settings.server.https, Some(tls)).await?;
    let mut listeners = vec![https.0];
    let mut http = None;
    if let Some(address) = settings.server.http {
        let (listener, address) = listen(address, None).await?;
        listeners.push(listener);
        http = Some(address);
    }
    Ok(Sockets {
        https: https.1,
        http,
        listeners,
        certificates,
    })
}

async fn listen(address: SocketAddr, tls: Option<Tls>) -> Result<(Listener, SocketAddr), Failure> {
    let fault = |error: std::io::Error| Failure::failed(format!("cannot listen on {address}: {error}"));
    let listener = Listener::bind(address, tls).await.map_err(fault)?;
    let address = listener.address().map_err(fault)?;
    Ok((listener, address))
}

/// Serves until SIGTERM or SIGINT, then stops in order. `ready` runs when calls can be answered.
pub(crate) async fn serve(
    settings: &Settings,
    folder: &Folder,
    opened: Opened,
    sockets: Sockets,
    hsm: Hsm,
    ready: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    if opened.memory != Protection::Locked {
        tracing::warn!(
            "key memory may be swapped out: raise the limit of locked memory (LimitMEMLOCK in systemd)"
        );
    }
    let store: Arc<SqliteStore> = Arc::clone(&opened.store);
    let changed = Arc::new(Notify::new());
    let roots = Arc::clone(&opened.roots);
    let follower = Follower::new(folder.root_key(), roots, hsm.master_key(), Arc::clone(&changed))?;
    let trail = Trail::start(&opened, folder, settings, Use::Serving).await?;
    let service = opened.start(settings, &trail, &hsm).await?;
    let first = Arc::new(AlibabaDoor::new(Arc::clone(&service)));
    let other = Arc::new(HuaweiDoor::new(Arc::clone(&service), settings.huawei.of_door()));
    let mut limits = settings.front_limits();
    limits.connections = descriptors::bound(limits.connections);
    let front = Front::new(first, vec![other], Arc::clone(&service), limits).remarking(hsm.remark());
    let mut tasks = tasks(&service, sockets.certificates, changed);
    tasks.spawn(follower.follow());
    ready()?;
    let mut outcome = Ok(());
    let stop = async { outcome = signals.or_end_of(&mut tasks).await };
    front.serve(sockets.listeners, stop).await;
    tasks.shutdown().await;
    service.stop().await;
    trail.stop().await;
    // After the last call. The connection ends first: nobody should be told that the HSM is away.
    drop((front, service));
    hsm.stop().await;
    store
        .close()
        .map_err(|error| Failure::failed(format!("the database did not close well: {error}")))?;
    outcome
}

/// What ends a server from outside.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let of =
            |kind| signal(kind).map_err(|error| Failure::failed(format!("cannot wait for signals: {error}")));
        Ok(Self {
            terminate: of(SignalKind::terminate())?,
            interrupt: of(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of them.
    ///
    /// # Errors
    /// When a task ends before: a panic, which the hook has printed. Who supervises the server starts it anew.
    async fn or_end_of(&mut self, tasks: &mut JoinSet<()>) -> Result<(), Failure> {
        tokio::select! {
            _ = self.terminate.recv() => tracing::info!("SIGTERM: stopping"),
            _ = self.interrupt.recv() => tracing::info!("SIGINT: stopping"),
            Some(_) = tasks.join_next() => {
                return Err(Failure::failed("a task of the server ended before its time; it stopped"));
            }
        }
        Ok(())
    }
}

/// What goes on beside the calls, for ever. A server that does it only in part must not look healthy.
fn tasks(service: &Arc<Service>, certificates: Arc<Certificates>, changed: Arc<Notify>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let worker = Arc::clone(service);
    tasks.spawn(async move { worker.housekeeping().await });
    let worker = Arc::clone(service);
    tasks.spawn(async move { worker.jobs(JOB_BEAT).await });
    let worker = Arc::clone(service);
    tasks.spawn(async move { worker.rewrapping(JOB_BEAT, &changed).await });
    tasks.spawn(async move {
        loop {
            tokio::time::sleep(CERTIFICATE_BEAT).await;
            certificates.renew(SystemClock.now());
        }
    });
    tasks
}
