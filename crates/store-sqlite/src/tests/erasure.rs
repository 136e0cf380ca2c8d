use std::path::Path;

use claviger_model::{Change, Key, Tags};
use claviger_store::{Draft, SealedCell, Store};

use super::{Place, add, alias, copy, draft, key, scope};
use crate::connection::beside;

/// Whether the text is anywhere in the files of the database.
fn is_left(path: &Path, text: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    ["", "-wal", "-shm"].iter().any(|suffix| {
        let copied = folder.path().join("copy");
        copy(&beside(path, suffix), &copied);
        String::from_utf8_lossy(&std::fs::read(&copied).unwrap()).contains(text)
    })
}

#[tokio::test]
async fn what_is_deleted_is_not_in_the_files_any_more() {
    let place = Place::new();
    let (store, path) = (&place.store, place.path());
    let marks = [
        "DRAFT-MARK",
        "DESCRIPTION-MARK",
        "TAG-MARK",
        "ALIAS-MARK",
        "CELL-MARK",
    ];
    for number in 0_u32..150 {
        let length = if number % 10 == 0 { 600 } else { 20 };
        let mut key = key(number.wrapping_mul(2_654_435_761));
        key.description = marks[1].repeat(length);
        key.tags.set(marks[2].into(), marks[2].into()).unwrap();
        key.primary = None;
        let id = key.id;
        store
            .create_key(key, None, Draft(marks[0].repeat(length).into_bytes().into()))
            .await
            .unwrap();
        let mut alias = alias(&format!("{}{number}", marks[3]), 0);
        alias.key = id;
        store
            .create_alias(alias, draft("alias"), Box::new(|_| Ok(())))
            .await
            .unwrap();
    }
    store
        .set_cell("cell", SealedCell(marks[4].as_bytes().into()))
        .await
        .unwrap();
    for mark in marks {
        assert!(is_left(&path, mark), "{mark}");
    }

    for number in 0_u32..150 {
        let strip = Box::new(|key| {
            Ok(Change::Changed(Key {
                description: String::new(),
                tags: Tags::default(),
                ..key
            }))
        });
        let id = key(number.wrapping_mul(2_654_435_761)).id;
        store
            .update_key(&scope(), id, draft("strip"), strip)
            .await
            .unwrap();
        let name = format!("{}{number}", marks[3]).parse().unwrap();
        store
            .delete_alias(&scope(), &name, draft("delete"))
            .await
            .unwrap();
    }
    store
        .set_cell("cell", SealedCell(b"other".as_slice().into()))
        .await
        .unwrap();
    store.settle(1_000_000).await.unwrap();
    store.checkpoint().await.unwrap();
    for mark in marks {
        assert!(!is_left(&path, mark), "{mark}");
    }
    add(store, u32::MAX).await.unwrap();
}
