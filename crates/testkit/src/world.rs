//! The core itself.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use claviger_audit::{AuditLog, Folder, Options as AuditOptions, Seq, read};
use claviger_crypto::SystemRng;
use claviger_model::{AccountId, Clock as _, MessageLimit, Region, Scope, SignedDuration, Timestamp};
use claviger_provider_soft::{RootKeys, SOFTWARE, Sealer, SoftProvider};
use claviger_service::{Providers, Quotas, Rates, Service, Worked};
use claviger_store::Store;
use claviger_store_sqlite::{Options as StoreOptions, SqliteStore};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::authority::no_command_runs;
use crate::{Builder, Client, Disk, FakeClock, Hsm, Index, REGION, SeededRandom, Signed};

/// Id of the audit log of every world.
const LOG: Uuid = Uuid::from_u128(0x01_94_1f_29_7c_00_70_00_80_00_01_23_45_67_89_ab);
/// Keys that providers of worlds keep open.
const OPEN_KEYS: usize = 1000;

/// A whole core in a temporary folder, with callers that know their secrets.
///
/// Nothing runs beside the calls: records of changes wait in the outbox until [`settle`](Self::settle),
/// [`audit_records`](Self::audit_records) or a stop moves them.
pub struct World {
    parts: Parts,
    clients: Vec<Client>,
    running: Option<Running>,
}

/// What stays when the service goes.
pub(crate) struct Parts {
    pub(crate) folder: TempDir,
    pub(crate) clock: FakeClock,
    pub(crate) random: Arc<SeededRandom>,
    pub(crate) disk: Disk,
    pub(crate) index: Index,
    pub(crate) regions: Vec<Region>,
    pub(crate) nonce_limit: usize,
    pub(crate) quotas: Quotas,
    pub(crate) rates: Rates,
    pub(crate) hsm: Hsm,
    /// Where the hardware serves, all regions if empty; none where there is no hardware.
    pub(crate) hsm_regions: Option<Vec<Region>>,
    pub(crate) messages: MessageLimit,
}

struct Running {
    service: Arc<Service>,
    store: Arc<SqliteStore>,
}

/// The folder of the audit log in that of a world.
pub(crate) fn audit_folder(folder: &Path) -> PathBuf {
    folder.join("audit")
}

/// Opens the database.
pub(crate) fn open_store(folder: &Path) -> Arc<SqliteStore> {
    let options = StoreOptions {
        readers: 1,
        ..StoreOptions::default()
    };
    Arc::new(SqliteStore::open(folder.join("claviger.db"), options).unwrap())
}

/// Opens the root key, which is made when there is none.
fn open_roots(folder: &Path, now: Timestamp) -> Arc<RootKeys> {
    let (file, seal) = (folder.join("root.json"), folder.join("seal.key"));
    let roots = if file.exists() {
        RootKeys::open(&file, &Sealer::key_file(&seal).unwrap()).unwrap()
    } else {
        let sealer = Sealer::create_key_file(&seal, &SystemRng).unwrap();
        RootKeys::create(&file, &sealer, &SystemRng, now).unwrap()
    };
    Arc::new(roots)
}

/// Opens the provider in software.
pub(crate) fn open_provider(folder: &Path, now: Timestamp) -> Arc<SoftProvider> {
    over(open_roots(folder, now))
}

fn over(roots: Arc<RootKeys>) -> Arc<SoftProvider> {
    Arc::new(SoftProvider::new(
        &SOFTWARE,
        roots,
        Arc::new(SystemRng),
        OPEN_KEYS,
    ))
}

impl World {
    /// A world with one account.
    pub async fn new() -> Self {
        Self::build().start().await
    }

    /// A world to be made as wanted.
    pub fn build() -> Builder {
        Builder::new()
    }

    pub(crate) async fn over(parts: Parts, clients: Vec<Client>) -> Self {
        let mut world = Self {
            parts,
            clients,
            running: None,
        };
        world.resume().await;
        world
    }

    /// The service.
    pub fn service(&self) -> Arc<Service> {
        Arc::clone(&self.running().service)
    }

    /// The store under the service. What is changed here past the service is not seen by its caches.
    pub fn store(&self) -> Arc<SqliteStore> {
        Arc::clone(&self.running().store)
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the service runs")
    }

    /// The first caller: root of its account.
    pub fn root(&self) -> &Client {
        &self.clients[0]
    }

    /// A caller by its place among those that were asked for: each the root of another account.
    pub fn caller(&self, place: usize) -> &Client {
        &self.clients[place]
    }

    /// Where keys of an account live.
    pub fn scope(&self, account: AccountId) -> Scope {
        Scope {
            account,
            region: REGION.parse().unwrap(),
        }
    }

    /// The clock.
    pub fn clock(&self) -> &FakeClock {
        &self.parts.clock
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        self.parts.clock.advance(by);
    }

    /// Lets the jobs run once. They do not run by themselves here.
    pub async fn run_jobs(&self) -> Worked {
        self.service().run_jobs().await.unwrap()
    }

    /// The hardware that holds keys of the protection level HSM.
    pub fn hsm(&self) -> &Hsm {
        &self.parts.hsm
    }

    /// The disk under the audit log.
    pub fn disk(&self) -> &Disk {
        &self.parts.disk
    }

    /// The index over the audit log.
    pub fn index(&self) -> &Index {
        &self.parts.index
    }

    /// The first caller's request in the RPC scheme.
    pub fn sign_rpc(&self, action: &str, parameters: &[(&str, &str)]) -> Signed {
        self.root().sign_rpc(action, parameters)
    }

    /// The first caller's request in the scheme ACS3.
    pub fn sign_acs3(&self, action: &str, parameters: &[(&str, &str)]) -> Signed {
        self.root().sign_acs3(action, parameters)
    }

    /// The first caller's request in the scheme ACS4.
    pub fn sign_acs4(&self, action: &str, parameters: &[(&str, &str)]) -> Signed {
        self.root().sign_acs4(action, parameters)
    }

    /// Ends the service in order: everything that waits reaches the audit log.
    pub async fn stop(&mut self) {
        let running = self.running.take().expect("the service runs");
        running.service.stop().await;
        Self::bury(running);
    }

    /// Ends the service at once, as a crash would: records stay in the outbox where they are.
    pub fn crash(&mut self) {
        Self::bury(self.running.take().expect("the service runs"));
    }

    /// The same where a change may be under way for which nobody waits any more: it ends first.
    pub async fn crash_after_changes(&mut self) {
        let Running { service, store } = self.running.take().expect("the service runs");
        Arc::into_inner(service).expect("nobody else holds the service");
        while Arc::strong_count(&store) > 1 {
            tokio::task::yield_now().await;
        }
    }

    fn bury(running: Running) {
        let Running { service, store } = running;
        Arc::into_inner(service).expect("nobody else holds the service");
        Arc::into_inner(store).expect("nobody else holds the store");
    }

    /// Starts a service on what the last one left.
    pub async fn resume(&mut self) {
        let store = open_store(self.parts.folder.path());
        let parts = self.parts_over(&store, self.open_log());
        let service = Arc::new(Service::start(parts).await.unwrap());
        self.running = Some(Running { service, store });
    }

    /// Another service over the same store, as on another node. Its log is one of its own, where what waits in the outbox
    /// goes, too; nothing of it is left when it is dropped.
    pub async fn start_neighbour(&self) -> Arc<Service> {
        let folder = self.parts.folder.path().join("neighbour");
        let log = self.open_log_in(&folder);
        let parts = self.parts_over(&self.store(), log);
        Arc::new(Service::start(parts).await.unwrap())
    }

    fn parts_over(&self, store: &Arc<SqliteStore>, log: AuditLog) -> claviger_service::Parts {
        let roots = open_roots(self.parts.folder.path(), self.now());
        let provider = over(Arc::clone(&roots));
        let mut providers =
            Providers::new(Arc::clone(&provider) as _).with_message_limit(self.parts.messages);
        if let Some(regions) = &self.parts.hsm_regions {
            providers = providers.with_hsm(Arc::new(self.parts.hsm.over(roots)), regions.clone());
        }
        claviger_service::Parts {
            store: Arc::clone(store) as Arc<dyn Store>,
            providers,
            keeper: provider,
            audit: Arc::new(log),
            index: Arc::new(self.parts.index.clone()),
            followers: Vec::new(),
            clock: Arc::new(self.parts.clock.clone()),
            random: Arc::clone(&self.parts.random) as _,
            regions: self.parts.regions.clone(),
            nonce_limit: self.parts.nonce_limit,
            quotas: self.parts.quotas,
            rates: self.parts.rates,
            version: "test",
        }
    }

    /// Stops the service and starts one that has no hardware for keys. What the hardware holds stays there.
    pub async fn restart_without_hsm(&mut self) {
        self.stop().await;
        let regions = self.parts.hsm_regions.take();
        self.resume().await;
        self.parts.hsm_regions = regions;
    }

    /// Stops the service and starts another on the same folder. Caches and nonces are forgotten.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.resume().await;
    }

    /// The store, while no service runs.
    pub fn open_store(&self) -> Arc<SqliteStore> {
        open_store(self.parts.folder.path())
    }

    /// A provider on the same root key, beside the one of the service.
    pub fn open_provider(&self) -> Arc<SoftProvider> {
        open_provider(self.parts.folder.path(), self.now())
    }

    /// Bytes for identifiers.
    pub(crate) fn random(&self) -> &SeededRandom {
        &self.parts.random
    }

    /// The audit log, while no service runs.
    pub fn open_log(&self) -> AuditLog {
        self.open_log_in(&self.audit_folder())
    }

    fn open_log_in(&self, folder: &Path) -> AuditLog {
        let options = AuditOptions::new(LOG, self.parts.clock.of_log());
        let _alone = no_command_runs();
        let files = self.parts.disk.over(Folder::lock(folder).unwrap());
        AuditLog::open_in(files, options).unwrap().0
    }

    /// The folder of the audit log.
    pub fn audit_folder(&self) -> PathBuf {
        audit_folder(self.parts.folder.path())
    }

    /// Waits until the outbox is empty.
    pub async fn settle(&self) {
        let (service, store) = (self.service(), self.store());
        let emptied = async { while !store.outbox(0, 1).await.unwrap().is_empty() {} };
        tokio::select! {
            () = service.housekeeping() => {}
            () = emptied => {}
        }
    }

    /// Every record of the audit log, in order, after what waits in the outbox has reached it.
    pub async fn audit_records(&self) -> Vec<Value> {
        if self.running.is_some() {
            self.settle().await;
        }
        self.audit_lines()
    }

    /// Every record of the audit log as it is on the disk now, in order.
    pub fn audit_lines(&self) -> Vec<Value> {
        let lines = read(&self.audit_folder(), Seq(0)).map(Result::unwrap);
        let records = lines.filter(|line| !line.header);
        records
            .map(|line| serde_json::from_slice(&line.record).unwrap())
            .collect()
    }

    /// The records of calls among [`audit_records`](Self::audit_records).
    pub async fn audited_calls(&self) -> Vec<Value> {
        let mut records = self.audit_records().await;
        records.retain(|record| record["kind"] == "call");
        records
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("folder", &self.parts.folder.path())
            .field("now", &self.now())
            .field("clients", &self.clients)
            .finish_non_exhaustive()
    }
}
