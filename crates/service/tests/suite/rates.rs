//! Callers that call too often: who is counted as one, and what a call that is refused for it leaves behind.

use std::num::NonZeroU32;

use claviger_model::{AccountId, Error, KeyFilter, KeyOwner, KeyState, Page, SignedDuration};
use claviger_service::ops::key::{DisableKey, ListKeys};
use claviger_service::ops::session::AssumeRole;
use claviger_service::{CallRates, Rates};
use claviger_store::{IdentityStore as _, Store as _};
use claviger_testkit::{Client, World};

use crate::actors::Actor;
use crate::calls::Root;
use crate::lifetimes::DAY;

const FULL: &str = "AliyunKMSFullAccess";

/// One change and one look at keys a second.
const ONCE: CallRates = CallRates {
    crypto: None,
    manage: NonZeroU32::new(1),
    read: NonZeroU32::new(1),
    identity: None,
};

async fn for_each_user() -> (World, AccountId) {
    let rates = Rates {
        user: ONCE,
        ..Rates::NONE
    };
    let world = World::build().rates(rates).start().await;
    let account = world.root().account();
    (world, account)
}

fn too_soon<T>() -> Result<T, Error> {
    Err(Error::Throttled(SignedDuration::from_secs(1)))
}

/// Lists keys, with whatever access key.
async fn looks(world: &World, client: &Client) -> Result<(), Error> {
    let actor = Actor::of(world, client).await.unwrap();
    let list = ListKeys {
        order: claviger_model::Order::OldestFirst,
        scope: actor.scope.clone(),
        filter: KeyFilter::default(),
        page: Page { skip: 0, take: 1 },
    };
    actor.calls(&world.service(), list).await.map(drop)
}

#[tokio::test]
async fn all_access_keys_of_a_user_are_one_caller() {
    let (world, account) = for_each_user().await;
    let first = world.add_user(account, "alice", &[FULL]).await;
    let alice = world.store().user(account, &"alice".parse().unwrap()).await;
    let owner = KeyOwner::User(alice.unwrap().unwrap().id);
    let second = world.add_access_key(account, owner, "alice").await;
    assert_eq!(looks(&world, &first).await, Ok(()));
    assert_eq!(looks(&world, &second).await, too_soon());
    world.advance(SignedDuration::from_secs(1));
    assert_eq!(looks(&world, &second).await, Ok(()));
    assert_eq!(looks(&world, &first).await, too_soon());
}

#[tokio::test]
async fn all_sessions_of_a_role_are_one_caller() {
    let (world, account) = for_each_user().await;
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":"acs:ram::{account}:root"}}}}]}}"#
    );
    world.add_role(account, "ops", &trust, &[FULL]).await;
    let takers = ["AliyunSTSAssumeRoleAccess", FULL];
    let alice = world.add_user(account, "alice", &takers).await;
    let mut sessions = Vec::new();
    for name in ["monday", "tuesday"] {
        let take = AssumeRole {
            role_account: account,
            role: "ops".into(),
            session: name.parse().unwrap(),
            duration: None,
            policy: None,
            external_id: None,
        };
        let actor = Actor::of(&world, &alice).await.unwrap();
        let taken = actor.calls(&world.service(), take).await.unwrap();
        let secret = taken.secret.expose_str().unwrap();
        sessions.push(alice.session(account, taken.access_key.as_str(), secret, &taken.token));
    }
    assert_eq!(looks(&world, &sessions[0]).await, Ok(()));
    assert_eq!(looks(&world, &sessions[1]).await, too_soon());
    // Who took them is another.
    assert_eq!(looks(&world, &alice).await, Ok(()));
}

#[tokio::test]
async fn a_change_that_comes_too_soon_does_not_happen_and_is_recorded() {
    let rates = Rates {
        account: ONCE,
        ..Rates::NONE
    };
    let world = World::build().rates(rates).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let disable = || DisableKey {
        key: root.key(key),
        again: claviger_model::Again::Fine,
    };
    assert_eq!(root.calls(&service, disable()).await.map(drop), too_soon());
    // To ask whether it would work is a call, too.
    assert_eq!(
        root.asks(&service, disable()).await,
        too_soon::<()>().unwrap_err()
    );
    let state = async || {
        let stored = world.store().key(&root.scope, key).await;
        stored.unwrap().unwrap().state
    };
    assert_eq!(state().await, KeyState::Enabled);
    let mut records = world.audited_calls().await;
    records.retain(|record| record["action"] == "DisableKey");
    assert_eq!(records.len(), 2);
    for record in records {
        assert_eq!(record["outcome"], "refused");
        assert_eq!(record["error"]["code"], "throttled");
    }
    world.advance(SignedDuration::from_secs(1));
    root.calls(&service, disable()).await.unwrap();
    assert_eq!(state().await, KeyState::Disabled);
}

/// The server's own work waits for no caller, and takes nothing from them.
#[tokio::test]
async fn rotation_is_not_bounded() {
    let rates = Rates {
        account: ONCE,
        ..Rates::NONE
    };
    let world = World::build().rates(rates).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(root.makes_rotating_key(&service, 7 * DAY).await.id);
        world.advance(SignedDuration::from_secs(1));
    }
    world.advance(7 * DAY);
    assert_eq!(world.run_jobs().await.rotated, 3);
    root.calls(
        &service,
        DisableKey {
            key: root.key(keys[0]),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
}
