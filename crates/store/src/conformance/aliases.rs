//! Aliases.

use claviger_model::{Alias, Error, Field, KeyState, Missing, Page, Paged, Refusal, StateKind};

use super::Subject;
use super::make::{ALL, Maker, add, add_key, any, draft, drafts, name, refused};
use super::together::together;
use crate::{KeyCheck, WriteError};

/// Creating, reading, moving; the answer to a move is the alias as it was.
pub async fn an_alias_reads_back_and_leads_on_after_a_move(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let first = add_key(&*store, &mut maker, &scope).await;
    let second = add_key(&*store, &mut maker, &scope).await;
    let alias = maker.alias(&first, "team/app_1-x");
    assert_eq!(store.alias(&scope, &alias.name).await.unwrap(), None);
    store
        .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("a"), any())
        .await
        .unwrap();
    assert_eq!(
        store.alias(&scope, &alias.name).await.unwrap(),
        Some(alias.clone())
    );

    let now = maker.moment();
    let was = store
        .move_alias(&scope, &alias.name, None, second.id, now, draft("b"), any())
        .await
        .unwrap();
    assert_eq!(was.value, alias);
    let moved = Alias {
        key: second.id,
        updated: now,
        ..alias.clone()
    };
    assert_eq!(
        store.alias(&scope, &alias.name).await.unwrap(),
        Some(moved.clone())
    );

    let was = store
        .move_alias(
            &scope,
            &alias.name,
            None,
            second.id,
            maker.moment(),
            draft("c"),
            any(),
        )
        .await
        .unwrap();
    assert_eq!(was.value, moved, "a move to where it leads already is a move");
}

/// Who may take an alias from one key takes it from no other.
pub async fn an_alias_is_taken_only_from_the_key_that_is_named(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let first = add_key(&*store, &mut maker, &scope).await;
    let second = add_key(&*store, &mut maker, &scope).await;
    let alias = maker.alias(&first, "app");
    store
        .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("a"), any())
        .await
        .unwrap();
    let (now, other) = (maker.moment(), Some(second.id));
    let moved = store
        .move_alias(&scope, &alias.name, other, second.id, now, draft("b"), any())
        .await;
    assert_eq!(refused(moved), Error::Unavailable);
    let deleted = store.delete_alias(&scope, &alias.name, other, draft("c")).await;
    assert_eq!(refused(deleted), Error::Unavailable);
    assert_eq!(
        store.alias(&scope, &alias.name).await.unwrap(),
        Some(alias.clone())
    );
    let own = Some(first.id);
    let moved = store
        .move_alias(&scope, &alias.name, own, second.id, now, draft("d"), any())
        .await;
    assert_eq!(moved.unwrap().value, alias);
    assert!(
        store
            .delete_alias(&scope, &alias.name, other, draft("e"))
            .await
            .is_ok()
    );
}

/// Deleting gives the alias as it was; afterwards the name can be given again.
pub async fn a_deleted_alias_is_gone_and_its_name_is_free(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let alias = maker.alias(&key, "app");
    store
        .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("a"), any())
        .await
        .unwrap();
    let was = store
        .delete_alias(&scope, &alias.name, None, draft("b"))
        .await
        .unwrap();
    assert_eq!(was.value, alias);
    assert_eq!(store.alias(&scope, &alias.name).await.unwrap(), None);
    assert_eq!(store.aliases(&scope, None, ALL).await.unwrap().total, 0);
    assert_eq!(
        refused(store.delete_alias(&scope, &alias.name, None, draft("c")).await),
        Error::NotFound(Missing::Alias)
    );
    let again = maker.alias(&key, "app");
    store
        .create_alias(again.clone(), u32::MAX, u32::MAX, draft("d"), any())
        .await
        .unwrap();
    assert_eq!(store.alias(&scope, &again.name).await.unwrap(), Some(again));
}

/// What is missing is named, and a key of another scope is as good as missing.
pub async fn aliases_need_their_alias_and_their_key(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let key = add_key(&*store, &mut maker, &scope).await;
    let foreign = add_key(&*store, &mut maker, &elsewhere).await;
    let alias = maker.alias(&key, "app");
    store
        .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("a"), any())
        .await
        .unwrap();

    let mut of_foreign = maker.alias(&key, "other");
    for id in [foreign.id, maker.key_id()] {
        of_foreign.key = id;
        let create = store
            .create_alias(of_foreign.clone(), u32::MAX, u32::MAX, draft("b"), any())
            .await;
        assert_eq!(refused(create), Error::NotFound(Missing::Key));
        let lead = store
            .move_alias(&scope, &alias.name, None, id, maker.moment(), draft("c"), any())
            .await;
        assert_eq!(refused(lead), Error::NotFound(Missing::Key));
    }
    let lead = store
        .move_alias(
            &scope,
            &name("other"),
            None,
            key.id,
            maker.moment(),
            draft("d"),
            any(),
        )
        .await;
    assert_eq!(refused(lead), Error::NotFound(Missing::Alias));
    let lead = store
        .move_alias(
            &elsewhere,
            &alias.name,
            None,
            foreign.id,
            maker.moment(),
            draft("e"),
            any(),
        )
        .await;
    assert_eq!(refused(lead), Error::NotFound(Missing::Alias));
    assert_eq!(store.aliases(&scope, None, ALL).await.unwrap().items, [alias]);
}

/// Scopes have their own names; upper and lower case are different names.
pub async fn a_name_is_taken_once_per_scope(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let key = add_key(&*store, &mut maker, &scope).await;
    let other = add_key(&*store, &mut maker, &scope).await;
    let foreign = add_key(&*store, &mut maker, &elsewhere).await;
    let alias = maker.alias(&key, "app");
    store
        .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("a"), any())
        .await
        .unwrap();
    for key in [&key, &other] {
        let second = maker.alias(key, "app");
        assert_eq!(
            refused(
                store
                    .create_alias(second, u32::MAX, u32::MAX, draft("b"), any())
                    .await
            ),
            Error::AliasExists
        );
    }
    assert_eq!(store.alias(&scope, &alias.name).await.unwrap(), Some(alias));
    for (key, text) in [(&key, "App"), (&key, "app2"), (&foreign, "app")] {
        let alias = maker.alias(key, text);
        store
            .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("c"), any())
            .await
            .unwrap();
        assert_eq!(store.alias(&key.scope, &alias.name).await.unwrap(), Some(alias));
    }
}

/// The check sees the key as it is stored, and its answer is final.
pub async fn the_key_has_a_say_in_whether_it_is_named(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut wish = maker.key(&scope);
    wish.state = KeyState::Disabled;
    wish.tags.set("a".into(), "b".into()).unwrap();
    let off = add(&*store, &mut maker, wish).await;
    let on = add_key(&*store, &mut maker, &scope).await;
    let alias = maker.alias(&off, "app");
    let only = |wanted: &claviger_model::Key| -> KeyCheck {
        let wanted = wanted.clone();
        Box::new(move |key| {
            if *key == wanted {
                Ok(())
            } else {
                Err(Refusal::NotUsable(StateKind::Disabled).into())
            }
        })
    };
    let no = Error::Refused(Refusal::NotUsable(StateKind::Disabled));
    let never: KeyCheck = Box::new(|_| Err(Error::Invalid(Field::Usage)));

    assert_eq!(
        refused(
            store
                .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("a"), only(&on))
                .await
        ),
        no
    );
    assert_eq!(store.alias(&scope, &alias.name).await.unwrap(), None);
    store
        .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("b"), only(&off))
        .await
        .unwrap();
    let (now, name) = (maker.moment(), &alias.name);
    let lead = store
        .move_alias(&scope, name, None, on.id, now, draft("c"), only(&off))
        .await;
    assert_eq!(refused(lead), no);
    let lead = store
        .move_alias(
            &scope,
            &alias.name,
            None,
            on.id,
            maker.moment(),
            draft("d"),
            never,
        )
        .await;
    assert_eq!(refused(lead), Error::Invalid(Field::Usage));
    assert_eq!(
        store.alias(&scope, &alias.name).await.unwrap(),
        Some(alias.clone())
    );
    store
        .move_alias(
            &scope,
            &alias.name,
            None,
            on.id,
            maker.moment(),
            draft("e"),
            only(&on),
        )
        .await
        .unwrap();
}

/// However many ask at once, one wins, and the loser's draft is not there.
pub async fn of_many_who_want_a_name_one_gets_it(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut wishes = Vec::new();
    for _ in 0..32 {
        let key = add_key(&*store, &mut maker, &scope).await;
        wishes.push(maker.alias(&key, "wanted"));
    }
    let results = together(wishes.iter().map(|alias| {
        let text = format!("alias for {}", alias.key);
        store.create_alias(alias.clone(), u32::MAX, u32::MAX, draft(&text), any())
    }))
    .await;
    let winners: Vec<_> = wishes
        .iter()
        .zip(&results)
        .filter(|(_, result)| result.is_ok())
        .map(|(alias, _)| alias)
        .collect();
    let [winner] = winners[..] else {
        unreachable!("{} callers got the name", winners.len())
    };
    for result in results {
        assert!(
            matches!(result, Ok(_) | Err(WriteError::Domain(Error::AliasExists))),
            "{result:?}"
        );
    }
    assert_eq!(
        store.alias(&scope, &winner.name).await.unwrap(),
        Some(winner.clone())
    );
    let drafts = drafts(&*store).await;
    let about: Vec<_> = drafts
        .iter()
        .filter(|draft| draft.value.starts_with("alias"))
        .collect();
    assert_eq!(about.len(), 1);
    assert_eq!(about[0].value, format!("alias for {}", winner.key));
}

/// By the bytes of the name.
pub async fn lists_are_ordered_by_name_and_cut_into_pages(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    assert_eq!(
        store.aliases(&scope, None, ALL).await.unwrap(),
        Paged {
            items: vec![],
            total: 0
        }
    );
    let mut aliases = Vec::new();
    for text in ["b", "a", "B", "a/b", "a-b", "a_b", "10", "9", "aa"] {
        let alias = maker.alias(&key, text);
        store
            .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("a"), any())
            .await
            .unwrap();
        aliases.push(alias);
    }
    aliases.sort_by(|left, right| left.name.as_str().as_bytes().cmp(right.name.as_str().as_bytes()));
    for (skip, take) in [
        (0, 1000),
        (0, 4),
        (4, 4),
        (8, 4),
        (9, 4),
        (0, 0),
        (u64::MAX, u32::MAX),
    ] {
        for of_key in [None, Some(key.id)] {
            let page = store.aliases(&scope, of_key, Page { skip, take }).await.unwrap();
            let skip = usize::try_from(skip).unwrap_or(usize::MAX);
            let items: Vec<_> = aliases
                .iter()
                .skip(skip)
                .take(usize::try_from(take).unwrap())
                .cloned()
                .collect();
            assert_eq!(page, Paged { items, total: 9 }, "skip {skip} take {take}");
        }
    }
}

/// Moves are seen at once; other scopes are not.
pub async fn lists_of_one_key_hold_its_aliases_only(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let first = add_key(&*store, &mut maker, &scope).await;
    let second = add_key(&*store, &mut maker, &scope).await;
    let foreign = add_key(&*store, &mut maker, &elsewhere).await;
    for (key, text) in [
        (&first, "one"),
        (&first, "two"),
        (&second, "three"),
        (&foreign, "one"),
    ] {
        let alias = maker.alias(key, text);
        store
            .create_alias(alias, u32::MAX, u32::MAX, draft("a"), any())
            .await
            .unwrap();
    }
    store
        .move_alias(
            &scope,
            &name("two"),
            None,
            second.id,
            maker.moment(),
            draft("b"),
            any(),
        )
        .await
        .unwrap();
    for (scope, key, wanted) in [
        (&scope, Some(first.id), vec!["one"]),
        (&scope, Some(second.id), vec!["three", "two"]),
        (&scope, None, vec!["one", "three", "two"]),
        (&scope, Some(foreign.id), vec![]),
        (&elsewhere, Some(foreign.id), vec!["one"]),
        (&elsewhere, None, vec!["one"]),
    ] {
        let list = store.aliases(scope, key, ALL).await.unwrap();
        let names: Vec<_> = list.items.iter().map(|alias| alias.name.as_str()).collect();
        assert_eq!(names, wanted);
        assert_eq!(list.total, u64::try_from(wanted.len()).unwrap());
        assert!(list.items.iter().all(|alias| alias.scope == *scope));
    }
}
