//! As many as there may be, and not one more.

use claviger_model::{Error, Key, KeyState, Quota};

use super::Subject;
use super::make::{ALL, Maker, add_key, all_keys, any, describe, draft, drafts, made_by, name, refused};
use super::together::together;
use crate::{Store, VersionChange, WriteError};

async fn create(store: &dyn Store, key: Key, quota: u32) -> Result<(), WriteError> {
    let done = store.create_key(key, None, quota, draft("key")).await;
    done.map(drop)
}

/// How many were done; fails unless the others were refused for that quota.
fn successes<T: std::fmt::Debug>(results: Vec<Result<T, WriteError>>, quota: Quota) -> usize {
    let count = results.len();
    let (done, rest): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    for result in rest {
        assert_eq!(refused(result), Error::Quota(quota));
    }
    assert!(done.len() < count, "nobody was refused");
    done.len()
}

/// Counted per scope, apart for the account and its services; those that wait for their deletion count, those that are
/// deleted do not.
pub async fn keys_are_made_up_to_the_quota(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let store = subject.open().await;
    let mut first = maker.key(&scope);
    first.state = KeyState::PendingDeletion { due: maker.moment() };
    let service = |key: Key, name: &str| Key {
        creator: made_by(name),
        ..key
    };
    assert_eq!(
        refused(create(&*store, first.clone(), 0).await),
        Error::Quota(Quota::Keys)
    );
    create(&*store, first.clone(), 3).await.unwrap();
    create(&*store, maker.key(&scope), 3).await.unwrap();
    create(&*store, service(maker.key(&scope), "oss"), 1)
        .await
        .unwrap();
    create(&*store, maker.key(&elsewhere), 1).await.unwrap();
    create(&*store, maker.key(&scope), 3).await.unwrap();
    let before = (all_keys(&*store, &scope).await, drafts(&*store).await);
    drop(store);

    let store = subject.open().await;
    for (key, quota) in [
        (maker.key(&scope), 3),
        (maker.key(&scope), 2),
        (service(maker.key(&scope), "rds"), 1),
    ] {
        let full = create(&*store, key, quota).await;
        assert_eq!(refused(full), Error::Quota(Quota::Keys));
    }
    let after = (all_keys(&*store, &scope).await, drafts(&*store).await);
    assert_eq!(after, before);

    store
        .delete_key(&scope, first.id, draft("delete"), any())
        .await
        .unwrap();
    create(&*store, maker.key(&scope), 3).await.unwrap();
    let full = create(&*store, maker.key(&scope), 3).await;
    assert_eq!(refused(full), Error::Quota(Quota::Keys));
    create(&*store, maker.key(&scope), 4).await.unwrap();
}

/// However many ask at once.
pub async fn of_many_new_keys_as_many_are_made_as_fit(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    add_key(&*store, &mut maker, &scope).await;
    let wishes: Vec<_> = (0..32).map(|_| maker.key(&scope)).collect();
    let results = together(
        wishes
            .into_iter()
            .map(|key| store.create_key(key, None, 10, draft("key"))),
    )
    .await;
    assert_eq!(successes(results, Quota::Keys), 9);
    assert_eq!(all_keys(&*store, &scope).await.len(), 10);
    assert_eq!(drafts(&*store).await.len(), 10);
}

/// A name that is taken is told first; a deleted alias makes room, a moved one takes none.
pub async fn aliases_are_made_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let key = add_key(&*store, &mut maker, &scope).await;
    let other = add_key(&*store, &mut maker, &scope).await;
    let foreign = add_key(&*store, &mut maker, &elsewhere).await;
    let mut create = async |key: &Key, text: &str, quota| {
        let alias = maker.alias(key, text);
        store
            .create_alias(alias, quota, u32::MAX, draft("alias"), any())
            .await
            .map(drop)
    };
    let full = Error::Quota(Quota::Aliases);
    assert_eq!(refused(create(&key, "a", 0).await), full);
    create(&key, "a", 2).await.unwrap();
    create(&foreign, "a", 1).await.unwrap();
    create(&other, "b", 2).await.unwrap();
    let before = drafts(&*store).await;
    assert_eq!(refused(create(&key, "c", 2).await), full);
    assert_eq!(refused(create(&key, "c", 1).await), full);
    assert_eq!(refused(create(&key, "a", 2).await), Error::AliasExists);
    assert_eq!(store.alias(&scope, &name("c")).await.unwrap(), None);
    assert_eq!(drafts(&*store).await, before);

    store
        .move_alias(
            &scope,
            &name("a"),
            None,
            other.id,
            other.created,
            draft("move"),
            any(),
        )
        .await
        .unwrap();
    assert_eq!(refused(create(&key, "c", 2).await), full);
    store
        .delete_alias(&scope, &name("a"), None, draft("delete"))
        .await
        .unwrap();
    create(&key, "c", 2).await.unwrap();
    assert_eq!(refused(create(&key, "d", 2).await), full);
    store
        .delete_key(&scope, other.id, draft("delete"), any())
        .await
        .unwrap();
    create(&key, "d", 2).await.unwrap();
    assert_eq!(refused(create(&key, "e", 2).await), full);
}

/// However many ask at once.
pub async fn of_many_new_aliases_as_many_are_made_as_fit(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let wishes: Vec<_> = (0..32).map(|n| maker.alias(&key, &format!("a{n}"))).collect();
    let results = together(
        wishes
            .into_iter()
            .map(|alias| store.create_alias(alias, 10, u32::MAX, draft("alias"), any())),
    )
    .await;
    assert_eq!(successes(results, Quota::Aliases), 10);
    assert_eq!(store.aliases(&scope, None, ALL).await.unwrap().total, 10);
    assert_eq!(drafts(&*store).await.len(), 11);
}

/// The first version counts; versions without material do too; those of other keys do not.
pub async fn versions_are_added_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    add_key(&*store, &mut maker, &scope).await;
    let key = add_key(&*store, &mut maker, &scope).await;
    let mut update = async |quota| {
        let version = maker.version(&mut key.clone());
        let version = VersionChange::Add { version, quota };
        let done = store
            .update_version(&scope, key.id, version, draft("v"), describe("x"))
            .await;
        done.map(drop)
    };
    let full = Error::Quota(Quota::Versions);
    for quota in [0, 1] {
        assert_eq!(refused(update(quota).await), full);
    }
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key.clone()));
    assert_eq!(drafts(&*store).await.len(), 2);
    update(2).await.unwrap();
    assert_eq!(refused(update(2).await), full);
    let clear = VersionChange::Clear(key.primary.unwrap());
    store
        .update_version(&scope, key.id, clear, draft("c"), describe("y"))
        .await
        .unwrap();
    assert_eq!(refused(update(2).await), full);
    update(3).await.unwrap();
    let versions = store.key_versions(&scope, key.id, ALL).await.unwrap();
    assert_eq!(versions.total, 3);
}

/// However many ask at once.
pub async fn of_many_new_versions_as_many_are_added_as_fit(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let wishes: Vec<_> = (0..32)
        .map(|_| VersionChange::Add {
            version: maker.version(&mut key.clone()),
            quota: 10,
        })
        .collect();
    let results = together(wishes.into_iter().map(|version| {
        let text = describe("x");
        store.update_version(&scope, key.id, version, draft("v"), text)
    }))
    .await;
    assert_eq!(successes(results, Quota::Versions), 9);
    let versions = store.key_versions(&scope, key.id, ALL).await.unwrap();
    assert_eq!(versions.total, 10);
    assert_eq!(drafts(&*store).await.len(), 10);
}
