//! Projects: what one account has in one region, under an id of its own.
//!
//! The id is drawn at its first use and then lies in a sealed cell of the store, so it stays for ever; programs have it in
//! their settings.

use claviger_model::{
    Account, AccountId, DomainId, Error, Missing, ProjectId, Random, RandomError, Region, Scope,
};
use claviger_provider::{Cell, Keeper, ProviderError};
use claviger_secret::SecretBytes;
use claviger_store::{SealedCell, Store, StoreError};

use crate::envelope::from_provider;
use crate::pipeline::from_store;
use crate::service::Service;

/// An id of a project cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no randomness for a new one.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// It cannot be sealed, or what is in the store does not open.
    #[error("the id of a project: {0}")]
    Keeper(#[from] ProviderError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is in the store is no id.
    #[error("what is kept as the id of a project is none")]
    Unreadable,
}

/// The id of the project of a scope; drawn at its first use. Where several draw it at once, all get that of one.
///
/// # Errors
/// When it is neither there nor can be made. One that is there and cannot be read is never replaced: programs know it.
pub async fn find_project(
    store: &dyn Store,
    keeper: &dyn Keeper,
    random: &dyn Random,
    scope: &Scope,
) -> Result<ProjectId, ProjectError> {
    let name = format!("project/{}/{}", scope.account, scope.region);
    let cell = Cell {
        table: "cells",
        column: "value",
        row: &name,
    };
    let kept = if let Some(kept) = store.cell(&name).await? {
        kept
    } else {
        let made = ProjectId::draw(random)?.to_string();
        let sealed = keeper.seal(&cell, &SecretBytes::from(made))?;
        store.add_cell(&name, SealedCell(sealed)).await?
    };
    let text = keeper.open(&cell, &kept.0)?;
    let id = text.expose_str().ok().and_then(|text| text.parse().ok());
    id.ok_or(ProjectError::Unreadable)
}

impl Service {
    /// The regions that are served, the one for calls that name none first.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// An account as it is now.
    ///
    /// # Errors
    /// [`Missing::Account`], or that the store cannot tell.
    pub async fn account(&self, id: AccountId) -> Result<Account, Error> {
        let found = self.store.account(id).await.map_err(from_store)?;
        found.ok_or(Error::NotFound(Missing::Account))
    }

    /// The domain of an account. It never changes.
    ///
    /// # Errors
    /// Those of [`Self::account`].
    pub async fn domain(&self, account: AccountId) -> Result<DomainId, Error> {
        Ok(self.account(account).await?.domain)
    }

    /// The account of a domain; none where there is none.
    ///
    /// # Errors
    /// When that cannot be told at the moment.
    pub async fn account_of(&self, domain: DomainId) -> Result<Option<AccountId>, Error> {
        let found = self.store.account_by_domain(domain).await.map_err(from_store)?;
        Ok(found.map(|account| account.id))
    }

    /// The id of the project of an account that is there, in a region.
    ///
    /// # Errors
    /// [`Missing::Project`] where the region is not served.
    pub async fn project(&self, scope: &Scope) -> Result<ProjectId, Error> {
        if let Some(known) = self.projects.get(scope) {
            return Ok(known);
        }
        if !self.regions.contains(&scope.region) {
            return Err(Error::NotFound(Missing::Project));
        }
        let (store, keeper) = (self.store.as_ref(), self.keeper.as_ref());
        let found = find_project(store, keeper, self.random.as_ref(), scope).await;
        let id = found.map_err(|error| from_project(scope, error))?;
        self.projects.insert(scope.clone(), id);
        Ok(id)
    }

    /// The project of an account that is there in each region.
    ///
    /// # Errors
    /// When they cannot be had at the moment.
    pub async fn projects(&self, account: AccountId) -> Result<Vec<(Region, ProjectId)>, Error> {
        let mut found = Vec::with_capacity(self.regions.len());
        for region in &self.regions {
            let scope = Scope {
                account,
                region: region.clone(),
            };
            let project = self.project(&scope).await?;
            found.push((scope.region, project));
        }
        Ok(found)
    }

    /// The region in which an account has the project; none where it is not the account's, or of a region that is not
    /// served.
    ///
    /// # Errors
    /// When that cannot be told at the moment.
    pub async fn region_of(&self, account: AccountId, project: ProjectId) -> Result<Option<Region>, Error> {
        let mut projects = self.projects(account).await?.into_iter();
        Ok(projects
            .find(|(_, own)| *own == project)
            .map(|(region, _)| region))
    }
}

fn from_project(scope: &Scope, error: ProjectError) -> Error {
    match error {
        ProjectError::Store(error) => from_store(error),
        ProjectError::Keeper(error) => from_provider(error),
        ProjectError::Random(_) | ProjectError::Unreadable => {
            tracing::error!(%error, account = %scope.account, region = %scope.region, "no id of a project");
            Error::Internal
        }
    }
}
