//! A caller that goes away in the middle of its call: front doors drop the future of a call when the connection breaks.

use std::task::{Context, Waker};
use std::time::Duration;

use claviger_model::{Error, KeyState, Missing, Refusal, StateKind};
use claviger_service::Operation;
use claviger_service::ops::alias::{CreateAlias, DeleteAlias, UpdateAlias};
use claviger_service::ops::key::DisableKey;
use claviger_store::Store as _;
use claviger_testkit::World;

use crate::calls::Root;

/// For what should take no time at all, before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Begins a call, and drops it once its change is durable but before it has answered.
async fn begin_and_leave<O: Operation>(
    world: &World,
    root: &Root,
    operation: O,
    is_durable: impl AsyncFn() -> bool,
) {
    let service = world.service();
    let mut call = Box::pin(root.calls(&service, operation));
    let mut context = Context::from_waker(Waker::noop());
    assert!(
        call.as_mut().poll(&mut context).is_pending(),
        "the change waits for the disk"
    );
    while !is_durable().await {
        tokio::task::yield_now().await;
    }
    drop(call);
    // What follows needs no caller: the caches forget, and then the record moves on.
    let moved = tokio::time::timeout(PATIENCE, world.settle()).await;
    assert!(moved.is_ok(), "the record of the change stays in the outbox");
}

#[tokio::test]
async fn a_key_that_was_disabled_is_disabled_for_all() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    root.encrypts(&service, root.key(key)).await.unwrap();
    let store = world.store();
    let disabled = async || store.key(&root.scope, key).await.unwrap().unwrap().state == KeyState::Disabled;
    begin_and_leave(
        &world,
        &root,
        DisableKey {
            key: root.key(key),
            again: claviger_model::Again::Fine,
        },
        disabled,
    )
    .await;
    // From now on nobody may use the key, though nobody was told of the change.
    let refused = Err(Error::Refused(Refusal::NotUsable(StateKind::Disabled)));
    assert_eq!(root.encrypts(&service, root.key(key)).await, refused);
    let actions: Vec<_> = world
        .audited_calls()
        .await
        .iter()
        .map(|record| record["action"].clone())
        .collect();
    assert!(actions.contains(&"DisableKey".into()), "{actions:?}");
}

#[tokio::test]
async fn an_alias_that_was_moved_or_taken_away_leads_nowhere_else() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let keys = [
        root.makes_key(&service).await.id,
        root.makes_key(&service).await.id,
    ];
    let (store, name) = (world.store(), || "app".parse().unwrap());
    let found = async || {
        store
            .alias(&root.scope, &name())
            .await
            .unwrap()
            .map(|alias| alias.key)
    };
    let key = root.key(keys[0]);
    root.calls(
        &service,
        CreateAlias {
            prefixed: true,
            per_key: u32::MAX,
            name: name(),
            key,
        },
    )
    .await
    .unwrap();
    // What the calls look up is in the caches, so the first thing that they wait for is the disk.
    for key in [root.alias("app"), root.key(keys[1])] {
        root.encrypts(&service, key).await.unwrap();
    }
    let key = root.key(keys[1]);
    let moved = async || found().await == Some(keys[1]);
    begin_and_leave(&world, &root, UpdateAlias { name: name(), key }, moved).await;
    assert_eq!(root.encrypts(&service, root.alias("app")).await, Ok(keys[1]));
    let scope = root.scope.clone();
    let gone = async || found().await.is_none();
    begin_and_leave(
        &world,
        &root,
        DeleteAlias {
            scope,
            name: name(),
            of: None,
        },
        gone,
    )
    .await;
    assert_eq!(
        root.encrypts(&service, root.alias("app")).await,
        Err(Error::NotFound(Missing::Alias))
    );
}
