use std::sync::Arc;

use claviger_store::{Draft, SealedCell, Store, StoreError, WriteError};

use super::{Place, add, draft, drafts, has, hold, key, on_writer, until_waiting};
use crate::SqliteStore;

fn assert_unavailable(error: &WriteError) {
    assert!(
        matches!(error, WriteError::Store(StoreError::Unavailable(_))),
        "{error}"
    );
}

/// Allows the file to grow by so many pages, and no further.
fn limit(store: &SqliteStore, pages: i64) {
    on_writer(store, move |connection| {
        let now: i64 = connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        connection
            .query_row(
                &format!("PRAGMA max_page_count = {}", now + pages),
                [],
                |_| Ok(()),
            )
            .unwrap();
    });
}

async fn add_with(store: &SqliteStore, number: u32, length: usize) -> Result<(), WriteError> {
    let draft = Draft(vec![b'd'; length].into());
    store
        .create_key(key(number), Some(super::version(number)), u32::MAX, draft)
        .await
        .map(drop)
}

#[tokio::test]
async fn a_full_disk_refuses_changes_until_there_is_space() {
    let place = Place::new();
    let store = &place.store;
    limit(store, 20);
    let mut added = 0;
    let error = loop {
        match add_with(store, added, 3000).await {
            Ok(()) => added += 1,
            Err(error) => break error,
        }
    };
    assert_unavailable(&error);
    assert!(added > 3, "only {added}");
    assert_unavailable(&add_with(store, 1000, 3000).await.unwrap_err());
    let error = store
        .set_cell("cell", SealedCell(vec![1; 50_000].into()))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    for number in 0..=added {
        assert_eq!(
            has(store, number).await,
            number < added,
            "key {number} of {added}"
        );
    }
    assert_eq!(drafts(store).await.len(), usize::try_from(added).unwrap());
    assert!(store.cell("cell").await.unwrap().is_none());

    limit(store, 100);
    for number in added..added + 5 {
        add_with(store, number, 3000).await.unwrap();
    }
    assert!(!has(store, 1000).await);
    let path = place.path();
    store.close().unwrap();
    let store = SqliteStore::open(path, crate::Options::default()).unwrap();
    for number in 0..added + 5 {
        assert!(has(&store, number).await);
    }
}

#[tokio::test]
async fn settling_makes_room_on_a_full_disk() {
    let place = Place::new();
    let store = &place.store;
    for number in 0..20 {
        add_with(store, number, 3000).await.unwrap();
    }
    limit(store, 0);
    assert_unavailable(&add_with(store, 20, 30_000).await.unwrap_err());
    store.settle(1_000_000).await.unwrap();
    add_with(store, 20, 30_000).await.unwrap();
}

#[tokio::test]
async fn when_one_change_finds_no_space_none_of_its_batch_is_there() {
    let place = Place::new();
    let store = Arc::new(place.store);
    add(&store, 0).await.unwrap();
    limit(&store, 5);
    let held = hold(&store);
    let mut waiting = Vec::new();
    for (number, length) in [(1, 10), (2, 200_000), (3, 10)] {
        let changes = store.clone();
        waiting.push(tokio::spawn(
            async move { add_with(&changes, number, length).await },
        ));
        until_waiting(&store, waiting.len()).await;
    }
    drop(held);
    for change in waiting {
        assert_unavailable(&change.await.unwrap().unwrap_err());
    }
    for number in 1..=3 {
        assert!(!has(&store, number).await, "key {number}");
    }
    assert_eq!(drafts(&store).await, ["0"]);
    add_with(&store, 1, 10).await.unwrap();
    add_with(&store, 3, 10).await.unwrap();
}

#[tokio::test]
async fn a_read_only_disk_refuses_changes_and_serves_reads() {
    let place = Place::new();
    let store = &place.store;
    add(store, 1).await.unwrap();
    let read_only = |on: bool| {
        on_writer(store, move |connection| {
            connection.pragma_update(None, "query_only", on).unwrap();
        });
    };
    read_only(true);
    assert_unavailable(&add(store, 2).await.unwrap_err());
    for error in [store.probe().await, store.settle(1).await] {
        assert!(matches!(error, Err(StoreError::Unavailable(_))), "{error:?}");
    }
    assert!(has(store, 1).await && !has(store, 2).await);
    read_only(false);
    store.probe().await.unwrap();
    assert!(!has(store, 2).await);
    add(store, 2).await.unwrap();
    assert_eq!(drafts(store).await, ["1", "2"]);
}

#[tokio::test]
async fn another_writer_is_waited_for_and_then_reported() {
    let place = Place::with(crate::Options {
        patience: std::time::Duration::ZERO,
        ..crate::Options::default()
    });
    let store = &place.store;
    add(store, 1).await.unwrap();
    let intruder = place.intruder();
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_unavailable(&add(store, 2).await.unwrap_err());
    assert!(has(store, 1).await);
    intruder.execute_batch("COMMIT").unwrap();
    add(store, 3).await.unwrap();
    assert_eq!(drafts(store).await, ["1", "3"]);
}

#[tokio::test]
async fn a_connection_in_an_unclear_state_is_replaced() {
    let place = Place::new();
    let store = &place.store;
    add(store, 1).await.unwrap();
    let order = crate::writer::Order::Between(Box::new(|_| unreachable!("on purpose")));
    store.order(order).unwrap();
    add(store, 2).await.unwrap();
    let settings = std::sync::mpsc::channel();
    on_writer(store, move |connection| {
        for name in ["synchronous", "foreign_keys", "secure_delete"] {
            let value: i64 = connection
                .pragma_query_value(None, name, |row| row.get(0))
                .unwrap();
            settings.0.send((name, value)).unwrap();
        }
    });
    let settings: Vec<_> = settings.1.iter().collect();
    assert_eq!(
        settings,
        [("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)]
    );
    assert_eq!(drafts(store).await, ["1", "2"]);
    store
        .create_key(key(3), None, u32::MAX, draft("3"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_probe_goes_to_the_disk_and_leaves_no_row() {
    let place = Place::new();
    let log = crate::connection::beside(&place.path(), "-wal");
    let before = log.metadata().unwrap().len();
    place.store.probe().await.unwrap();
    place.store.probe().await.unwrap();
    assert!(log.metadata().unwrap().len() > before);
    let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    assert_eq!(
        place
            .intruder()
            .query_row("SELECT count(*) FROM probe", [], count),
        Ok(0)
    );
}
