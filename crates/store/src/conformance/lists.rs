//! Whole lists of keys, their length, and keys whose scope is not known.

use claviger_model::{
    Creator, Key, KeyFilter, KeyMatch, KeyState, Order, Page, Paged, Scope, SignedDuration, StateKind,
};

use super::Subject;
use super::make::{ALL, Maker, add, add_key, any, draft, made_by};
use crate::Store;

/// Keys with all that a key can have, and plain ones, some switched off.
async fn varied(store: &dyn Store, maker: &mut Maker, scope: &Scope) -> Vec<Key> {
    let mut keys = Vec::new();
    for number in 0..7 {
        let mut key = maker.key(scope);
        if number % 3 == 0 {
            let (from, expires) = (maker.moment(), maker.moment());
            key.title = Some(format!("title-{number}").parse().unwrap());
            key.rotation = Some(SignedDuration::from_hours(24));
            key.rotation_from = Some(from);
            key.rotation_kept = Some(SignedDuration::from_hours(48));
            key.import = Some(maker.import(Some(expires)));
            key.deletion_protection = Some("why".into());
            key.policy = Some("{}".into());
            for name in ["b", "a", "c"] {
                key.tags.set(name.into(), number.to_string()).unwrap();
            }
        }
        if number % 2 == 1 {
            key.state = KeyState::Disabled;
        }
        keys.push(add(store, maker, key).await);
    }
    keys
}

/// With all that is known of each key, as it is now; either way round and in pages of any length.
pub async fn whole_keys_are_listed_in_either_order(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let mut keys = varied(&*store, &mut maker, &scope).await;
    varied(&*store, &mut maker, &elsewhere).await;
    let off = Box::new(Key::disable);
    store
        .update_key(&scope, keys[0].id, draft("off"), off)
        .await
        .unwrap();
    keys[0].state = KeyState::Disabled;
    let disabled = KeyFilter {
        all_of: vec![vec![KeyMatch::State(StateKind::Disabled)]],
    };
    for order in [Order::OldestFirst, Order::NewestFirst] {
        for filter in [&KeyFilter::default(), &disabled] {
            let mut wanted = keys.clone();
            wanted.retain(|key| filter.all_of.is_empty() || key.state == KeyState::Disabled);
            if order == Order::NewestFirst {
                wanted.reverse();
            }
            let total = u64::try_from(wanted.len()).unwrap();
            for (skip, take) in [(0, 1000), (0, 2), (1, 3), (3, 1000), (100, 3), (0, 0)] {
                let page = Page { skip, take };
                let skip = usize::try_from(skip).unwrap();
                let take = usize::try_from(take).unwrap();
                let items: Vec<_> = wanted.iter().skip(skip).take(take).cloned().collect();
                let ids = items.iter().map(|key| key.id).collect();
                let found = store.whole_keys(&scope, filter, order, page).await.unwrap();
                assert_eq!(found, Paged { items, total });
                let found = store.keys(&scope, filter, order, page).await.unwrap();
                assert_eq!(found, Paged { items: ids, total });
            }
        }
    }
    let nothing = KeyFilter { all_of: vec![vec![]] };
    let found = store.whole_keys(&scope, &nothing, Order::OldestFirst, ALL).await;
    assert_eq!(found.unwrap().total, 0);
}

/// Those of the account, those that wait for their deletion too; those of services do not count.
pub async fn keys_of_the_account_are_counted(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    assert_eq!(store.key_count(&scope).await.unwrap(), 0);
    let first = add_key(&*store, &mut maker, &scope).await;
    for (creator, state) in [
        (
            Creator::Account,
            KeyState::PendingDeletion { due: maker.moment() },
        ),
        (Creator::Account, KeyState::Disabled),
        (made_by("oss"), KeyState::Enabled),
    ] {
        let key = Key {
            creator,
            state,
            ..maker.key(&scope)
        };
        add(&*store, &mut maker, key).await;
    }
    add_key(&*store, &mut maker, &elsewhere).await;
    assert_eq!(store.key_count(&scope).await.unwrap(), 3);
    assert_eq!(store.key_count(&elsewhere).await.unwrap(), 1);
    store
        .delete_key(&scope, first.id, draft("delete"), any())
        .await
        .unwrap();
    assert_eq!(store.key_count(&scope).await.unwrap(), 2);
}

/// Whatever its account and region; a key that is gone lies nowhere.
pub async fn a_key_is_found_without_its_scope(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let first = maker.scope("r");
    let second = Scope {
        account: first.account,
        region: "s".parse().unwrap(),
    };
    let third = maker.scope("r");
    for scope in [&first, &second, &third] {
        let key = add_key(&*store, &mut maker, scope).await;
        assert_eq!(store.scope_of_key(key.id).await.unwrap().as_ref(), Some(scope));
        if *scope == third {
            store
                .delete_key(scope, key.id, draft("delete"), any())
                .await
                .unwrap();
            assert_eq!(store.scope_of_key(key.id).await.unwrap(), None);
        }
    }
    assert_eq!(store.scope_of_key(maker.key_id()).await.unwrap(), None);
}
