//! Lists and counts of what a scope holds.

use claviger_model::{
    Action, Error, KeyFilter, KeyId, KeyMatch, NamePage, Order, Page, Quota, StateKind, Title,
};
use claviger_service::Quotas;
use claviger_service::ops::alias::{AliasesOf, CreateAlias, ListAliasesAfter};
use claviger_service::ops::key::{CountKeys, CreateKey, GetQuotas, ListKeys, ListWholeKeys, ScopeQuotas};
use claviger_service::ops::tag::{ListTagValues, TagKeys};
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::{DAY, MATERIAL, RULES};

async fn count(world: &World, root: &Root) -> u64 {
    let scope = root.scope.clone();
    root.calls(&world.service(), CountKeys { scope }).await.unwrap()
}

fn all(root: &Root, all_of: Vec<Vec<KeyMatch>>, order: Order) -> ListKeys {
    ListKeys {
        scope: root.scope.clone(),
        filter: KeyFilter { all_of },
        order,
        page: Page { skip: 0, take: 1000 },
    }
}

async fn tags(world: &World, root: &Root, key: KeyId, pairs: &[(&str, &str)]) {
    let pair = |(name, value): &(&str, &str)| (String::from(*name), String::from(*value));
    let tag = TagKeys {
        rules: RULES,
        action: Action::TagResource,
        keys: vec![root.key(key)],
        tags: pairs.iter().map(pair).collect(),
    };
    root.calls(&world.service(), tag).await.unwrap();
}

#[tokio::test]
async fn keys_of_the_account_count_until_they_are_gone() {
    let quotas = Quotas {
        keys: 50,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    world.add_service_key(root.scope.account, "oss").await;
    assert_eq!(count(&world, &root).await, 0);
    let doomed = root.makes_key(&service).await.id;
    root.makes_empty_key(&service).await;
    root.schedules_deletion(&service, doomed, 7 * DAY).await;
    assert_eq!(count(&world, &root).await, 2);
    let scope = root.scope.clone();
    let quotas = root.calls(&service, GetQuotas { scope }).await;
    let expected = ScopeQuotas {
        keys: 2,
        most_keys: 50,
        grants: 0,
    };
    assert_eq!(quotas, Ok(expected));
    world.advance(7 * DAY);
    assert_eq!(count(&world, &root).await, 1);
}

#[tokio::test]
async fn a_caller_may_be_bound_more_strictly() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    world.add_service_key(root.scope.account, "oss").await;
    let create = |quota| CreateKey {
        quota: Some(quota),
        ..root.create_key()
    };
    let doomed = root.calls(&service, create(2)).await.unwrap().id;
    assert!(root.calls(&service, create(2)).await.is_ok());
    let full = Err(Error::Quota(Quota::Keys));
    assert_eq!(root.calls(&service, create(2)).await.map(drop), full);
    root.schedules_deletion(&service, doomed, 7 * DAY).await;
    assert_eq!(root.calls(&service, create(2)).await.map(drop), full);
    world.advance(7 * DAY);
    assert!(root.calls(&service, create(2)).await.is_ok());
    // Others are not.
    assert!(root.calls(&service, root.create_key()).await.is_ok());
}

#[tokio::test]
async fn a_list_tells_all_of_its_keys() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let title = |text: &str| -> Option<Title> { Some(text.parse().unwrap()) };
    let mut made = Vec::new();
    for name in ["app-one", "app-two", "web"] {
        let create = CreateKey {
            title: title(name),
            ..root.create_key()
        };
        made.push(root.calls(&service, create).await.unwrap().id);
        world.advance(DAY);
    }
    tags(&world, &root, made[1], &[("team", "blue")]).await;
    let list = |action, list| ListWholeKeys { action, list };
    let found = root
        .calls(
            &service,
            list(Action::ListKeys, all(&root, vec![], Order::NewestFirst)),
        )
        .await
        .unwrap();
    let ids: Vec<_> = found.items.iter().map(|key| key.id).collect();
    assert_eq!((ids, found.total), (vec![made[2], made[1], made[0]], 3));
    for key in &found.items {
        assert_eq!(*key, root.describes(&service, key.id).await.unwrap());
    }
    let app = vec![KeyMatch::TitleStart("app".into())];
    let blue = vec![
        KeyMatch::Tag("team".into(), "blue".into()),
        KeyMatch::Tag("team".into(), "red".into()),
    ];
    for (all_of, expected) in [
        (vec![app.clone()], vec![made[0], made[1]]),
        (vec![app.clone(), blue.clone()], vec![made[1]]),
        (vec![vec![KeyMatch::TitleStart("App".into())]], vec![]),
    ] {
        let found = list(Action::FindKeys, all(&root, all_of, Order::OldestFirst));
        let found = root.calls(&service, found).await.unwrap();
        let ids: Vec<_> = found.items.iter().map(|key| key.id).collect();
        assert_eq!(ids, expected);
    }
    let calls = world.audited_calls().await;
    let finds = calls.iter().filter(|call| call["action"] == "FindKeys");
    assert_eq!(finds.count(), 3);
}

#[tokio::test]
async fn a_list_shows_keys_as_they_are_now() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    root.brings(&service, key, MATERIAL, Some(world.now() + DAY))
        .await
        .unwrap();
    world.advance(DAY);
    let list = ListWholeKeys {
        action: Action::ListKeys,
        list: all(&root, vec![], Order::OldestFirst),
    };
    let found = root.calls(&service, list).await.unwrap().items;
    assert_eq!(found[0].state.kind(), StateKind::PendingImport);
}

#[tokio::test]
async fn tag_keys_are_listed_with_all_their_values() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for pairs in [
        &[("team", "red"), ("stage", "live")][..],
        &[("team", "blue")],
        &[("team", "red")],
    ] {
        let key = root.makes_key(&service).await.id;
        tags(&world, &root, key, pairs).await;
    }
    let gone = root.makes_key(&service).await.id;
    tags(&world, &root, gone, &[("old", "1")]).await;
    root.schedules_deletion(&service, gone, 7 * DAY).await;
    world.advance(7 * DAY);
    let scope = root.scope.clone();
    let listed = root.calls(&service, ListTagValues { scope }).await.unwrap();
    let row = |name: &str, values: &[&str]| {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        (name.to_owned(), values)
    };
    assert_eq!(listed, [row("stage", &["live"]), row("team", &["blue", "red"])]);
}

#[tokio::test]
async fn aliases_are_listed_from_a_name_on() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (one, other) = (
        root.makes_key(&service).await.id,
        root.makes_key(&service).await.id,
    );
    let create = |key, name: &str, per_key| CreateAlias {
        prefixed: true,
        key: root.key(key),
        name: name.parse().unwrap(),
        per_key,
    };
    for (key, name) in [(one, "c"), (other, "b"), (one, "a"), (other, "d")] {
        root.calls(&service, create(key, name, 2)).await.unwrap();
    }
    assert_eq!(
        root.calls(&service, create(one, "e", 2)).await,
        Err(Error::Quota(Quota::AliasesOfKey))
    );
    for (key, after, take, expected, more) in [
        (None, None, 3, &["a", "b", "c"][..], true),
        (None, Some("c"), 3, &["d"], false),
        (Some(one), None, 1, &["a"], true),
        (Some(one), Some("a"), 2, &["c"], false),
        (Some(other), Some("d"), 2, &[], false),
    ] {
        let of = match key {
            None => AliasesOf::Scope(root.scope.clone()),
            Some(id) => AliasesOf::Key(root.key(id)),
        };
        let page = NamePage {
            after: after.map(str::to_owned),
            take,
        };
        let listed = root.calls(&service, ListAliasesAfter { of, page }).await.unwrap();
        let names: Vec<_> = listed.items.iter().map(|alias| alias.name.as_str()).collect();
        assert_eq!((names.as_slice(), listed.more), (expected, more));
    }
}
