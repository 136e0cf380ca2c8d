//! Puts the parts of a server together from a data folder.

use std::sync::Arc;

use claviger_audit::{AuditLog, Clock as AuditClock, Options as AuditOptions};
use claviger_crypto::SystemRng;
use claviger_model::{Clock, Region, SystemClock};
use claviger_provider_soft::{RootKeys, SOFTWARE, Sealer, SoftProvider};
use claviger_secret::Protection;
use claviger_service::{Parts, Providers, Service};
use claviger_store::Store;
use claviger_store_sqlite::{Options as StoreOptions, SqliteStore};

use crate::config::Settings;
use crate::folder::Folder;
use crate::hsm::Hsm;
use crate::ids::NameRandom;
use crate::output::Failure;
use crate::seal::chain;
use crate::trail::Trail;

/// Opened key material kept in memory, in keys.
pub(crate) const OPEN_KEYS: usize = 200_000;

/// The durable parts, open.
pub(crate) struct Opened {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) provider: Arc<SoftProvider>,
    /// The root key that the provider wraps with.
    pub(crate) roots: Arc<RootKeys>,
    pub(crate) audit: Arc<AuditLog>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What keeps opened keys out of swap.
    pub(crate) memory: Protection,
}

/// Opens root key, audit log and database.
pub(crate) fn open(folder: &Folder, sealer: &Sealer, settings: &Settings) -> Result<Opened, Failure> {
    let roots = RootKeys::open(&folder.root_key(), sealer).map_err(|error| Failure::failed(chain(&error)))?;
    let memory = roots.memory().protection;
    let roots = Arc::new(roots);
    let provider = Arc::new(SoftProvider::new(
        &SOFTWARE,
        Arc::clone(&roots),
        Arc::new(SystemRng),
        OPEN_KEYS,
    ));
    // The log before the database: its lock keeps a second server, perhaps with a newer schema, from touching either.
    let (audit, recovery) = AuditLog::open(&folder.audit(), audit_options(settings))
        .map_err(|error| Failure::failed(chain(&error)))?;
    if recovery.truncated_bytes > 0 {
        tracing::warn!(
            bytes = recovery.truncated_bytes,
            "the end of the audit log was torn by a crash; nothing that was acknowledged is lost"
        );
    }
    let database = folder.database();
    let store = SqliteStore::open(&database, StoreOptions::default())
        .map_err(|error| Failure::file("open the database", &database, &error))?;
    Ok(Opened {
        store: Arc::new(store),
        provider,
        roots,
        audit: Arc::new(audit),
        clock: Arc::new(SystemClock),
        memory,
    })
}

fn audit_options(settings: &Settings) -> AuditOptions {
    let clock = AuditClock::new(|| SystemClock.now());
    let mut options = AuditOptions::new(new_log_id(), clock);
    options.segment_bytes = settings.audit.segment_mebibytes << 20;
    options
}

/// An id for a log that has to be made. Without randomness, which fails elsewhere, it is the nil id.
fn new_log_id() -> uuid::Uuid {
    use claviger_model::Random as _;
    let mut bytes = [0; 16];
    match NameRandom.fill(&mut bytes) {
        Ok(()) => uuid::Builder::from_random_bytes(bytes).into_uuid(),
        Err(_) => uuid::Uuid::nil(),
    }
}

impl Opened {
    /// Starts the service on these parts, on those around the log, and on an HSM.
    pub(crate) async fn start(
        self,
        settings: &Settings,
        trail: &Trail,
        hsm: &Hsm,
    ) -> Result<Arc<Service>, Failure> {
        let regions = settings
            .server
            .regions
            .iter()
            .map(|region| region.parse::<Region>());
        let regions = regions
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Failure::usage(format!("server.regions: {error}")))?;
        let parts = Parts {
            store: Arc::clone(&self.store) as Arc<dyn Store>,
            providers: hsm.join(Providers::new(Arc::clone(&self.provider) as _)),
            keeper: self.provider,
            audit: self.audit,
            index: trail.index(),
            followers: trail.sinks(),
            clock: self.clock,
            random: Arc::new(NameRandom),
            regions,
            nonce_limit: settings.limits.nonces,
            quotas: settings.quotas(),
            rates: settings.rates(),
            version: env!("CARGO_PKG_VERSION"),
        };
        let service = Service::start(parts)
            .await
            .map_err(|error| Failure::failed(chain(&error)))?;
        Ok(Arc::new(service))
    }
}
