//! Changing keys.

use claviger_model::{
    Change, Error, Key, KeySpec, KeyState, Missing, Origin, ProtectionLevel, Refusal, Scope, SignedDuration,
    StateKind, Tags, Usage,
};

use super::Subject;
use super::make::{Maker, add, add_key, describe, draft, drafts, made_by, refused};
use super::together::together;
use crate::{KeyChange, WriteError};

/// A key with other values in all its fields than those of a new one.
fn all_else(maker: &mut Maker, scope: &Scope) -> Key {
    let mut wish = maker.key(scope);
    wish.spec = KeySpec::Sm2;
    wish.usage = Usage::SignVerify;
    wish.origin = Origin::External;
    wish.protection = ProtectionLevel::Hsm;
    wish.creator = made_by("oss");
    wish.state = KeyState::PendingDeletion { due: maker.moment() };
    wish.description = "changed".into();
    wish.primary = Some(maker.version_id());
    wish.last_rotated = maker.moment();
    wish.rotation = Some(SignedDuration::from_hours(24 * 7));
    wish.rotation_from = Some(maker.moment());
    wish.rotation_kept = Some(SignedDuration::from_hours(24 * 8));
    wish.warned = true;
    wish.title = Some("title".parse().unwrap());
    let expires = maker.moment();
    wish.import = Some(maker.import(Some(expires)));
    wish.deletion_protection = Some("why".into());
    wish.policy = Some("{}".into());
    wish.tags.set("a".into(), "b".into()).unwrap();
    wish
}

/// Even a change that tries to rewrite everything.
pub async fn what_can_change_changes_and_the_rest_stays(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let was = add_key(&*store, &mut maker, &scope).await;
    let neighbour = add_key(&*store, &mut maker, &scope).await;
    let wish = all_else(&mut maker, &elsewhere);
    let wanted = Key {
        state: wish.state,
        description: wish.description.clone(),
        primary: wish.primary,
        last_rotated: wish.last_rotated,
        rotation: wish.rotation,
        rotation_from: wish.rotation_from,
        rotation_kept: wish.rotation_kept,
        warned: wish.warned,
        title: wish.title.clone(),
        import: wish.import,
        deletion_protection: wish.deletion_protection.clone(),
        policy: wish.policy.clone(),
        tags: wish.tags.clone(),
        ..was.clone()
    };
    let id = wish.id;
    let change: KeyChange = Box::new(move |key| {
        assert_eq!(key, was, "a change sees the key as it is stored");
        Ok(Change::Changed(wish.clone()))
    });
    let change = store
        .update_key(&scope, wanted.id, draft("a"), change)
        .await
        .unwrap();
    let Change::Changed(answer) = change else {
        unreachable!("the change said that it changes something")
    };
    assert_eq!(answer.value, wanted);
    assert_eq!(store.key(&scope, wanted.id).await.unwrap(), Some(wanted.clone()));
    assert_eq!(store.key(&elsewhere, id).await.unwrap(), None);
    assert_eq!(store.key(&scope, neighbour.id).await.unwrap(), Some(neighbour));

    let back: KeyChange = Box::new(|mut key| {
        (key.state, key.primary, key.tags) = (KeyState::Enabled, None, Tags::default());
        (key.rotation, key.import, key.deletion_protection, key.policy) = (None, None, None, None);
        (key.rotation_from, key.rotation_kept, key.warned, key.title) = (None, None, false, None);
        Ok(Change::Changed(key))
    });
    store
        .update_key(&scope, wanted.id, draft("b"), back)
        .await
        .unwrap();
    let wanted = Key {
        state: KeyState::Enabled,
        primary: None,
        rotation: None,
        rotation_from: None,
        rotation_kept: None,
        warned: false,
        title: None,
        import: None,
        deletion_protection: None,
        policy: None,
        tags: Tags::default(),
        ..wanted
    };
    assert_eq!(store.key(&scope, wanted.id).await.unwrap(), Some(wanted));
}

/// Whatever the change hands back with it.
pub async fn what_is_so_already_is_not_written(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let before = drafts(&*store).await;
    let so: KeyChange = Box::new(|key| {
        Ok(Change::AlreadySo(Key {
            description: "not me".into(),
            ..key
        }))
    });
    let change = store.update_key(&scope, key.id, draft("a"), so).await.unwrap();
    let Change::AlreadySo(answer) = change else {
        unreachable!("the change said that it is so already")
    };
    assert_eq!((answer.number, answer.value), (0, key.clone()));
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
    assert_eq!(drafts(&*store).await, before);
}

/// The refusal reaches the caller as it is.
pub async fn a_refusal_changes_nothing(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut wish = maker.key(&scope);
    wish.state = KeyState::PendingImport;
    let key = add(&*store, &mut maker, wish).await;
    let before = drafts(&*store).await;
    let error = store
        .update_key(&scope, key.id, draft("a"), Box::new(Key::enable))
        .await
        .unwrap_err();
    let wanted = Error::Refused(Refusal::Transition(StateKind::PendingImport));
    assert!(
        matches!(&error, WriteError::Domain(error) if *error == wanted),
        "{error:?}"
    );
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
    assert_eq!(drafts(&*store).await, before);
}

/// A key of another scope is missing here.
pub async fn a_missing_key_is_not_found(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let key = add_key(&*store, &mut maker, &elsewhere).await;
    for id in [key.id, maker.key_id()] {
        let never: KeyChange = Box::new(|_| unreachable!("there is nothing to change"));
        let error = store.update_key(&scope, id, draft("a"), never).await.unwrap_err();
        assert!(
            matches!(error, WriteError::Domain(Error::NotFound(Missing::Key))),
            "{error:?}"
        );
    }
    assert_eq!(store.key(&elsewhere, key.id).await.unwrap(), Some(key));
}

/// Added, changed, taken away; those of other keys stay.
pub async fn tags_are_replaced_as_a_whole(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let tags = |pairs: &[(&str, &str)]| {
        let mut tags = Tags::default();
        for (name, value) in pairs {
            tags.set((*name).into(), (*value).into()).unwrap();
        }
        tags
    };
    let mut wish = maker.key(&scope);
    wish.tags = tags(&[("a", "1"), ("b", "2")]);
    let neighbour = add(&*store, &mut maker, wish.clone()).await;
    wish.id = maker.key_id();
    let mut key = add(&*store, &mut maker, wish).await;
    for pairs in [&[("b", "3"), ("c", "4")][..], &[("c", "4")], &[], &[("a", "")]] {
        key.tags = tags(pairs);
        let wanted = key.tags.clone();
        let change: KeyChange = Box::new(move |key| {
            Ok(Change::Changed(Key {
                tags: wanted.clone(),
                ..key
            }))
        });
        store
            .update_key(&scope, key.id, draft("a"), change)
            .await
            .unwrap();
        assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key.clone()));
        assert_eq!(
            store.key(&scope, neighbour.id).await.unwrap(),
            Some(neighbour.clone())
        );
    }
}

/// Also where the change brought a finer moment or interval than the store keeps.
pub async fn the_answer_is_what_is_read_back(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let due = claviger_model::Timestamp::new(1_800_000_000, 123_456_789).unwrap();
    let import = maker.import(Some(due));
    let change: KeyChange = Box::new(move |mut key| {
        (key.state, key.last_rotated) = (KeyState::PendingDeletion { due }, due);
        (key.rotation, key.import) = (Some(SignedDuration::new(5, 6)), Some(import));
        (key.rotation_from, key.rotation_kept) = (Some(due), Some(SignedDuration::new(7, 8)));
        Ok(Change::Changed(key))
    });
    let answer = store
        .update_key(&scope, key.id, draft("a"), change)
        .await
        .unwrap()
        .into_inner()
        .value;
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(answer));
}

/// Everyone adds one letter to the same description; in the end all letters are there.
pub async fn no_update_is_lost_among_many(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let results = together((0..64).map(|_| {
        let change: KeyChange = Box::new(|mut key| {
            key.description.push('x');
            Ok(Change::Changed(key))
        });
        store.update_key(&scope, key.id, draft("x"), change)
    }))
    .await;
    assert!(results.iter().all(Result::is_ok));
    let after = store.key(&scope, key.id).await.unwrap().unwrap();
    assert_eq!(after.description, "x".repeat(64));
    store
        .update_key(&scope, key.id, draft("y"), describe("y"))
        .await
        .unwrap();
    assert_eq!(drafts(&*store).await.len(), 66);
}

fn disable_all() -> KeyChange {
    Box::new(Key::disable)
}

/// One draft for all; those that are so already stay; the answer has all, in the order that was asked.
pub async fn several_keys_change_together(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut keys = Vec::new();
    for state in [KeyState::Enabled, KeyState::Disabled, KeyState::Enabled] {
        let wish = Key {
            state,
            ..maker.key(&scope)
        };
        keys.push(add(&*store, &mut maker, wish).await);
    }
    let neighbour = add_key(&*store, &mut maker, &scope).await;
    keys.rotate_left(1);
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    let change = store
        .update_keys(&scope, &ids, draft("all"), disable_all())
        .await
        .unwrap();
    let Change::Changed(answer) = change else {
        unreachable!("two keys were enabled")
    };
    for key in &mut keys {
        key.state = KeyState::Disabled;
        assert_eq!(store.key(&scope, key.id).await.unwrap().as_ref(), Some(&*key));
    }
    assert_eq!(answer.value, keys);
    assert_eq!(store.key(&scope, neighbour.id).await.unwrap(), Some(neighbour));
    let before = drafts(&*store).await;
    let last = before.last().unwrap();
    assert_eq!((last.number, last.value.as_str()), (answer.number, "all"));
    assert_eq!(before.len(), 5, "one draft for all keys");

    let empty: [claviger_model::KeyId; 0] = [];
    for (ids, wanted) in [(&ids[..], keys), (&empty, vec![])] {
        let change = store
            .update_keys(&scope, ids, draft("again"), disable_all())
            .await
            .unwrap();
        let Change::AlreadySo(answer) = change else {
            unreachable!("all keys were disabled")
        };
        assert_eq!((answer.number, answer.value), (0, wanted));
    }
    assert_eq!(drafts(&*store).await, before);
}

/// Wherever in the list the key is that refuses or is missing.
pub async fn several_keys_change_all_or_none(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let first = add_key(&*store, &mut maker, &scope).await;
    let second = add_key(&*store, &mut maker, &scope).await;
    let foreign = add_key(&*store, &mut maker, &elsewhere).await;
    let wish = Key {
        state: KeyState::PendingImport,
        ..maker.key(&scope)
    };
    let bad = add(&*store, &mut maker, wish).await;
    let before = drafts(&*store).await;
    let refusal = Error::Refused(Refusal::Transition(StateKind::PendingImport));
    let missing = Error::NotFound(Missing::Key);
    for (id, wanted) in [
        (bad.id, refusal),
        (foreign.id, missing.clone()),
        (maker.key_id(), missing),
    ] {
        for ids in [
            [id, first.id, second.id],
            [first.id, id, second.id],
            [first.id, second.id, id],
        ] {
            let tag: KeyChange = Box::new(|key| {
                let mut key = key.disable()?.into_inner();
                key.tags.set("a".into(), "b".into()).unwrap();
                Ok(Change::Changed(key))
            });
            let result = store.update_keys(&scope, &ids, draft("no"), tag).await;
            assert_eq!(refused(result), wanted);
            for key in [&first, &second, &bad] {
                assert_eq!(store.key(&scope, key.id).await.unwrap().as_ref(), Some(key));
            }
        }
    }
    assert_eq!(drafts(&*store).await, before);
}
