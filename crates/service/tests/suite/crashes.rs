//! A crash between the commit of a change and the log: its record is neither lost nor doubled, and keeps its place.

use claviger_audit::verify;
use claviger_service::ops::key::{DisableKey, EnableKey};
use claviger_store::Store as _;
use claviger_testkit::World;
use serde_json::Value;

use crate::calls::Root;

/// Changes before the crash.
const CHANGES: usize = 5;

async fn change(world: &World) -> Vec<String> {
    let (service, root) = (world.service(), Root::of(world).await);
    let key = root.makes_key(&service).await.id;
    for round in 0..CHANGES - 1 {
        if round % 2 == 0 {
            root.calls(
                &service,
                DisableKey {
                    key: root.key(key),
                    again: claviger_model::Again::Fine,
                },
            )
            .await
            .unwrap();
        } else {
            root.calls(
                &service,
                EnableKey {
                    key: root.key(key),
                    again: claviger_model::Again::Fine,
                },
            )
            .await
            .unwrap();
        }
    }
    let waiting = world.store().outbox(0, 100).await.unwrap();
    let id = |draft: &[u8]| {
        serde_json::from_slice::<Value>(draft).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    waiting.iter().map(|draft| id(&draft.value.0)).collect()
}

/// Ids of the calls in the log, in order.
fn logged(world: &World) -> Vec<String> {
    let records = world
        .audit_lines()
        .into_iter()
        .filter(|record| record["kind"] == "call");
    records
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn changes_wait_in_the_outbox_and_reach_the_log_in_order() {
    let mut world = World::new().await;
    let waiting = change(&world).await;
    assert_eq!((waiting.len(), logged(&world).len()), (CHANGES, 0));
    world.settle().await;
    assert_eq!(logged(&world), waiting);
    world.restart().await;
    assert_eq!(logged(&world), waiting);
    assert!(world.store().outbox(0, 100).await.unwrap().is_empty());
}

/// The crash may come after any number of records have reached the log, and before any of them was taken out of the
/// outbox.
#[tokio::test]
async fn wherever_the_crash_comes_every_record_is_in_the_log_once() {
    for in_log in 0..=CHANGES {
        let mut world = World::new().await;
        let waiting = change(&world).await;
        world.crash();
        let (log, store) = (world.open_log(), world.open_store());
        for draft in store.outbox(0, 100).await.unwrap().into_iter().take(in_log) {
            log.append(&draft.value.0, Some(draft.number)).await.unwrap();
        }
        drop((log, store));
        assert_eq!(logged(&world).len(), in_log);
        for _ in 0..2 {
            world.resume().await;
            assert_eq!(logged(&world), waiting, "{in_log} were in the log");
            assert!(world.store().outbox(0, 100).await.unwrap().is_empty());
            world.crash();
        }
        verify(&world.audit_folder()).unwrap();
    }
}

/// Numbers of the outbox are never used twice, so what comes after a crash is not taken for what came before.
#[tokio::test]
async fn changes_after_a_crash_follow_those_before() {
    let mut world = World::new().await;
    let mut expected = Vec::new();
    for round in 0..4 {
        expected.extend(change(&world).await);
        if round % 2 == 0 {
            world.crash();
            world.resume().await;
        } else {
            world.settle().await;
        }
        assert_eq!(logged(&world), expected, "round {round}");
    }
}

/// A disk that fails between the crash and the next start takes nothing with it.
#[tokio::test]
async fn a_log_that_fails_on_the_way_loses_nothing() {
    let mut world = World::new().await;
    let waiting = change(&world).await;
    world.crash();
    let log = world.open_log();
    world.disk().fail();
    for draft in 1..=2 {
        assert!(log.append(b"{\"kind\":\"call\"}", Some(draft)).await.is_err());
    }
    world.disk().heal();
    drop(log);
    world.resume().await;
    assert_eq!(logged(&world), waiting);
    verify(&world.audit_folder()).unwrap();
}
