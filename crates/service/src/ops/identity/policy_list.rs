//! Lists of policies: those that an account wrote, and those that come with the server.

use claviger_audit::record::Fields;
use claviger_authz::languages::{SystemPolicy, system_policies};
use claviger_model::{AccountId, Action, Error, IdentityResource, Language, NamePage, Named};

use super::policy::{PolicyView, beginning};
use super::{describe_page, need};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Lists policies by name.
#[derive(Debug)]
pub struct ListPolicies {
    /// The account.
    pub account: AccountId,
    /// Those of the server (`true`), those of the account (`false`), or both.
    pub system: Option<bool>,
    /// In which language those of the account are; none where that does not matter.
    pub language: Option<Language>,
    /// In which language those of the server are.
    pub server_language: Language,
    /// Which part of the list.
    pub page: NamePage,
}

impl ListPolicies {
    fn take(&self) -> usize {
        usize::try_from(self.page.take).unwrap_or(usize::MAX)
    }

    /// Those of the account that the page may hold, and whether there are more.
    async fn own(&self, cx: &Context<'_>) -> Result<(Vec<PolicyView>, bool), Error> {
        if self.system == Some(true) {
            return Ok((Vec::new(), false));
        }
        let (mut found, mut page) = (Vec::new(), self.page.clone());
        loop {
            let rows = cx.service.store.policies(self.account, page.clone()).await;
            let rows = rows.map_err(from_store)?;
            page.after = rows.items.last().map(|row| row.policy.name.as_str().to_owned());
            for row in rows.items {
                if self
                    .language
                    .is_none_or(|language| row.policy.language == language)
                {
                    found.push(PolicyView::of_row(row)?);
                }
            }
            if !rows.more || page.after.is_none() || found.len() >= self.take() {
                return Ok((found, rows.more));
            }
        }
    }

    /// Those of the server behind the beginning of the page.
    async fn of_server(&self, cx: &Context<'_>) -> Result<Vec<PolicyView>, Error> {
        if self.system == Some(false) {
            return Ok(Vec::new());
        }
        let since = beginning(cx, self.account).await?;
        let after = self.page.after.as_deref();
        let behind = |policy: &&SystemPolicy| after.is_none_or(|after| policy.name > after);
        let all = system_policies(self.server_language).iter();
        let views = all.filter(behind).map(|policy| {
            let name = policy.name.parse().map_err(|_| Error::Internal)?;
            Ok(PolicyView::of_system(name, policy, since))
        });
        views.collect()
    }
}

impl Operation for ListPolicies {
    const ACTION: Action = Action::ListPolicies;
    type Output = Named<PolicyView>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Policies)])
    }

    fn describe(&self, request: &mut Fields) {
        if let Some(system) = self.system {
            request.flag("system", system);
        }
        describe_page(request, &self.page);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        let (mut all, mut more) = self.own(cx).await?;
        all.append(&mut self.of_server(cx).await?);
        all.sort_by(|one, other| one.policy.name().cmp(other.policy.name()));
        more |= all.len() > self.take();
        all.truncate(self.take());
        let mut items = Vec::with_capacity(all.len());
        for view in all {
            items.push(view.count(cx, self.account).await?);
        }
        note.response.number("policies", items.len() as u64);
        Ok(Named { items, more })
    }
}
