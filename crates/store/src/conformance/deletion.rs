//! Deleting keys.

use claviger_model::{Error, Key, KeyState, Missing, Refusal, Timestamp};

use super::Subject;
use super::grants::add_grant;
use super::make::{ALL, Maker, add, all_keys, any, draft, drafts, name, refused};
use super::versions::found;
use crate::{KeyCheck, Store, VersionChange};

/// A key with two versions, a tag, two aliases and a grant.
async fn rich(store: &dyn Store, maker: &mut Maker, mut key: Key, names: [&str; 2]) -> Key {
    key.tags.set("team".into(), "blue".into()).unwrap();
    let mut key = add(store, maker, key).await;
    let further = VersionChange::Add {
        version: maker.version(&mut key),
        quota: u32::MAX,
    };
    let wish = key.clone();
    let change = Box::new(move |_| Ok(claviger_model::Change::Changed(wish.clone())));
    store
        .update_version(&key.scope, key.id, further, draft("version"), change)
        .await
        .unwrap();
    for text in names {
        let alias = maker.alias(&key, text);
        store
            .create_alias(alias, u32::MAX, u32::MAX, draft("alias"), any())
            .await
            .unwrap();
    }
    add_grant(store, &maker.grant(&key)).await;
    key
}

/// Fails unless everything of the key is there.
async fn assert_whole(store: &dyn Store, key: &Key, names: [&str; 2]) {
    assert_eq!(store.key(&key.scope, key.id).await.unwrap().as_ref(), Some(key));
    let versions = store.key_versions(&key.scope, key.id, ALL).await.unwrap();
    assert_eq!(versions.total, 2);
    for row in versions.items {
        let version = store.key_version(row.id).await.unwrap().unwrap();
        assert!(version.material.is_some());
    }
    for text in names {
        let alias = store.alias(&key.scope, &name(text)).await.unwrap();
        assert_eq!(alias.map(|alias| alias.key), Some(key.id));
    }
    let rows = store.tag_rows(&key.scope, &[key.id], &[], None, 10).await;
    assert_eq!(rows.unwrap().len(), 1);
    let grants = store.grants_of_key(&key.scope, key.id).await.unwrap();
    assert_eq!(grants.len(), 1);
}

/// Versions, tags, aliases and grants; the names are free again. Other keys keep theirs.
pub async fn a_deleted_key_takes_what_is_its_own_with_it(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut wish = maker.key(&scope);
    wish.state = KeyState::PendingDeletion { due: maker.moment() };
    let key = rich(&*store, &mut maker, wish, ["a", "b"]).await;
    let wish = maker.key(&scope);
    let neighbour = rich(&*store, &mut maker, wish, ["c", "d"]).await;
    let versions = store.key_versions(&scope, key.id, ALL).await.unwrap();
    let grants = store.grants_of_key(&scope, key.id).await.unwrap();

    let was = store
        .delete_key(&scope, key.id, draft("delete"), any())
        .await
        .unwrap();
    assert_eq!(was.value, key);
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, last.value.as_str()), (was.number, "delete"));

    assert_eq!(store.key(&scope, key.id).await.unwrap(), None);
    assert_eq!(all_keys(&*store, &scope).await, [neighbour.id]);
    for row in versions.items {
        assert_eq!(store.key_version(row.id).await.unwrap(), None);
    }
    assert_eq!(store.key_versions(&scope, key.id, ALL).await.unwrap().total, 0);
    assert_eq!(store.alias(&scope, &name("a")).await.unwrap(), None);
    assert_eq!(store.aliases(&scope, Some(key.id), ALL).await.unwrap().total, 0);
    let tags = store.tag_rows(&scope, &[key.id], &[], None, 10).await;
    assert_eq!(tags.unwrap(), []);
    assert_eq!(store.grant(grants[0].id).await.unwrap(), None);
    assert_eq!(store.grants_of_key(&scope, key.id).await.unwrap(), []);
    assert_eq!(store.due_keys(Timestamp::MAX, 10).await.unwrap(), []);
    assert_whole(&*store, &neighbour, ["c", "d"]).await;

    let again = store.delete_key(&scope, key.id, draft("again"), any()).await;
    assert_eq!(refused(again), Error::NotFound(Missing::Key));
    let alias = maker.alias(&neighbour, "a");
    store
        .create_alias(alias, u32::MAX, u32::MAX, draft("alias"), any())
        .await
        .unwrap();
    // Not even a key of the same id inherits anything.
    let mut second = maker.key(&scope);
    second.id = key.id;
    store
        .create_key(second.clone(), None, u32::MAX, draft("key"))
        .await
        .unwrap();
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(second));
    assert_eq!(store.grants_of_key(&scope, key.id).await.unwrap(), []);
    assert_eq!(store.key_versions(&scope, key.id, ALL).await.unwrap().total, 0);
}

/// Not in the place of the rows and not beside it.
pub async fn a_deleted_key_leaves_nothing_of_its_material(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let marks = ["MARK-GONE-", "MARK-STAYS-"];
    let store = subject.open().await;
    let mut keys = Vec::new();
    for round in 0..20 {
        for mark in marks {
            let mut key = maker.key(&scope);
            let mut version = maker.version(&mut key);
            let bytes = mark.repeat(1 + round * round).into_bytes();
            version.material = Some(claviger_model::Material(bytes.into()));
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
    for (_, key) in keys.iter().filter(|(mark, _)| *mark == "MARK-GONE-") {
        store.delete_key(&scope, key.id, draft("b"), any()).await.unwrap();
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, ["MARK-STAYS-"]);
}

/// The check sees the key as it is stored, and its answer is final. A key of another scope is missing here.
pub async fn a_key_that_may_not_go_stays_whole(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let wish = maker.key(&scope);
    let key = rich(&*store, &mut maker, wish, ["a", "b"]).await;
    let before = drafts(&*store).await;
    let wanted = key.clone();
    let never: KeyCheck = Box::new(move |key| {
        assert_eq!(*key, wanted);
        Err(Error::Refused(Refusal::Protected))
    });
    let result = store.delete_key(&scope, key.id, draft("no"), never).await;
    assert_eq!(refused(result), Error::Refused(Refusal::Protected));
    for (scope, id) in [(&elsewhere, key.id), (&scope, maker.key_id())] {
        let result = store.delete_key(scope, id, draft("no"), any()).await;
        assert_eq!(refused(result), Error::NotFound(Missing::Key));
    }
    assert_whole(&*store, &key, ["a", "b"]).await;
    assert_eq!(drafts(&*store).await, before);
}
