//! Policies: those that an account wrote, and those that come with the server.
//!
//! The latter are there for every account, from its first day, in one version that nobody can change.

use claviger_audit::record::Fields;
use claviger_authz::languages::ram::{self, IDENTITY_LIMIT, Kind, SYSTEM_POLICIES, SystemPolicy};
use claviger_model::{
    AccountId, Action, CustomPolicy, Error, Existing, IdentityResource, Missing, NamePage, Named, PolicyName,
    PolicyRef, PolicyVersion, Tags, Timestamp,
};
use claviger_store::PolicyRow;

use super::{
    check, describe_document, describe_page, describe_policy, find_policy, length, make, need, of_policy,
    own_policy, system_policy,
};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// The number of the first version of a policy, and of the only one of those that come with the server.
pub(super) const FIRST_VERSION: u32 = 1;

/// Makes a policy with its first version. A name that a policy of the server has is taken too, or people would mix them
/// up.
///
/// Refused with [`Error::Document`], [`Existing::Policy`] and [`claviger_model::Quota::Policies`].
#[derive(Debug)]
pub struct CreatePolicy {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: PolicyName,
    /// Free text.
    pub description: String,
    /// A document of the kind [`Kind::Identity`].
    pub document: String,
    /// Labels.
    pub tags: Tags,
}

/// Shows a policy.
#[derive(Debug)]
pub struct GetPolicy {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub policy: PolicyRef,
}

/// Lists policies by name.
#[derive(Debug)]
pub struct ListPolicies {
    /// The account.
    pub account: AccountId,
    /// Those of the server (`true`), those of the account (`false`), or both.
    pub system: Option<bool>,
    /// Which part of the list.
    pub page: NamePage,
}

/// Deletes a policy of the account that is attached to nothing: [`claviger_model::InUse`].
#[derive(Debug)]
pub struct DeletePolicy {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: PolicyName,
    /// Whether further versions go with it; else they keep it.
    pub cascade: bool,
}

/// A policy, whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyView {
    /// Which.
    pub policy: PolicyRef,
    /// Free text.
    pub description: String,
    /// The version that counts.
    pub document: String,
    /// Its number.
    pub default_version: u32,
    /// How many identities of the account it is on.
    pub attachments: u64,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// When the version that counts was made.
    pub default_created: Timestamp,
    /// Labels.
    pub tags: Tags,
}

impl PolicyView {
    fn of_row(row: PolicyRow) -> Result<Self, Error> {
        let PolicyRow { policy, attachments } = row;
        let default = policy.default().cloned().ok_or_else(|| {
            tracing::error!(account = %policy.account, policy = %policy.name, "policy without its default version");
            Error::Internal
        })?;
        Ok(Self {
            policy: PolicyRef::Custom(policy.name),
            description: policy.description,
            document: default.document,
            default_version: default.number,
            attachments,
            created: policy.created,
            updated: policy.updated,
            default_created: default.created,
            tags: policy.tags,
        })
    }

    /// Attachments are counted later.
    fn of_system(name: PolicyName, policy: &SystemPolicy, since: Timestamp) -> Self {
        Self {
            policy: PolicyRef::System(name),
            description: policy.description.to_owned(),
            document: policy.document.to_owned(),
            default_version: FIRST_VERSION,
            attachments: 0,
            created: since,
            updated: since,
            default_created: since,
            tags: Tags::default(),
        }
    }

    async fn count(mut self, cx: &Context<'_>, account: AccountId) -> Result<Self, Error> {
        if matches!(self.policy, PolicyRef::System(_)) {
            let attached = cx.service.store.attachments_to(account, &self.policy).await;
            self.attachments = attached.map_err(from_store)?.len() as u64;
        }
        Ok(self)
    }
}

/// Since when an account has the policies of the server.
pub(super) async fn beginning(cx: &Context<'_>, account: AccountId) -> Result<Timestamp, Error> {
    let found = cx.service.store.account(account).await.map_err(from_store)?;
    let account = found.ok_or(Error::NotFound(Missing::Account))?;
    Ok(account.created)
}

impl Operation for CreatePolicy {
    const ACTION: Action = Action::CreatePolicy;
    type Output = CustomPolicy;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check(&self.document, Kind::Identity, IDENTITY_LIMIT)?;
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Policies)])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("policy", self.name.as_str());
        length(request, "description_bytes", &self.description);
        describe_document(request, &self.document);
        request.number("tags", self.tags.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<CustomPolicy, Error> {
        if ram::system_policy(self.name.as_str()).is_some() {
            return Err(Error::Exists(Existing::Policy));
        }
        let policy = CustomPolicy {
            account: self.account,
            name: self.name,
            description: self.description,
            default_version: FIRST_VERSION,
            last_version: FIRST_VERSION,
            versions: vec![PolicyVersion {
                number: FIRST_VERSION,
                document: self.document,
                created: cx.call.time,
            }],
            tags: self.tags,
            created: cx.call.time,
            updated: cx.call.time,
        };
        let (made, quota) = (policy.clone(), cx.service.quotas.policies);
        make(cx, policy.account, note, |store, draft| async move {
            store.create_policy(made, quota, draft).await
        })
        .await?;
        Ok(policy)
    }
}

impl Operation for GetPolicy {
    const ACTION: Action = Action::GetPolicy;
    type Output = PolicyView;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_policy(&self.policy))])
    }

    fn describe(&self, request: &mut Fields) {
        describe_policy(request, &self.policy);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<PolicyView, Error> {
        match self.policy {
            PolicyRef::Custom(name) => PolicyView::of_row(find_policy(cx, self.account, &name).await?),
            PolicyRef::System(name) => {
                let policy = system_policy(&name)?;
                let view = PolicyView::of_system(name, policy, beginning(cx, self.account).await?);
                view.count(cx, self.account).await
            }
        }
    }
}

impl ListPolicies {
    /// Those of the account that the page may hold, and whether there are more.
    async fn own(&self, cx: &Context<'_>) -> Result<(Vec<PolicyView>, bool), Error> {
        if self.system == Some(true) {
            return Ok((Vec::new(), false));
        }
        let rows = cx.service.store.policies(self.account, self.page.clone()).await;
        let rows = rows.map_err(from_store)?;
        let views = rows.items.into_iter().map(PolicyView::of_row);
        Ok((views.collect::<Result<_, _>>()?, rows.more))
    }

    /// Those of the server behind the beginning of the page.
    async fn of_server(&self, cx: &Context<'_>) -> Result<Vec<PolicyView>, Error> {
        if self.system == Some(false) {
            return Ok(Vec::new());
        }
        let since = beginning(cx, self.account).await?;
        let after = self.page.after.as_deref();
        let behind = |policy: &&SystemPolicy| after.is_none_or(|after| policy.name > after);
        let views = SYSTEM_POLICIES.iter().filter(behind).map(|policy| {
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
        let take = usize::try_from(self.page.take).unwrap_or(usize::MAX);
        more |= all.len() > take;
        all.truncate(take);
        let mut items = Vec::with_capacity(all.len());
        for view in all {
            items.push(view.count(cx, self.account).await?);
        }
        note.response.number("policies", items.len() as u64);
        Ok(Named { items, more })
    }
}

impl Operation for DeletePolicy {
    const ACTION: Action = Action::DeletePolicy;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, own_policy(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("policy", self.name.as_str());
        request.flag("cascade", self.cascade);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        make(cx, self.account, note, |store, draft| async move {
            store
                .delete_policy(self.account, &self.name, self.cascade, draft)
                .await
        })
        .await
    }
}
