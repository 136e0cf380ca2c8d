//! `claviger hsm`: the managed HSM as a process.

use std::ffi::CStr;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use claviger_crypto::{Rng, SystemRng};
use claviger_managed_hsm::{Listener, Settings as ProcessSettings, Strictness, confine, engine};
use claviger_provider_managed::AccessKey;
use claviger_secret::Protection;
use rustix::process::{Signal, set_parent_process_death_signal};
use rustix::thread::set_name;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::config::{self, Settings};
use crate::folder::Folder;
use crate::hsm::{Place, user_number};
use crate::output::{Failure, absolute};
use crate::parts::OPEN_KEYS;
use crate::seal::chain;

/// Where the HSM finds what it needs.
#[derive(Debug, Args)]
pub(crate) struct HsmProcess {
    /// The settings file: that of the server, or one of the HSM's own, which needs `[server]` with `data`, `[hsm]` and
    /// `[hsm.seal]` only.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "data",
        conflicts_with = "data"
    )]
    config: Option<PathBuf>,
    /// The data folder, which has the settings in it or was made by `dev`.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Make the master key, its seal and the access key first, where there are none.
    #[arg(long)]
    make: bool,
    /// End with the process that started this one, which holds its standard input open.
    #[arg(long, hide = true)]
    supervised: bool,
}

/// What `ps` shows. The server starts the process by a path that ends in `exe`.
const NAME: &CStr = c"claviger-hsm";

pub(crate) fn run(arguments: &HsmProcess) -> Result<(), Failure> {
    // Nothing depends on it.
    let _ = set_name(NAME);
    if arguments.supervised {
        // Standard input tells the same, later.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
    let (settings, folder) = arguments.read()?;
    let place = Place::of(&settings, &folder);
    place.check_socket()?;
    if arguments.make && place.make(None)? {
        tracing::info!(master_key = %place.master_key.display(), "the master key was made");
    }
    serve(&place, &settings, arguments.supervised)
}

impl HsmProcess {
    fn read(&self) -> Result<(Settings, Folder), Failure> {
        if let Some(path) = &self.config {
            let settings = config::read_for_hsm(path)?;
            let folder = Folder::at(&absolute(&settings.server.data));
            return Ok((settings, folder));
        }
        let folder = Folder::at(&absolute(self.data.as_deref().unwrap_or(".".as_ref())));
        Ok((config::of_folder(&folder)?, folder))
    }
}

/// Opens what needs files, gives rights up, and serves. The order is that of [`claviger_managed_hsm`].
fn serve(place: &Place, settings: &Settings, supervised: bool) -> Result<(), Failure> {
    let client = user_number(settings.hsm.client.as_deref(), "hsm.client")?;
    let roots = place.open()?;
    let access_key = AccessKey::read(&place.access_key).map_err(failed)?;
    let listener = Listener::bind(&place.socket, client).map_err(failed)?;
    let strictness = if settings.hsm.require_confinement {
        Strictness::Demand
    } else {
        Strictness::Report
    };
    let confinement = confine(strictness).map_err(failed)?;
    if confinement.is_whole() {
        tracing::info!(%confinement, "confined");
    } else {
        tracing::warn!(%confinement, "not confined as it should be");
    }
    if roots.memory().protection != Protection::Locked {
        tracing::warn!(
            "key memory may be swapped out: raise the limit of locked memory (LimitMEMLOCK in systemd)"
        );
    }
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let engine = engine(Arc::new(roots), Arc::clone(&rng), OPEN_KEYS);
    let whom = ProcessSettings {
        access_key,
        peer_uid: client,
        name: format!("process {}", std::process::id()),
    };
    runtime()?.block_on(async {
        let stop = stop(supervised)?;
        let served = claviger_managed_hsm::serve(listener, whom, engine, rng, stop).await;
        served.map_err(|error| Failure::failed(format!("cannot serve: {error}")))
    })
}

/// One thread takes requests; what is long goes to others.
fn runtime() -> Result<Runtime, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(cores)
        .build()
        .map_err(|error| Failure::failed(format!("cannot start the runtime: {error}")))
}

fn failed(error: impl std::error::Error) -> Failure {
    Failure::failed(chain(&error))
}

/// Ready when the process has to end.
fn stop(supervised: bool) -> Result<impl Future<Output = ()>, Failure> {
    let fault = |error: io::Error| Failure::failed(format!("cannot wait for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(fault)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(fault)?;
    let (left, alone) = oneshot::channel();
    let watched = supervised.then(|| watch(left)).transpose().map_err(fault)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
            _ = interrupt.recv() => tracing::info!("SIGINT: stopping"),
            _ = alone, if watched.is_some() => tracing::info!("the server is gone: stopping"),
        }
    })
}

/// Tells when standard input ends.
fn watch(left: oneshot::Sender<()>) -> io::Result<()> {
    std::thread::Builder::new()
        .name("hsm-parent".to_owned())
        .spawn(move || {
            // Nothing is ever written there; an error is an end, too.
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            let _ = left.send(());
        })
        .map(drop)
}
