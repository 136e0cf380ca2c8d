//! Lists of keys through filters.

use claviger_model::{
    Creator, Key, KeyFilter, KeyId, KeyMatch, KeySpec, KeyState, Order, Page, Paged, ProtectionLevel, Scope,
    StateKind, Usage,
};

use super::Subject;
use super::make::{ALL, Maker, add, add_key, any, draft, made_by, name};
use crate::Store;

async fn matching(store: &dyn Store, scope: &Scope, all_of: Vec<Vec<KeyMatch>>) -> Vec<KeyId> {
    let list = store
        .keys(scope, &KeyFilter { all_of }, Order::OldestFirst, ALL)
        .await
        .unwrap();
    assert_eq!(list.total, u64::try_from(list.items.len()).unwrap());
    list.items
}

fn tag(key: &mut Key, name: &str, value: &str) {
    key.tags.set(name.into(), value.into()).unwrap();
}

/// A plain key, and one that differs from it in everything a filter can see; both have twins in another scope.
async fn pair(store: &dyn Store, maker: &mut Maker) -> (Key, Key) {
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let due = maker.moment();
    let mut keys = Vec::new();
    for scope in [&elsewhere, &scope] {
        let mut plain = maker.key(scope);
        tag(&mut plain, "team", "blue");
        plain.title = Some("a/Title".parse().unwrap());
        let mut other = maker.key(scope);
        other.spec = KeySpec::Rsa2048;
        other.usage = Usage::SignVerify;
        other.protection = ProtectionLevel::Hsm;
        other.creator = made_by("oss");
        other.state = KeyState::PendingDeletion { due };
        tag(&mut other, "stage", "test");
        tag(&mut other, "blue", "stage");
        for (key, names) in [(plain, ["plain", "common"]), (other, ["other", "rest"])] {
            let key = add(store, maker, key).await;
            for name in names {
                let alias = maker.alias(&key, name);
                store
                    .create_alias(alias, u32::MAX, u32::MAX, draft("alias"), any())
                    .await
                    .unwrap();
            }
            keys.push(key);
        }
    }
    let [.., plain, other] = &keys[..] else {
        unreachable!("four keys were made")
    };
    (plain.clone(), other.clone())
}

/// Each kind of match alone: what it finds, and what it does not.
pub async fn each_kind_of_match_finds_its_keys(subject: &dyn Subject) {
    let store = subject.open().await;
    let (plain, other) = pair(&*store, &mut Maker::new()).await;
    let text = |text: &str| text.to_owned();
    let service = |name: &str| KeyMatch::Creator(made_by(name));
    let (one, two, both) = (vec![plain.id], vec![other.id], vec![plain.id, other.id]);
    for (wish, wanted) in [
        (KeyMatch::Id(plain.id), &one),
        (KeyMatch::Id(other.id), &two),
        (KeyMatch::Id(Maker::numbered(7).key_id()), &vec![]),
        (KeyMatch::State(StateKind::Enabled), &one),
        (KeyMatch::State(StateKind::PendingDeletion), &two),
        (KeyMatch::State(StateKind::Disabled), &vec![]),
        (KeyMatch::State(StateKind::PendingImport), &vec![]),
        (KeyMatch::Spec(KeySpec::Aes256), &one),
        (KeyMatch::Spec(KeySpec::Rsa2048), &two),
        (KeyMatch::Spec(KeySpec::Sm2), &vec![]),
        (KeyMatch::Usage(Usage::EncryptDecrypt), &one),
        (KeyMatch::Usage(Usage::SignVerify), &two),
        (KeyMatch::Protection(ProtectionLevel::Software), &one),
        (KeyMatch::Protection(ProtectionLevel::Hsm), &two),
        (KeyMatch::OfAccount(true), &one),
        (KeyMatch::OfAccount(false), &two),
        (KeyMatch::Creator(Creator::Account), &one),
        (service("oss"), &two),
        (service("rds"), &vec![]),
        (service("OSS"), &vec![]),
        (KeyMatch::Alias(name("common")), &one),
        (KeyMatch::Alias(name("rest")), &two),
        (KeyMatch::Alias(name("unheard-of")), &vec![]),
        (KeyMatch::TagKey(text("team")), &one),
        (KeyMatch::TagKey(text("stage")), &two),
        (KeyMatch::TagKey(text("blue")), &two),
        (KeyMatch::TagKey(text("Team")), &vec![]),
        (KeyMatch::TagValue(text("blue")), &one),
        (KeyMatch::TagValue(text("stage")), &two),
        (KeyMatch::TagValue(text("team")), &vec![]),
        (KeyMatch::Tag(text("team"), text("blue")), &one),
        (KeyMatch::Tag(text("blue"), text("stage")), &two),
        (KeyMatch::Tag(text("stage"), text("stage")), &vec![]),
        (KeyMatch::Tag(text("team"), text("")), &vec![]),
        (KeyMatch::TitleStart(text("")), &one),
        (KeyMatch::TitleStart(text("a/Ti")), &one),
        (KeyMatch::TitleStart(text("a/Title")), &one),
        (KeyMatch::TitleStart(text("a/Title-")), &vec![]),
        (KeyMatch::TitleStart(text("a/ti")), &vec![]),
        (KeyMatch::TitleStart(text("Title")), &vec![]),
        (KeyMatch::TitleStart(text("a_")), &vec![]),
        (KeyMatch::Nothing, &vec![]),
    ] {
        assert_eq!(
            matching(&*store, &plain.scope, vec![vec![wish.clone()]]).await,
            *wanted,
            "{wish:?}"
        );
        // In a row with an alternative for each key, nothing else may get lost.
        let either = vec![wish.clone(), KeyMatch::Id(plain.id), KeyMatch::Id(other.id)];
        assert_eq!(
            matching(&*store, &plain.scope, vec![either]).await,
            both,
            "{wish:?}"
        );
    }
}

/// Rows are joined by "and", alternatives by "or".
pub async fn rows_narrow_and_alternatives_widen(subject: &dyn Subject) {
    let store = subject.open().await;
    let (plain, other) = pair(&*store, &mut Maker::new()).await;
    let (one, two, both) = (vec![plain.id], vec![other.id], vec![plain.id, other.id]);
    let enabled = KeyMatch::State(StateKind::Enabled);
    let deleted = KeyMatch::State(StateKind::PendingDeletion);
    let signs = KeyMatch::Usage(Usage::SignVerify);
    let team = KeyMatch::TagKey("team".into());
    let value = KeyMatch::TagValue("test".into());
    let service = KeyMatch::OfAccount(false);
    let alias = KeyMatch::Alias(name("plain"));
    for (all_of, wanted) in [
        (vec![], &both),
        (vec![vec![enabled.clone(), deleted.clone()]], &both),
        (vec![vec![enabled.clone()], vec![deleted.clone()]], &vec![]),
        (
            vec![vec![enabled.clone(), deleted.clone()], vec![signs.clone()]],
            &two,
        ),
        (vec![vec![enabled.clone(), service.clone()]], &both),
        (vec![vec![enabled.clone(), KeyMatch::Nothing]], &one),
        (vec![vec![team.clone(), value.clone()]], &both),
        (vec![vec![team.clone()], vec![value.clone()]], &vec![]),
        (
            vec![
                vec![KeyMatch::TagKey("stage".into())],
                vec![KeyMatch::TagValue("stage".into())],
            ],
            &two,
        ),
        (
            vec![
                vec![team.clone(), signs.clone(), service.clone()],
                vec![enabled.clone(), alias.clone()],
            ],
            &one,
        ),
        (vec![vec![KeyMatch::OfAccount(true), service.clone()]], &both),
        (
            vec![
                vec![KeyMatch::Id(plain.id)],
                vec![KeyMatch::Id(plain.id), KeyMatch::Id(other.id)],
            ],
            &one,
        ),
        (
            vec![vec![alias, KeyMatch::Alias(name("other"))], vec![enabled, signs]],
            &both,
        ),
    ] {
        assert_eq!(
            matching(&*store, &plain.scope, all_of.clone()).await,
            *wanted,
            "{all_of:?}"
        );
    }
    let page = Page { skip: 1, take: 5 };
    let all_of = vec![vec![team, value]];
    let list = store
        .keys(&plain.scope, &KeyFilter { all_of }, Order::OldestFirst, page)
        .await
        .unwrap();
    assert_eq!(
        list,
        Paged { items: two, total: 2 },
        "a page of a filtered list tells the length of that list"
    );
}

/// A row without alternatives, and one of impossible ones, empty the list whatever the other rows say.
pub async fn rows_that_nothing_matches_show_nothing(subject: &dyn Subject) {
    let store = subject.open().await;
    let (plain, _) = pair(&*store, &mut Maker::new()).await;
    let enabled = vec![KeyMatch::State(StateKind::Enabled)];
    for row in [
        vec![],
        vec![KeyMatch::Nothing],
        vec![KeyMatch::Nothing, KeyMatch::Nothing],
    ] {
        assert_eq!(matching(&*store, &plain.scope, vec![row.clone()]).await, []);
        assert_eq!(
            matching(&*store, &plain.scope, vec![enabled.clone(), row.clone()]).await,
            []
        );
        assert_eq!(
            matching(&*store, &plain.scope, vec![row, enabled.clone()]).await,
            []
        );
    }
}

/// State, tags and aliases are looked at as they are now.
pub async fn filters_see_changes(subject: &dyn Subject) {
    let store = subject.open().await;
    let (plain, other) = pair(&*store, &mut Maker::new()).await;
    let scope = &plain.scope;
    store
        .update_key(scope, plain.id, draft("off"), Box::new(Key::disable))
        .await
        .unwrap();
    let retag = Box::new(|mut key: Key| {
        key.tags = claviger_model::Tags::default();
        tag(&mut key, "team", "red");
        Ok(claviger_model::Change::Changed(key))
    });
    store
        .update_key(scope, other.id, draft("tag"), retag)
        .await
        .unwrap();
    store
        .move_alias(
            scope,
            &name("common"),
            None,
            other.id,
            plain.created,
            draft("move"),
            any(),
        )
        .await
        .unwrap();
    store
        .delete_alias(scope, &name("rest"), None, draft("delete"))
        .await
        .unwrap();
    for (wish, wanted) in [
        (KeyMatch::State(StateKind::Enabled), vec![]),
        (KeyMatch::State(StateKind::Disabled), vec![plain.id]),
        (KeyMatch::TagKey("stage".into()), vec![]),
        (KeyMatch::TagKey("team".into()), vec![plain.id, other.id]),
        (KeyMatch::TagValue("red".into()), vec![other.id]),
        (KeyMatch::Alias(name("common")), vec![other.id]),
        (KeyMatch::Alias(name("rest")), vec![]),
    ] {
        assert_eq!(
            matching(&*store, scope, vec![vec![wish.clone()]]).await,
            wanted,
            "{wish:?}"
        );
    }
}

/// Many rows of many alternatives of every kind.
pub async fn long_filters_work(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(add_key(&*store, &mut maker, &scope).await.id);
    }
    let mut row: Vec<_> = (0..100).map(|_| KeyMatch::Id(maker.key_id())).collect();
    for n in 0..100 {
        row.push(KeyMatch::Creator(made_by(&format!("service-{n}"))));
        row.push(KeyMatch::Alias(name(&format!("alias{n}"))));
        row.push(KeyMatch::TagKey(format!("key {n}")));
        row.push(KeyMatch::TagValue(format!("value {n}")));
        row.push(KeyMatch::Tag(format!("key {n}"), format!("value {n}")));
        row.push(KeyMatch::TitleStart(format!("title{n}")));
    }
    row.extend([KeyMatch::Id(ids[1]), KeyMatch::Id(ids[3]), KeyMatch::Nothing]);
    assert_eq!(matching(&*store, &scope, vec![row; 20]).await, [ids[1], ids[3]]);
}

/// Texts are compared as they are: no wildcards, no case folding, no way out of the quotes.
pub async fn words_of_callers_are_not_patterns(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let strange = [
        "",
        "%",
        "_",
        "*",
        "'",
        "''",
        "\"",
        "' OR 1=1 --",
        "\\",
        "?1",
        ":a",
        "$1",
        "é",
        "e\u{301}",
        "名",
        "a\0b",
    ];
    let mut keys = Vec::new();
    for text in strange {
        let mut key = maker.key(&scope);
        tag(&mut key, text, "v");
        tag(&mut key, "k", text);
        keys.push((text, add(&*store, &mut maker, key).await));
    }
    for (text, key) in keys {
        for wish in [
            KeyMatch::TagKey(text.into()),
            KeyMatch::TagValue(text.into()),
            KeyMatch::Tag(text.into(), "v".into()),
            KeyMatch::Tag("k".into(), text.into()),
        ] {
            assert_eq!(
                matching(&*store, &scope, vec![vec![wish.clone()]]).await,
                [key.id],
                "{wish:?}"
            );
        }
    }
}
