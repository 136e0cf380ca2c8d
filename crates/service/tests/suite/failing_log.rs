//! While the audit log cannot be written, calls fail and nothing changes; afterwards all goes on by itself.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use claviger_model::{Error, KeyFilter, Page, SignedDuration};
use claviger_service::ops::account::DescribeRegions;
use claviger_service::ops::alias::CreateAlias;
use claviger_service::ops::key::{DescribeKey, DisableKey, ListKeys};
use claviger_service::{AuthnError, Refused};
use claviger_store::Store as _;
use claviger_testkit::World;

use crate::calls::Root;

fn list(root: &Root) -> ListKeys {
    ListKeys {
        order: claviger_model::Order::OldestFirst,
        scope: root.scope.clone(),
        filter: KeyFilter::default(),
        page: Page { skip: 0, take: 100 },
    }
}

#[tokio::test]
async fn calls_fail_nothing_changes_and_all_goes_on_when_the_disk_is_well() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    root.encrypts(&service, root.key(key)).await.unwrap();
    world.settle().await;
    assert!(service.is_ready().await);
    let lines = world.audit_lines().len();
    world.disk().fail();

    assert_eq!(
        root.encrypts(&service, root.key(key)).await,
        Err(Error::Unavailable)
    );
    assert_eq!(
        root.calls(&service, DescribeKey(root.key(key))).await,
        Err(Error::Unavailable)
    );
    assert!(!service.is_ready().await);
    let name = "app".parse().unwrap();
    let alias = CreateAlias {
        prefixed: true,
        per_key: u32::MAX,
        name,
        key: root.key(key),
    };
    assert_eq!(
        root.calls(&service, root.create_key()).await.map(drop),
        Err(Error::Unavailable)
    );
    assert_eq!(
        root.calls(
            &service,
            DisableKey {
                key: root.key(key),
                again: claviger_model::Again::Fine
            }
        )
        .await
        .map(drop),
        Err(Error::Unavailable)
    );
    assert_eq!(root.calls(&service, alias).await, Err(Error::Unavailable));
    // What leaves no record needs no log.
    assert_eq!(
        root.calls(&service, DescribeRegions)
            .await
            .map(|regions| regions.len()),
        Ok(1)
    );
    assert_eq!(world.audit_lines().len(), lines);
    assert!(world.store().outbox(0, 1).await.unwrap().is_empty());

    world.disk().heal();
    // A change has to wait until something else has found out that the disk is well.
    assert_eq!(
        root.calls(&service, root.create_key()).await.map(drop),
        Err(Error::Unavailable)
    );
    assert_eq!(
        root.encrypts(&service, root.key(key)).await,
        Ok(key),
        "the key was not disabled"
    );
    assert!(service.is_ready().await);
    assert_eq!(root.calls(&service, list(&root)).await.unwrap().total, 1);
    root.makes_key(&service).await;
    assert_eq!(root.calls(&service, list(&root)).await.unwrap().total, 2);
}

/// Anybody may ask, and to find out is to write.
#[tokio::test]
async fn the_store_is_asked_once_a_second_whether_it_takes_changes() {
    let world = World::new().await;
    let service = world.service();
    assert!(service.is_ready().await);
    world.store().close().unwrap();
    assert!(service.is_ready().await, "it was asked a moment ago");
    world.advance(SignedDuration::from_secs(1));
    for _ in 0..2 {
        assert!(!service.is_ready().await, "what is amiss is found out each time");
    }
}

/// Nobody has to call for the log to be tried again.
#[tokio::test(start_paused = true)]
async fn the_log_is_tried_again_without_a_call() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    world.disk().fail();
    root.calls(&service, list(&root)).await.unwrap_err();
    world.disk().heal();
    let resumed = async {
        while !service.is_ready().await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = service.housekeeping() => {}
        () = resumed => {}
    }
    root.makes_key(&service).await;
    let records = world.audit_records().await;
    assert!(
        records.iter().any(|record| record["event"] == "writing again"),
        "{records:?}"
    );
}

/// A change that was committed before anyone knew stays in the outbox, durable, until the log can take it.
#[tokio::test(start_paused = true)]
async fn a_change_in_the_outbox_waits_for_the_disk() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let before = world.audit_lines().len();
    world.disk().fail();
    let key = root.makes_key(&service).await.id;
    // The log's own thread finds out; the paused time does not wait for it.
    let failed = async {
        while service.is_ready().await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = service.housekeeping() => {}
        () = failed => {}
    }
    assert_eq!(world.audit_lines().len(), before);
    assert_eq!(world.store().outbox(0, 10).await.unwrap().len(), 1);
    world.disk().heal();
    let carried = async {
        while !world.store().outbox(0, 10).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    // The permit that woke the carrier is used up, so it takes another change.
    root.calls(&service, list(&root)).await.unwrap();
    root.calls(
        &service,
        DisableKey {
            key: root.key(key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    tokio::select! {
        () = service.housekeeping() => {}
        () = carried => {}
    }
    let calls = world
        .audit_lines()
        .into_iter()
        .filter(|record| record["kind"] == "call");
    let mut actions: Vec<_> = calls
        .map(|record| record["action"].as_str().unwrap().to_owned())
        .collect();
    // A call that changes nothing may come before or after what waits.
    let list = actions.iter().position(|action| action == "ListKeys").unwrap();
    actions.remove(list);
    assert_eq!(actions, ["CreateKey", "DisableKey"]);
}

/// Callers that are turned away while the disk fails are told of afterwards.
#[tokio::test]
async fn strangers_wait_for_the_disk() {
    let mut world = World::new().await;
    let service = world.service();
    world.fail_log().await;
    service.turned_away(Refused {
        error: AuthnError::UnknownKey,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        access_key: Some("LTAIx"),
    });
    let strangers = |world: &World| {
        let lines = world.audit_lines().into_iter();
        lines
            .filter(|record| record["kind"] == "strangers")
            .collect::<Vec<_>>()
    };
    service.write_strangers().await;
    assert!(strangers(&world).is_empty());
    world.disk().heal();
    drop(service);
    world.stop().await;
    let batches = strangers(&world);
    assert_eq!(batches.len(), 1, "{batches:?}");
    let row = &batches[0]["rows"][0];
    assert_eq!(
        (&row["reason"], &row["count"]),
        (&"unknown_key".into(), &1.into())
    );
    assert_eq!(
        (&row["address"], &row["access_key"]),
        (&"127.0.0.1".into(), &"LTAIx".into())
    );
}

#[tokio::test(start_paused = true)]
async fn strangers_are_written_now_and_then() {
    let world = World::new().await;
    let service = world.service();
    let refused = Refused {
        error: AuthnError::WrongSignature,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        access_key: Some("LTAIx"),
    };
    for _ in 0..1000 {
        service.turned_away(refused);
    }
    tokio::select! {
        () = service.housekeeping() => {}
        () = tokio::time::sleep(Duration::from_secs(25)) => {}
    }
    // Time goes on while the log's own thread is still writing; this record comes after all that wait.
    let root = Root::of(&world).await;
    root.calls(&service, list(&root)).await.unwrap();
    let records = world.audit_records().await;
    let batches: Vec<_> = records
        .iter()
        .filter(|record| record["kind"] == "strangers")
        .collect();
    assert_eq!(batches.len(), 1, "one batch, however many came");
    assert_eq!(batches[0]["rows"][0]["count"], 1000);
}
