use std::sync::Arc;

use claviger_model::{Change, Error, Key, Missing};
use claviger_store::{IdentityStore as _, Store, StoreError, WriteError};
use tokio::task::JoinHandle;

use super::{Place, add, alias, draft, drafts, has, hold, key, scope, until_waiting};
use crate::error::Failure;
use crate::{Activity, Options, SqliteStore};

fn spawn_all(
    store: &Arc<SqliteStore>,
    numbers: std::ops::Range<u32>,
) -> Vec<JoinHandle<Result<u64, WriteError>>> {
    numbers
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { add(&store, number).await })
        })
        .collect()
}

fn since(store: &SqliteStore, before: Activity) -> (u64, u64) {
    let now = store.activity();
    (now.commits - before.commits, now.changes - before.changes)
}

#[tokio::test]
async fn changes_that_wait_share_a_commit() {
    for (batch, commits) in [(256, 1), (100, 1), (40, 3), (1, 100)] {
        let place = Place::with(Options {
            batch,
            ..Options::default()
        });
        let store = Arc::new(place.store);
        let before = store.activity();
        let held = hold(&store);
        let waiting = spawn_all(&store, 0..100);
        until_waiting(&store, 100).await;
        assert_eq!(since(&store, before), (0, 0));
        drop(held);
        for change in waiting {
            change.await.unwrap().unwrap();
        }
        assert_eq!(
            since(&store, before),
            (commits, 100),
            "at most {batch} in a batch"
        );
        for number in 0..100 {
            assert!(has(&store, number).await);
        }
    }
}

#[tokio::test]
async fn one_alone_does_not_wait_for_others() {
    let place = Place::new();
    let before = place.store.activity();
    add(&place.store, 1).await.unwrap();
    add(&place.store, 2).await.unwrap();
    assert_eq!(since(&place.store, before), (2, 2));
    place.store.probe().await.unwrap();
    assert_eq!(
        since(&place.store, before),
        (3, 3),
        "a probe is a commit of its own"
    );
}

#[tokio::test]
async fn a_refusal_undoes_itself_and_not_its_neighbours() {
    let place = Place::new();
    let store = Arc::new(place.store);
    add(&store, 1).await.unwrap();
    let before = store.activity();
    let held = hold(&store);
    let good = spawn_all(&store, 10..12);
    until_waiting(&store, 2).await;
    let bad = {
        let store = store.clone();
        tokio::spawn(async move {
            let missing = store
                .create_alias(
                    alias("app", 99),
                    u32::MAX,
                    u32::MAX,
                    draft("bad"),
                    Box::new(|_| Ok(())),
                )
                .await;
            missing.map(drop)
        })
    };
    // Fails in its second statement, when its key is written already.
    let clash = {
        let store = store.clone();
        tokio::spawn(async move {
            let mut version = super::version(2);
            version.id = super::version(1).id;
            store
                .create_key(key(2), Some(version), u32::MAX, draft("bad"))
                .await
                .map(drop)
        })
    };
    until_waiting(&store, 4).await;
    let more = spawn_all(&store, 12..14);
    until_waiting(&store, 6).await;
    drop(held);
    for change in good.into_iter().chain(more) {
        change.await.unwrap().unwrap();
    }
    let bad = bad.await.unwrap().unwrap_err();
    assert!(
        matches!(bad, WriteError::Domain(Error::NotFound(Missing::Key))),
        "{bad}"
    );
    let clash = clash.await.unwrap().unwrap_err();
    assert!(
        matches!(clash, WriteError::Store(StoreError::Database(_))),
        "{clash}"
    );
    assert_eq!(since(&store, before), (1, 6));
    assert!(!has(&store, 2).await);
    assert_eq!(drafts(&store).await, ["1", "10", "11", "12", "13"]);
}

#[tokio::test]
async fn later_changes_of_a_batch_see_earlier_ones() {
    let place = Place::new();
    let store = Arc::new(place.store);
    let held = hold(&store);
    let create = spawn_all(&store, 1..2);
    until_waiting(&store, 1).await;
    let update = |store: &Arc<SqliteStore>| {
        let store = store.clone();
        tokio::spawn(async move {
            let change = store
                .update_key(&scope(), key(1).id, draft("off"), Box::new(Key::disable))
                .await;
            change.unwrap()
        })
    };
    let (first, second) = (update(&store), update(&store));
    until_waiting(&store, 3).await;
    drop(held);
    for create in create {
        create.await.unwrap().unwrap();
    }
    assert!(matches!(first.await.unwrap(), Change::Changed(_)));
    assert!(matches!(second.await.unwrap(), Change::AlreadySo(_)));
    assert_eq!(drafts(&store).await, ["1", "off"]);
}

#[tokio::test]
async fn a_panic_undoes_its_own_change_only() {
    let place = Place::new();
    let store = Arc::new(place.store);
    let held = hold(&store);
    let good = spawn_all(&store, 1..2);
    until_waiting(&store, 1).await;
    let bad = {
        let store = store.clone();
        tokio::spawn(async move {
            let work = |connection: &rusqlite::Connection| -> Result<(), Failure> {
                connection
                    .execute("INSERT INTO outbox (draft) VALUES (x'00')", [])
                    .unwrap();
                unreachable!("on purpose")
            };
            store.write(work).await
        })
    };
    until_waiting(&store, 2).await;
    drop(held);
    for change in good {
        change.await.unwrap().unwrap();
    }
    let error = bad.await.unwrap().unwrap_err();
    assert!(
        matches!(error, WriteError::Store(StoreError::Database(_))),
        "{error}"
    );
    assert_eq!(drafts(&store).await, ["1"]);

    let error = store
        .read(|_| -> Result<(), _> { unreachable!("on purpose") })
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Database(_)), "{error}");
    assert!(has(&store, 1).await);
    add(&store, 2).await.unwrap();
}

#[tokio::test]
async fn a_failure_of_the_disk_undoes_the_batch_and_not_the_next() {
    let place = Place::new();
    let store = Arc::new(place.store);
    add(&store, 1).await.unwrap();
    let held = hold(&store);
    let mut batch = spawn_all(&store, 2..4);
    until_waiting(&store, 2).await;
    let failing = {
        let store = store.clone();
        let work = |_: &rusqlite::Connection| -> Result<(), Failure> {
            Err(StoreError::Unavailable("the disk is on fire".into()).into())
        };
        tokio::spawn(async move { store.write(work).await })
    };
    until_waiting(&store, 3).await;
    batch.extend(spawn_all(&store, 4..6));
    until_waiting(&store, 5).await;
    drop(held);
    let mut errors = vec![failing.await.unwrap().unwrap_err()];
    for change in batch {
        errors.push(change.await.unwrap().unwrap_err());
    }
    for error in errors {
        assert_eq!(error.to_string(), "store unavailable: the disk is on fire");
    }
    add(&store, 6).await.unwrap();
    assert_eq!(drafts(&store).await, ["1", "6"]);
    for number in 2..6 {
        assert!(!has(&store, number).await);
    }
}

#[tokio::test]
async fn a_change_that_nobody_waits_for_any_more_is_passed_over() {
    let place = Place::new();
    let store = Arc::new(place.store);
    let before = store.activity();
    let held = hold(&store);
    let gone = spawn_all(&store, 1..2);
    until_waiting(&store, 1).await;
    for change in gone {
        change.abort();
        assert!(change.await.unwrap_err().is_cancelled());
    }
    drop(held);
    add(&store, 2).await.unwrap();
    assert_eq!(drafts(&store).await, ["2"]);
    assert_eq!(since(&store, before), (1, 1));
}

#[tokio::test]
async fn too_many_waiting_changes_and_reads_are_turned_away() {
    let place = Place::with(Options {
        waiting: 3,
        readers: 1,
        ..Options::default()
    });
    let store = Arc::new(place.store);
    let held = hold(&store);
    let waiting = spawn_all(&store, 0..3);
    until_waiting(&store, 3).await;
    let error = add(&store, 3).await.unwrap_err();
    assert!(
        matches!(error, WriteError::Store(StoreError::Overloaded)),
        "{error}"
    );
    assert!(matches!(store.probe().await, Err(StoreError::Overloaded)));
    assert!(!has(&store, 0).await, "reads have a queue of their own");
    drop(held);
    for change in waiting {
        change.await.unwrap().unwrap();
    }
    add(&store, 3).await.unwrap();
    assert_eq!(drafts(&store).await, ["0", "1", "2", "3"]);

    let (release, wait) = std::sync::mpsc::channel::<()>();
    let (busy_since, begin) = std::sync::mpsc::channel();
    let busy = {
        let store = store.clone();
        tokio::spawn(async move {
            let work = move |_: &rusqlite::Connection| {
                busy_since.send(()).unwrap();
                assert!(wait.recv().is_err());
                Ok(())
            };
            store.read(work).await
        })
    };
    tokio::task::yield_now().await;
    begin.recv().unwrap();
    let reads: Vec<_> = (0..3)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { has(&store, number).await })
        })
        .collect();
    while store.reads.len() < 3 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(store.accounts().await, Err(StoreError::Overloaded)));
    drop(release);
    busy.await.unwrap().unwrap();
    for read in reads {
        assert!(read.await.unwrap());
    }
}
