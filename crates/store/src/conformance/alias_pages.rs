//! Aliases by name, and those of one key.

use claviger_model::{Error, Key, NamePage, Quota};

use super::Subject;
use super::make::{Maker, add_key, any, draft, drafts, name, refused};
use super::people::{NAMES, assert_pages};
use super::together::together;

/// By the bytes of the name, in a scope and of one key.
pub async fn aliases_continue_after_a_name(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let key = add_key(&*store, &mut maker, &scope).await;
    let other = add_key(&*store, &mut maker, &scope).await;
    let foreign = add_key(&*store, &mut maker, &elsewhere).await;
    for text in NAMES.iter().rev() {
        for key in [&key, &foreign] {
            let alias = maker.alias(key, text);
            store
                .create_alias(alias, u32::MAX, u32::MAX, draft("alias"), any())
                .await
                .unwrap();
        }
    }
    for of_key in [None, Some(key.id)] {
        let list = async |page: NamePage| store.aliases_after(&scope, of_key, page).await;
        assert_pages(list, |alias| alias.name.as_str()).await;
    }
    let all = || NamePage {
        after: None,
        take: 100,
    };
    let none = store.aliases_after(&scope, Some(other.id), all()).await.unwrap();
    assert_eq!((none.items, none.more), (vec![], false));
    let moved = maker.moment();
    store
        .move_alias(&scope, &name("a"), None, other.id, moved, draft("move"), any())
        .await
        .unwrap();
    let found = store.aliases_after(&scope, Some(other.id), all()).await.unwrap();
    let [alias] = &found.items[..] else {
        unreachable!("{found:?}")
    };
    assert_eq!((alias.name.as_str(), alias.updated), ("a", moved));
    assert!(alias.created < moved);
    let rest = store.aliases_after(&scope, Some(key.id), all()).await.unwrap();
    assert_eq!(rest.items.len(), NAMES.len() - 1);
}

/// The quota of the scope is looked at first; aliases that are moved to a key or away from it are those of where they
/// lead.
pub async fn aliases_of_a_key_are_made_up_to_its_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let other = add_key(&*store, &mut maker, &scope).await;
    let mut create = |key: &Key, text: &str, quotas: (u32, u32)| {
        let alias = maker.alias(key, text);
        store.create_alias(alias, quotas.0, quotas.1, draft("alias"), any())
    };
    let full = Error::Quota(Quota::AliasesOfKey);
    assert_eq!(refused(create(&key, "a", (10, 0)).await), full);
    create(&key, "a", (10, 2)).await.unwrap();
    create(&key, "b", (10, 2)).await.unwrap();
    let before = drafts(&*store).await;
    assert_eq!(refused(create(&key, "c", (10, 2)).await), full);
    assert_eq!(refused(create(&key, "c", (10, 1)).await), full);
    assert_eq!(refused(create(&key, "a", (10, 2)).await), Error::AliasExists);
    let scope_full = Error::Quota(Quota::Aliases);
    assert_eq!(refused(create(&key, "c", (2, 2)).await), scope_full);
    assert_eq!(drafts(&*store).await, before);
    create(&other, "c", (10, 1)).await.unwrap();
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
    assert_eq!(refused(create(&other, "d", (10, 2)).await), full);
    let wishes: Vec<_> = (0..8).map(|n| create(&key, &format!("d{n}"), (100, 4))).collect();
    let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 3);
    for answer in rest {
        assert_eq!(refused(answer), full);
    }
}
