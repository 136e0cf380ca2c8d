//! Which permissions the operations on identities need, and who learns what.

use std::fmt::Debug;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use claviger_authz::languages::ram::action_name;
use claviger_model::{Action, Error, Holder, PolicyRef};
use claviger_service::Operation;
use claviger_service::ops::identity::{
    AddUserToGroup, Attach, CreateAccessKey, CreatePolicyVersion, DeleteAccessKey, DeleteGroup, DeletePolicy,
    DeletePolicyVersion, DeleteRole, DeleteUser, Detach, GetAccessKeyLastUsed, GetGroup, GetPolicy,
    GetPolicyVersion, GetRole, GetUser, KeyHolder, ListAccessKeys, ListAttached, ListEntities, ListGroups,
    ListGroupsForUser, ListPolicies, ListPolicyVersions, ListRoles, ListUsers, ListUsersForGroup,
    RemoveUserFromGroup, SetDefaultPolicyVersion, UpdateAccessKey, UpdateGroup, UpdateRole, UpdateUser,
};
use claviger_testkit::World;

use crate::identities::{
    Someone, create_group, create_user, custom, denied, on_group, on_role, on_user, page, system,
};
use crate::identities_policies::{READ, create_policy};
use crate::identities_roles::create_role;

/// Allows the actions on the resources, which are relative to an account's.
pub(crate) fn allow(account: &str, actions: &[&str], resources: &[&str]) -> String {
    let quoted = |texts: Vec<String>| format!("\"{}\"", texts.join("\",\""));
    let actions = quoted(actions.iter().map(|&text| text.into()).collect());
    let whole = |text: &&str| match text.strip_prefix("system:") {
        Some(rest) => format!("acs:ram:*:system:{rest}"),
        None => format!("acs:*:*:{account}:{text}"),
    };
    let resources = quoted(resources.iter().map(whole).collect());
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":[{actions}],"Resource":[{resources}]}}]}}"#
    )
}

/// Tells one caller from another.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Runs an operation as users of the first account who may do it to none, to some and to all of the things it needs:
/// only the last gets past permission. The first thing that is not permitted is named.
pub(crate) async fn needs<O: Operation<Output: Debug>>(
    world: &World,
    make: &impl Fn() -> O,
    action: Action,
    resources: &[&str],
) {
    let account = world.root().account();
    let name = action_name(action).unwrap();
    for permitted in 0..=resources.len() {
        let document = allow(&account.to_string(), &[name], &resources[..permitted]);
        let documents: &[&str] = if permitted == 0 { &[] } else { &[&document] };
        let user = format!("caller{}", NEXT.fetch_add(1, Relaxed));
        let client = world.add_user(account, &user, documents).await;
        let answer = Someone::client(world, client).calls(world, make()).await;
        if permitted == resources.len() {
            assert!(!matches!(answer, Err(Error::Denied(_))), "{name}: {answer:?}");
        } else {
            let (asked, resource) = denied(answer);
            let refused = resources[permitted];
            assert_eq!(asked, action);
            assert!(resource.ends_with(refused), "{name}: {resource} for {refused}");
        }
    }
}

/// A name of any kind.
fn of_name<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> T {
    name.parse().unwrap()
}

#[tokio::test]
async fn users_need_permission_under_each_of_their_names() {
    let world = World::new().await;
    let account = world.root().account();
    let update = |new_name: Option<&str>| UpdateUser {
        account,
        name: of_name("a"),
        new_name: new_name.map(of_name),
        display_name: None,
        mobile_phone: None,
        email: None,
        comments: None,
    };
    needs(
        &world,
        &|| create_user(account, "a"),
        Action::CreateUser,
        &["user/*"],
    )
    .await;
    needs(
        &world,
        &|| GetUser {
            account,
            name: of_name("a"),
        },
        Action::GetUser,
        &["user/a"],
    )
    .await;
    needs(&world, &|| update(None), Action::UpdateUser, &["user/a"]).await;
    needs(
        &world,
        &|| update(Some("b")),
        Action::UpdateUser,
        &["user/a", "user/b"],
    )
    .await;
    needs(
        &world,
        &|| DeleteUser {
            account,
            name: of_name("a"),
        },
        Action::DeleteUser,
        &["user/a"],
    )
    .await;
    needs(
        &world,
        &|| ListUsers {
            account,
            page: page(None, 1),
        },
        Action::ListUsers,
        &["user/*"],
    )
    .await;
}

#[tokio::test]
async fn groups_need_permission_under_each_of_their_names() {
    let world = World::new().await;
    let account = world.root().account();
    let regroup = |new_name: Option<&str>| UpdateGroup {
        account,
        name: of_name("g"),
        new_name: new_name.map(of_name),
        comments: None,
    };
    needs(
        &world,
        &|| create_group(account, "g"),
        Action::CreateGroup,
        &["group/*"],
    )
    .await;
    needs(
        &world,
        &|| GetGroup {
            account,
            name: of_name("g"),
        },
        Action::GetGroup,
        &["group/g"],
    )
    .await;
    needs(&world, &|| regroup(None), Action::UpdateGroup, &["group/g"]).await;
    needs(
        &world,
        &|| regroup(Some("h")),
        Action::UpdateGroup,
        &["group/g", "group/h"],
    )
    .await;
    needs(
        &world,
        &|| DeleteGroup {
            account,
            name: of_name("g"),
        },
        Action::DeleteGroup,
        &["group/g"],
    )
    .await;
    needs(
        &world,
        &|| ListGroups {
            account,
            page: page(None, 1),
        },
        Action::ListGroups,
        &["group/*"],
    )
    .await;
}

#[tokio::test]
async fn memberships_need_permission_on_user_and_group() {
    let world = World::new().await;
    let account = world.root().account();
    let join = || AddUserToGroup {
        account,
        user: of_name("a"),
        group: of_name("g"),
    };
    needs(&world, &join, Action::AddUserToGroup, &["user/a", "group/g"]).await;
    let leave = || RemoveUserFromGroup {
        account,
        user: of_name("a"),
        group: of_name("g"),
    };
    needs(
        &world,
        &leave,
        Action::RemoveUserFromGroup,
        &["user/a", "group/g"],
    )
    .await;
    let groups = || ListGroupsForUser {
        account,
        user: of_name("a"),
    };
    needs(&world, &groups, Action::ListGroupsForUser, &["user/a"]).await;
    let users = || ListUsersForGroup {
        account,
        group: of_name("g"),
        page: page(None, 1),
    };
    needs(&world, &users, Action::ListUsersForGroup, &["group/g"]).await;
}

#[tokio::test]
async fn roles_need_permission() {
    let world = World::new().await;
    let account = world.root().account();
    let rerole = || UpdateRole {
        account,
        name: of_name("r"),
        trust: None,
        max_session: None,
        description: None,
    };
    needs(
        &world,
        &|| create_role(account, "r"),
        Action::CreateRole,
        &["role/*"],
    )
    .await;
    needs(
        &world,
        &|| GetRole {
            account,
            name: of_name("r"),
        },
        Action::GetRole,
        &["role/r"],
    )
    .await;
    needs(&world, &rerole, Action::UpdateRole, &["role/r"]).await;
    needs(
        &world,
        &|| DeleteRole {
            account,
            name: of_name("r"),
        },
        Action::DeleteRole,
        &["role/r"],
    )
    .await;
    needs(
        &world,
        &|| ListRoles {
            account,
            page: page(None, 1),
        },
        Action::ListRoles,
        &["role/*"],
    )
    .await;
}

#[tokio::test]
async fn changes_of_policies_need_permission() {
    let world = World::new().await;
    let account = world.root().account();
    let version = || CreatePolicyVersion {
        account,
        name: of_name("p"),
        language: claviger_model::Language::Ram,
        document: READ.into(),
        title: None,
        description: None,
        as_default: false,
        drop_oldest: false,
    };
    let delete = || DeletePolicy {
        account,
        name: of_name("p"),
        cascade: false,
    };
    let undo = || DeletePolicyVersion {
        account,
        name: of_name("p"),
        number: 1,
    };
    let choose = || SetDefaultPolicyVersion {
        account,
        name: of_name("p"),
        number: 1,
    };
    let list = || ListPolicies {
        account,
        system: None,
        language: None,
        server_language: claviger_model::Language::Ram,
        page: page(None, 1),
    };
    needs(
        &world,
        &|| create_policy(account, "p", READ),
        Action::CreatePolicy,
        &["policy/*"],
    )
    .await;
    needs(&world, &version, Action::CreatePolicyVersion, &["policy/p"]).await;
    needs(&world, &undo, Action::DeletePolicyVersion, &["policy/p"]).await;
    needs(&world, &choose, Action::SetDefaultPolicyVersion, &["policy/p"]).await;
    needs(&world, &delete, Action::DeletePolicy, &["policy/p"]).await;
    needs(&world, &list, Action::ListPolicies, &["policy/*"]).await;
}

#[tokio::test]
async fn sight_of_policies_needs_permission_whoever_wrote_them() {
    let world = World::new().await;
    let account = world.root().account();
    let both = [
        (custom("p"), "policy/p"),
        (system("AdministratorAccess"), "system:policy/AdministratorAccess"),
    ];
    for (policy, named) in both {
        let get = || GetPolicy {
            account,
            policy: policy.clone(),
        };
        let one = || GetPolicyVersion {
            account,
            policy: policy.clone(),
            number: 1,
        };
        let versions = || ListPolicyVersions {
            account,
            policy: policy.clone(),
        };
        let entities = || ListEntities {
            account,
            policy: policy.clone(),
        };
        needs(&world, &get, Action::GetPolicy, &[named]).await;
        needs(&world, &one, Action::GetPolicyVersion, &[named]).await;
        needs(&world, &versions, Action::ListPolicyVersions, &[named]).await;
        needs(&world, &entities, Action::ListEntitiesForPolicy, &[named]).await;
    }
}

#[tokio::test]
async fn attachments_need_permission_on_the_policy_and_on_what_bears_it() {
    let world = World::new().await;
    let account = world.root().account();
    let holders: [(Holder, &str, [Action; 3]); 3] = [
        (
            on_user("a"),
            "user/a",
            [
                Action::AttachPolicyToUser,
                Action::DetachPolicyFromUser,
                Action::ListPoliciesForUser,
            ],
        ),
        (
            on_group("g"),
            "group/g",
            [
                Action::AttachPolicyToGroup,
                Action::DetachPolicyFromGroup,
                Action::ListPoliciesForGroup,
            ],
        ),
        (
            on_role("r"),
            "role/r",
            [
                Action::AttachPolicyToRole,
                Action::DetachPolicyFromRole,
                Action::ListPoliciesForRole,
            ],
        ),
    ];
    let policies: [(PolicyRef, &str); 2] = [
        (custom("p"), "policy/p"),
        (system("AdministratorAccess"), "system:policy/AdministratorAccess"),
    ];
    for (holder, named, [attach, detach, list]) in holders {
        for (policy, policy_named) in &policies {
            let on = || Attach {
                extent: claviger_model::Extent::Everywhere,
                account,
                policy: policy.clone(),
                holder: holder.clone(),
            };
            let off = || Detach {
                extent: claviger_model::Extent::Everywhere,
                account,
                policy: policy.clone(),
                holder: holder.clone(),
            };
            needs(&world, &on, attach, &[named, *policy_named]).await;
            needs(&world, &off, detach, &[named, *policy_named]).await;
        }
        let all = || ListAttached {
            account,
            holder: holder.clone(),
        };
        needs(&world, &all, list, &[named]).await;
    }
}

#[tokio::test]
async fn access_keys_need_permission_on_their_user_or_on_the_deployment() {
    let world = World::new().await;
    let account = world.root().account();
    let id = || "LTAIx".parse().unwrap();
    let status = claviger_model::AccessKeyStatus::Inactive;
    let holders = [
        (KeyHolder::User(of_name("a")), "user/a"),
        (KeyHolder::Service(of_name("oss")), "deployment"),
    ];
    for (holder, named) in holders {
        let holder = || holder.clone();
        let create = || CreateAccessKey {
            account,
            holder: holder(),
        };
        let update = || UpdateAccessKey {
            account,
            holder: holder(),
            id: id(),
            status,
        };
        let delete = || DeleteAccessKey {
            account,
            holder: holder(),
            id: id(),
        };
        let list = || ListAccessKeys {
            account,
            holder: holder(),
        };
        let used = || GetAccessKeyLastUsed {
            account,
            holder: holder(),
            id: id(),
        };
        needs(&world, &create, Action::CreateAccessKey, &[named]).await;
        needs(&world, &update, Action::UpdateAccessKey, &[named]).await;
        needs(&world, &delete, Action::DeleteAccessKey, &[named]).await;
        needs(&world, &list, Action::ListAccessKeys, &[named]).await;
        needs(&world, &used, Action::GetAccessKeyLastUsed, &[named]).await;
    }
}
