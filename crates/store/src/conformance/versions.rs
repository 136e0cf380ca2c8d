//! Versions of keys.

use claviger_model::{
    Change, Error, Key, KeyState, KeyVersion, Material, Missing, Page, Paged, Refusal, Scope, StateKind,
};

use super::Subject;
use super::make::{ALL, Maker, add_key, describe, draft, drafts, refused};
use crate::{KeyChange, Store, VersionChange, VersionRow, WriteError};

fn add(version: KeyVersion) -> VersionChange {
    VersionChange::Add {
        version,
        quota: u32::MAX,
    }
}

fn material(text: &str) -> Material {
    Material(text.as_bytes().into())
}

/// By the moment they were made, not by the moment they were added; pages put together give the list.
pub async fn versions_are_listed_newest_first_and_cut_into_pages(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let neighbour = add_key(&*store, &mut maker, &scope).await;
    let mut key = maker.key(&scope);
    let mut versions: Vec<_> = (0..7).map(|_| maker.version(&mut key)).collect();
    versions[3].created = versions[4].created;
    store
        .create_key(key.clone(), Some(versions[2].clone()), u32::MAX, draft("a"))
        .await
        .unwrap();
    for place in [6, 0, 4, 5, 1, 3] {
        let further = add(versions[place].clone());
        store
            .update_version(&scope, key.id, further, draft("b"), describe("x"))
            .await
            .unwrap();
    }
    versions.sort_by_key(|version| std::cmp::Reverse((version.created, version.id)));
    let rows: Vec<_> = versions
        .iter()
        .map(|version| VersionRow {
            id: version.id,
            created: version.created,
        })
        .collect();
    for (skip, take) in [
        (0, 1000),
        (0, 3),
        (3, 3),
        (6, 3),
        (7, 3),
        (0, 0),
        (u64::MAX, u32::MAX),
    ] {
        let page = Page { skip, take };
        let found = store.key_versions(&scope, key.id, page).await.unwrap();
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let items = rows.iter().skip(skip).take(usize::try_from(take).unwrap());
        let items: Vec<_> = items.copied().collect();
        assert_eq!(found, Paged { items, total: 7 }, "skip {skip} take {take}");
    }
    let total = async |scope: &Scope, id| store.key_versions(scope, id, ALL).await.unwrap().total;
    assert_eq!(total(&scope, neighbour.id).await, 1);
    assert_eq!(total(&elsewhere, key.id).await, 0);
    assert_eq!(total(&scope, maker.key_id()).await, 0);
}

/// And what the change makes of the key is written with it.
pub async fn a_version_is_added_cleared_and_filled(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut key = add_key(&*store, &mut maker, &scope).await;
    let first = store.key_version(key.primary.unwrap()).await.unwrap();
    let mut version = maker.version(&mut key);
    let (id, now) = (version.id, maker.moment());
    for (change, material) in [
        (add(version.clone()), version.material.clone()),
        (VersionChange::Clear(id), None),
        (VersionChange::Clear(id), None),
        (VersionChange::Fill(id, material("new")), Some(material("new"))),
        (
            VersionChange::Fill(id, material("newer")),
            Some(material("newer")),
        ),
        (VersionChange::Clear(id), None),
        (VersionChange::Fill(id, material("")), Some(material(""))),
    ] {
        key.description.push('x');
        (key.primary, key.last_rotated) = (Some(id), now);
        let wish = key.clone();
        let rotate: KeyChange = Box::new(move |_| Ok(Change::Changed(wish.clone())));
        let done = store
            .update_version(&scope, key.id, change, draft("b"), rotate)
            .await
            .unwrap();
        assert_eq!(done.into_inner().value, key);
        assert_eq!(store.key(&scope, key.id).await.unwrap().as_ref(), Some(&key));
        version.material = material;
        assert_eq!(store.key_version(id).await.unwrap().as_ref(), Some(&version));
    }
    let rows = store.key_versions(&scope, key.id, ALL).await.unwrap();
    assert_eq!((rows.total, rows.items[0].id), (2, id));
    let first_now = store.key_version(rows.items[1].id).await.unwrap();
    assert_eq!(first_now, first, "other versions stay as they are");
    assert_eq!(drafts(&*store).await.len(), 8);
}

/// One key with one version, and one of each kind of change that fits it.
async fn changes(store: &dyn Store, maker: &mut Maker, scope: &Scope) -> (Key, [VersionChange; 3]) {
    let key = add_key(store, maker, scope).await;
    let id = key.primary.unwrap();
    let further = maker.version(&mut key.clone());
    let changes = [
        add(further),
        VersionChange::Fill(id, material("other")),
        VersionChange::Clear(id),
    ];
    (key, changes)
}

/// Fails unless the key has its first version as it was made, and no other; and there is nothing new in the outbox.
async fn assert_untouched(store: &dyn Store, key: &Key, count: usize) {
    let id = key.primary.unwrap();
    assert_eq!(store.key(&key.scope, key.id).await.unwrap().as_ref(), Some(key));
    let found = store.key_version(id).await.unwrap().unwrap();
    assert_eq!(found.material, Some(Material(id.to_ascii().into())));
    let rows = store.key_versions(&key.scope, key.id, ALL).await.unwrap();
    assert_eq!(rows.total, 1);
    assert_eq!(drafts(store).await.len(), count);
}

/// A refusal and what is so already leave the version alone.
pub async fn a_version_changes_with_its_key_or_not_at_all(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let (key, changes) = changes(&*store, &mut maker, &scope).await;
    for version in changes {
        let refuse: KeyChange = Box::new(|_| Err(Refusal::TooSoon));
        let result = store
            .update_version(&scope, key.id, version.clone(), draft("no"), refuse)
            .await;
        assert_eq!(refused(result), Error::Refused(Refusal::TooSoon));
        assert_untouched(&*store, &key, 1).await;

        let so = store
            .update_version(&scope, key.id, version, draft("no"), Box::new(Key::enable))
            .await
            .unwrap();
        let Change::AlreadySo(answer) = so else {
            unreachable!("the key was enabled")
        };
        assert_eq!((answer.number, &answer.value), (0, &key));
        assert_untouched(&*store, &key, 1).await;
    }
}

/// The key stays as it is where the version is missing, belongs to another key or is there already.
pub async fn a_version_that_does_not_fit_changes_nothing(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let (mut key, changes) = changes(&*store, &mut maker, &scope).await;
    let neighbour = add_key(&*store, &mut maker, &scope).await;
    let others = neighbour.primary.unwrap();
    let update = async |id, version| {
        store
            .update_version(&scope, id, version, draft("no"), describe("no"))
            .await
    };
    for version in changes {
        let result = update(maker.key_id(), version.clone()).await;
        assert_eq!(refused(result), Error::NotFound(Missing::Key));
        let result = store
            .update_version(&elsewhere, key.id, version, draft("no"), describe("no"))
            .await;
        assert_eq!(refused(result), Error::NotFound(Missing::Key));
    }
    for id in [others, maker.version_id()] {
        for version in [
            VersionChange::Fill(id, material("other")),
            VersionChange::Clear(id),
        ] {
            let result = update(key.id, version).await;
            assert_eq!(refused(result), Error::NotFound(Missing::Version));
        }
    }
    let was = key.clone();
    let mut of_neighbour = maker.version(&mut key);
    of_neighbour.key = neighbour.id;
    let mut of_elsewhere = maker.version(&mut key);
    of_elsewhere.scope = elsewhere;
    let mut same = maker.version(&mut key);
    same.id = was.primary.unwrap();
    for version in [of_neighbour, of_elsewhere, same] {
        let result = update(key.id, add(version)).await;
        assert!(matches!(result, Err(WriteError::Store(_))), "{result:?}");
    }
    assert_untouched(&*store, &was, 2).await;
    assert_untouched(&*store, &neighbour, 2).await;
}

/// Neither of what was cleared nor of what was filled over; what stays is there.
pub async fn cleared_material_is_nowhere(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let marks = ["MARK-CLEARED-", "MARK-OVER-", "MARK-STAYS-"];
    let store = subject.open().await;
    let mut keys = Vec::new();
    for round in 0..20 {
        for mark in marks {
            let mut key = maker.key(&scope);
            let mut version = maker.version(&mut key);
            version.material = Some(material(&mark.repeat(1 + round * round)));
            store
                .create_key(key.clone(), Some(version), u32::MAX, draft("a"))
                .await
                .unwrap();
            keys.push((mark, key));
        }
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, marks);

    let store = subject.open().await;
    for (mark, key) in &keys {
        let id = key.primary.unwrap();
        let change = match *mark {
            "MARK-CLEARED-" => VersionChange::Clear(id),
            "MARK-OVER-" => VersionChange::Fill(id, material("new")),
            _ => continue,
        };
        let off: KeyChange = Box::new(|key| {
            Ok(Change::Changed(Key {
                state: KeyState::PendingImport,
                ..key
            }))
        });
        let done = store
            .update_version(&scope, key.id, change, draft("b"), off)
            .await
            .unwrap();
        assert_eq!(done.into_inner().value.state.kind(), StateKind::PendingImport);
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, ["MARK-STAYS-"]);
}

/// Which of the marks are anywhere in the closed database.
pub(super) async fn found<'a>(subject: &dyn Subject, marks: &[&'a str]) -> Vec<&'a str> {
    let bytes = subject.bytes().await;
    let is_in = |mark: &&str| bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
    marks.iter().copied().filter(is_in).collect()
}
