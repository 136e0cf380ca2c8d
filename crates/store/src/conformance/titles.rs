//! Display names of keys.

use claviger_model::{Change, Error, Existing, Key, Scope, Title};

use super::Subject;
use super::make::{Maker, add, add_key, any, describe, draft, drafts, refused};
use super::together::together;
use crate::KeyChange;

fn titled(maker: &mut Maker, scope: &Scope, title: &str) -> Key {
    Key {
        title: Some(title.parse().unwrap()),
        ..maker.key(scope)
    }
}

fn entitle(title: Option<&str>) -> KeyChange {
    let title: Option<Title> = title.map(|title| title.parse().unwrap());
    Box::new(move |key| {
        Ok(Change::Changed(Key {
            title: title.clone(),
            ..key
        }))
    })
}

fn taken() -> Error {
    Error::Exists(Existing::Title)
}

/// Scopes have their own names; upper and lower case are different names; many keys have none.
pub async fn a_title_is_taken_once_per_scope(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let wish = titled(&mut maker, &scope, "a:b/c_d-e");
    let first = add(&*store, &mut maker, wish).await;
    for _ in 0..2 {
        add_key(&*store, &mut maker, &scope).await;
    }
    let before = drafts(&*store).await;
    let second = titled(&mut maker, &scope, "a:b/c_d-e");
    let answer = store
        .create_key(second.clone(), None, u32::MAX, draft("no"))
        .await;
    assert_eq!(refused(answer), taken());
    assert_eq!(store.key(&scope, second.id).await.unwrap(), None);
    assert_eq!(drafts(&*store).await, before);
    for (scope, title) in [
        (&elsewhere, "a:b/c_d-e"),
        (&scope, "A:b/c_d-e"),
        (&scope, "a:b/c_d"),
    ] {
        let wish = titled(&mut maker, scope, title);
        let key = add(&*store, &mut maker, wish).await;
        assert_eq!(store.key(scope, key.id).await.unwrap(), Some(key));
    }
    assert_eq!(store.key(&scope, first.id).await.unwrap(), Some(first));
}

/// What is given up by a change, by none in its place or with the key is free at once; a key may keep its own.
pub async fn a_title_that_was_given_up_is_free(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let wish = titled(&mut maker, &scope, "one");
    let first = add(&*store, &mut maker, wish).await;
    let second = add_key(&*store, &mut maker, &scope).await;
    let update = async |key: &Key, change: KeyChange| {
        let done = store.update_key(&scope, key.id, draft("title"), change).await;
        done.map(|done| done.into_inner().value.title.map(|title| title.to_string()))
    };
    let before = drafts(&*store).await;
    assert_eq!(refused(update(&second, entitle(Some("one"))).await), taken());
    assert_eq!(drafts(&*store).await, before);
    assert_eq!(
        store.key(&scope, second.id).await.unwrap().as_ref(),
        Some(&second)
    );

    assert_eq!(
        update(&first, describe("x")).await.unwrap().as_deref(),
        Some("one")
    );
    assert_eq!(
        update(&first, entitle(Some("two"))).await.unwrap().as_deref(),
        Some("two")
    );
    assert_eq!(
        update(&second, entitle(Some("one"))).await.unwrap().as_deref(),
        Some("one")
    );
    assert_eq!(refused(update(&first, entitle(Some("one"))).await), taken());
    assert_eq!(update(&second, entitle(None)).await.unwrap(), None);
    assert_eq!(
        update(&first, entitle(Some("one"))).await.unwrap().as_deref(),
        Some("one")
    );
    store
        .delete_key(&scope, first.id, draft("delete"), any())
        .await
        .unwrap();
    assert_eq!(
        update(&second, entitle(Some("one"))).await.unwrap().as_deref(),
        Some("one")
    );
}

/// All of several keys change or none does, also where two of them would get the same name.
pub async fn several_keys_do_not_get_one_title(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let first = add_key(&*store, &mut maker, &scope).await;
    let second = add_key(&*store, &mut maker, &scope).await;
    let before = drafts(&*store).await;
    let ids = [first.id, second.id];
    let answer = store
        .update_keys(&scope, &ids, draft("no"), entitle(Some("one")))
        .await;
    assert_eq!(refused(answer), taken());
    for key in [first, second] {
        assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
    }
    assert_eq!(drafts(&*store).await, before);
}

/// However many ask at once.
pub async fn of_many_who_want_a_title_one_gets_it(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let wishes: Vec<_> = (0..16).map(|_| titled(&mut maker, &scope, "wanted")).collect();
    let creations = wishes
        .into_iter()
        .map(|key| store.create_key(key, None, u32::MAX, draft("key")));
    let (done, rest): (Vec<_>, Vec<_>) = together(creations).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 1);
    for answer in rest {
        assert_eq!(refused(answer), taken());
    }
    assert_eq!(drafts(&*store).await.len(), 1);
}
