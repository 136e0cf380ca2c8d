use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use claviger_model::{Change, Key, Material, Tags};
use claviger_store::{Draft, SealedCell, Store, VersionChange};

use super::{Place, add, alias, copy, draft, key, on_writer, scope, version};
use crate::connection::beside;
use crate::keys;

/// Whether the text is anywhere in the files of the database.
pub(super) fn is_left(path: &Path, text: &str) -> bool {
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
            .create_key(
                key,
                None,
                u32::MAX,
                Draft(marks[0].repeat(length).into_bytes().into()),
            )
            .await
            .unwrap();
        let mut alias = alias(&format!("{}{number}", marks[3]), 0);
        alias.key = id;
        store
            .create_alias(alias, u32::MAX, u32::MAX, draft("alias"), Box::new(|_| Ok(())))
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
            .delete_alias(&scope(), &name, None, draft("delete"))
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

#[tokio::test]
async fn erased_material_is_gone_from_the_log_without_being_asked() {
    let place = Place::new();
    let (store, path) = (&place.store, place.path());
    for number in 0..3 {
        let mut version = version(number);
        let text = format!("MATERIAL-{number}-MARK").repeat(400);
        version.material = Some(Material(text.into_bytes().into()));
        store
            .create_key(key(number), Some(version), u32::MAX, draft("a"))
            .await
            .unwrap();
    }
    for number in 0..3 {
        let mark = format!("MATERIAL-{number}-MARK");
        assert!(is_left(&path, &mark), "{mark}");
        let (id, version) = (key(number).id, version(number).id);
        let change = Box::new(|key| Ok(Change::Changed(key)));
        let new = Material(b"new".as_slice().into());
        let fate = match number {
            0 => VersionChange::Clear(version),
            1 => VersionChange::Fill(version, new),
            _ => {
                store
                    .delete_key(&scope(), id, draft("b"), Box::new(|_| Ok(())))
                    .await
                    .unwrap();
                on_writer(store, |_| {});
                assert!(!is_left(&path, &mark), "{mark}");
                continue;
            }
        };
        store
            .update_version(&scope(), id, fate, draft("c"), change)
            .await
            .unwrap();
        // The log is emptied before whatever comes next.
        on_writer(store, |_| {});
        assert!(!is_left(&path, &mark), "{mark}");
    }
}

/// What a long life makes of the pages: they fill, split, shrink and are filled again.
#[tokio::test]
async fn no_copies_of_erased_material_stay_behind_in_the_pages() {
    let place = Place::new();
    let erased = Arc::new(Mutex::new((BTreeSet::new(), BTreeSet::new())));
    let marks = erased.clone();
    on_writer(&place.store, move |connection| {
        let mut live: Vec<(u32, String)> = Vec::new();
        let mut gone = BTreeSet::new();
        connection.execute_batch("BEGIN").unwrap();
        for step in 0_u32..6000 {
            // Multiplied by odd numbers: any order, and the same in every run.
            let dice = step.wrapping_mul(2_654_435_761) >> 8;
            if dice % 5 < 3 || live.is_empty() {
                let number = step.wrapping_mul(0x9e37_79b1);
                let mark = format!("<{step:07}>");
                let mut version = version(number);
                let length = [7, 8, 10, 40, 150, 700][usize::try_from(dice / 5 % 6).unwrap()];
                version.material = Some(Material(mark.repeat(length).into_bytes().into()));
                keys::create(connection, &key(number), Some(&version), u32::MAX, &draft("a")).unwrap();
                live.push((number, mark));
                continue;
            }
            let (number, mark) = live.swap_remove(usize::try_from(dice).unwrap() % live.len());
            let (id, version) = (key(number).id, version(number).id);
            let change = |fate: VersionChange| {
                let same = Box::new(|key| Ok(Change::Changed(key)));
                keys::update_version(connection, &scope(), id, &fate, &draft("b"), same).unwrap();
            };
            match dice / 5 % 3 {
                0 => change(VersionChange::Clear(version)),
                1 => change(VersionChange::Fill(version, Material([7; 90].into()))),
                _ => {
                    let any = Box::new(|_: &Key| Ok(()));
                    keys::delete(connection, &scope(), id, &draft("c"), any).unwrap();
                }
            }
            gone.insert(mark);
        }
        connection.execute_batch("COMMIT").unwrap();
        *marks.lock().unwrap() = (live.into_iter().map(|(_, mark)| mark).collect(), gone);
    });
    let path = place.path();
    place.store.close().unwrap();
    let (live, gone) = std::mem::take(&mut *erased.lock().unwrap());
    let bytes = std::fs::read(path).unwrap();
    let is_mark = |text: &&[u8]| text.starts_with(b"<") && text.ends_with(b">");
    let found: BTreeSet<_> = bytes
        .windows(9)
        .filter(is_mark)
        .map(|mark| String::from_utf8_lossy(mark).into_owned())
        .collect();
    assert!(
        live.len() > 500 && gone.len() > 1500,
        "{} {}",
        live.len(),
        gone.len()
    );
    assert!(live.is_subset(&found));
    let left: Vec<_> = found.intersection(&gone).collect();
    assert!(left.is_empty(), "{left:?}");
}
