//! The core's refusals in the words of RAM, STS and our own administration.
//!
//! SOURCE: RAM API reference, "Error messages"; STS, AssumeRole, error codes (read 2026-11-22). Codes for roles, which
//! the first page leaves out, and for accounts and services, which only we have, follow its pattern.

use claviger_model::{Action, Denial, Error, Existing, Field, InUse, Missing, Quota};
use claviger_service::ResourceName;
use http::StatusCode;

use super::{WireError, kms};
use crate::api::Api;

/// The core's refusal in the words of an API about identities.
pub(crate) fn wire(api: Api, action: Action, error: &Error) -> WireError {
    match error {
        Error::NotFound(missing) => not_found(action, *missing),
        Error::Exists(existing) => exists(action, *existing),
        Error::InUse(why) => in_use(*why),
        Error::Quota(quota) => exceeded(action, *quota),
        Error::Document(fault) => document(api, fault),
        Error::Invalid(Field::SessionDuration) => duration(action),
        Error::Invalid(Field::Policy) if api == Api::Sts => WireError::bad(
            "InvalidParameter.PolicySize",
            "The size of Policy must not be larger than 2048 bytes.",
        ),
        Error::Invalid(Field::Tags) => WireError::bad("InvalidParameter.Tag", "There are too many tags."),
        Error::Invalid(Field::Password) => WireError::bad(
            "InvalidParameter.Password",
            "The password must have 8 to 128 characters, of at least two of: upper case, lower case, digits, others.",
        ),
        Error::Credentials => WireError::new(
            StatusCode::FORBIDDEN,
            "InvalidCredentials",
            "The name or the password is wrong.",
        ),
        Error::Denied(denial) => denied(denial),
        Error::Throttled(wait) => WireError::throttled(api).after(*wait),
        Error::Unavailable => WireError::unavailable(api),
        Error::Overloaded => WireError::throttled(api),
        Error::Internal => WireError::internal(api),
        // Of key management, which has its own words.
        Error::AliasExists
        | Error::ReservedAlias
        | Error::Refused(_)
        | Error::Invalid(_)
        | Error::Malformed(..)
        | Error::Unsupported(_)
        | Error::ImportToken
        | Error::ImportTokenOfOther
        | Error::ImportTokenExpired
        | Error::KeyMaterial(_)
        | Error::DryRun
        | Error::AlreadyOpen => kms::wire(action, error),
    }
}

pub(super) fn not_found(action: Action, missing: Missing) -> WireError {
    let (code, message) = match missing {
        Missing::Account => ("EntityNotExist.Account", "The account does not exist."),
        Missing::User => ("EntityNotExist.User", "The user does not exist."),
        Missing::Group => ("EntityNotExist.Group", "The group does not exist."),
        Missing::Role => ("EntityNotExist.Role", "The role does not exist."),
        Missing::Policy => ("EntityNotExist.Policy", "The policy does not exist."),
        Missing::PolicyVersion => (
            "EntityNotExist.Policy.Version",
            "The policy version does not exist.",
        ),
        Missing::Attachment => of_holder(
            action,
            [
                (
                    "EntityNotExist.User.Policy",
                    "The policy is not attached to the user.",
                ),
                (
                    "EntityNotExist.Group.Policy",
                    "The policy is not attached to the group.",
                ),
                (
                    "EntityNotExist.Role.Policy",
                    "The policy is not attached to the role.",
                ),
            ],
        ),
        Missing::Member => ("EntityNotExist.User.Group", "The user has not joined the group."),
        Missing::AccessKey => (
            "EntityNotExist.User.AccessKey",
            "The user access key does not exist.",
        ),
        Missing::Service => ("EntityNotExist.Service", "The service does not exist."),
        Missing::Grant => ("EntityNotExist.Grant", "The grant does not exist."),
        Missing::Tag => ("EntityNotExist.Tag", "The tag does not exist."),
        Missing::KeyStore => ("EntityNotExist.KeyStore", "The key store does not exist."),
        Missing::Project => ("EntityNotExist.Project", "The project does not exist."),
        Missing::Token => ("EntityNotExist.Token", "The token does not exist."),
        Missing::Key | Missing::Alias | Missing::Version | Missing::Certificate | Missing::Tagged => {
            return kms::not_found(action, missing);
        }
    };
    WireError::new(StatusCode::NOT_FOUND, code, message)
}

fn exists(action: Action, existing: Existing) -> WireError {
    let (code, message) = match existing {
        Existing::User => ("EntityAlreadyExists.User", "The user does already exist."),
        Existing::Group => ("EntityAlreadyExists.Group", "The group does already exist."),
        Existing::Role => ("EntityAlreadyExists.Role", "The role does already exist."),
        Existing::Policy => ("EntityAlreadyExists.Policy", "The policy does already exist."),
        Existing::Attachment => of_holder(
            action,
            [
                (
                    "EntityAlreadyExists.User.Policy",
                    "The policy is attached to the user already.",
                ),
                (
                    "EntityAlreadyExists.Group.Policy",
                    "The policy is attached to the group already.",
                ),
                (
                    "EntityAlreadyExists.Role.Policy",
                    "The policy is attached to the role already.",
                ),
            ],
        ),
        Existing::Member => (
            "EntityAlreadyExists.User.Group",
            "The user has already joined the group.",
        ),
        Existing::Service => ("EntityAlreadyExists.Service", "The service does already exist."),
        Existing::Title => (
            "EntityAlreadyExists.Key",
            "A key of that display name does already exist.",
        ),
    };
    conflict(code, message)
}

fn in_use(why: InUse) -> WireError {
    let (code, message) = match why {
        InUse::UserKeys => (
            "DeleteConflict.User.AccessKey",
            "The user has access keys, which have to be deleted before.",
        ),
        InUse::UserGroups => (
            "DeleteConflict.User.Group",
            "The user is in groups, and has to be removed from them before.",
        ),
        InUse::UserPolicies => (
            "DeleteConflict.User.Policy",
            "Policies are attached to the user, and have to be detached before.",
        ),
        InUse::GroupUsers => (
            "DeleteConflict.Group.User",
            "The group has users, which have to be removed from it before.",
        ),
        InUse::GroupPolicies => (
            "DeleteConflict.Group.Policy",
            "Policies are attached to the group, and have to be detached before.",
        ),
        InUse::RolePolicies => (
            "DeleteConflict.Role.Policy",
            "Policies are attached to the role, and have to be detached before.",
        ),
        InUse::PolicyOfUser => (
            "DeleteConflict.Policy.User",
            "The policy is attached to users, and has to be detached before.",
        ),
        InUse::PolicyOfGroup => (
            "DeleteConflict.Policy.Group",
            "The policy is attached to groups, and has to be detached before.",
        ),
        InUse::PolicyOfRole => (
            "DeleteConflict.Policy.Role",
            "The policy is attached to roles, and has to be detached before.",
        ),
        InUse::PolicyVersions => (
            "DeleteConflict.Policy.Version",
            "The policy has versions beside its default one, which have to be deleted before.",
        ),
        InUse::DefaultVersion => (
            "DeleteConflict.Policy.Version.Default",
            "The default version of a policy cannot be deleted.",
        ),
        InUse::Account => (
            "DeleteConflict.Account.Resource",
            "The account has users, groups, roles, policies, services, keys, certificates or aliases, which have to be \
             deleted before.",
        ),
        InUse::FirstAccount => (
            "DeleteConflict.Account.First",
            "The account that runs the deployment cannot be deleted.",
        ),
    };
    conflict(code, message)
}

pub(super) fn exceeded(action: Action, quota: Quota) -> WireError {
    let (code, message) = match quota {
        Quota::Users => ("LimitExceeded.User", "There are too many users."),
        Quota::Groups => ("LimitExceeded.Group", "There are too many groups."),
        Quota::Roles => ("LimitExceeded.Role", "There are too many roles."),
        Quota::Policies => ("LimitExceeded.Policy", "There are too many policies."),
        Quota::PolicyVersions => (
            "LimitExceeded.Policy.Version",
            "The policy has too many versions.",
        ),
        Quota::AccessKeys => ("LimitExceeded.User.AccessKey", "There are too many access keys."),
        Quota::Attachments => of_holder(
            action,
            [
                (
                    "LimitExceeded.User.Policy",
                    "There are too many policies on the user.",
                ),
                (
                    "LimitExceeded.Group.Policy",
                    "There are too many policies on the group.",
                ),
                (
                    "LimitExceeded.Role.Policy",
                    "There are too many policies on the role.",
                ),
            ],
        ),
        Quota::Memberships => ("LimitExceeded.User.Group", "The user is in too many groups."),
        Quota::Keys
        | Quota::Aliases
        | Quota::AliasesOfKey
        | Quota::Versions
        | Quota::Tags
        | Quota::Certificates
        | Quota::Grants => {
            return kms::exceeded(action, quota);
        }
    };
    conflict(code, message)
}

/// The one of three words for users, groups and roles that an action is about.
fn of_holder<T>(action: Action, [user, group, role]: [T; 3]) -> T {
    match action {
        Action::AttachPolicyToGroup | Action::DetachPolicyFromGroup => group,
        Action::AttachPolicyToRole | Action::DetachPolicyFromRole => role,
        _ => user,
    }
}

fn conflict(code: &'static str, message: &'static str) -> WireError {
    WireError::new(StatusCode::CONFLICT, code, message)
}

/// `fault` says what is wrong, and where in the text.
fn document(api: Api, fault: &str) -> WireError {
    match api {
        Api::Sts => WireError::bad(
            "InvalidParameter.PolicyGrammar",
            format!("The parameter Policy has not passed grammar check: {fault}."),
        ),
        Api::Kms | Api::Ram | Api::ActionTrail | Api::ActionTrail2017 | Api::Admin => WireError::bad(
            "MalformedPolicyDocument",
            format!("The policy is malformed: {fault}."),
        ),
    }
}

fn duration(action: Action) -> WireError {
    let range = "must be 3600 at the least and 43200 at the most.";
    let (code, message) = match action {
        Action::CreateRole => (
            "InvalidParameter.MaxSessionDuration",
            format!("The parameter MaxSessionDuration {range}"),
        ),
        Action::UpdateRole => (
            "InvalidParameter.NewMaxSessionDuration",
            format!("The parameter NewMaxSessionDuration {range}"),
        ),
        _ => (
            "InvalidParameter.DurationSeconds",
            "The parameter DurationSeconds must be 900 at the least, and what the role allows at the most."
                .into(),
        ),
    };
    WireError::bad(code, message)
}

fn denied(denial: &Denial) -> WireError {
    let arn = ResourceName(&denial.resource);
    let message =
        format!("You are not authorized to do this action on {arn}. You should be authorized by RAM.");
    WireError::new(StatusCode::FORBIDDEN, "NoPermission", message)
}
