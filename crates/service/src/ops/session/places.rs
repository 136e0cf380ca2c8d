//! What a caller of an account may know of it without asking for permission: its name and where it is served.

use claviger_audit::record::Fields;
use claviger_model::{Account, AccountId, Action, Error, ProjectId, Region, Scope};

use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted};

/// Lists the projects of the caller's account: one for each region that is served. Needs no permission.
#[derive(Debug)]
pub struct ListProjects;

/// Lists the accounts that the caller belongs to: its own. Needs no permission.
#[derive(Debug)]
pub struct ListDomains;

/// Lists where the caller's account is served. Needs no permission.
#[derive(Debug)]
pub struct GetCatalog;

/// An account in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name is that of the region.
    pub region: Region,
}

async fn projects(cx: &Context<'_>, account: AccountId) -> Result<Vec<Project>, Error> {
    let mut all = Vec::new();
    for region in cx.service.regions() {
        let scope = Scope {
            account,
            region: region.clone(),
        };
        all.push(Project {
            id: cx.service.project(&scope).await?,
            region: scope.region,
        });
    }
    Ok(all)
}

impl Operation for ListProjects {
    const ACTION: Action = Action::ListProjects;
    type Output = Vec<Project>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        let projects = projects(cx, cx.call.caller().account).await?;
        note.response.number("projects", projects.len() as u64);
        Ok(projects)
    }
}

impl Operation for ListDomains {
    const ACTION: Action = Action::ListDomains;
    type Output = Vec<Account>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Self::Output, Error> {
        Ok(vec![cx.service.account(cx.call.caller().account).await?])
    }
}

impl Operation for GetCatalog {
    const ACTION: Action = Action::GetCatalog;
    type Output = (Account, Vec<Project>);

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Self::Output, Error> {
        let account = cx.service.account(cx.call.caller().account).await?;
        let projects = projects(cx, account.id).await?;
        Ok((account, projects))
    }
}
