//! Groups and who is in them.

use claviger_model::{Error, Existing, Group, InUse, Missing, Quota, SignedDuration};
use claviger_service::Quotas;
use claviger_service::ops::identity::{
    AddUserToGroup, DeleteGroup, GetGroup, ListGroupsForUser, ListUsersForGroup, RemoveUserFromGroup,
    UpdateGroup,
};
use claviger_testkit::World;

use crate::identities::{Someone, create_group, group, on_group, page, system, user};

#[tokio::test]
async fn a_group_lives_and_what_it_has_must_go_before_it() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    root.makes_user(&world, "alice").await;
    let dev = root.calls(&world, create_group(account, "dev")).await.unwrap();
    let join = AddUserToGroup {
        account,
        user: user("alice"),
        group: group("dev"),
    };
    root.calls(&world, join).await.unwrap();
    let attach = root.attach(on_group("dev"), system("AliyunKMSFullAccess"));
    root.calls(&world, attach).await.unwrap();
    world.advance(SignedDuration::from_secs(1));
    let update = UpdateGroup {
        account,
        name: group("dev"),
        new_name: Some(group("ops")),
        comments: Some("on call".into()),
    };
    let expected = Group {
        name: group("ops"),
        comments: "on call".into(),
        updated: world.now(),
        ..dev
    };
    assert_eq!(root.calls(&world, update).await, Ok(expected.clone()));
    let get = |name| GetGroup { account, name };
    assert_eq!(root.calls(&world, get(group("ops"))).await, Ok(expected));
    let gone = Err(Error::NotFound(Missing::Group));
    assert_eq!(root.calls(&world, get(group("dev"))).await, gone);

    let delete = || DeleteGroup {
        account,
        name: group("ops"),
    };
    let held = |by| Err(Error::InUse(by));
    assert_eq!(root.calls(&world, delete()).await, held(InUse::GroupUsers));
    let leave = RemoveUserFromGroup {
        account,
        user: user("alice"),
        group: group("ops"),
    };
    root.calls(&world, leave).await.unwrap();
    assert_eq!(root.calls(&world, delete()).await, held(InUse::GroupPolicies));
    let detach = root.detach(on_group("ops"), system("AliyunKMSFullAccess"));
    root.calls(&world, detach).await.unwrap();
    assert_eq!(root.calls(&world, delete()).await, Ok(()));
    assert_eq!(
        root.calls(&world, delete()).await,
        Err(Error::NotFound(Missing::Group))
    );
}

#[tokio::test]
async fn groups_that_are_missing_taken_or_too_many_are_refused() {
    let quotas = Quotas {
        groups: 2,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let rename = |from: &str, to: &str| UpdateGroup {
        account,
        name: group(from),
        new_name: Some(group(to)),
        comments: None,
    };
    for name in ["dev", "ops"] {
        root.calls(&world, create_group(account, name)).await.unwrap();
    }
    let exists = Err(Error::Exists(Existing::Group));
    assert_eq!(root.calls(&world, create_group(account, "dev")).await, exists);
    assert_eq!(root.calls(&world, rename("dev", "ops")).await, exists);
    let missing = Err(Error::NotFound(Missing::Group));
    assert_eq!(root.calls(&world, rename("none", "x")).await, missing);
    let third = root.calls(&world, create_group(account, "qa")).await;
    assert_eq!(third, Err(Error::Quota(Quota::Groups)));
}

#[tokio::test]
async fn members_join_and_leave_groups() {
    let quotas = Quotas {
        memberships: 2,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    root.makes_user(&world, "alice").await;
    for name in ["dev", "ops", "qa"] {
        root.calls(&world, create_group(account, name)).await.unwrap();
    }
    let join = |who: &str, to: &str| AddUserToGroup {
        account,
        user: user(who),
        group: group(to),
    };
    let leave = |who: &str, from: &str| RemoveUserFromGroup {
        account,
        user: user(who),
        group: group(from),
    };
    assert_eq!(root.calls(&world, join("alice", "ops")).await, Ok(()));
    let began = world.now();
    world.advance(SignedDuration::from_secs(1));
    assert_eq!(root.calls(&world, join("alice", "dev")).await, Ok(()));
    let groups = |who: &str| ListGroupsForUser {
        account,
        user: user(who),
    };
    let joined = root.calls(&world, groups("alice")).await.unwrap();
    let joined: Vec<_> = joined
        .iter()
        .map(|one| (one.other.name.as_str(), one.joined))
        .collect();
    assert_eq!(joined, [("dev", world.now()), ("ops", began)]);

    let exists = Err(Error::Exists(Existing::Member));
    assert_eq!(root.calls(&world, join("alice", "dev")).await, exists);
    let full = Err(Error::Quota(Quota::Memberships));
    assert_eq!(root.calls(&world, join("alice", "qa")).await, full);
    let missing = |what| Err(Error::NotFound(what));
    assert_eq!(
        root.calls(&world, join("bob", "dev")).await,
        missing(Missing::User)
    );
    assert_eq!(
        root.calls(&world, join("alice", "none")).await,
        missing(Missing::Group)
    );
    assert_eq!(
        root.calls(&world, leave("alice", "qa")).await,
        missing(Missing::Member)
    );
    assert_eq!(
        root.calls(&world, leave("bob", "qa")).await,
        missing(Missing::User)
    );
    let answer = root.calls(&world, groups("bob")).await;
    assert_eq!(answer.map(drop), missing(Missing::User));
    let users = ListUsersForGroup {
        account,
        group: group("none"),
        page: page(None, 10),
    };
    let answer = root.calls(&world, users).await;
    assert_eq!(answer.map(drop), missing(Missing::Group));

    assert_eq!(root.calls(&world, leave("alice", "dev")).await, Ok(()));
    assert_eq!(root.calls(&world, groups("alice")).await.unwrap().len(), 1);
}
