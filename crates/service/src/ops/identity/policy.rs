//! Policies: those that an account wrote, and those that come with the server.
//!
//! The latter are there for every account, from its first day, in one version that nobody can change.

use std::collections::HashSet;

use claviger_audit::record::Fields;
use claviger_authz::languages::{self, SystemPolicy};
use claviger_model::{
    AccountId, Action, CustomPolicy, Error, Existing, IdentityResource, Language, Missing, PolicyId,
    PolicyName, PolicyRef, PolicyVersion, Tags, Timestamp,
};
use claviger_store::PolicyRow;

use super::{
    check_in, describe_document, describe_language, describe_policy, find_policy, length, make, need,
    of_policy, own_policy, system_policy,
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
    /// Its name; none makes one of its number, for faces that name policies by number.
    pub name: Option<PolicyName>,
    /// In which language it is written.
    pub language: Language,
    /// A name for people; may be empty.
    pub title: String,
    /// Free text.
    pub description: String,
    /// A document for identities.
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
    /// Its number; none where it comes with the server.
    pub id: Option<PolicyId>,
    /// In which language it is written.
    pub language: Language,
    /// A name for people; may be empty.
    pub title: String,
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
    pub(super) fn of_row(row: PolicyRow) -> Result<Self, Error> {
        let PolicyRow { policy, attachments } = row;
        let default = policy.default().cloned().ok_or_else(|| {
            tracing::error!(account = %policy.account, policy = %policy.name, "policy without its default version");
            Error::Internal
        })?;
        Ok(Self {
            policy: PolicyRef::Custom(policy.name),
            id: Some(policy.id),
            language: policy.language,
            title: policy.title,
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
    pub(super) fn of_system(name: PolicyName, policy: &SystemPolicy, since: Timestamp) -> Self {
        Self {
            policy: PolicyRef::System(name),
            id: None,
            language: policy.language,
            title: policy.role.map_or_else(String::new, |role| role.title.to_owned()),
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

    pub(super) async fn count(mut self, cx: &Context<'_>, account: AccountId) -> Result<Self, Error> {
        if matches!(self.policy, PolicyRef::System(_)) {
            let attached = cx.service.store.attachments_to(account, &self.policy).await;
            let attached = attached.map_err(from_store)?;
            // It may be on one several times, for several places.
            let holders: HashSet<_> = attached.iter().map(|one| &one.holder).collect();
            self.attachments = holders.len() as u64;
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

/// The name of a policy that is named by its number.
fn numbered(id: PolicyId) -> Result<PolicyName, Error> {
    format!("custom-{id}").parse().map_err(|error| {
        tracing::error!(%error, "a number makes no policy name");
        Error::Internal
    })
}

impl Operation for CreatePolicy {
    const ACTION: Action = Action::CreatePolicy;
    type Output = CustomPolicy;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check_in(self.language, &self.document)?;
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Policies)])
    }

    fn describe(&self, request: &mut Fields) {
        if let Some(name) = &self.name {
            request.text("policy", name.as_str());
        }
        describe_language(request, self.language);
        length(request, "title_bytes", &self.title);
        length(request, "description_bytes", &self.description);
        describe_document(request, &self.document);
        request.number("tags", self.tags.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<CustomPolicy, Error> {
        let id = cx.service.draw(PolicyId::draw)?;
        let name = match self.name {
            Some(name) if languages::system_policy(name.as_str()).is_some() => {
                return Err(Error::Exists(Existing::Policy));
            }
            Some(name) => name,
            None => numbered(id)?,
        };
        note.response.text("policy_id", &id.to_string());
        let policy = CustomPolicy {
            account: self.account,
            id,
            name,
            language: self.language,
            title: self.title,
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
