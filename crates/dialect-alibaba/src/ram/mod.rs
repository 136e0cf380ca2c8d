//! The operations on users, groups, roles, policies and access keys, version 2015-05-01: one row each.
//!
//! SOURCE: RAM API reference, the operations by their names (read 2026-11-22): dates are UTC with seconds, lists are
//! wrapped, those that come in pages have `IsTruncated` and, where there is more, `Marker`.

mod access_keys;
mod attachments;
mod groups;
mod members;
mod policies;
mod policy_versions;
mod roles;
mod users;

use claviger_model::Tags;

pub(crate) use access_keys::{access_key, encode_list as encode_key_list, encode_new as encode_new_key};
pub(crate) use roles::role_arn;
pub(crate) use users::user_or_caller;

use crate::answer::Answer;
use crate::params::marker;
use crate::row::{Row, served_by};

/// Operations of version 2015-05-01 that answer `UnsupportedOperation`. The list may only shrink.
pub(crate) static NOT_SERVED: &[&str] = &[
    // Refusals bear no encoded message, so there is none to decode; the operation Explain tells more than it would.
    "DecodeDiagnosticMessage",
];

/// Ordered by name.
pub(crate) static ROWS: &[Row] = &[
    served_by::<members::AddUserToGroup>("AddUserToGroup"),
    served_by::<attachments::AttachPolicyToGroup>("AttachPolicyToGroup"),
    served_by::<attachments::AttachPolicyToRole>("AttachPolicyToRole"),
    served_by::<attachments::AttachPolicyToUser>("AttachPolicyToUser"),
    served_by::<access_keys::CreateAccessKey>("CreateAccessKey"),
    served_by::<groups::CreateGroup>("CreateGroup"),
    served_by::<policies::CreatePolicy>("CreatePolicy"),
    served_by::<policy_versions::CreatePolicyVersion>("CreatePolicyVersion"),
    served_by::<roles::CreateRole>("CreateRole"),
    served_by::<users::CreateUser>("CreateUser"),
    served_by::<access_keys::DeleteAccessKey>("DeleteAccessKey"),
    served_by::<groups::DeleteGroup>("DeleteGroup"),
    served_by::<policies::DeletePolicy>("DeletePolicy"),
    served_by::<policy_versions::DeletePolicyVersion>("DeletePolicyVersion"),
    served_by::<roles::DeleteRole>("DeleteRole"),
    served_by::<users::DeleteUser>("DeleteUser"),
    served_by::<attachments::DetachPolicyFromGroup>("DetachPolicyFromGroup"),
    served_by::<attachments::DetachPolicyFromRole>("DetachPolicyFromRole"),
    served_by::<attachments::DetachPolicyFromUser>("DetachPolicyFromUser"),
    served_by::<access_keys::GetAccessKeyLastUsed>("GetAccessKeyLastUsed"),
    served_by::<groups::GetGroup>("GetGroup"),
    served_by::<policies::GetPolicy>("GetPolicy"),
    served_by::<policy_versions::GetPolicyVersion>("GetPolicyVersion"),
    served_by::<roles::GetRole>("GetRole"),
    served_by::<users::GetUser>("GetUser"),
    served_by::<access_keys::ListAccessKeys>("ListAccessKeys"),
    served_by::<attachments::ListEntitiesForPolicy>("ListEntitiesForPolicy"),
    served_by::<groups::ListGroups>("ListGroups"),
    served_by::<members::ListGroupsForUser>("ListGroupsForUser"),
    served_by::<policies::ListPolicies>("ListPolicies"),
    served_by::<attachments::ListPoliciesForGroup>("ListPoliciesForGroup"),
    served_by::<attachments::ListPoliciesForRole>("ListPoliciesForRole"),
    served_by::<attachments::ListPoliciesForUser>("ListPoliciesForUser"),
    served_by::<policy_versions::ListPolicyVersions>("ListPolicyVersions"),
    served_by::<roles::ListRoles>("ListRoles"),
    served_by::<users::ListUsers>("ListUsers"),
    served_by::<members::ListUsersForGroup>("ListUsersForGroup"),
    served_by::<members::RemoveUserFromGroup>("RemoveUserFromGroup"),
    served_by::<policy_versions::SetDefaultPolicyVersion>("SetDefaultPolicyVersion"),
    served_by::<access_keys::UpdateAccessKey>("UpdateAccessKey"),
    served_by::<groups::UpdateGroup>("UpdateGroup"),
    served_by::<roles::UpdateRole>("UpdateRole"),
    served_by::<users::UpdateUser>("UpdateUser"),
];

/// Whether the list goes on behind this page, and how to ask for the next one. `last` is the last name of the page.
fn encode_more(more: bool, last: Option<&str>, answer: &mut Answer) {
    answer.boolean("IsTruncated", more);
    if let Some(last) = last.filter(|_| more) {
        answer.plain("Marker", &marker(last));
    }
}

fn encode_tags(tags: &Tags, answer: &mut Answer) {
    answer.list("Tags", "Tag", tags.iter(), |answer, (name, value)| {
        answer.text("TagKey", name);
        answer.text("TagValue", value);
    });
}

/// Whether tags fit a filter: all that it names are there, with its value where it has one.
fn fits(tags: &Tags, filter: &[(String, Option<String>)]) -> bool {
    filter.iter().all(|(key, value)| match (tags.get(key), value) {
        (Some(found), Some(value)) => found == value,
        (Some(_), None) => true,
        (None, _) => false,
    })
}
