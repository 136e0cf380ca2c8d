//! SOURCE: RAM API reference, CreatePolicy, GetPolicy, DeletePolicy, ListPolicies (read 2026-11-22). A page of ListPolicies
//! whose policies do not all fit the tags asked for is shorter than MaxItems; `IsTruncated` tells whether there is more.

use claviger_model::{CustomPolicy, Language, Named, PolicyRef};
use claviger_service::ops::identity as core;

use super::policy_versions::{encode_version, version_name};
use super::{encode_more, encode_tags, fits};
use crate::answer::{Answer, date};
use crate::params::parameter::{CASCADING_DELETE, DESCRIPTION, POLICY_DOCUMENT};
use crate::params::{DESCRIPTION_LIMIT, Fault};
use crate::row::{Input, WireOp};

pub(super) struct CreatePolicy;
pub(super) struct GetPolicy;
pub(super) struct DeletePolicy;
pub(super) struct ListPolicies;

impl WireOp for CreatePolicy {
    type Op = core::CreatePolicy;

    fn decode(input: &Input<'_>) -> Result<core::CreatePolicy, Fault> {
        Ok(core::CreatePolicy {
            account: input.scope.account,
            name: Some(input.policy_name()?),
            language: Language::Ram,
            title: String::new(),
            description: input
                .changed_text(DESCRIPTION, DESCRIPTION_LIMIT)?
                .unwrap_or_default(),
            document: input.document(POLICY_DOCUMENT)?,
            tags: input.first_tags()?,
        })
    }

    fn encode(_: &Input<'_>, policy: CustomPolicy, answer: &mut Answer) {
        answer.object("Policy", |answer| {
            answer.text("PolicyName", policy.name.as_str());
            answer.text("PolicyType", "Custom");
            answer.text("Description", &policy.description);
            answer.text("DefaultVersion", &version_name(policy.default_version));
            answer.text("CreateDate", &date(policy.created));
        });
    }
}

impl WireOp for GetPolicy {
    type Op = core::GetPolicy;

    fn decode(input: &Input<'_>) -> Result<core::GetPolicy, Fault> {
        Ok(core::GetPolicy {
            account: input.scope.account,
            policy: input.policy()?,
        })
    }

    fn encode(_: &Input<'_>, policy: core::PolicyView, answer: &mut Answer) {
        answer.object("Policy", |answer| {
            encode(&policy, answer);
            answer.text("PolicyDocument", &policy.document);
        });
        answer.object("DefaultPolicyVersion", |answer| {
            encode_version(
                (policy.default_version, true),
                &policy.document,
                policy.default_created,
                answer,
            );
        });
    }
}

impl WireOp for DeletePolicy {
    type Op = core::DeletePolicy;

    fn decode(input: &Input<'_>) -> Result<core::DeletePolicy, Fault> {
        Ok(core::DeletePolicy {
            account: input.scope.account,
            name: input.policy_name()?,
            cascade: input.flag(CASCADING_DELETE)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListPolicies {
    type Op = core::ListPolicies;

    fn decode(input: &Input<'_>) -> Result<core::ListPolicies, Fault> {
        input.tag_filter()?;
        Ok(core::ListPolicies {
            account: input.scope.account,
            system: input.policy_type()?,
            language: None,
            server_language: Language::Ram,
            page: input.name_page()?,
        })
    }

    fn encode(input: &Input<'_>, policies: Named<core::PolicyView>, answer: &mut Answer) {
        let last = policies.items.last().map(|view| view.policy.name().as_str());
        encode_more(policies.more, last, answer);
        let filter = input.tag_filter().unwrap_or_default();
        let fitting = policies.items.iter().filter(|view| fits(&view.tags, &filter));
        answer.list("Policies", "Policy", fitting, |answer, view| {
            encode(view, answer);
            encode_tags(&view.tags, answer);
        });
    }
}

fn encode(policy: &core::PolicyView, answer: &mut Answer) {
    encode_name(&policy.policy, answer);
    answer.text("Description", &policy.description);
    answer.text("DefaultVersion", &version_name(policy.default_version));
    answer.number("AttachmentCount", policy.attachments);
    answer.text("CreateDate", &date(policy.created));
    answer.text("UpdateDate", &date(policy.updated));
}

/// Name and kind of a policy.
pub(super) fn encode_name(policy: &PolicyRef, answer: &mut Answer) {
    answer.text("PolicyName", policy.name().as_str());
    answer.text(
        "PolicyType",
        match policy {
            PolicyRef::System(_) => "System",
            PolicyRef::Custom(_) => "Custom",
        },
    );
}
