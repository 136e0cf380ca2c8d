//! How many things an account may have, and what a policy has to look like.

use claviger_model::{Error, KeySpec, Page, Quota};
use claviger_service::Quotas;
use claviger_service::ops::alias::CreateAlias;
use claviger_service::ops::key::{
    CreateKey, CreateKeyVersion, GetKeyPolicy, ListKeyVersions, POLICY_LIMIT, SetKeyPolicy,
};
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::DAY;

const SMALL: Quotas = Quotas {
    certificates: 1,
    keys: 2,
    aliases: 3,
    versions: 4,
    ..Quotas::DEFAULT
};

#[tokio::test]
async fn keys_and_aliases_are_bounded_for_each_account_by_itself() {
    let world = World::build()
        .caller("LTAIa", "s1")
        .caller("LTAIb", "s2")
        .quotas(SMALL)
        .start()
        .await;
    let service = world.service();
    for root in [Root::at(&world, 0).await, Root::at(&world, 1).await] {
        // A service's keys take no place of the account's.
        world.add_service_key(root.scope.account, "oss").await;
        let mut key = root.makes_key(&service).await.id;
        for _ in 1..SMALL.keys {
            key = root.makes_key(&service).await.id;
        }
        assert_eq!(
            root.calls(&service, root.create_key()).await.map(drop),
            Err(Error::Quota(Quota::Keys))
        );
        let alias = |number: u32| CreateAlias {
            prefixed: true,
            per_key: u32::MAX,
            name: format!("app-{number}").parse().unwrap(),
            key: root.key(key),
        };
        for number in 0..SMALL.aliases {
            root.calls(&service, alias(number)).await.unwrap();
        }
        assert_eq!(
            root.calls(&service, alias(SMALL.aliases)).await,
            Err(Error::Quota(Quota::Aliases))
        );
        assert_eq!(root.calls(&service, alias(0)).await, Err(Error::AliasExists));
    }
}

#[tokio::test]
async fn versions_by_hand_are_bounded_and_a_week_apart() {
    let world = World::build().quotas(SMALL).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let create = CreateKey {
        spec: KeySpec::EcP256,
        ..root.create_key()
    };
    let made = root.calls(&service, create).await.unwrap();
    assert_eq!(made.primary, None);
    let add = || CreateKeyVersion {
        key: root.key(made.id),
    };
    let mut newest_first = Vec::new();
    for _ in 1..SMALL.versions {
        world.advance(7 * DAY - claviger_model::SignedDuration::from_secs(1));
        assert_eq!(
            root.calls(&service, add()).await,
            Err(Error::Refused(claviger_model::Refusal::TooSoon))
        );
        world.advance(claviger_model::SignedDuration::from_secs(1));
        let version = root.calls(&service, add()).await.unwrap();
        assert_eq!((version.key, version.created), (made.id, world.now()));
        newest_first.insert(0, version.id);
    }
    world.advance(7 * DAY);
    assert_eq!(
        root.calls(&service, add()).await,
        Err(Error::Quota(Quota::Versions))
    );
    let list = |skip, take| ListKeyVersions {
        key: root.key(made.id),
        page: Page { skip, take },
    };
    let page = root.calls(&service, list(0, 3)).await.unwrap().page;
    let ids: Vec<_> = page.items.iter().map(|version| version.id).collect();
    assert_eq!((ids, page.total), (newest_first, 4));
    let oldest = root.calls(&service, list(3, 3)).await.unwrap().page;
    assert_eq!(oldest.items[0].created, made.created);
    let past = root.calls(&service, list(9, 3)).await.unwrap().page;
    assert_eq!((past.items.len(), past.total), (0, 4));
}

#[tokio::test]
async fn rotation_is_not_bounded_by_the_quota_of_versions() {
    let world = World::build().quotas(SMALL).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_rotating_key(&service, 7 * DAY).await.id;
    for _ in 0..2 * SMALL.versions {
        world.advance(7 * DAY);
        root.encrypts_now(&service, key).await;
    }
    assert_eq!(root.versions(&service, key).await.len(), 9);
}

#[tokio::test]
async fn a_policy_is_shown_as_it_came_and_anything_else_is_refused() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let get = || GetKeyPolicy { key: root.key(key) };
    let set = |policy: &str| SetKeyPolicy {
        key: root.key(key),
        policy: policy.into(),
    };
    let shown = root.calls(&service, get()).await.unwrap();
    assert_eq!(
        (shown.scope, shown.key, shown.policy),
        (root.scope.clone(), key, None)
    );
    let statement = r#"{"Effect":"Deny","Principal":{"RAM":"acs:ram::1234567890123456:root"},"Action":"kms:*","Resource":"*"}"#;
    let policy = &format!(" {{\"Version\" : \"1\",\n \"Statement\":[{statement}] }} ");
    root.calls(&service, set(policy)).await.unwrap();
    let longest = format!(
        "{{\"Version\":\"1\",\"Statement\":[{statement}]{}}}",
        " ".repeat(POLICY_LIMIT - 30 - statement.len())
    );
    assert_eq!(longest.len(), POLICY_LIMIT);
    let too_long = format!("{longest} ");
    for wrong in [
        "",
        "[]",
        "null",
        "{}",
        "{\"Version\":\"1\"}",
        "{\"Version\":1,\"Statement\":[]}",
        "{\"Version\":\"2\",\"Statement\":[]}",
        "{\"Version\":\"1\",\"Statement\":{}}",
        "{\"Version\":\"1\",\"Statement\":[]",
        &too_long,
    ] {
        let refused = root.calls(&service, set(wrong)).await.map(drop);
        let Err(Error::Document(fault)) = &refused else {
            panic!("{wrong}: {refused:?}");
        };
        assert!(!fault.is_empty(), "{wrong}");
        let create = CreateKey {
            policy: Some(wrong.into()),
            ..root.create_key()
        };
        assert_eq!(root.calls(&service, create).await.map(drop), refused);
    }
    let shown = root.calls(&service, get()).await.unwrap();
    assert_eq!(shown.policy.as_deref(), Some(policy.as_str()));
    root.calls(&service, set(&longest)).await.unwrap();
    let create = CreateKey {
        policy: Some(policy.into()),
        ..root.create_key()
    };
    let made = root.calls(&service, create).await.unwrap();
    assert_eq!(made.policy.as_deref(), Some(policy.as_str()));
}
