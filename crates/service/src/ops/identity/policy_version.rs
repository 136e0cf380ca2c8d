//! Versions of policies.

use claviger_audit::record::Fields;
use claviger_model::{
    AccountId, Action, CustomPolicy, Error, InUse, Language, Missing, PolicyName, PolicyRef, PolicyVersion,
    Quota, Timestamp,
};
use claviger_store::IdentityChange;

use super::policy::{FIRST_VERSION, beginning};
use super::{
    check_in, describe_document, describe_language, describe_policy, find_policy, make, need, new_length,
    of_policy, own_policy, system_policy,
};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted};

/// Adds a version to a policy of the account.
///
/// Refused with [`Error::Document`], also where the policy is written in another language, and with
/// [`Quota::PolicyVersions`] where there are as many as there may be.
#[derive(Debug)]
pub struct CreatePolicyVersion {
    /// The account.
    pub account: AccountId,
    /// Of which policy.
    pub name: PolicyName,
    /// In which language the document is written.
    pub language: Language,
    /// A document for identities.
    pub document: String,
    /// What people are to know the policy by from now on; none leaves that as it is.
    pub title: Option<String>,
    /// Free text about the policy from now on; none leaves that as it is.
    pub description: Option<String>,
    /// Whether it is to count at once.
    pub as_default: bool,
    /// Whether the oldest version that does not count makes room where there is none.
    pub drop_oldest: bool,
}

/// Shows a version, and whether it is the one that counts.
#[derive(Debug)]
pub struct GetPolicyVersion {
    /// The account.
    pub account: AccountId,
    /// Of which policy.
    pub policy: PolicyRef,
    /// Its number.
    pub number: u32,
}

/// Deletes a version that does not count: else [`InUse::DefaultVersion`].
#[derive(Debug)]
pub struct DeletePolicyVersion {
    /// The account.
    pub account: AccountId,
    /// Of which policy.
    pub name: PolicyName,
    /// Its number.
    pub number: u32,
}

/// Lists the versions of a policy by number, each with whether it is the one that counts.
#[derive(Debug)]
pub struct ListPolicyVersions {
    /// The account.
    pub account: AccountId,
    /// Of which policy.
    pub policy: PolicyRef,
}

/// Chooses the version that counts.
#[derive(Debug)]
pub struct SetDefaultPolicyVersion {
    /// The account.
    pub account: AccountId,
    /// Of which policy.
    pub name: PolicyName,
    /// Its number.
    pub number: u32,
}

/// All versions of a policy, each with whether it counts.
async fn versions(
    cx: &Context<'_>,
    account: AccountId,
    policy: &PolicyRef,
) -> Result<Vec<(PolicyVersion, bool)>, Error> {
    match policy {
        PolicyRef::Custom(name) => {
            let policy = find_policy(cx, account, name).await?.policy;
            let default = policy.default_version;
            let told = |version: PolicyVersion| {
                let counts = version.number == default;
                (version, counts)
            };
            Ok(policy.versions.into_iter().map(told).collect())
        }
        PolicyRef::System(name) => {
            let only = PolicyVersion {
                number: FIRST_VERSION,
                document: system_policy(name)?.document.to_owned(),
                created: beginning(cx, account).await?,
            };
            Ok(vec![(only, true)])
        }
    }
}

/// Applies a change to a policy of the account.
async fn update(
    cx: &Context<'_>,
    account: AccountId,
    name: PolicyName,
    note: &mut Note,
    change: IdentityChange<CustomPolicy>,
) -> Result<CustomPolicy, Error> {
    make(cx, account, note, |store, draft| async move {
        store.update_policy(account, &name, draft, change).await
    })
    .await
}

impl CreatePolicyVersion {
    /// The policy with one version more.
    fn apply(&self, mut policy: CustomPolicy, quota: u32, now: Timestamp) -> Result<CustomPolicy, Error> {
        if policy.language != self.language {
            return Err(Error::Document(
                "the policy is written in another language".into(),
            ));
        }
        let full = Error::Quota(Quota::PolicyVersions);
        if policy.versions.len() as u64 >= u64::from(quota) {
            let counts = policy.default_version;
            let idle = |version: &PolicyVersion| version.number != counts;
            let oldest = policy.versions.iter().position(idle).filter(|_| self.drop_oldest);
            policy.versions.remove(oldest.ok_or_else(|| full.clone())?);
        }
        let number = policy.last_version.checked_add(1).ok_or(full)?;
        policy.versions.push(PolicyVersion {
            number,
            document: self.document.clone(),
            created: now,
        });
        policy.last_version = number;
        policy.updated = now;
        if self.as_default {
            policy.default_version = number;
        }
        if let Some(title) = &self.title {
            policy.title.clone_from(title);
        }
        if let Some(description) = &self.description {
            policy.description.clone_from(description);
        }
        Ok(policy)
    }
}

impl Operation for CreatePolicyVersion {
    const ACTION: Action = Action::CreatePolicyVersion;
    type Output = PolicyVersion;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check_in(self.language, &self.document)?;
        Ok(vec![need(Self::ACTION, self.account, own_policy(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("policy", self.name.as_str());
        describe_language(request, self.language);
        describe_document(request, &self.document);
        new_length(request, "title_bytes", self.title.as_ref());
        new_length(request, "description_bytes", self.description.as_ref());
        request.flag("as_default", self.as_default);
        request.flag("drop_oldest", self.drop_oldest);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<PolicyVersion, Error> {
        let (now, quota) = (cx.call.time, cx.service.quotas.policy_versions);
        let (account, name) = (self.account, self.name.clone());
        let change = move |policy| self.apply(policy, quota, now);
        let mut policy = update(cx, account, name, note, Box::new(change)).await?;
        policy.versions.pop().ok_or(Error::Internal)
    }
}

impl Operation for GetPolicyVersion {
    const ACTION: Action = Action::GetPolicyVersion;
    type Output = (PolicyVersion, bool);

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_policy(&self.policy))])
    }

    fn describe(&self, request: &mut Fields) {
        describe_policy(request, &self.policy);
        request.number("version", self.number.into());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Self::Output, Error> {
        let versions = versions(cx, self.account, &self.policy).await?;
        let found = versions.into_iter().find(|(one, _)| one.number == self.number);
        found.ok_or(Error::NotFound(Missing::PolicyVersion))
    }
}

impl Operation for DeletePolicyVersion {
    const ACTION: Action = Action::DeletePolicyVersion;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, own_policy(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("policy", self.name.as_str());
        request.number("version", self.number.into());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let (now, number) = (cx.call.time, self.number);
        let change = move |mut policy: CustomPolicy| {
            if policy.default_version == number {
                return Err(Error::InUse(InUse::DefaultVersion));
            }
            let found = policy.versions.iter().position(|one| one.number == number);
            policy
                .versions
                .remove(found.ok_or(Error::NotFound(Missing::PolicyVersion))?);
            policy.updated = now;
            Ok(policy)
        };
        let changed = update(cx, self.account, self.name, note, Box::new(change)).await;
        changed.map(drop)
    }
}

impl Operation for ListPolicyVersions {
    const ACTION: Action = Action::ListPolicyVersions;
    type Output = Vec<(PolicyVersion, bool)>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_policy(&self.policy))])
    }

    fn describe(&self, request: &mut Fields) {
        describe_policy(request, &self.policy);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        let versions = versions(cx, self.account, &self.policy).await?;
        note.response.number("versions", versions.len() as u64);
        Ok(versions)
    }
}

impl Operation for SetDefaultPolicyVersion {
    const ACTION: Action = Action::SetDefaultPolicyVersion;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, own_policy(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("policy", self.name.as_str());
        request.number("version", self.number.into());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let (now, number) = (cx.call.time, self.number);
        let change = move |mut policy: CustomPolicy| {
            if policy.version(number).is_none() {
                return Err(Error::NotFound(Missing::PolicyVersion));
            }
            policy.default_version = number;
            policy.updated = now;
            Ok(policy)
        };
        let changed = update(cx, self.account, self.name, note, Box::new(change)).await;
        changed.map(drop)
    }
}
