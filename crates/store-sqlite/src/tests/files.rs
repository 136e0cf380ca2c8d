use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use claviger_store::{IdentityStore as _, Store, StoreError, WriteError};

use super::{Place, add, has, hold, until_waiting};
use crate::connection::beside;
use crate::{Options, SqliteStore};

#[tokio::test]
async fn nobody_else_can_read_the_files() {
    let place = Place::new();
    add(&place.store, 1).await.unwrap();
    let mode = |suffix: &str| {
        beside(&place.path(), suffix)
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!([mode(""), mode("-wal"), mode("-shm")], [0o600; 3]);

    place.store.close().unwrap();
    std::fs::set_permissions(place.path(), Permissions::from_mode(0o644)).unwrap();
    let store = SqliteStore::open(place.path(), Options::default()).unwrap();
    add(&store, 2).await.unwrap();
    assert_eq!([mode(""), mode("-wal"), mode("-shm")], [0o600; 3]);
}

#[test]
fn what_cannot_be_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing/db")] {
        let error = SqliteStore::open(&path, Options::default()).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    }
    assert_ne!(
        folder.path().metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_name_that_looks_like_an_address_is_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file:db?mode=memory&cache=shared");
    add(&SqliteStore::open(&path, Options::default()).unwrap(), 1)
        .await
        .unwrap();
    assert!(path.is_file());
    assert!(has(&SqliteStore::open(&path, Options::default()).unwrap(), 1).await);
}

#[tokio::test]
async fn closing_finishes_what_waits_and_leaves_one_file() {
    let place = Place::new();
    let path = place.path();
    let store = std::sync::Arc::new(place.store);
    let held = hold(&store);
    let waiting: Vec<_> = (0..10)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { add(&store, number).await })
        })
        .collect();
    until_waiting(&store, 10).await;
    let closer = {
        let store = store.clone();
        std::thread::spawn(move || store.close())
    };
    drop(held);
    closer.join().unwrap().unwrap();
    for change in waiting {
        change.await.unwrap().unwrap();
    }
    assert!(path.is_file());
    assert!(!beside(&path, "-wal").exists() && !beside(&path, "-shm").exists());

    let assert_closed = |error: StoreError| assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert_closed(store.probe().await.unwrap_err());
    assert_closed(store.accounts().await.unwrap_err());
    assert_closed(store.checkpoint().await.unwrap_err());
    let error = add(&store, 11).await.unwrap_err();
    assert!(
        matches!(error, WriteError::Store(StoreError::Unavailable(_))),
        "{error}"
    );
    store.close().unwrap();

    let store = SqliteStore::open(&path, Options::default()).unwrap();
    for number in 0..10 {
        assert!(has(&store, number).await);
    }
    assert!(!has(&store, 11).await);
}

#[test]
fn the_store_prints_its_path_and_nothing_else() {
    let place = Place::new();
    let text = format!("{:?}", place.store);
    assert!(text.contains("db") && text.len() < 200, "{text}");
}
