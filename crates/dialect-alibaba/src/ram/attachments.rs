//! SOURCE: RAM API reference, AttachPolicyToUser and its like, DetachPolicyFromUser and its like, ListPoliciesForUser and
//! its like, ListEntitiesForPolicy (read 2026-11-22).

use claviger_model::{Action, Extent, Holder};
use claviger_service::Operation;
use claviger_service::ops::identity as core;

use super::groups::group;
use super::policies::encode_name;
use super::policy_versions::version_name;
use super::roles::{role, role_arn};
use super::users::user;
use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct AttachPolicyToUser;
pub(super) struct AttachPolicyToGroup;
pub(super) struct AttachPolicyToRole;
pub(super) struct DetachPolicyFromUser;
pub(super) struct DetachPolicyFromGroup;
pub(super) struct DetachPolicyFromRole;
pub(super) struct ListPoliciesForUser;
pub(super) struct ListPoliciesForGroup;
pub(super) struct ListPoliciesForRole;
pub(super) struct ListEntitiesForPolicy;

fn holding_user(input: &Input<'_>) -> Result<Holder, WireError> {
    user(input).map(Holder::User)
}

fn holding_group(input: &Input<'_>) -> Result<Holder, WireError> {
    group(input).map(Holder::Group)
}

fn holding_role(input: &Input<'_>) -> Result<Holder, WireError> {
    role(input).map(Holder::Role)
}

macro_rules! attachments {
    ($($wire:ident: $core:ident of $holder:ident,)*) => {
        $(impl WireOp for $wire {
            type Op = core::$core;
            const ACTION: Action = Action::$wire;

            fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
                Ok(core::$core {
                    account: input.scope.account,
                    policy: input.policy()?,
                    holder: $holder(input)?,
                    extent: Extent::Everywhere,
                })
            }

            fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
        })*
    };
}

attachments! {
    AttachPolicyToUser: Attach of holding_user,
    AttachPolicyToGroup: Attach of holding_group,
    AttachPolicyToRole: Attach of holding_role,
    DetachPolicyFromUser: Detach of holding_user,
    DetachPolicyFromGroup: Detach of holding_group,
    DetachPolicyFromRole: Detach of holding_role,
}

macro_rules! lists {
    ($($wire:ident of $holder:ident,)*) => {
        $(impl WireOp for $wire {
            type Op = core::ListAttached;
            const ACTION: Action = Action::$wire;

            fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
                Ok(core::ListAttached {
                    account: input.scope.account,
                    holder: $holder(input)?,
                })
            }

            fn encode(_: &Input<'_>, policies: Vec<core::Attached>, answer: &mut Answer) {
                encode(&policies, answer);
            }
        })*
    };
}

lists! {
    ListPoliciesForUser of holding_user,
    ListPoliciesForGroup of holding_group,
    ListPoliciesForRole of holding_role,
}

/// A policy that is there several times, each for another place, is told once: this face knows no places.
fn encode(policies: &[core::Attached], answer: &mut Answer) {
    let told = policies.chunk_by(|one, next| one.policy == next.policy);
    let told = told.filter_map(<[_]>::first);
    answer.list("Policies", "Policy", told, |answer, one| {
        encode_name(&one.policy, answer);
        answer.text("Description", &one.description);
        answer.text("DefaultVersion", &version_name(one.default_version));
        answer.text("AttachDate", &date(one.attached));
    });
}

impl WireOp for ListEntitiesForPolicy {
    type Op = core::ListEntities;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::ListEntities {
            account: input.scope.account,
            policy: input.policy()?,
        })
    }

    fn encode(_: &Input<'_>, entities: <Self::Op as Operation>::Output, answer: &mut Answer) {
        answer.list("Users", "User", &entities.users, |answer, (user, attached)| {
            answer.text("UserId", &user.id.to_string());
            answer.text("UserName", user.name.as_str());
            answer.text("DisplayName", &user.display_name);
            answer.text("AttachDate", &date(*attached));
        });
        answer.list(
            "Groups",
            "Group",
            &entities.groups,
            |answer, (group, attached)| {
                answer.text("GroupName", group.name.as_str());
                answer.text("Comments", &group.comments);
                answer.text("AttachDate", &date(*attached));
            },
        );
        answer.list("Roles", "Role", &entities.roles, |answer, (role, attached)| {
            answer.text("RoleId", &role.id.to_string());
            answer.text("RoleName", role.name.as_str());
            answer.text("Arn", &role_arn(role));
            answer.text("Description", &role.description);
            answer.text("AttachDate", &date(*attached));
        });
    }
}
