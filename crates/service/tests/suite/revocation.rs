//! Rights that are taken away are gone at the very next call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use claviger_model::{
    AccessKeyId, AccessKeyStatus, AccountId, Error, Holder, KeyOwner, PolicyName, PolicyRef, RoleName, Scope,
};
use claviger_service::AuthnError;
use claviger_service::ops::deployment::DeleteService;
use claviger_service::ops::identity::{
    AddUserToGroup, Attach, CreatePolicyVersion, DeleteAccessKey, DeleteGroup, DeleteRole, DeleteUser,
    Detach, KeyHolder, RemoveUserFromGroup, SetDefaultPolicyVersion, UpdateAccessKey, UpdateUser,
};
use claviger_service::ops::key::{DescribeKey, ListKeys, SetKeyPolicy};
use claviger_service::ops::session::AssumeRole;
use claviger_service::{KeyName, KeyRef, Operation};
use claviger_store::IdentityStore as _;
use claviger_testkit::{Client, World};

use crate::actors::Actor;
use crate::calls::Root;

const FULL: &str = "AliyunKMSFullAccess";
const READ: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}]}"#;

/// What became of a call.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Served,
    Denied,
    Unknown(AuthnError),
}

/// A world with one user, and the root that gives and takes.
struct Stage {
    world: World,
    root: Root,
    account: AccountId,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let root = Root::of(&world).await;
        Self {
            account: root.scope.account,
            world,
            root,
        }
    }

    /// Lists keys, with a new proof.
    async fn lists(&self, client: &Client) -> Heard {
        list(&self.world, client).await
    }

    async fn root<O: Operation>(&self, operation: O) -> O::Output {
        self.root.calls(&self.world.service(), operation).await.unwrap()
    }
}

async fn list(world: &World, client: &Client) -> Heard {
    let actor = match Actor::of(world, client).await {
        Ok(actor) => actor,
        Err(error) => return Heard::Unknown(error),
    };
    let list = ListKeys {
        order: claviger_model::Order::OldestFirst,
        scope: actor.scope.clone(),
        filter: claviger_model::KeyFilter::default(),
        page: claviger_model::Page { skip: 0, take: 1 },
    };
    match actor.calls(&world.service(), list).await {
        Ok(_) => Heard::Served,
        Err(Error::Denied(_)) => Heard::Denied,
        Err(other) => unreachable!("{other}"),
    }
}

fn user(name: &str) -> Holder {
    Holder::User(name.parse().unwrap())
}

fn id_of(client: &Client) -> AccessKeyId {
    client.access_key_id().parse().unwrap()
}

fn system(name: &str) -> PolicyRef {
    PolicyRef::System(name.parse().unwrap())
}

#[tokio::test]
async fn an_access_key_that_is_switched_off_or_deleted() {
    let stage = Stage::new().await;
    let (account, alice) = (
        stage.account,
        stage.world.add_user(stage.account, "alice", &[FULL]).await,
    );
    let holder = || KeyHolder::User("alice".parse().unwrap());
    assert_eq!(stage.lists(&alice).await, Heard::Served);
    for (status, expected) in [
        (AccessKeyStatus::Inactive, Heard::Unknown(AuthnError::InactiveKey)),
        (AccessKeyStatus::Active, Heard::Served),
    ] {
        let (holder, id) = (holder(), id_of(&alice));
        stage
            .root(UpdateAccessKey {
                account,
                holder,
                id,
                status,
            })
            .await;
        assert_eq!(stage.lists(&alice).await, expected);
    }
    let (holder, id) = (holder(), id_of(&alice));
    stage.root(DeleteAccessKey { account, holder, id }).await;
    assert_eq!(stage.lists(&alice).await, Heard::Unknown(AuthnError::UnknownKey));
}

#[tokio::test]
async fn a_user_that_is_deleted() {
    let stage = Stage::new().await;
    let (account, alice) = (
        stage.account,
        stage.world.add_user(stage.account, "alice", &[]).await,
    );
    assert_eq!(stage.lists(&alice).await, Heard::Denied);
    let (holder, id) = (KeyHolder::User("alice".parse().unwrap()), id_of(&alice));
    stage.root(DeleteAccessKey { account, holder, id }).await;
    let name = "alice".parse().unwrap();
    stage.root(DeleteUser { account, name }).await;
    assert_eq!(stage.lists(&alice).await, Heard::Unknown(AuthnError::UnknownKey));
    // Another of the same name is somebody else.
    let again = stage.world.add_user(account, "alice", &[FULL]).await;
    assert_eq!(stage.lists(&again).await, Heard::Served);
    assert_eq!(stage.lists(&alice).await, Heard::Unknown(AuthnError::UnknownKey));
}

#[tokio::test]
async fn a_policy_that_is_put_on_and_taken_off() {
    let stage = Stage::new().await;
    let (account, alice) = (
        stage.account,
        stage.world.add_user(stage.account, "alice", &[]).await,
    );
    assert_eq!(stage.lists(&alice).await, Heard::Denied);
    for (attached, expected) in [
        (true, Heard::Served),
        (false, Heard::Denied),
        (true, Heard::Served),
    ] {
        let (policy, holder) = (system(FULL), user("alice"));
        if attached {
            stage
                .root(Attach {
                    extent: claviger_model::Extent::Everywhere,
                    account,
                    policy,
                    holder,
                })
                .await;
        } else {
            stage
                .root(Detach {
                    extent: claviger_model::Extent::Everywhere,
                    account,
                    policy,
                    holder,
                })
                .await;
        }
        assert_eq!(stage.lists(&alice).await, expected, "attached: {attached}");
    }
    let name = "alice".parse().unwrap();
    let renamed = UpdateUser {
        account,
        name,
        new_name: Some("bob".parse().unwrap()),
        display_name: None,
        mobile_phone: None,
        email: None,
        comments: None,
    };
    stage.root(renamed).await;
    let actor = Actor::of(&stage.world, &alice).await.unwrap();
    let name = actor.credential().rights().name.to_string();
    assert_eq!(name, format!("acs:ram::{account}:user/bob"));
}

#[tokio::test]
async fn a_version_of_a_policy_that_counts_no_more() {
    let stage = Stage::new().await;
    let account = stage.account;
    let name: PolicyName = stage.world.add_policy(account, READ).await;
    let alice = stage.world.add_user(account, "alice", &[]).await;
    let (policy, holder) = (PolicyRef::Custom(name.clone()), user("alice"));
    stage
        .root(Attach {
            extent: claviger_model::Extent::Everywhere,
            account,
            policy,
            holder,
        })
        .await;
    assert_eq!(stage.lists(&alice).await, Heard::Served);
    let denying = CreatePolicyVersion {
        account,
        name: name.clone(),
        language: claviger_model::Language::Ram,
        document: READ.replace("Allow", "Deny"),
        title: None,
        description: None,
        as_default: true,
        drop_oldest: false,
    };
    stage.root(denying).await;
    assert_eq!(stage.lists(&alice).await, Heard::Denied);
    let number = 1;
    stage
        .root(SetDefaultPolicyVersion {
            account,
            name,
            number,
        })
        .await;
    assert_eq!(stage.lists(&alice).await, Heard::Served);
}

#[tokio::test]
async fn a_group_that_is_joined_left_or_loses_its_policy() {
    let stage = Stage::new().await;
    let account = stage.account;
    let alice = stage.world.add_user(account, "alice", &[]).await;
    stage.world.add_group(account, "dev", &[], &[FULL]).await;
    let (name, group) = (|| "alice".parse().unwrap(), || "dev".parse().unwrap());
    assert_eq!(stage.lists(&alice).await, Heard::Denied);
    let join = || AddUserToGroup {
        account,
        user: name(),
        group: group(),
    };
    stage.root(join()).await;
    assert_eq!(stage.lists(&alice).await, Heard::Served);
    stage
        .root(RemoveUserFromGroup {
            account,
            user: name(),
            group: group(),
        })
        .await;
    assert_eq!(stage.lists(&alice).await, Heard::Denied);
    stage.root(join()).await;
    let (policy, holder) = (system(FULL), Holder::Group(group()));
    stage
        .root(Detach {
            extent: claviger_model::Extent::Everywhere,
            account,
            policy,
            holder,
        })
        .await;
    assert_eq!(stage.lists(&alice).await, Heard::Denied);
    stage
        .root(RemoveUserFromGroup {
            account,
            user: name(),
            group: group(),
        })
        .await;
    stage
        .root(DeleteGroup {
            account,
            name: group(),
        })
        .await;
    assert_eq!(stage.lists(&alice).await, Heard::Denied);
}

#[tokio::test]
async fn a_role_that_is_deleted_ends_its_sessions_for_good() {
    let stage = Stage::new().await;
    let account = stage.account;
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":"acs:ram::{account}:root"}}}}]}}"#
    );
    stage.world.add_role(account, "ops", &trust, &[FULL]).await;
    let alice = stage
        .world
        .add_user(account, "alice", &["AliyunSTSAssumeRoleAccess"])
        .await;
    let take = AssumeRole {
        role_account: account,
        role: "ops".into(),
        session: "alice".parse().unwrap(),
        duration: None,
        policy: None,
        external_id: None,
    };
    let actor = Actor::of(&stage.world, &alice).await.unwrap();
    let taken = actor.calls(&stage.world.service(), take).await.unwrap();
    let secret = taken.secret.expose_str().unwrap();
    let session = alice.session(account, taken.access_key.as_str(), secret, &taken.token);
    assert_eq!(stage.lists(&session).await, Heard::Served);
    let name = || -> RoleName { "ops".parse().unwrap() };
    let (policy, holder) = (system(FULL), Holder::Role(name()));
    stage
        .root(Detach {
            extent: claviger_model::Extent::Everywhere,
            account,
            policy,
            holder,
        })
        .await;
    assert_eq!(stage.lists(&session).await, Heard::Denied);
    stage
        .root(DeleteRole {
            account,
            name: name(),
        })
        .await;
    let gone = Heard::Unknown(AuthnError::UnknownKey);
    assert_eq!(stage.lists(&session).await, gone);
    stage.world.add_role(account, "ops", &trust, &[FULL]).await;
    assert_eq!(
        stage.lists(&session).await,
        gone,
        "a later role of the name is another"
    );
}

#[tokio::test]
async fn a_service_that_is_deleted() {
    let stage = Stage::new().await;
    let service = stage.world.add_service("oss").await;
    assert_eq!(stage.lists(&service).await, Heard::Denied);
    let name = "oss".parse().unwrap();
    stage.root(DeleteService { name }).await;
    assert_eq!(
        stage.lists(&service).await,
        Heard::Unknown(AuthnError::UnknownKey)
    );
}

#[tokio::test]
async fn the_policy_of_a_key() {
    let stage = Stage::new().await;
    let (account, service) = (stage.account, stage.world.service());
    let alice = stage.world.add_user(account, "alice", &[]).await;
    let key = stage.root.makes_key(&service).await.id;
    let named = |who: &str| {
        format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Principal":{{"RAM":"acs:ram::{account}:user/{who}"}},"Action":"kms:*","Resource":"*"}}]}}"#
        )
    };
    for (who, may) in [("bob", false), ("alice", true), ("bob", false)] {
        let policy = named(who);
        let key = stage.root.key(key);
        stage
            .root(SetKeyPolicy {
                key: key.clone(),
                policy,
            })
            .await;
        let actor = Actor::of(&stage.world, &alice).await.unwrap();
        let shown = actor.calls(&service, DescribeKey(key)).await;
        assert_eq!(shown.is_ok(), may, "{who}");
    }
}

/// Changes forget credentials before they answer, also those that are being loaded at that moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_load_under_way_outlives_a_change() {
    let stage = Stage::new().await;
    let (account, alice) = (
        stage.account,
        stage.world.add_user(stage.account, "alice", &[]).await,
    );
    let (world, over) = (Arc::new(stage.world), Arc::new(AtomicBool::new(false)));
    let crowd: Vec<_> = (0..4)
        .map(|_| {
            let (world, alice, over) = (Arc::clone(&world), alice.clone(), Arc::clone(&over));
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let _ = list(&world, &alice).await;
                }
            })
        })
        .collect();
    let service = world.service();
    for round in 0..40 {
        let (policy, holder) = (system(FULL), user("alice"));
        let attach = Attach {
            extent: claviger_model::Extent::Everywhere,
            account,
            policy,
            holder,
        };
        stage.root.calls(&service, attach).await.unwrap();
        assert_eq!(list(&world, &alice).await, Heard::Served, "round {round}");
        let (policy, holder) = (system(FULL), user("alice"));
        let detach = Detach {
            extent: claviger_model::Extent::Everywhere,
            account,
            policy,
            holder,
        };
        stage.root.calls(&service, detach).await.unwrap();
        assert_eq!(list(&world, &alice).await, Heard::Denied, "round {round}");
    }
    over.store(true, Ordering::Relaxed);
    for one in crowd {
        one.await.unwrap();
    }
}

/// What one account changes leaves the credentials of others where they are.
#[tokio::test]
async fn changes_past_the_service_are_seen_after_the_next_change_of_the_account() {
    let world = World::build()
        .caller("LTAIa", "secret a")
        .caller("LTAIb", "secret b")
        .start()
        .await;
    let (home, other) = (Root::at(&world, 0).await, Root::at(&world, 1).await);
    let alice = world.add_user(home.scope.account, "alice", &[FULL]).await;
    assert_eq!(list(&world, &alice).await, Heard::Served);
    let owner = KeyOwner::User(user_id(&world, &home.scope).await);
    let draft = claviger_store::Draft(br#"{"kind":"test"}"#[..].into());
    let (account, id) = (home.scope.account, id_of(&alice));
    let switched = world
        .store()
        .update_access_key(account, &owner, &id, AccessKeyStatus::Inactive, draft)
        .await;
    switched.unwrap();
    let make = |account, name: &str| crate::identities::create_user(account, name);
    let service = world.service();
    other
        .calls(&service, make(other.scope.account, "x"))
        .await
        .unwrap();
    assert_eq!(list(&world, &alice).await, Heard::Served, "it is still in memory");
    home.calls(&service, make(account, "x")).await.unwrap();
    assert_eq!(
        list(&world, &alice).await,
        Heard::Unknown(AuthnError::InactiveKey)
    );
}

async fn user_id(world: &World, scope: &Scope) -> claviger_model::UserId {
    let name = "alice".parse().unwrap();
    let found = world.store().user(scope.account, &name).await.unwrap();
    found.unwrap().id
}

#[tokio::test]
async fn roots_are_those_of_accounts_that_are_there() {
    let stage = Stage::new().await;
    let service = stage.world.service();
    let nobody = AccountId::from_number(9_999_999_999_999_999).unwrap();
    let missing = service.root_of(nobody).await;
    assert_eq!(
        missing.map(drop).unwrap_err(),
        Error::NotFound(claviger_model::Missing::Account)
    );
    let root = service.root_of(stage.account).await.unwrap();
    assert_eq!(root.expires(), None);
    let key = KeyRef {
        scope: stage.root.scope.clone(),
        name: KeyName::Id(stage.root.makes_key(&service).await.id),
    };
    let actor = Actor::holding(&stage.world, root);
    assert!(actor.calls(&service, DescribeKey(key)).await.is_ok());
}
