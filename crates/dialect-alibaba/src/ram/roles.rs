//! SOURCE: RAM API reference, CreateRole, GetRole, UpdateRole, DeleteRole, ListRoles (read 2026-11-22). A page of ListRoles
//! whose roles do not all fit the tags asked for is shorter than MaxItems; `IsTruncated` tells whether there is more.

use claviger_model::{IdentityResource, Named, Resource, Role, RoleName, SignedDuration};
use claviger_service::ResourceName;
use claviger_service::ops::identity as core;

use super::{encode_more, encode_tags, fits};
use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::parameter::{
    DESCRIPTION, MAX_SESSION, NEW_DESCRIPTION, NEW_MAX_SESSION, NEW_TRUST, Parameter, ROLE_NAME, TRUST,
};
use crate::params::{DESCRIPTION_LIMIT, Fault};
use crate::row::{Input, WireOp};

/// Longest name of a role.
const NAME_LIMIT: usize = 64;

pub(super) struct CreateRole;
pub(super) struct GetRole;
pub(super) struct UpdateRole;
pub(super) struct DeleteRole;
pub(super) struct ListRoles;

/// The role that a request is about.
pub(super) fn role(input: &Input<'_>) -> Result<RoleName, WireError> {
    input.name(ROLE_NAME, NAME_LIMIT)
}

fn longest(input: &Input<'_>, parameter: Parameter) -> Result<Option<SignedDuration>, WireError> {
    let seconds = input.number(parameter)?;
    Ok(seconds.map(|seconds| SignedDuration::from_secs(seconds.into())))
}

impl WireOp for CreateRole {
    type Op = core::CreateRole;

    fn decode(input: &Input<'_>) -> Result<core::CreateRole, Fault> {
        Ok(core::CreateRole {
            account: input.scope.account,
            name: role(input)?,
            description: input
                .changed_text(DESCRIPTION, DESCRIPTION_LIMIT)?
                .unwrap_or_default(),
            trust: input.document(TRUST)?,
            max_session: longest(input, MAX_SESSION)?,
            tags: input.first_tags()?,
        })
    }

    fn encode(_: &Input<'_>, role: Role, answer: &mut Answer) {
        answer.object("Role", |answer| {
            encode(&role, answer);
            answer.text("AssumeRolePolicyDocument", &role.trust);
        });
    }
}

impl WireOp for GetRole {
    type Op = core::GetRole;

    fn decode(input: &Input<'_>) -> Result<core::GetRole, Fault> {
        Ok(core::GetRole {
            account: input.scope.account,
            name: role(input)?,
        })
    }

    fn encode(_: &Input<'_>, role: Role, answer: &mut Answer) {
        encode_whole(&role, answer);
    }
}

impl WireOp for UpdateRole {
    type Op = core::UpdateRole;

    fn decode(input: &Input<'_>) -> Result<core::UpdateRole, Fault> {
        let trust = input.optional(NEW_TRUST.name);
        Ok(core::UpdateRole {
            account: input.scope.account,
            name: role(input)?,
            trust: trust.map(|_| input.document(NEW_TRUST)).transpose()?,
            max_session: longest(input, NEW_MAX_SESSION)?,
            description: input.changed_text(NEW_DESCRIPTION, DESCRIPTION_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, role: Role, answer: &mut Answer) {
        encode_whole(&role, answer);
    }
}

impl WireOp for DeleteRole {
    type Op = core::DeleteRole;

    fn decode(input: &Input<'_>) -> Result<core::DeleteRole, Fault> {
        Ok(core::DeleteRole {
            account: input.scope.account,
            name: role(input)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListRoles {
    type Op = core::ListRoles;

    fn decode(input: &Input<'_>) -> Result<core::ListRoles, Fault> {
        input.tag_filter()?;
        Ok(core::ListRoles {
            account: input.scope.account,
            page: input.name_page()?,
        })
    }

    fn encode(input: &Input<'_>, roles: Named<Role>, answer: &mut Answer) {
        let last = roles.items.last().map(|role| role.name.as_str());
        encode_more(roles.more, last, answer);
        let filter = input.tag_filter().unwrap_or_default();
        let fitting = roles.items.iter().filter(|role| fits(&role.tags, &filter));
        answer.list("Roles", "Role", fitting, |answer, role| {
            encode(role, answer);
            answer.text("UpdateDate", &date(role.updated));
            encode_tags(&role.tags, answer);
        });
    }
}

fn encode_whole(role: &Role, answer: &mut Answer) {
    answer.object("Role", |answer| {
        encode(role, answer);
        answer.text("AssumeRolePolicyDocument", &role.trust);
        answer.text("UpdateDate", &date(role.updated));
    });
}

fn encode(role: &Role, answer: &mut Answer) {
    answer.text("RoleId", &role.id.to_string());
    answer.text("RoleName", role.name.as_str());
    answer.text("Arn", &role_arn(role));
    answer.text("Description", &role.description);
    answer.number("MaxSessionDuration", role.max_session.as_secs().unsigned_abs());
    answer.text("CreateDate", &date(role.created));
}

/// The name of a role in policies.
pub(crate) fn role_arn(role: &Role) -> String {
    let name = IdentityResource::Role(role.name.as_str().into());
    ResourceName(&Resource::Identity(role.account, name)).to_string()
}
