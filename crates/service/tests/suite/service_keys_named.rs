//! Keys of services that people name by the service: what they may do with one begins it.

use std::sync::Arc;

use claviger_model::{
    Action, Again, Creator, EncryptionContext, Error, KeyFilter, KeyId, KeyMatch, Missing, Order, Page,
    Refusal, Resource, Scope,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{
    DataKeyForm, Encrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, Payload,
};
use claviger_service::ops::key::{DescribeKey, DisableKey};
use claviger_service::{KeyName, KeyRef, Quotas};
use claviger_store::Store as _;
use claviger_testkit::World;

use crate::calls::Root;
use crate::identities::{Someone, denied};

fn key_of(scope: &Scope, service: &str) -> KeyRef {
    KeyRef {
        scope: scope.clone(),
        name: KeyName::OfService(service.parse().unwrap()),
    }
}

fn encrypt(key: KeyRef, payload: Payload) -> Encrypt {
    Encrypt {
        key,
        payload,
        plaintext: SecretBytes::copied(b"object"),
        context: EncryptionContext::default(),
    }
}

fn data_key(key: KeyRef) -> GenerateDataKey {
    GenerateDataKey {
        key,
        length: 32,
        form: DataKeyForm::Raw,
        context: EncryptionContext::default(),
    }
}

/// The keys that services made in a scope.
async fn made(world: &World, scope: &Scope) -> Vec<KeyId> {
    let filter = KeyFilter {
        all_of: vec![vec![KeyMatch::OfAccount(false)]],
    };
    let page = Page { skip: 0, take: 100 };
    let found = world.store().keys(scope, &filter, Order::OldestFirst, page).await;
    found.unwrap().items
}

#[tokio::test]
async fn whoever_may_use_it_begins_it_and_all_names_lead_to_one_key() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let scope = &root.scope;
    let worker = world
        .add_user(root.account(), "worker", &["AliyunKMSFullAccess"])
        .await;
    let worker = Someone::client(&world, worker);
    let oss = Someone::client(&world, world.add_service("oss").await);
    let begun = worker
        .calls(&world, encrypt(key_of(scope, "oss"), Payload::Data))
        .await;
    let begun = begun.unwrap().key;
    assert_eq!(made(&world, scope).await, [begun]);
    let described = root
        .calls(&world, DescribeKey(key_of(scope, "oss")))
        .await
        .unwrap();
    assert_eq!(
        (described.id, described.creator, described.title),
        (begun, Creator::Service("oss".parse().unwrap()), None)
    );
    let alias = KeyRef {
        scope: scope.clone(),
        name: KeyName::Alias("acs/oss".parse().unwrap()),
    };
    let of_service = oss.calls(&world, encrypt(alias, Payload::Data)).await;
    assert_eq!(of_service.unwrap().key, begun);
    let of_service = oss
        .calls(&world, encrypt(key_of(scope, "oss"), Payload::Data))
        .await;
    assert_eq!(of_service.unwrap().key, begun);
    let other = root
        .calls(&world, encrypt(key_of(scope, "evs"), Payload::Data))
        .await;
    assert_ne!(other.unwrap().key, begun);
}

#[tokio::test]
async fn first_uses_of_every_kind_begin_it_and_administration_does_not() {
    for number in 0..4 {
        let world = World::new().await;
        let root = Someone::root(&world, 0);
        let key = key_of(&root.scope, "oss");
        let begun = match number {
            0 => root.calls(&world, encrypt(key, Payload::Data)).await.map(drop),
            1 => root.calls(&world, encrypt(key, Payload::DataKey)).await.map(drop),
            2 => root.calls(&world, data_key(key)).await.map(drop),
            _ => {
                let hidden = GenerateDataKeyWithoutPlaintext(data_key(key));
                root.calls(&world, hidden).await.map(drop)
            }
        };
        assert_eq!(begun, Ok(()), "{number}");
        assert_eq!(made(&world, &root.scope).await.len(), 1, "{number}");
    }
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let disable = || DisableKey {
        key: key_of(&root.scope, "oss"),
        again: Again::Fine,
    };
    let describe = || DescribeKey(key_of(&root.scope, "oss"));
    let missing = root.calls(&world, disable()).await;
    assert_eq!(missing.map(drop), Err(Error::NotFound(Missing::Key)));
    let missing = root.calls(&world, describe()).await;
    assert_eq!(missing.map(drop), Err(Error::NotFound(Missing::Key)));
    assert!(made(&world, &root.scope).await.is_empty());
    let first = encrypt(key_of(&root.scope, "oss"), Payload::Data);
    root.calls(&world, first).await.unwrap();
    root.calls(&world, describe()).await.unwrap();
    let refused = root.calls(&world, disable()).await;
    assert_eq!(refused.map(drop), Err(Error::Refused(Refusal::OfService)));
}

#[tokio::test]
async fn who_may_not_use_it_begins_nothing_and_hears_only_the_name() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let poor = Someone::client(&world, world.add_user(root.account(), "poor", &[]).await);
    let asked = || encrypt(key_of(&root.scope, "oss"), Payload::Data);
    let before = poor.calls(&world, asked()).await.unwrap_err();
    let Error::Denied(denial) = &before else {
        panic!("{before}");
    };
    assert_eq!(denial.action, Action::Encrypt);
    assert!(matches!(denial.resource, Resource::UnknownKey(..)));
    assert!(made(&world, &root.scope).await.is_empty());
    root.calls(&world, asked()).await.unwrap();
    assert_eq!(poor.calls(&world, asked()).await.unwrap_err(), before);
}

#[tokio::test]
async fn a_service_begins_by_this_name_only_its_own_key() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let oss = Someone::client(&world, world.add_service("oss").await);
    denied(
        oss.calls(&world, encrypt(key_of(&root.scope, "evs"), Payload::Data))
            .await,
    );
    assert!(made(&world, &root.scope).await.is_empty());
    let own = oss
        .calls(&world, encrypt(key_of(&root.scope, "oss"), Payload::Data))
        .await;
    assert_eq!(made(&world, &root.scope).await, [own.unwrap().key]);
}

#[tokio::test]
async fn a_service_that_describes_its_own_key_begins_it() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let oss = Someone::client(&world, world.add_service("oss").await);
    let described = oss.calls(&world, DescribeKey(key_of(&root.scope, "oss"))).await;
    assert_eq!(made(&world, &root.scope).await, [described.unwrap().id]);
}

#[tokio::test]
async fn none_is_begun_to_ask_or_elsewhere_or_while_the_log_fails() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let asked = |scope: &Scope| encrypt(key_of(scope, "oss"), Payload::Data);
    assert_eq!(root.asks(&world, asked(&root.scope)).await, Error::DryRun);
    let nowhere = Scope {
        region: "nowhere".parse().unwrap(),
        ..root.scope.clone()
    };
    let heard = root.calls(&world, asked(&nowhere)).await;
    assert_eq!(heard.map(drop), Err(Error::NotFound(Missing::Key)));
    let actor = root.actor(&world).await.unwrap();
    world.fail_log().await;
    let heard = actor.calls(&world.service(), asked(&root.scope)).await;
    assert_eq!(heard.map(drop), Err(Error::Unavailable));
    for scope in [&root.scope, &nowhere] {
        assert!(made(&world, scope).await.is_empty());
    }
}

#[tokio::test]
async fn they_do_not_count_as_keys_of_the_account() {
    let quotas = Quotas {
        keys: 1,
        aliases: 1,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let root = Root::of(&world).await;
    for name in ["oss", "evs", "ims"] {
        let first = encrypt(key_of(&root.scope, name), Payload::Data);
        root.calls(&world.service(), first).await.unwrap();
    }
    assert_eq!(world.store().key_count(&root.scope).await.unwrap(), 0);
    root.makes_key(&world.service()).await;
    let more = root.calls(&world.service(), root.create_key()).await;
    assert_eq!(more.map(drop), Err(Error::Quota(claviger_model::Quota::Keys)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_first_uses_at_a_time_make_one_key() {
    let world = Arc::new(World::new().await);
    let root = Arc::new(Someone::root(&world, 0));
    let uses: Vec<_> = (0..10)
        .map(|_| {
            let (world, root) = (Arc::clone(&world), Arc::clone(&root));
            tokio::spawn(async move {
                let asked = encrypt(key_of(&root.scope, "oss"), Payload::Data);
                root.calls(&world, asked).await.unwrap().key
            })
        })
        .collect();
    let mut keys = Vec::new();
    for one in uses {
        keys.push(one.await.unwrap());
    }
    keys.dedup();
    assert_eq!(keys, made(&world, &root.scope).await);
}
