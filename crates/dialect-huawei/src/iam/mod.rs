//! Identities: who one is, where one is at home, and who may do what. Under `/v3` they speak as Keystone does, under `/v3.0`
//! and `/v5` as the vendor's own extensions of it.
//!
//! SOURCE: Identity and Access Management API reference of the vendor and of an operator (read 2026-11-22). Agencies, federation,
//! MFA, password and login policies and enterprise projects are not served.

mod assignments;
mod caller;
mod catalog;
mod credentials;
mod custom_policies;
mod desk;
mod groups;
mod lookup;
mod members;
mod password;
mod places;
mod roles;
mod security_token;
mod sweep;
mod tokens;
mod user_shape;
mod users;
mod wish;

use crate::route::Api;
use crate::row::{Auth, Row, Serve};
use desk::{IdentityOp, row};

/// All of them. Of those that fit a path the first one counts.
pub(crate) static ROWS: &[Row] = &[
    OPEN_TOKEN,
    v3::<tokens::Show>("GET", "v3/auth/tokens", "show-token"),
    v3::<tokens::Show>("HEAD", "v3/auth/tokens", "check-token"),
    v3::<tokens::Revoke>("DELETE", "v3/auth/tokens", "revoke-token").answers(204),
    v3::<catalog::Show>("GET", "v3/auth/catalog", "show-catalog"),
    v3::<places::ListOwn>("GET", "v3/auth/projects", "list-auth-projects"),
    v3::<places::ListDomains>("GET", "v3/auth/domains", "list-auth-domains"),
    v3::<places::List>("GET", "v3/projects", "list-projects"),
    v3::<places::Create>("POST", "v3/projects", "create-project"),
    v3::<places::Show>("GET", "v3/projects/{project_id}", "show-project"),
    v3::<places::Update>("PATCH", "v3/projects/{project_id}", "update-project"),
    v3::<users::List>("GET", "v3/users", "list-users"),
    v3::<users::Create>("POST", "v3/users", "create-user").answers(201),
    v3::<users::Show>("GET", "v3/users/{user_id}", "show-user"),
    v3::<users::Update>("PATCH", "v3/users/{user_id}", "update-user"),
    v3::<users::Delete>("DELETE", "v3/users/{user_id}", "delete-user").answers(204),
    v3::<password::Change>("POST", "v3/users/{user_id}/password", "change-password").answers(204),
    v3::<places::ListOfUser>("GET", "v3/users/{user_id}/projects", "list-projects-for-user"),
    v3::<members::ListGroups>("GET", "v3/users/{user_id}/groups", "list-groups-for-user"),
    v3::<groups::List>("GET", "v3/groups", "list-groups"),
    v3::<groups::Create>("POST", "v3/groups", "create-group").answers(201),
    v3::<groups::Show>("GET", "v3/groups/{group_id}", "show-group"),
    v3::<groups::Update>("PATCH", "v3/groups/{group_id}", "update-group"),
    v3::<groups::Delete>("DELETE", "v3/groups/{group_id}", "delete-group").answers(204),
    v3::<members::ListUsers>("GET", "v3/groups/{group_id}/users", "list-users-for-group"),
    v3::<members::Add>("PUT", "v3/groups/{group_id}/users/{user_id}", "add-user-to-group").answers(204),
    v3::<members::Check>(
        "HEAD",
        "v3/groups/{group_id}/users/{user_id}",
        "check-user-in-group",
    )
    .answers(204),
    v3::<members::Remove>(
        "DELETE",
        "v3/groups/{group_id}/users/{user_id}",
        "remove-user-from-group",
    )
    .answers(204),
    v3::<roles::List>("GET", "v3/roles", "list-roles"),
    v3::<roles::Show>("GET", "v3/roles/{role_id}", "show-role"),
    v3::<assignments::List>("GET", IN_PROJECT, "list-project-roles"),
    v3::<assignments::Assign>("PUT", ONE_IN_PROJECT, "assign-project-role").answers(204),
    v3::<assignments::Check>("HEAD", ONE_IN_PROJECT, "check-project-role").answers(204),
    v3::<assignments::Withdraw>("DELETE", ONE_IN_PROJECT, "withdraw-project-role").answers(204),
    v3::<assignments::List>("GET", IN_DOMAIN, "list-domain-roles"),
    v3::<assignments::Assign>("PUT", ONE_IN_DOMAIN, "assign-domain-role").answers(204),
    v3::<assignments::Check>("HEAD", ONE_IN_DOMAIN, "check-domain-role").answers(204),
    v3::<assignments::Withdraw>("DELETE", ONE_IN_DOMAIN, "withdraw-domain-role").answers(204),
    v3::<assignments::List>("GET", INHERITED, "list-inherited-roles"),
    v3::<assignments::Assign>("PUT", ONE_INHERITED, "assign-inherited-role").answers(204),
    v3::<assignments::Check>("HEAD", ONE_INHERITED, "check-inherited-role").answers(204),
    v3::<assignments::Withdraw>("DELETE", ONE_INHERITED, "withdraw-inherited-role").answers(204),
    own::<users::CreateWhole>("POST", "v3.0/OS-USER/users", "create-os-user").answers(201),
    own::<users::ShowWhole>("GET", "v3.0/OS-USER/users/{user_id}", "show-os-user"),
    own::<users::UpdateWhole>("PUT", "v3.0/OS-USER/users/{user_id}", "update-os-user"),
    own::<custom_policies::List>("GET", "v3.0/OS-ROLE/roles", "list-custom-policies"),
    own::<custom_policies::Create>("POST", "v3.0/OS-ROLE/roles", "create-custom-policy").answers(201),
    own::<custom_policies::Show>("GET", "v3.0/OS-ROLE/roles/{role_id}", "show-custom-policy"),
    own::<custom_policies::Update>("PATCH", "v3.0/OS-ROLE/roles/{role_id}", "update-custom-policy"),
    own::<custom_policies::Delete>("DELETE", "v3.0/OS-ROLE/roles/{role_id}", "delete-custom-policy"),
    own::<credentials::List>("GET", "v3.0/OS-CREDENTIAL/credentials", "list-credentials"),
    own::<credentials::Create>("POST", "v3.0/OS-CREDENTIAL/credentials", "create-credential").answers(201),
    own::<credentials::Show>(
        "GET",
        "v3.0/OS-CREDENTIAL/credentials/{access_key}",
        "show-credential",
    ),
    own::<credentials::Update>(
        "PUT",
        "v3.0/OS-CREDENTIAL/credentials/{access_key}",
        "update-credential",
    ),
    own::<credentials::Delete>(
        "DELETE",
        "v3.0/OS-CREDENTIAL/credentials/{access_key}",
        "delete-credential",
    )
    .answers(204),
    TEMPORARY,
    own::<caller::Show>("GET", "v5/caller-identity", "show-caller-identity"),
];

const IN_PROJECT: &str = "v3/projects/{project_id}/groups/{group_id}/roles";
const ONE_IN_PROJECT: &str = "v3/projects/{project_id}/groups/{group_id}/roles/{role_id}";
const IN_DOMAIN: &str = "v3/domains/{domain_id}/groups/{group_id}/roles";
const ONE_IN_DOMAIN: &str = "v3/domains/{domain_id}/groups/{group_id}/roles/{role_id}";
const INHERITED: &str = "v3/OS-INHERIT/domains/{domain_id}/groups/{group_id}/roles/inherited_to_projects";
const ONE_INHERITED: &str =
    "v3/OS-INHERIT/domains/{domain_id}/groups/{group_id}/roles/{role_id}/inherited_to_projects";

/// Whoever wants a token is nobody yet.
const OPEN_TOKEN: Row = Row {
    name: "create-token",
    method: "POST",
    path: "v3/auth/tokens",
    api: Api::Iam,
    auth: Auth::Open,
    status: 201,
    required: &["auth"],
    action: None,
    serve: Serve::Open(|opening, answer| Box::pin(tokens::open(opening, answer))),
};

/// Here a token may come in the body, too.
const TEMPORARY: Row = Row {
    auth: Auth::Inside,
    ..own::<security_token::Create>(
        "POST",
        "v3.0/OS-CREDENTIAL/securitytokens",
        "create-security-token",
    )
    .answers(201)
};

const fn v3<W: IdentityOp + 'static>(method: &'static str, path: &'static str, name: &'static str) -> Row {
    row::<W>(Api::Iam, method, path, name)
}

const fn own<W: IdentityOp + 'static>(method: &'static str, path: &'static str, name: &'static str) -> Row {
    row::<W>(Api::IamExtension, method, path, name)
}
