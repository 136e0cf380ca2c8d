//! Tags over all keys of a scope.

use claviger_model::{Change, Key, KeyId, Scope, Tags};

use super::Subject;
use super::make::{Maker, add, draft};
use crate::{Store, TagRow};

/// What a row of a filter looks like: a tag key, and a value or any.
type Filter<'a> = (&'a str, Option<&'a str>);

async fn tagged(store: &dyn Store, maker: &mut Maker, scope: &Scope, pairs: &[(&str, &str)]) -> Key {
    let mut key = maker.key(scope);
    for (name, value) in pairs {
        key.tags.set((*name).into(), (*value).into()).unwrap();
    }
    add(store, maker, key).await
}

/// Several keys with few and many tags, some alike, and one of the same kind in another scope, which comes first.
async fn keys(store: &dyn Store, maker: &mut Maker, scope: &Scope) -> Vec<Key> {
    let elsewhere = maker.scope("r");
    tagged(store, maker, &elsewhere, &[("a", "1"), ("b", "2")]).await;
    let mut keys = Vec::new();
    for pairs in [
        &[("a", "1"), ("b", "2"), ("c", "3")][..],
        &[],
        &[("b", "2")],
        &[("a", "2"), ("B", "2"), ("", ""), ("名", "\0")],
        &[("a", "1"), ("b", "1")],
        &[("a%", "1"), ("a", "")],
    ] {
        keys.push(tagged(store, maker, scope, pairs).await);
    }
    keys
}

/// What the rows should be, computed from the keys themselves.
fn wanted(keys: &[Key], of: &[KeyId], filters: &[Filter<'_>]) -> Vec<TagRow> {
    let bears = |tags: &Tags, (name, value): &Filter<'_>| {
        let found = tags.get(name);
        found.is_some() && (value.is_none() || found == *value)
    };
    let mut rows = Vec::new();
    for key in keys {
        let fits = filters.iter().all(|filter| bears(&key.tags, filter));
        if fits && (of.is_empty() || of.contains(&key.id)) {
            rows.extend(key.tags.iter().map(|(name, value)| TagRow {
                key: key.id,
                name: name.into(),
                value: value.into(),
            }));
        }
    }
    rows.sort_by(|left, right| (left.key, &left.name).cmp(&(right.key, &right.name)));
    rows
}

/// Pieces of any size put together give the whole, whether or not the row they continue from is still there.
pub async fn rows_are_ordered_by_key_and_name_and_continue(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    assert_eq!(store.tag_rows(&scope, &[], &[], None, 10).await.unwrap(), []);
    let keys = keys(&*store, &mut maker, &scope).await;
    let whole = wanted(&keys, &[], &[]);
    assert_eq!(
        store.tag_rows(&scope, &[], &[], None, u32::MAX).await.unwrap(),
        whole
    );
    for limit in [1, 2, 5] {
        let mut found: Vec<TagRow> = Vec::new();
        loop {
            let after = found.last().map(|row| (row.key, row.name.clone()));
            let rows = store
                .tag_rows(&scope, &[], &[], after.as_ref(), limit)
                .await
                .unwrap();
            assert!(rows.len() <= usize::try_from(limit).unwrap());
            if rows.is_empty() {
                break;
            }
            found.extend(rows);
        }
        assert_eq!(found, whole, "limit {limit}");
    }
    assert_eq!(store.tag_rows(&scope, &[], &[], None, 0).await.unwrap(), []);
    // Between `a` and `b` of the first key, and behind all of them.
    let first = &whole[0];
    for (after, rest) in [
        ((first.key, "aa".to_owned()), &whole[1..]),
        ((KeyId::from_bytes([0; 16]), String::new()), &whole[..]),
        ((KeyId::from_bytes([0xff; 16]), String::new()), &[]),
    ] {
        let rows = store.tag_rows(&scope, &[], &[], Some(&after), 100).await;
        assert_eq!(rows.unwrap(), rest);
    }
}

/// Keys and tags at once; a key that passes shows all its tags. Values are not patterns.
pub async fn rows_pass_all_filters(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let keys = keys(&*store, &mut maker, &scope).await;
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    let strange = [maker.key_id(), ids[4], ids[0], ids[4]];
    for of in [&[], &ids[..1], &ids[2..5], &ids, &strange, &strange[..1]] {
        for filters in [
            &[][..],
            &[("a", None)],
            &[("a", Some("1"))],
            &[("a", Some("1")), ("b", None)],
            &[("a", Some("1")), ("b", Some("2"))],
            &[("b", Some("2")), ("b", None)],
            &[("a", Some("1")), ("a", Some("2"))],
            &[("a", Some(""))],
            &[("", None)],
            &[("名", Some("\0"))],
            &[("A", None)],
            &[("a_", None)],
            &[("a%", Some("1"))],
            &[("a", Some("%"))],
        ] {
            let tags: Vec<_> = filters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
                .collect();
            let all = wanted(&keys, of, filters);
            let rows = store.tag_rows(&scope, of, &tags, None, 100).await.unwrap();
            assert_eq!(rows, all, "{filters:?} of {of:?}");
            let Some(first) = all.first() else { continue };
            let after = (first.key, first.name.clone());
            let rows = store.tag_rows(&scope, of, &tags, Some(&after), 2).await.unwrap();
            let rest = &all[1..];
            assert_eq!(rows, rest[..rest.len().min(2)], "{filters:?} of {of:?}");
        }
    }
}

/// What was set, changed and taken away.
pub async fn rows_follow_changes(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut keys = keys(&*store, &mut maker, &scope).await;
    for (place, pairs) in [(1, &[("a", "1")][..]), (0, &[("a", "9"), ("d", "4")]), (4, &[])] {
        let mut tags = Tags::default();
        for (name, value) in pairs {
            tags.set((*name).into(), (*value).into()).unwrap();
        }
        keys[place].tags = tags.clone();
        let change = Box::new(move |key| {
            Ok(Change::Changed(Key {
                tags: tags.clone(),
                ..key
            }))
        });
        store
            .update_key(&scope, keys[place].id, draft("t"), change)
            .await
            .unwrap();
        for filters in [&[][..], &[("a", None)], &[("a", Some("1"))]] {
            let tags: Vec<_> = filters
                .iter()
                .map(|(name, value): &Filter<'_>| ((*name).to_owned(), value.map(str::to_owned)))
                .collect();
            let rows = store.tag_rows(&scope, &[], &tags, None, 100).await.unwrap();
            assert_eq!(rows, wanted(&keys, &[], filters));
        }
    }
}

/// All names and values of a scope in their order, none twice, as they are now.
pub async fn values_of_tags_are_told_once(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    assert_eq!(store.tag_values(&scope).await.unwrap(), []);
    let keys = keys(&*store, &mut maker, &scope).await;
    let list = |pairs: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
        let own = |(name, values): &(&str, &[&str])| {
            let values = values.iter().map(|value| (*value).to_owned());
            ((*name).to_owned(), values.collect())
        };
        pairs.iter().map(own).collect()
    };
    let found = store.tag_values(&scope).await.unwrap();
    let wanted = list(&[
        ("", &[""]),
        ("B", &["2"]),
        ("a", &["", "1", "2"]),
        ("a%", &["1"]),
        ("b", &["1", "2"]),
        ("c", &["3"]),
        ("名", &["\0"]),
    ]);
    assert_eq!(found, wanted);
    for key in &keys[3..] {
        let strip = Box::new(|key| {
            Ok(Change::Changed(Key {
                tags: Tags::default(),
                ..key
            }))
        });
        store
            .update_key(&scope, key.id, draft("strip"), strip)
            .await
            .unwrap();
    }
    let found = store.tag_values(&scope).await.unwrap();
    assert_eq!(found, list(&[("a", &["1"]), ("b", &["2"]), ("c", &["3"])]));
}
