//! Keys that services make for accounts at their first use.

use std::sync::Arc;

use claviger_model::{
    AccountId, Action, Again, Creator, EncryptionContext, Error, KeyFilter, KeyId, KeyMatch, KeySpec, Order,
    Page, Refusal, Scope, SignedDuration, Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::alias::{DeleteAlias, ListAliasesByKey};
use claviger_service::ops::crypto::{
    Ciphertext, DataKeyForm, Decrypt, Encrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, Opener,
    Payload,
};
use claviger_service::ops::key::{DescribeKey, DisableKey, ListKeys, ScheduleKeyDeletion};
use claviger_service::{KeyName, KeyRef, Quotas};
use claviger_store::Store as _;
use claviger_testkit::World;

use crate::identities::{Someone, denied};

fn named(scope: &Scope, alias: &str) -> KeyRef {
    KeyRef {
        scope: scope.clone(),
        name: KeyName::Alias(alias.parse().unwrap()),
    }
}

fn encrypt(key: KeyRef) -> Encrypt {
    Encrypt {
        payload: Payload::Data,
        key,
        plaintext: SecretBytes::copied(b"object"),
        context: EncryptionContext::default(),
    }
}

/// The keys that services made in a scope.
async fn service_keys(world: &World, scope: &Scope) -> Vec<KeyId> {
    let filter = KeyFilter {
        all_of: vec![vec![KeyMatch::OfAccount(false)]],
    };
    let page = Page { skip: 0, take: 100 };
    let (store, order) = (world.store(), Order::OldestFirst);
    store.keys(scope, &filter, order, page).await.unwrap().items
}

async fn two_accounts() -> (World, Someone, Someone) {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    let service = Someone::client(&world, world.add_service("oss").await);
    let owner = Someone::root(&world, 1);
    (world, service, owner)
}

#[tokio::test]
async fn the_first_use_makes_the_key_and_later_ones_find_it() {
    let (world, service, owner) = two_accounts().await;
    let scope = &owner.scope;
    let first = service
        .calls(&world, encrypt(named(scope, "acs/oss")))
        .await
        .unwrap();
    let described = service
        .calls(&world, DescribeKey(named(scope, "acs/oss")))
        .await
        .unwrap();
    assert_eq!(described.id, first.key);
    assert_eq!(
        (described.spec, described.usage),
        (KeySpec::Aes256, Usage::EncryptDecrypt)
    );
    assert_eq!(described.creator, Creator::Service("oss".parse().unwrap()));
    assert_eq!((&described.scope, described.created), (scope, world.now()));
    assert!(described.description.contains("oss"));
    assert_eq!(service_keys(&world, scope).await, [first.key]);
    let decrypt = Decrypt {
        opener: Opener::Named,
        payload: Payload::Data,
        ciphertext: Ciphertext::parse(first.blob).unwrap(),
        context: EncryptionContext::default(),
    };
    let opened = service.calls(&world, decrypt).await.unwrap();
    assert_eq!(opened.plaintext.expose(), b"object");
}

#[tokio::test]
async fn each_account_and_region_has_its_own() {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .region("cn-shanghai")
        .start()
        .await;
    let service = Someone::client(&world, world.add_service("oss").await);
    let other = Someone::client(&world, world.add_service("ecs").await);
    let mut made = std::collections::HashSet::new();
    for place in 0..2 {
        let home = world.scope(world.caller(place).account());
        let away = Scope {
            region: "cn-shanghai".parse().unwrap(),
            ..home.clone()
        };
        for scope in [home, away] {
            let key = service
                .calls(&world, encrypt(named(&scope, "acs/oss")))
                .await
                .unwrap()
                .key;
            assert!(made.insert(key));
            let key = other
                .calls(&world, encrypt(named(&scope, "acs/ecs")))
                .await
                .unwrap()
                .key;
            assert!(made.insert(key));
            assert_eq!(service_keys(&world, &scope).await.len(), 2);
        }
    }
}

#[tokio::test]
async fn four_actions_begin_and_others_do_not() {
    let key = |world: &World, place: usize| named(&world.scope(world.caller(place).account()), "acs/oss");
    let data_key = |key| GenerateDataKey {
        key,
        length: 32,
        form: DataKeyForm::Base64,
        context: EncryptionContext::default(),
    };
    let (world, service, owner) = two_accounts().await;
    assert!(service.calls(&world, data_key(key(&world, 0))).await.is_ok());
    let hidden = GenerateDataKeyWithoutPlaintext(data_key(key(&world, 1)));
    assert!(service.calls(&world, hidden).await.is_ok());
    assert_eq!(service_keys(&world, &owner.scope).await.len(), 1);

    let (world, service, owner) = two_accounts().await;
    assert!(service.calls(&world, DescribeKey(key(&world, 0))).await.is_ok());
    let disable = DisableKey {
        key: key(&world, 1),
        again: Again::Fine,
    };
    let disabled = service.calls(&world, disable).await;
    assert_eq!(denied(disabled).0, Action::DisableKey);
    let page = Page { skip: 0, take: 1 };
    let aliases = ListAliasesByKey {
        key: key(&world, 1),
        page,
    };
    denied(service.calls(&world, aliases).await);
    assert!(service_keys(&world, &owner.scope).await.is_empty());
}

#[tokio::test]
async fn only_the_service_itself_begins_and_only_under_its_own_name() {
    let (world, service, owner) = two_accounts().await;
    world.add_service("ecs").await;
    let scope = &owner.scope;
    for alias in ["acs/ecs", "acs/oss2", "acs", "oss", "app"] {
        denied(service.calls(&world, encrypt(named(scope, alias))).await);
    }
    let missing = owner.calls(&world, encrypt(named(scope, "acs/oss"))).await;
    assert_eq!(
        missing.map(drop),
        Err(Error::NotFound(claviger_model::Missing::Alias))
    );
    let mallory = world
        .add_user(owner.account(), "oss", &["AliyunKMSFullAccess"])
        .await;
    let mallory = Someone::client(&world, mallory);
    assert!(
        mallory
            .calls(&world, encrypt(named(scope, "acs/oss")))
            .await
            .is_err()
    );
    assert!(service_keys(&world, scope).await.is_empty());
}

#[tokio::test]
async fn accounts_and_regions_that_are_not_there_get_no_key() {
    let (world, service, owner) = two_accounts().await;
    let nobody = Scope {
        account: AccountId::from_number(9_999_999_999_999_999).unwrap(),
        ..owner.scope.clone()
    };
    let nowhere = Scope {
        region: "eu-nowhere".parse().unwrap(),
        ..owner.scope.clone()
    };
    for scope in [nobody, nowhere] {
        denied(service.calls(&world, encrypt(named(&scope, "acs/oss"))).await);
        assert!(service_keys(&world, &scope).await.is_empty());
    }
}

#[tokio::test]
async fn a_service_touches_no_other_keys() {
    let (world, service, owner) = two_accounts().await;
    let root = crate::calls::Root::at(&world, 1).await;
    let own = root.makes_key(&world.service()).await.id;
    let others = world.add_service_key(owner.account(), "ecs").await;
    for id in [own, others] {
        let key = KeyRef {
            scope: owner.scope.clone(),
            name: KeyName::Id(id),
        };
        denied(service.calls(&world, encrypt(key.clone())).await);
        denied(service.calls(&world, DescribeKey(key)).await);
    }
    let blob = root
        .encrypts_to_blob(&world.service(), root.key(own))
        .await
        .unwrap()
        .blob;
    let decrypt = Decrypt {
        opener: Opener::Named,
        payload: Payload::Data,
        ciphertext: Ciphertext::parse(blob).unwrap(),
        context: EncryptionContext::default(),
    };
    assert!(service.calls(&world, decrypt).await.is_err());
    denied(service.calls(&world, root.create_key()).await);
}

#[tokio::test]
async fn the_account_sees_and_uses_the_key_and_changes_nothing() {
    let (world, service, owner) = two_accounts().await;
    let scope = &owner.scope;
    let key = service
        .calls(&world, encrypt(named(scope, "acs/oss")))
        .await
        .unwrap()
        .key;
    let list = ListKeys {
        order: Order::OldestFirst,
        scope: scope.clone(),
        filter: KeyFilter::default(),
        page: Page { skip: 0, take: 10 },
    };
    assert_eq!(owner.calls(&world, list).await.unwrap().items, [key]);
    assert_eq!(
        owner
            .calls(&world, encrypt(named(scope, "acs/oss")))
            .await
            .unwrap()
            .key,
        key
    );
    let refused = Error::Refused(Refusal::OfService);
    let disable = DisableKey {
        key: named(scope, "acs/oss"),
        again: Again::Fine,
    };
    let disabled = owner.calls(&world, disable).await;
    assert_eq!(disabled.map(drop), Err(refused.clone()));
    let schedule = ScheduleKeyDeletion {
        key: named(scope, "acs/oss"),
        window: SignedDuration::from_hours(7 * 24),
    };
    assert_eq!(owner.calls(&world, schedule).await.map(drop), Err(refused));
    let delete = DeleteAlias {
        scope: scope.clone(),
        name: "acs/oss".parse().unwrap(),
        of: None,
    };
    assert!(owner.calls(&world, delete).await.is_err());
}

#[tokio::test]
async fn keys_of_services_do_not_count_for_the_account() {
    let quotas = Quotas {
        keys: 1,
        aliases: 1,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    for name in ["oss", "ecs", "rds"] {
        let service = Someone::client(&world, world.add_service(name).await);
        let scope = &service.scope;
        let used = service
            .calls(&world, encrypt(named(scope, &format!("acs/{name}"))))
            .await;
        assert!(used.is_ok(), "{name}");
    }
    let root = crate::calls::Root::of(&world).await;
    assert!(root.calls(&world.service(), root.create_key()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_first_uses_at_a_time_make_one_key() {
    let (world, service, owner) = two_accounts().await;
    let (world, service) = (Arc::new(world), Arc::new(service));
    let uses: Vec<_> = (0..20)
        .map(|_| {
            let (world, service) = (Arc::clone(&world), Arc::clone(&service));
            let key = named(&owner.scope, "acs/oss");
            tokio::spawn(async move { service.calls(&world, encrypt(key)).await.unwrap().key })
        })
        .collect();
    let mut keys = Vec::new();
    for one in uses {
        keys.push(one.await.unwrap());
    }
    keys.dedup();
    assert_eq!(keys, service_keys(&world, &owner.scope).await);
    assert_eq!(keys.len(), 1);
    let made = world.audited_calls().await;
    let made = made.iter().filter(|record| record["caller"]["type"] == "system");
    let actions: Vec<_> = made.map(|record| record["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["CreateKey", "CreateAlias"]);
}

#[tokio::test]
async fn a_key_that_a_crash_left_without_its_alias_is_taken_up() {
    let (mut world, service, owner) = two_accounts().await;
    let left = world.add_service_key(owner.account(), "oss").await;
    let others = world.add_service_key(owner.account(), "ecs").await;
    world.crash();
    world.resume().await;
    let used = service
        .calls(&world, encrypt(named(&owner.scope, "acs/oss")))
        .await
        .unwrap();
    assert_eq!(used.key, left);
    let mut keys = service_keys(&world, &owner.scope).await;
    keys.sort();
    let mut expected = [left, others];
    expected.sort();
    assert_eq!(keys, expected);
}

#[tokio::test]
async fn a_node_that_went_away_keeps_the_others_waiting_for_seconds() {
    let (world, service, owner) = two_accounts().await;
    let lease = format!("service-key/{}/{}/oss", owner.account(), owner.scope.region);
    let until = world.now() + SignedDuration::from_secs(5);
    assert!(
        world
            .store()
            .lease(&lease, "another node", world.now(), until)
            .await
            .unwrap()
    );
    let key = || named(&owner.scope, "acs/oss");
    let early = service.calls(&world, encrypt(key())).await;
    assert_eq!(early.map(drop), Err(Error::Unavailable));
    assert!(service_keys(&world, &owner.scope).await.is_empty());
    world.advance(SignedDuration::from_secs(5));
    assert!(service.calls(&world, encrypt(key())).await.is_ok());
    // The lease was given back.
    assert!(
        world
            .store()
            .lease(&lease, "another node", world.now(), until)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn asking_whether_it_would_work_makes_nothing() {
    let (world, service, owner) = two_accounts().await;
    let heard = service
        .asks(&world, encrypt(named(&owner.scope, "acs/oss")))
        .await;
    assert_eq!(heard, Error::DryRun);
    assert!(service_keys(&world, &owner.scope).await.is_empty());
}

#[tokio::test]
async fn while_the_log_fails_no_key_is_made() {
    let (world, service, owner) = two_accounts().await;
    let actor = service.actor(&world).await.unwrap();
    world.fail_log().await;
    let used = actor
        .calls(&world.service(), encrypt(named(&owner.scope, "acs/oss")))
        .await;
    assert_eq!(used.map(drop), Err(Error::Unavailable));
    assert!(service_keys(&world, &owner.scope).await.is_empty());
}
