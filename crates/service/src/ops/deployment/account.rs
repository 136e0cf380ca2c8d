//! Accounts.

use claviger_audit::record::Fields;
use claviger_model::{Account, AccountId, Action, DomainId, Error, KeyOwner, ProjectId, Region};

use super::need;
use crate::access_key::NewAccessKey;
use crate::call::{Need, Note};
use crate::ops::identity::make;
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// An account, and what programs have to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domicile {
    /// The account.
    pub account: Account,
    /// Its project in each region, that of the first region first.
    pub projects: Vec<(Region, ProjectId)>,
}

/// Makes an account with an access key for its root, whose secret is shown this once.
#[derive(Debug)]
pub struct CreateAccount {
    /// A name for people.
    pub name: String,
}

/// Shows an account.
#[derive(Debug)]
pub struct GetAccount {
    /// Which.
    pub id: AccountId,
}

/// Gives an account another name.
#[derive(Debug)]
pub struct UpdateAccount {
    /// Which.
    pub id: AccountId,
    /// A name for people.
    pub name: String,
}

/// Deletes an account that has nothing but its root: [`claviger_model::InUse`]. The one that runs the deployment stays.
#[derive(Debug)]
pub struct DeleteAccount {
    /// Which.
    pub id: AccountId,
}

/// Lists the accounts, oldest first.
#[derive(Debug)]
pub struct ListAccounts;

impl Operation for CreateAccount {
    const ACTION: Action = Action::CreateAccount;
    type Output = (Domicile, NewAccessKey);

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, request: &mut Fields) {
        request.text("name", &self.name);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        let account = Account {
            id: cx.service.draw(AccountId::draw)?,
            domain: cx.service.draw(DomainId::draw)?,
            name: self.name,
            created: cx.call.time,
        };
        // First, for the secret would be lost if they could not be had afterwards.
        let projects = cx.service.projects(account.id).await?;
        let (new, kept) = cx
            .service
            .new_access_key(account.id, KeyOwner::Root, account.created)?;
        note.response.text("account", &account.id.to_string());
        note.response.text("access_key", new.id.as_str());
        let made = account.clone();
        make(cx, account.id, note, |store, draft| async move {
            store.create_account(made, kept, draft).await
        })
        .await?;
        Ok((Domicile { account, projects }, new))
    }
}

impl Operation for GetAccount {
    const ACTION: Action = Action::GetAccount;
    type Output = Domicile;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, request: &mut Fields) {
        request.text("account", &self.id.to_string());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Domicile, Error> {
        let account = cx.service.account(self.id).await?;
        let projects = cx.service.projects(self.id).await?;
        Ok(Domicile { account, projects })
    }
}

impl Operation for UpdateAccount {
    const ACTION: Action = Action::UpdateAccount;
    type Output = Account;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, request: &mut Fields) {
        request.text("account", &self.id.to_string());
        request.text("name", &self.name);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Account, Error> {
        make(cx, self.id, note, |store, draft| async move {
            store.rename_account(self.id, self.name, draft).await
        })
        .await
    }
}

impl Operation for DeleteAccount {
    const ACTION: Action = Action::DeleteAccount;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, request: &mut Fields) {
        request.text("account", &self.id.to_string());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        // Keys past their deletion do not keep an account.
        cx.service.catch_up(cx.call.time).await;
        make(cx, self.id, note, |store, draft| async move {
            store.delete_account(self.id, draft).await
        })
        .await
    }
}

impl Operation for ListAccounts {
    const ACTION: Action = Action::ListAccounts;
    type Output = Vec<Account>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION))
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Vec<Account>, Error> {
        let accounts = cx.service.store.accounts().await.map_err(from_store)?;
        note.response.number("accounts", accounts.len() as u64);
        Ok(accounts)
    }
}
