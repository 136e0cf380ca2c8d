//! How a world is made.

use std::sync::Arc;

use claviger_audit::record::Mark;
use claviger_model::{
    AccessKeyStatus, Account, AccountId, Clock as _, DomainId, KeyOwner, MessageLimit, Region,
};
use claviger_service::{Quotas, Rates};
use claviger_store::{Draft, IdentityStore as _};

use crate::identities::access_key;
use crate::world::{Parts, audit_folder, open_provider, open_store};
use crate::{Client, Disk, FakeClock, Hsm, Index, REGION, SeededRandom, World};

/// When worlds begin unless they are told otherwise.
const BEGINNING: &str = "2026-11-21T12:00:00Z";
/// Seed of the identifiers of every world.
const SEED: u64 = 7;

/// A world that is not there yet. Every access key stands for the root of an account of its own.
#[derive(Debug)]
pub struct Builder {
    time: String,
    callers: Vec<(String, String, AccessKeyStatus)>,
    nonce_limit: usize,
    quotas: Quotas,
    rates: Rates,
    regions: Vec<Region>,
    hsm: Option<Vec<Region>>,
    messages: MessageLimit,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            time: BEGINNING.into(),
            callers: Vec::new(),
            nonce_limit: 100_000,
            quotas: Quotas::default(),
            rates: Rates::default(),
            regions: vec![REGION.parse().unwrap()],
            hsm: Some(Vec::new()),
            messages: MessageLimit::RANDOM_96,
        }
    }

    /// Lets it begin at another moment, written as in RFC 3339.
    #[must_use]
    pub fn at(mut self, time: &str) -> Self {
        self.time = time.into();
        self
    }

    /// Adds an account with this access key.
    #[must_use]
    pub fn caller(mut self, access_key_id: &str, secret: &str) -> Self {
        self.callers
            .push((access_key_id.into(), secret.into(), AccessKeyStatus::Active));
        self
    }

    /// Adds an account whose access key is switched off.
    #[must_use]
    pub fn inactive_caller(mut self, access_key_id: &str, secret: &str) -> Self {
        self.callers
            .push((access_key_id.into(), secret.into(), AccessKeyStatus::Inactive));
        self
    }

    /// Serves further regions.
    #[must_use]
    pub fn region(mut self, name: &str) -> Self {
        self.regions.push(name.parse().unwrap());
        self
    }

    /// Bounds how many nonces are remembered.
    #[must_use]
    pub fn nonce_limit(mut self, limit: usize) -> Self {
        self.nonce_limit = limit;
        self
    }

    /// Bounds how many things an account may have.
    #[must_use]
    pub fn quotas(mut self, quotas: Quotas) -> Self {
        self.quotas = quotas;
        self
    }

    /// Bounds how often callers may call.
    #[must_use]
    pub fn rates(mut self, rates: Rates) -> Self {
        self.rates = rates;
        self
    }

    /// Leaves it without hardware for keys.
    #[must_use]
    pub fn without_hsm(mut self) -> Self {
        self.hsm = None;
        self
    }

    /// Has hardware for keys in this region and in no other.
    #[must_use]
    pub fn hsm_in(mut self, region: &str) -> Self {
        self.hsm = Some(vec![region.parse().unwrap()]);
        self
    }

    /// Bounds the messages under one version of a key whose nonces are short.
    #[must_use]
    pub fn message_limit(mut self, limit: MessageLimit) -> Self {
        self.messages = limit;
        self
    }

    /// Makes the world and starts its service. Without a caller of its own it gets one.
    pub async fn start(self) -> World {
        let folder = tempfile::tempdir().unwrap();
        let clock = FakeClock::at(&self.time);
        let random = Arc::new(SeededRandom::new(SEED));
        let mut callers = self.callers;
        if callers.is_empty() {
            callers.push((
                "LTAItestkit00000000001".into(),
                "secret-of-the-first-caller".into(),
                AccessKeyStatus::Active,
            ));
        }
        let store = open_store(folder.path());
        let provider = open_provider(folder.path(), clock.now());
        let mut clients = Vec::new();
        for (id, secret, status) in callers {
            let account = Account {
                id: AccountId::draw(&*random).unwrap(),
                domain: DomainId::draw(&*random).unwrap(),
                name: format!("account of {id}"),
                created: clock.now(),
            };
            let owner = KeyOwner::Root;
            let key = access_key(provider.as_ref(), (&id, &secret), account.id, owner, clock.now());
            let key = claviger_store::AccessKey { status, ..key };
            clients.push(Client::new(account.id, &id, &secret, clock.clone()));
            let mark = Mark {
                time: clock.now(),
                event: "account made",
                version: "test",
            };
            let draft = Draft(mark.to_json().into());
            store.create_account(account, key, draft).await.unwrap();
        }
        drop((store, provider));
        let index = Index::over(&audit_folder(folder.path()));
        let parts = Parts {
            folder,
            clock,
            random,
            disk: Disk::default(),
            index,
            regions: self.regions,
            nonce_limit: self.nonce_limit,
            quotas: self.quotas,
            rates: self.rates,
            hsm: Hsm::default(),
            hsm_regions: self.hsm,
            messages: self.messages,
        };
        World::over(parts, clients).await
    }
}
