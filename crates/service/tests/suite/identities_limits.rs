//! Where rights end: at the account, at what is not there, at who has no access keys.

use claviger_model::{Action, Error, Missing};
use claviger_service::ops::identity::{CreateAccessKey, GetUser, KeyHolder, ListAccessKeys};
use claviger_testkit::World;

use crate::identities::{Someone, denied, user};
use crate::identities_rights::allow;
use crate::identities_roles::trusting;
use crate::identities_sessions::{TAKES, session, take};

#[tokio::test]
async fn a_user_needs_permission_on_itself_for_its_own_access_keys() {
    let world = World::new().await;
    let account = world.root().account();
    let list = || ListAccessKeys {
        account,
        holder: KeyHolder::Caller,
    };
    let own = allow(&account.to_string(), &["ram:*"], &["user/alice"]);
    let alice = Someone::client(&world, world.add_user(account, "alice", &[&own]).await);
    assert_eq!(alice.calls(&world, list()).await.unwrap().len(), 1);
    let bob = Someone::client(&world, world.add_user(account, "bob", &[&own]).await);
    let (action, resource) = denied(bob.calls(&world, list()).await);
    assert_eq!(
        (action, resource),
        (Action::ListAccessKeys, format!("acs:ram::{account}:user/bob"))
    );
}

#[tokio::test]
async fn accounts_do_not_see_each_others_identities() {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    let (root, other) = (Someone::root(&world, 0), Someone::root(&world, 1));
    root.makes_user(&world, "alice").await;
    let account = root.account();
    for name in ["alice", "nobody"] {
        let get = GetUser {
            account,
            name: user(name),
        };
        let (action, resource) = denied(other.calls(&world, get).await);
        assert_eq!(
            (action, resource),
            (Action::GetUser, format!("acs:ram::{account}:user/{name}"))
        );
    }
    let make = CreateAccessKey {
        account,
        holder: KeyHolder::User(user("alice")),
    };
    denied(other.calls(&world, make).await);
    // The same name is somebody else there.
    other.makes_user(&world, "alice").await;
    let get = |whose: &Someone| GetUser {
        account: whose.account(),
        name: user("alice"),
    };
    let (one, another) = (
        root.calls(&world, get(&root)).await,
        other.calls(&world, get(&other)).await,
    );
    assert_ne!(one.unwrap().id, another.unwrap().id);
}

#[tokio::test]
async fn who_may_not_look_does_not_learn_what_is_there() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    root.makes_user(&world, "alice").await;
    let curious = Someone::client(&world, world.add_user(account, "eve", &[]).await);
    for name in ["alice", "nobody"] {
        let get = GetUser {
            account,
            name: user(name),
        };
        denied(curious.calls(&world, get).await);
    }
    let reader = world.add_user(account, "ray", &["AliyunRAMFullAccess"]).await;
    let get = GetUser {
        account,
        name: user("nobody"),
    };
    let answer = Someone::client(&world, reader).calls(&world, get).await;
    assert_eq!(answer, Err(Error::NotFound(Missing::User)));
}

#[tokio::test]
async fn sessions_and_services_have_no_access_keys_of_their_own() {
    let world = World::new().await;
    let account = world.root().account();
    let make = || CreateAccessKey {
        account,
        holder: KeyHolder::Caller,
    };
    let service = Someone::client(&world, world.add_service("oss").await);
    denied(service.calls(&world, make()).await);
    let rights = &["AliyunRAMFullAccess"];
    world.add_role(account, "ops", &trusting(account), rights).await;
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let assumed = alice.calls(&world, take(account, "ops")).await.unwrap();
    let new = session(&world, &assumed).calls(&world, make()).await;
    assert_eq!(new.map(drop), Err(Error::NotFound(Missing::User)));
}
