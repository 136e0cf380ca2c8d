//! Where calls are at home: the projects and the domain of an account.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use claviger_model::{AccountId, Error, ProjectId, Region, Scope};
use claviger_service::Service;

/// An account as this face names it.
#[derive(Debug)]
pub(crate) struct Home {
    /// Its `domain_id`.
    pub(crate) domain: Box<str>,
    projects: Vec<(ProjectId, Region)>,
}

impl Home {
    /// The region of a project of the account.
    pub(crate) fn region(&self, project: &str) -> Option<&Region> {
        let id: ProjectId = project.parse().ok()?;
        let found = self.projects.iter().find(|(own, _)| *own == id);
        found.map(|(_, region)| region)
    }
}

/// Accounts kept in memory.
const CAPACITY: usize = 10_000;

/// The homes of all accounts, each asked for once: the ids that this face has for accounts and regions never change.
#[derive(Debug)]
pub(crate) struct Places {
    service: Arc<Service>,
    known: RwLock<HashMap<AccountId, Arc<Home>>>,
}

impl Places {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        Self {
            service,
            known: RwLock::default(),
        }
    }

    /// The home of an account.
    ///
    /// # Errors
    /// Where there is no such account, or the store cannot tell.
    pub(crate) async fn home(&self, account: AccountId) -> Result<Arc<Home>, Error> {
        match self.known(account) {
            Some(home) => Ok(home),
            None => self.load(account).await,
        }
    }

    /// The homes of accounts, as far as they are there.
    ///
    /// # Errors
    /// Where the store cannot tell.
    pub(crate) async fn homes(&self, accounts: Vec<AccountId>) -> Result<Vec<(AccountId, Arc<Home>)>, Error> {
        let mut found = Vec::with_capacity(accounts.len());
        for account in accounts {
            match self.home(account).await {
                Ok(home) => found.push((account, home)),
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    fn known(&self, account: AccountId) -> Option<Arc<Home>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&account).map(Arc::clone)
    }

    async fn load(&self, account: AccountId) -> Result<Arc<Home>, Error> {
        let domain = self.service.domain(account).await?.to_string();
        let mut projects = Vec::new();
        for region in self.service.regions() {
            let scope = Scope {
                account,
                region: region.clone(),
            };
            projects.push((self.service.project(&scope).await?, scope.region));
        }
        let home = Arc::new(Home {
            domain: domain.into(),
            projects,
        });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(account, Arc::clone(&home));
        Ok(home)
    }
}
