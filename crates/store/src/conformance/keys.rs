//! Making keys, reading them, listing them.

use claviger_model::{
    Creator, Key, KeyFilter, KeySpec, KeyState, Order, Origin, Page, Paged, ProtectionLevel, SignedDuration,
    Usage,
};

use super::Subject;
use super::make::{ALL, Maker, add, add_key, all_keys, draft, drafts, made_by, name};
use crate::WriteError;

/// All fields of a key at once.
pub async fn a_key_reads_back_as_it_was_made(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("cn-hangzhou");
    let mut key = maker.key(&scope);
    key.creator = made_by("oss");
    key.state = KeyState::PendingDeletion { due: maker.moment() };
    key.description = "first".into();
    key.primary = Some(maker.version_id());
    key.last_rotated = maker.moment();
    key.rotation = Some(SignedDuration::from_hours(730 * 24));
    let expires = maker.moment();
    key.import = Some(maker.import(Some(expires)));
    key.deletion_protection = Some("in use".into());
    key.policy = Some("{}".into());
    key.tags.set("team".into(), "blue".into()).unwrap();
    assert_eq!(store.key(&scope, key.id).await.unwrap(), None);
    store
        .create_key(key.clone(), None, u32::MAX, draft("a"))
        .await
        .unwrap();
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
}

/// Every value of every enum.
pub async fn every_kind_of_key_reads_back(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let due = maker.moment();
    let plain = maker.key(&scope);
    let specs = KeySpec::ALL.iter().map(|spec| Key {
        spec: *spec,
        ..plain.clone()
    });
    let mut wanted: Vec<Key> = specs.collect();
    for usage in [Usage::EncryptDecrypt, Usage::SignVerify, Usage::GenerateVerifyMac] {
        wanted.push(Key {
            usage,
            ..plain.clone()
        });
    }
    for origin in [Origin::Generated, Origin::External] {
        wanted.push(Key {
            origin,
            ..plain.clone()
        });
    }
    for protection in [ProtectionLevel::Software, ProtectionLevel::Hsm] {
        wanted.push(Key {
            protection,
            ..plain.clone()
        });
    }
    let states = [
        KeyState::PendingImport,
        KeyState::Enabled,
        KeyState::Disabled,
        KeyState::PendingDeletion { due },
    ];
    wanted.extend(states.map(|state| Key {
        state,
        ..plain.clone()
    }));
    for creator in [Creator::Account, made_by("rds"), made_by(&"x".repeat(32))] {
        wanted.push(Key {
            creator,
            ..plain.clone()
        });
    }
    wanted.push(Key {
        import: Some(maker.import(None)),
        ..plain.clone()
    });
    for text in [None, Some(String::new())] {
        wanted.push(Key {
            deletion_protection: text.clone(),
            policy: text,
            ..plain.clone()
        });
    }
    for mut key in wanted {
        key.id = maker.key_id();
        store
            .create_key(key.clone(), None, u32::MAX, draft("a"))
            .await
            .unwrap();
        assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
    }
}

/// Versions are found without their scope, and with their material.
pub async fn a_version_reads_back_with_its_material(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut key = maker.key(&scope);
    let version = maker.version(&mut key);
    assert_eq!(store.key_version(version.id).await.unwrap(), None);
    store
        .create_key(key.clone(), Some(version.clone()), u32::MAX, draft("a"))
        .await
        .unwrap();
    assert_eq!(
        store.key_version(version.id).await.unwrap(),
        Some(version.clone())
    );
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));

    let mut key = maker.key(&scope);
    let mut empty = maker.version(&mut key);
    empty.material = None;
    store
        .create_key(key, Some(empty.clone()), u32::MAX, draft("b"))
        .await
        .unwrap();
    assert_eq!(store.key_version(empty.id).await.unwrap(), Some(empty));
}

/// Neither another account nor another region sees it.
pub async fn a_key_lives_in_one_scope(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let here = maker.scope("here");
    let mut other_account = maker.scope("here");
    let mut other_region = here.clone();
    other_region.region = "hereabouts".parse().unwrap();
    let key = add_key(&*store, &mut maker, &here).await;
    for scope in [&mut other_account, &mut other_region] {
        assert_eq!(store.key(scope, key.id).await.unwrap(), None);
        assert_eq!(all_keys(&*store, scope).await, []);
        let theirs = add_key(&*store, &mut maker, scope).await;
        assert_eq!(all_keys(&*store, scope).await, [theirs.id]);
    }
    assert_eq!(all_keys(&*store, &here).await, [key.id]);
}

/// A clash of the key or of its version leaves what was there and nothing else.
pub async fn a_key_is_made_once_and_whole_or_not_at_all(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut first = maker.key(&scope);
    let first_version = maker.version(&mut first);
    store
        .create_key(
            first.clone(),
            Some(first_version.clone()),
            u32::MAX,
            draft("first"),
        )
        .await
        .unwrap();

    let mut same_key = first.clone();
    same_key.tags.set("a".into(), "b".into()).unwrap();
    let new_version = maker.version(&mut same_key);
    let mut other_key = maker.key(&scope);
    let mut same_version = maker.version(&mut other_key);
    same_version.id = first_version.id;
    for (key, version) in [(same_key, new_version.clone()), (other_key.clone(), same_version)] {
        let refused = store
            .create_key(key, Some(version), u32::MAX, draft("clash"))
            .await;
        assert!(matches!(refused, Err(WriteError::Store(_))), "{refused:?}");
        assert_eq!(all_keys(&*store, &scope).await, [first.id]);
        assert_eq!(store.key(&scope, first.id).await.unwrap(), Some(first.clone()));
        assert_eq!(
            store.key_version(first_version.id).await.unwrap(),
            Some(first_version.clone())
        );
        assert_eq!(store.key_version(new_version.id).await.unwrap(), None);
        assert_eq!(drafts(&*store).await.len(), 1);
    }
    store
        .create_key(other_key, None, u32::MAX, draft("other"))
        .await
        .unwrap();
}

/// The version that comes with a key must name it.
pub async fn a_version_of_another_key_is_not_taken(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let first = add_key(&*store, &mut maker, &scope).await;
    let mut second = maker.key(&scope);
    let mut of_first = maker.version(&mut second);
    of_first.key = first.id;
    let mut of_elsewhere = maker.version(&mut second);
    of_elsewhere.scope = elsewhere;
    for version in [of_first, of_elsewhere] {
        let refused = store
            .create_key(second.clone(), Some(version.clone()), u32::MAX, draft("a"))
            .await;
        assert!(matches!(refused, Err(WriteError::Store(_))), "{refused:?}");
        assert_eq!(store.key(&scope, second.id).await.unwrap(), None);
        assert_eq!(store.key_version(version.id).await.unwrap(), None);
    }
}

/// Pages of one list put together give the list; each tells the length of the whole.
pub async fn lists_are_ordered_by_age_and_cut_into_pages(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let keys: Vec<_> = (0..7).map(|_| maker.key(&scope)).collect();
    for key in keys.iter().rev() {
        add(&*store, &mut maker, key.clone()).await;
    }
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    let none = KeyFilter::default();
    for (skip, take) in [
        (0, 1000),
        (0, 7),
        (0, 3),
        (3, 3),
        (6, 3),
        (7, 3),
        (100, 3),
        (0, 0),
        (u64::MAX, u32::MAX),
    ] {
        let page = store
            .keys(&scope, &none, Order::OldestFirst, Page { skip, take })
            .await
            .unwrap();
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let items: Vec<_> = ids
            .iter()
            .skip(skip)
            .take(usize::try_from(take).unwrap())
            .copied()
            .collect();
        assert_eq!(page, Paged { items, total: 7 }, "skip {skip} take {take}");
    }
}

/// Closing and opening again loses nothing.
pub async fn everything_is_there_after_a_restart(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let store = subject.open().await;
    let account = maker.account();
    let access_key = maker.access_key(&account);
    store
        .create_account(account.clone(), access_key.clone(), draft("account"))
        .await
        .unwrap();
    let mut key = maker.key(&scope);
    key.tags.set("a".into(), "b".into()).unwrap();
    let version = maker.version(&mut key);
    store
        .create_key(key.clone(), Some(version.clone()), u32::MAX, draft("key"))
        .await
        .unwrap();
    let alias = maker.alias(&key, "app");
    store
        .create_alias(
            alias.clone(),
            u32::MAX,
            u32::MAX,
            draft("alias"),
            super::make::any(),
        )
        .await
        .unwrap();
    let before = drafts(&*store).await;
    drop(store);

    let store = subject.open().await;
    assert_eq!(store.accounts().await.unwrap(), [account]);
    assert_eq!(store.access_key(&access_key.id).await.unwrap(), Some(access_key));
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
    assert_eq!(store.key_version(version.id).await.unwrap(), Some(version));
    assert_eq!(
        store.alias(&scope, &name("app")).await.unwrap(),
        Some(alias.clone())
    );
    assert_eq!(store.aliases(&scope, None, ALL).await.unwrap().items, [alias]);
    assert_eq!(drafts(&*store).await, before);
}
