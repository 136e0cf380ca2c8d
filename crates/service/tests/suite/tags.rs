//! Labels on keys: merged, bounded, and for many keys all or nothing.

use claviger_model::{Action, Error, KeyId, Missing, Quota, Refusal, StateKind, TAG_LIMIT, Tags};
use claviger_service::ops::key::CreateKey;
use claviger_service::ops::tag::{ListKeyTags, ListTagRows, TagKeys, TagRow, UntagKeys};
use claviger_service::{KeyName, KeyRef, Service};
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::DAY;

fn tag(root: &Root, keys: &[KeyId], tags: &[(&str, &str)]) -> TagKeys {
    TagKeys {
        rules: crate::lifetimes::RULES,
        action: Action::TagResources,
        keys: keys.iter().map(|key| root.key(*key)).collect(),
        tags: tags
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn untag(root: &Root, keys: &[KeyId], names: Option<&[&str]>) -> UntagKeys {
    UntagKeys {
        must_bear: false,
        rules: crate::lifetimes::RULES,
        action: Action::UntagResources,
        keys: keys.iter().map(|key| root.key(*key)).collect(),
        names: names.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
    }
}

async fn tags_of(service: &Service, root: &Root, key: KeyId) -> String {
    let listed = root
        .calls(service, ListKeyTags { key: root.key(key) })
        .await
        .unwrap();
    assert_eq!(listed.key, key);
    let tags: Vec<_> = listed
        .tags
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    tags.join(" ")
}

/// Two keys in the order of their ids.
async fn two_keys(service: &Service, root: &Root) -> [KeyId; 2] {
    let mut keys = [root.makes_key(service).await.id, root.makes_key(service).await.id];
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn tags_are_merged_by_their_keys_and_unknown_ones_are_passed_over() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let keys = two_keys(&service, &root).await;
    root.calls(&service, tag(&root, &keys, &[("a", "1"), ("b", "2")]))
        .await
        .unwrap();
    root.calls(&service, tag(&root, &keys[..1], &[("b", "3"), ("c", "")]))
        .await
        .unwrap();
    assert_eq!(tags_of(&service, &root, keys[0]).await, "a=1 b=3 c=");
    assert_eq!(tags_of(&service, &root, keys[1]).await, "a=1 b=2");
    let some = untag(&root, &keys, Some(&["c", "a", "never there"]));
    root.calls(&service, some).await.unwrap();
    assert_eq!(tags_of(&service, &root, keys[0]).await, "b=3");
    root.calls(&service, untag(&root, &keys, None)).await.unwrap();
    for key in keys {
        assert_eq!(tags_of(&service, &root, key).await, "");
    }
    // What changes nothing is no error, and one key may be named twice.
    root.calls(&service, untag(&root, &keys, None)).await.unwrap();
    let twice = [keys[0], keys[0]];
    root.calls(&service, tag(&root, &twice, &[("a", "1")]))
        .await
        .unwrap();
    assert_eq!(tags_of(&service, &root, keys[0]).await, "a=1");
}

#[tokio::test]
async fn one_full_key_keeps_the_others_as_they_are() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let mut tags = Tags::default();
    for number in 0..TAG_LIMIT {
        tags.set(format!("k{number}"), "v".into()).unwrap();
    }
    let full = CreateKey {
        tags,
        ..root.create_key()
    };
    let full = root.calls(&service, full).await.unwrap().id;
    let free = root.makes_key(&service).await.id;
    let keys = [free, full];
    assert_eq!(
        root.calls(&service, tag(&root, &keys, &[("new", "v")])).await,
        Err(Error::Quota(Quota::Tags))
    );
    assert_eq!(tags_of(&service, &root, free).await, "");
    root.calls(&service, tag(&root, &keys, &[("k0", "w")]))
        .await
        .unwrap();
    assert_eq!(tags_of(&service, &root, free).await, "k0=w");
    root.schedules_deletion(&service, full, 7 * DAY).await;
    assert_eq!(
        root.calls(&service, tag(&root, &keys, &[("k0", "x")])).await,
        Err(Error::Refused(Refusal::NotUsable(StateKind::PendingDeletion)))
    );
    assert_eq!(tags_of(&service, &root, free).await, "k0=w");
}

#[tokio::test]
async fn what_is_not_there_is_a_missing_resource_to_those_who_name_many() {
    let world = World::build()
        .caller("LTAIa", "s1")
        .caller("LTAIb", "s2")
        .start()
        .await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let neighbour = Root::at(&world, 1).await;
    let key = root.makes_key(&service).await.id;
    let unknown = KeyRef {
        scope: root.scope.clone(),
        name: KeyName::Unknown("no-such-key".into()),
    };
    let mut many = tag(&root, &[key], &[("a", "1")]);
    many.keys.push(unknown.clone());
    assert_eq!(
        root.calls(&service, many).await,
        Err(Error::NotFound(Missing::Tagged))
    );
    assert_eq!(tags_of(&service, &root, key).await, "");
    let single = TagKeys {
        rules: crate::lifetimes::RULES,
        action: Action::TagResource,
        keys: vec![unknown.clone()],
        tags: vec![("a".into(), "1".into())],
    };
    assert_eq!(
        root.calls(&service, single).await,
        Err(Error::NotFound(Missing::Key))
    );
    let list = ListTagRows {
        scope: root.scope.clone(),
        keys: vec![unknown],
        tags: Vec::new(),
        after: None,
        limit: 10,
    };
    assert_eq!(
        root.calls(&service, list).await,
        Err(Error::NotFound(Missing::Tagged))
    );
    let stolen = tag(&root, &[key], &[("a", "1")]);
    assert!(matches!(
        neighbour.calls(&service, stolen).await,
        Err(Error::Denied(_))
    ));
}

#[tokio::test]
async fn rows_come_page_by_page_in_one_order() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let keys = two_keys(&service, &root).await;
    root.calls(&service, tag(&root, &keys, &[("a", "1"), ("b", "2"), ("c", "3")]))
        .await
        .unwrap();
    root.calls(&service, tag(&root, &keys[1..], &[("b", "9")]))
        .await
        .unwrap();
    let list = |after: Option<(KeyId, String)>, limit| ListTagRows {
        scope: root.scope.clone(),
        keys: Vec::new(),
        tags: Vec::new(),
        after,
        limit,
    };
    let all = root.calls(&service, list(None, 6)).await.unwrap();
    assert!(!all.more);
    let mut paged: Vec<TagRow> = Vec::new();
    loop {
        let after = paged.last().map(|row| (row.key, row.name.clone()));
        let page = root.calls(&service, list(after, 4)).await.unwrap();
        let more = page.more;
        paged.extend(page.rows);
        if !more {
            break;
        }
    }
    assert_eq!(paged, all.rows);
    let shown: Vec<_> = paged
        .iter()
        .map(|row| (row.key, format!("{}={}", row.name, row.value)))
        .collect();
    let expected = [(keys[0], ["a=1", "b=2", "c=3"]), (keys[1], ["a=1", "b=9", "c=3"])];
    let expected: Vec<_> = expected
        .into_iter()
        .flat_map(|(key, tags)| tags.map(|tag| (key, tag.to_owned())))
        .collect();
    assert_eq!(shown, expected);
    let of_one = ListTagRows {
        keys: vec![root.key(keys[0])],
        ..list(None, 10)
    };
    assert_eq!(root.calls(&service, of_one).await.unwrap().rows, paged[..3]);
    let with_nine = ListTagRows {
        tags: vec![("b".into(), Some("9".into())), ("a".into(), None)],
        ..list(None, 10)
    };
    assert_eq!(root.calls(&service, with_nine).await.unwrap().rows, paged[3..]);
}
