//! Questions about the past: what is found, for whom, and what is left of the question itself.

use claviger_audit::Seq;
use claviger_audit::index::Filter;
use claviger_audit::view::ThingKind;
use claviger_model::{Action, Denial, DenyingPolicy, Error, KeyId, Resource, Timestamp};
use claviger_service::Service;
use claviger_service::ops::alias::CreateAlias;
use claviger_service::ops::audit::{DescribeTrails, Events, LookupEvents};
use claviger_service::ops::key::{DescribeKey, DisableKey};
use claviger_testkit::World;
use serde_json::Value;

use crate::actors::Actor;
use crate::calls::Root;
use crate::lifetimes::DAY;

fn lookup(home: &Actor, filters: Vec<Filter>) -> LookupEvents {
    LookupEvents {
        scope: home.scope.clone(),
        filters,
        from: Timestamp::MIN,
        until: Timestamp::MAX,
        newest_first: false,
        after: None,
        take: 50,
    }
}

fn records(events: &Events) -> Vec<Value> {
    let records = events.found.events.iter();
    records
        .map(|(_, record)| serde_json::from_slice(record).unwrap())
        .collect()
}

fn actions(events: &Events) -> Vec<String> {
    let records = records(events).into_iter();
    records
        .map(|record| record["action"].as_str().unwrap().to_owned())
        .collect()
}

async fn finds(actor: &Actor, service: &Service, filters: Vec<Filter>) -> Vec<String> {
    let events = actor.calls(service, lookup(actor, filters)).await.unwrap();
    assert_eq!(events.account, actor.scope.account);
    actions(&events)
}

/// A key, an alias for it, a use of it, and a look at it by a user, which is refused. Gives the access key of the user.
async fn story(world: &World) -> (Root, String, KeyId) {
    let (service, root) = (world.service(), Root::of(world).await);
    let key = root.makes_key(&service).await.id;
    let alias = CreateAlias {
        prefixed: true,
        per_key: u32::MAX,
        name: "app".parse().unwrap(),
        key: root.key(key),
    };
    root.calls(&service, alias).await.unwrap();
    // Changes take a longer way into the log than calls that change nothing.
    world.settle().await;
    let ann = world
        .add_user(root.scope.account, "ann", &["AliyunKMSCryptoUserAccess"])
        .await;
    let user = Actor::of(world, &ann).await.unwrap();
    root.encrypts(&service, root.key(key)).await.unwrap();
    user.calls(&service, DescribeKey(root.key(key)))
        .await
        .unwrap_err();
    (root, ann.access_key_id().to_owned(), key)
}

#[tokio::test]
async fn calls_are_found_by_every_attribute() {
    let world = World::new().await;
    let (service, (root, access_key, key)) = (world.service(), story(&world).await);
    let everything = root.calls(&service, lookup(&root, Vec::new())).await.unwrap();
    assert_eq!(
        actions(&everything),
        ["CreateKey", "CreateAlias", "Encrypt", "DescribeKey"]
    );
    let record = &records(&everything)[2];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let id = text(&record["id"]);
    let cases = [
        (Filter::Id(id), &["Encrypt"][..]),
        (Filter::Id("another".into()), &[]),
        (Filter::Operation("CreateKey".into()), &["CreateKey"]),
        (Filter::Caller("ann".into()), &["DescribeKey"]),
        (Filter::Kind(ThingKind::Alias), &["CreateAlias"]),
        (Filter::Thing("app".into()), &["CreateAlias"]),
        (
            Filter::Thing(key.to_string()),
            &["CreateKey", "CreateAlias", "Encrypt", "DescribeKey"],
        ),
        (Filter::Writes(true), &["CreateKey", "CreateAlias"]),
        (Filter::Outcome("refused".into()), &["DescribeKey"]),
    ];
    // The questions themselves are in the trail as well, but they are about nothing that is asked for here.
    for (filter, expected) in cases {
        assert_eq!(
            finds(&root, &service, vec![filter.clone()]).await,
            expected,
            "{filter:?}"
        );
    }
    let both = vec![Filter::Writes(false), Filter::Thing(key.to_string())];
    assert_eq!(finds(&root, &service, both).await, ["Encrypt", "DescribeKey"]);
    let ours = vec![Filter::Api("test".into()), Filter::Operation("Encrypt".into())];
    assert_eq!(finds(&root, &service, ours).await, ["Encrypt"]);
    let ours = vec![Filter::Api("other".into())];
    assert!(finds(&root, &service, ours).await.is_empty());
    let shown = vec![Filter::AccessKey(access_key)];
    assert_eq!(finds(&root, &service, shown).await, ["DescribeKey"]);
}

#[tokio::test]
async fn pages_follow_each_other_in_both_orders() {
    let world = World::new().await;
    let (service, (root, ..)) = (world.service(), story(&world).await);
    for (newest_first, expected) in [
        (false, ["CreateKey", "CreateAlias", "Encrypt", "DescribeKey"]),
        (true, ["DescribeKey", "Encrypt", "CreateAlias", "CreateKey"]),
    ] {
        let (mut seen, mut after) = (Vec::new(), None::<Seq>);
        loop {
            let page = LookupEvents {
                newest_first,
                after,
                take: 3,
                // All but the questions.
                until: world.now(),
                ..lookup(&root, Vec::new())
            };
            world.advance(DAY);
            let events = root.calls(&service, page).await.unwrap();
            world.advance(-DAY);
            seen.extend(actions(&events));
            after = events.found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn both_ends_of_the_time_count() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let first = world.now();
    let key = root.makes_key(&service).await.id;
    world.settle().await;
    world.advance(DAY);
    let second = world.now();
    root.encrypts(&service, root.key(key)).await.unwrap();
    world.advance(DAY);
    let minute = DAY / 1440;
    for (from, until, expected) in [
        (first, second, &["CreateKey", "Encrypt"][..]),
        (first, first, &["CreateKey"]),
        (first + minute, second, &["Encrypt"]),
        (first, second - minute, &["CreateKey"]),
        (second, first, &[]),
    ] {
        let lookup = LookupEvents {
            from,
            until,
            ..lookup(&root, Vec::new())
        };
        let events = root.calls(&service, lookup).await.unwrap();
        assert_eq!(actions(&events), expected, "{from} {until}");
    }
}

/// A change is found by whoever made it as soon as it is answered, though its record takes a way of its own.
#[tokio::test]
async fn what_was_just_answered_is_found() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for _ in 0..3 {
        let key = root.makes_key(&service).await.id;
        root.calls(
            &service,
            DisableKey {
                key: root.key(key),
                again: claviger_model::Again::Fine,
            },
        )
        .await
        .unwrap();
        let of_key = vec![Filter::Thing(key.to_string())];
        assert_eq!(finds(&root, &service, of_key).await, ["CreateKey", "DisableKey"]);
    }
}

#[tokio::test]
async fn nobody_finds_calls_of_another_account() {
    let world = World::build()
        .caller("LTAIhome", "secret of home")
        .caller("LTAIabroad", "secret of abroad")
        .start()
        .await;
    let service = world.service();
    let (home, abroad) = (Root::at(&world, 0).await, Root::at(&world, 1).await);
    let key = home.makes_key(&service).await.id;
    // Even a call that is about a key of the one is of the account of who made it.
    abroad
        .calls(&service, DescribeKey(home.key(key)))
        .await
        .unwrap_err();
    assert_eq!(finds(&home, &service, Vec::new()).await, ["CreateKey"]);
    assert_eq!(finds(&abroad, &service, Vec::new()).await, ["DescribeKey"]);
    let admin = world
        .add_user(abroad.scope.account, "admin", &["AdministratorAccess"])
        .await;
    let admin = Actor::of(&world, &admin).await.unwrap();
    for stranger in [&*abroad, &admin] {
        let heard = stranger.calls(&service, lookup(&home, Vec::new())).await;
        assert!(matches!(heard, Err(Error::Denied(_))), "{heard:?}");
    }
}

#[tokio::test]
async fn the_policies_of_the_trail_allow_to_look() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let denied = |action| {
        Error::Denied(Denial {
            action,
            resource: Resource::Trail(root.scope.clone()),
            explicit: false,
            policy: DenyingPolicy::Identity,
        })
    };
    let here = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"actiontrail:LookupEvents","Resource":"acs:actiontrail:cn-hangzhou:*:*"}]}"#;
    let elsewhere = here.replace("cn-hangzhou", "cn-beijing");
    for (name, policy, looks, lists) in [
        ("full", "AliyunActionTrailFullAccess", true, true),
        ("reads", "AliyunActionTrailReadOnlyAccess", true, true),
        ("keys", "AliyunKMSFullAccess", false, false),
        ("here", here, true, false),
        ("elsewhere", elsewhere.as_str(), false, false),
    ] {
        let client = world.add_user(root.scope.account, name, &[policy]).await;
        let user = Actor::of(&world, &client).await.unwrap();
        let heard = user.calls(&service, lookup(&root, Vec::new())).await.map(drop);
        let expected = if looks {
            Ok(())
        } else {
            Err(denied(Action::LookupEvents))
        };
        assert_eq!(heard, expected, "{name}");
        let heard = user.calls(&service, DescribeTrails(root.scope.clone())).await;
        let expected = if lists {
            Ok(())
        } else {
            Err(denied(Action::DescribeTrails))
        };
        assert_eq!(heard, expected, "{name}");
    }
}

/// What was looked for may have been pasted by mistake, and a record of it would be found by the next search.
#[tokio::test]
async fn the_record_of_a_question_does_not_repeat_it() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let filters = vec![
        Filter::Thing(key.to_string()),
        Filter::AccessKey("a secret in the wrong place".into()),
    ];
    finds(&root, &service, filters).await;
    finds(&root, &service, vec![Filter::Thing(key.to_string())]).await;
    let calls = world.audited_calls().await;
    let [.., first, second] = calls.as_slice() else {
        unreachable!("two questions: {calls:?}");
    };
    assert_eq!(first["action"], "LookupEvents");
    assert_eq!(
        first["request"]["filters"],
        serde_json::json!(["thing", "access_key"])
    );
    assert_eq!(first["response"]["events"], 0);
    assert_eq!(second["response"]["events"], 1);
    let text = format!("{first}{second}");
    assert!(
        !text.contains("wrong place") && !text.contains(&key.to_string()),
        "{text}"
    );
}

#[tokio::test]
async fn without_the_index_questions_stay_open_and_all_else_goes_on() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    world.index().fail();
    let heard = root.calls(&service, lookup(&root, Vec::new())).await;
    assert_eq!(heard, Err(Error::Unavailable));
    let key = root.makes_key(&service).await.id;
    world.settle().await;
    root.encrypts(&service, root.key(key)).await.unwrap();
    world.index().heal();
    let calls = finds(&root, &service, Vec::new()).await;
    assert_eq!(calls, ["LookupEvents", "CreateKey", "Encrypt"]);
    let failed = finds(&root, &service, vec![Filter::Outcome("failed".into())]).await;
    assert_eq!(failed, ["LookupEvents"]);
}
