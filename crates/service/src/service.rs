//! The service: its parts, how it starts, and what runs beside the calls.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use claviger_audit::index::{EventIndex, Follower};
use claviger_audit::record::Mark;
use claviger_audit::{AppendError, AuditLog, Health};
use claviger_model::{
    AccountId, CertificateId, Clock, Error, KeyId, KeyVersionId, ProjectId, Random, RandomError, Region,
    RequestId, Scope, SignedDuration, Timestamp,
};
use claviger_provider::Keeper;
use claviger_store::{Store, StoreError};
use quick_cache::sync::Cache;

use crate::authn::{Authenticator, AuthnError, Logins, Proof, Refused};
use crate::cache::Keys;
use crate::credential::Credential;
use crate::destructions::Claims;
use crate::jobs::Rest;
use crate::outbox::Outbox;
use crate::providers::Providers;
use crate::strangers::Tally;
use crate::throttle::{Rates, Throttle};

/// How often counted strangers are written to the log, and a failing log is tried again.
const BEAT: Duration = Duration::from_secs(1);
/// Beats between two batches of strangers.
const STRANGER_BEATS: u32 = 10;
/// Beats between two times that the last uses of access keys are noted.
const USE_BEATS: u32 = 60;
/// Beats between two times that void tokens are forgotten that have ended by themselves.
const TOKEN_BEATS: u32 = 600;
/// Ids of projects that are kept in memory.
const PROJECTS: usize = 10_000;

/// What a service is made of. A sealed server has no provider yet, so it has no service.
#[derive(Debug)]
pub struct Parts {
    /// Everything durable but the log.
    pub store: Arc<dyn Store>,
    /// Hold key material and compute with it.
    pub providers: Providers,
    /// Opens the small secrets in the store.
    pub keeper: Arc<dyn Keeper>,
    /// The audit log. Whoever follows it may hold it too; the service closes it.
    pub audit: Arc<AuditLog>,
    /// Answers questions about the past.
    pub index: Arc<dyn EventIndex>,
    /// Where else the records of the log go.
    pub followers: Vec<Arc<dyn Follower>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for identifiers.
    pub random: Arc<dyn Random>,
    /// The regions that are served, the one for calls that name none first.
    pub regions: Vec<Region>,
    /// Most nonces remembered at a time; calls beyond are refused.
    pub nonce_limit: usize,
    /// How many things an account may have.
    pub quotas: Quotas,
    /// How often callers may call.
    pub rates: Rates,
    /// Version of the program, for the log.
    pub version: &'static str,
}

/// How many things there may be.
///
/// The defaults guard against a program that runs away: who runs the server pays for no key by the piece. A shared cloud
/// is stricter.
///
/// SOURCE: CreateKeyVersion: 50 versions of a key. RAM, "Limitations": 5 versions of a policy, 2 access keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Keys of an account in a region. Keys of services are counted by themselves.
    pub keys: u32,
    /// Aliases of an account in a region.
    pub aliases: u32,
    /// Versions of one asymmetric key. Those that rotation makes are not bounded.
    pub versions: u32,
    /// Certificates of an account in a region.
    pub certificates: u32,
    /// Users of an account.
    pub users: u32,
    /// Groups of an account.
    pub groups: u32,
    /// Roles of an account.
    pub roles: u32,
    /// Policies that an account wrote.
    pub policies: u32,
    /// Versions of one of those.
    pub policy_versions: u32,
    /// Access keys of one user, of a service, of the root of an account.
    pub access_keys: u32,
    /// Policies of either kind on one identity.
    pub attachments: u32,
    /// Groups that one user is in.
    pub memberships: u32,
}

impl Quotas {
    /// What holds unless somebody says otherwise.
    pub const DEFAULT: Self = Self {
        keys: 10_000_000,
        aliases: 10_000_000,
        versions: 50,
        certificates: 100_000,
        users: 10_000,
        groups: 1_000,
        roles: 10_000,
        policies: 100_000,
        policy_versions: 5,
        access_keys: 2,
        attachments: 100,
        memberships: 50,
    };
}

impl Default for Quotas {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It serves no region.
    #[error("no region is configured")]
    NoRegion,
    /// The log takes no records.
    #[error("the audit log takes no records: {0}")]
    Audit(AppendError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no randomness for identifiers.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The key management service.
#[derive(Debug)]
pub struct Service {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) providers: Providers,
    pub(crate) claims: Claims,
    pub(crate) rotation_rest: Rest,
    pub(crate) keys: Arc<Keys>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) regions: Vec<Region>,
    pub(crate) keeper: Arc<dyn Keeper>,
    pub(crate) quotas: Quotas,
    /// None where nobody bounds how often callers call.
    pub(crate) throttle: Option<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Tells this run of the server from others that share its store.
    pub(crate) node: String,
    pub(crate) first_account: OnceLock<AccountId>,
    /// Held while a key is made for a service at its first use.
    pub(crate) first_uses: tokio::sync::Mutex<()>,
    home: Region,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) audit: Arc<AuditLog>,
    pub(crate) index: Arc<dyn EventIndex>,
    pub(crate) followers: Vec<Arc<dyn Follower>>,
    pub(crate) authenticator: Arc<Authenticator>,
    /// What passwords are checked by.
    pub(crate) logins: Logins,
    pub(crate) projects: Cache<Scope, ProjectId>,
    strangers: Tally,
    /// When the store was last seen to take changes.
    probed: tokio::sync::Mutex<Option<Timestamp>>,
    version: &'static str,
}

/// How long the store is believed to take changes after it did.
const PROBE_TIME: SignedDuration = SignedDuration::from_secs(1);

impl Service {
    /// Starts a service: moves what a crash left in the outbox to the log, and marks the start there.
    pub async fn start(parts: Parts) -> Result<Self, StartError> {
        let home = parts.regions.first().cloned().ok_or(StartError::NoRegion)?;
        let node = RequestId::draw(parts.clock.now(), parts.random.as_ref())?;
        let service = Self {
            node: node.to_string(),
            claims: Claims::default(),
            rotation_rest: Rest::default(),
            keys: Arc::new(Keys::new(
                Arc::clone(&parts.store),
                parts.providers.message_limit(),
            )),
            outbox: Arc::new(Outbox::new(Arc::clone(&parts.store), Arc::clone(&parts.audit))),
            authenticator: Arc::new(Authenticator::new(
                Arc::clone(&parts.store),
                Arc::clone(&parts.keeper),
                parts.nonce_limit,
            )),
            first_account: OnceLock::new(),
            first_uses: tokio::sync::Mutex::new(()),
            logins: Logins::default(),
            projects: Cache::new(PROJECTS),
            strangers: Tally::new(parts.clock.now()),
            probed: tokio::sync::Mutex::default(),
            store: parts.store,
            providers: parts.providers,
            keeper: parts.keeper,
            quotas: parts.quotas,
            throttle: Throttle::new(&parts.rates),
            regions: parts.regions,
            home,
            random: parts.random,
            clock: parts.clock,
            audit: parts.audit,
            index: parts.index,
            followers: parts.followers,
            version: parts.version,
        };
        service.outbox.recover().await?;
        service.mark("started").await.map_err(StartError::Audit)?;
        Ok(service)
    }

    /// Runs what goes on beside the calls, until the future is dropped.
    pub async fn housekeeping(&self) {
        let beats = async {
            let mut beat = tokio::time::interval(BEAT);
            beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut count = 0_u32;
            loop {
                beat.tick().await;
                if !self.audit_is_healthy() && self.mark("writing again").await.is_ok() {
                    tracing::info!("the audit log takes records again");
                }
                count = count.wrapping_add(1);
                if count.is_multiple_of(STRANGER_BEATS) {
                    self.write_strangers().await;
                }
                if count.is_multiple_of(USE_BEATS) {
                    self.authenticator.write_uses().await;
                }
                if count.is_multiple_of(TOKEN_BEATS) {
                    self.forget_tokens().await;
                }
            }
        };
        tokio::join!(beats, self.outbox.carry());
    }

    /// Ends a service after its last call: everything that waits is in the log when this resolves.
    pub async fn stop(&self) {
        self.write_strangers().await;
        self.authenticator.write_uses().await;
        if let Err(error) = self.outbox.drain().await {
            tracing::warn!(%error, "records stay in the outbox until the next start");
        }
        if self.mark("stopped").await.is_err() {
            tracing::warn!("the audit log does not take the mark of the stop");
        }
        self.audit.close();
    }

    /// Finds out who calls.
    pub async fn authenticate(&self, proof: &dyn Proof) -> Result<Arc<Credential>, AuthnError> {
        self.authenticator.authenticate(proof, self.clock.now()).await
    }

    /// Finds out whom a token stands for. `now` is the present moment.
    ///
    /// # Errors
    /// [`AuthnError::TokenMalformed`], [`AuthnError::TokenExpired`], [`AuthnError::TokenRevoked`] and
    /// [`AuthnError::Disabled`]; [`AuthnError::Unavailable`] where it cannot be looked up.
    pub async fn authenticate_token(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Arc<Credential>, AuthnError> {
        self.authenticator.authenticate_token(token, now).await
    }

    async fn forget_tokens(&self) {
        if let Err(error) = self.store.forget_tokens(self.clock.now()).await {
            tracing::warn!(%error, "void tokens that have ended stay in the store for now");
        }
    }

    /// Counts a caller that was turned away.
    pub fn turned_away(&self, refused: Refused<'_>) {
        self.strangers
            .count(refused.error.code(), refused.address, refused.access_key);
    }

    /// The present moment, and an id for a request that arrives now.
    pub fn begin(&self) -> Result<(RequestId, Timestamp), RandomError> {
        let now = self.clock.now();
        Ok((RequestId::draw(now, self.random.as_ref())?, now))
    }

    /// Where calls are at home that name no region.
    pub fn home(&self, account: AccountId) -> Scope {
        Scope {
            account,
            region: self.home.clone(),
        }
    }

    /// Whether calls can be served at the moment: the log takes records, and the store took changes within the last second.
    pub async fn is_ready(&self) -> bool {
        self.audit_is_healthy() && self.store_takes_changes().await
    }

    /// To find out is to write, and anybody may ask: who asks soon after another hears the same.
    async fn store_takes_changes(&self) -> bool {
        let mut probed = self.probed.lock().await;
        let now = self.clock.now();
        let is_fresh = |at: Timestamp| (SignedDuration::ZERO..PROBE_TIME).contains(&now.duration_since(at));
        if probed.is_some_and(is_fresh) {
            return true;
        }
        let takes = self.store.probe().await.is_ok();
        *probed = takes.then_some(now);
        takes
    }

    pub(crate) fn audit_is_healthy(&self) -> bool {
        self.audit.health() == Health::Healthy
    }

    /// Draws something random such as an id.
    pub(crate) fn draw<T>(
        &self,
        make: impl FnOnce(&dyn Random) -> Result<T, RandomError>,
    ) -> Result<T, Error> {
        make(self.random.as_ref()).map_err(|error| {
            tracing::error!(%error, "cannot draw ids");
            Error::Internal
        })
    }

    pub(crate) fn draw_key(&self, now: Timestamp) -> Result<KeyId, Error> {
        self.draw(|random| KeyId::draw(now, random))
    }

    pub(crate) fn draw_version(&self, now: Timestamp) -> Result<KeyVersionId, Error> {
        self.draw(|random| KeyVersionId::draw(now, random))
    }

    pub(crate) fn draw_certificate(&self, now: Timestamp) -> Result<CertificateId, Error> {
        self.draw(|random| CertificateId::draw(now, random))
    }

    pub(crate) fn draw_request(&self, now: Timestamp) -> Result<RequestId, Error> {
        self.draw(|random| RequestId::draw(now, random))
    }

    /// Writes one record and waits until it is durable.
    pub(crate) async fn append(&self, record: &[u8]) -> Result<(), Error> {
        match self.audit.append(record, None).await {
            Ok(_) => Ok(()),
            Err(AppendError::Overloaded) => Err(Error::Overloaded),
            Err(error) => {
                tracing::debug!(%error, "record refused by the audit log");
                Err(Error::Unavailable)
            }
        }
    }

    /// Marks something of the server's own life in the log.
    pub(crate) async fn mark(&self, event: &str) -> Result<(), AppendError> {
        let mark = Mark {
            time: self.clock.now(),
            event,
            version: self.version,
        };
        self.audit.append(&mark.to_json(), None).await.map(drop)
    }

    /// Writes the callers that were turned away since the last time. [`Self::housekeeping`] does that now and then.
    pub async fn write_strangers(&self) {
        let now = self.clock.now();
        let Some(batch) = self.strangers.take(now) else {
            return;
        };
        if self.append(&batch.record(now)).await.is_err() {
            tracing::warn!("a batch of refused callers waits until the audit log takes it");
            self.strangers.put_back(batch);
        }
    }
}
