//! How a key was used, the warning before its end, and how the log is doing.

use claviger_audit::index::{DayUsage, VersionUsage};
use claviger_audit::{Health, Seq};
use claviger_model::{Action, EncryptionContext, Error, KeySpec, KeyState, SignedDuration};
use claviger_secret::SecretBytes;
use claviger_service::ops::audit::{GetAuditStatus, GetKeyUsage, KeyUsage};
use claviger_service::ops::crypto::{Ciphertext, Opener, ReEncrypt, Source};
use claviger_service::ops::key::{CreateKey, DescribeKey, DisableKey, ScheduleKeyDeletion};
use claviger_testkit::World;
use serde_json::Value;

use crate::actors::Actor;
use crate::calls::Root;
use crate::lifetimes::DAY;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

async fn usage(world: &World, root: &Root, key: claviger_model::KeyId) -> KeyUsage {
    let get = GetKeyUsage { key: root.key(key) };
    root.calls(&world.service(), get).await.unwrap()
}

#[tokio::test]
async fn the_usage_of_a_key_tells_who_used_it_last_and_how_often() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await;
    let unused = usage(&world, &root, key.id).await;
    assert_eq!((unused.usage.last, unused.recently_used), (None, false));
    assert!(unused.usage.versions.is_empty());

    let first = world.now();
    root.encrypts(&service, root.key(key.id)).await.unwrap();
    world.advance(DAY);
    let user = world
        .add_user(root.scope.account, "ann", &["AliyunKMSCryptoUserAccess"])
        .await;
    let ann = Actor::of(&world, &user).await.unwrap();
    let last = world.now();
    for _ in 0..2 {
        ann.calls(&service, encrypt(&root, key.id)).await.unwrap();
    }
    world.advance(DAY);
    // Neither a look nor what is refused is a use.
    root.calls(&service, DescribeKey(root.key(key.id))).await.unwrap();
    root.calls(
        &service,
        DisableKey {
            key: root.key(key.id),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    root.encrypts(&service, root.key(key.id)).await.unwrap_err();

    let told = usage(&world, &root, key.id).await;
    assert_eq!(told.key.state, KeyState::Disabled);
    assert!(told.recently_used);
    let latest = told.usage.last.unwrap();
    assert_eq!(
        (latest.time, latest.action.as_str(), latest.caller.as_str()),
        (last, "Encrypt", "ann")
    );
    assert_eq!(latest.access_key.as_deref(), Some(user.access_key_id()));
    let version = VersionUsage {
        version: key.primary,
        first,
        last,
        count: 3,
    };
    assert_eq!(told.usage.versions, [version]);
    let days: Vec<_> = told.usage.days.iter().map(of_day).collect();
    let expected = [
        ("DescribeKey", "served", 1),
        ("DisableKey", "served", 1),
        ("Encrypt", "refused", 1),
        ("Encrypt", "served", 2),
        ("CreateKey", "served", 1),
        ("Encrypt", "served", 1),
    ];
    // The question about the unused key is about the key, too.
    let days: Vec<_> = days
        .into_iter()
        .filter(|(action, ..)| *action != "GetKeyUsage")
        .collect();
    assert_eq!(days, expected);
}

fn of_day(day: &DayUsage) -> (&str, &str, u64) {
    (&day.action, &day.outcome, day.count)
}

fn encrypt(root: &Root, key: claviger_model::KeyId) -> claviger_service::ops::crypto::Encrypt {
    claviger_service::ops::crypto::Encrypt {
        payload: claviger_service::ops::crypto::Payload::Data,
        key: root.key(key),
        plaintext: SecretBytes::copied(b"text"),
        context: EncryptionContext::default(),
    }
}

#[tokio::test]
async fn a_re_encryption_uses_both_keys() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let [from, to] = [root.makes_key(&service).await, root.makes_key(&service).await];
    let blob = root.encrypts_now(&service, from.id).await.blob;
    world.advance(MINUTE);
    let again = ReEncrypt {
        source: Source::Envelope {
            opener: Opener::Named,
            ciphertext: Ciphertext::parse(blob).unwrap(),
            context: EncryptionContext::default(),
        },
        destination: root.key(to.id),
        context: EncryptionContext::default(),
    };
    root.calls(&service, again).await.unwrap();
    for (key, count) in [(from, 2), (to, 1)] {
        let usage = usage(&world, &root, key.id).await.usage;
        let last = usage.last.unwrap();
        assert_eq!((last.action.as_str(), last.time), ("ReEncrypt", world.now()));
        let versions: Vec<_> = usage
            .versions
            .iter()
            .map(|version| (version.version, version.count))
            .collect();
        assert_eq!(versions, [(key.primary, count)]);
    }
}

async fn schedules(world: &World, root: &Root, key: claviger_model::KeyId) -> Value {
    let schedule = ScheduleKeyDeletion {
        key: root.key(key),
        window: 7 * DAY,
    };
    root.calls(&world.service(), schedule).await.unwrap();
    let calls = world.audited_calls().await;
    // The system announces the deletion behind it.
    let mut calls = calls
        .into_iter()
        .filter(|call| call["caller"]["type"] != "system");
    let last = calls.next_back().unwrap();
    assert_eq!(
        (&last["action"], &last["outcome"]),
        (&"ScheduleKeyDeletion".into(), &"served".into())
    );
    last["response"].clone()
}

#[tokio::test]
async fn the_end_of_a_key_that_was_just_used_is_a_risk() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let [early, late, unused, looked_at] = [
        root.makes_key(&service).await.id,
        root.makes_key(&service).await.id,
        root.makes_key(&service).await.id,
        root.makes_key(&service).await.id,
    ];
    let used = world.now();
    root.encrypts(&service, root.key(early)).await.unwrap();
    root.encrypts(&service, root.key(late)).await.unwrap();

    world.advance(30 * DAY - MINUTE);
    root.calls(&service, DescribeKey(root.key(looked_at)))
        .await
        .unwrap();
    let response = schedules(&world, &root, early).await;
    assert_eq!(response["risk"], "recently_used");
    assert_eq!(response["last_used"], used.to_string());
    assert_eq!(response["key"], early.to_string());

    world.advance(MINUTE + SignedDuration::from_secs(1));
    for key in [late, unused, looked_at] {
        let response = schedules(&world, &root, key).await;
        assert_eq!(response["key"], key.to_string());
        assert_eq!(
            (&response["risk"], &response["last_used"]),
            (&Value::Null, &Value::Null)
        );
    }
}

/// Whether a risk can be found out never decides about the call.
#[tokio::test]
async fn without_the_index_a_key_is_deleted_all_the_same() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    root.encrypts(&service, root.key(key)).await.unwrap();
    world.index().fail();
    let response = schedules(&world, &root, key).await;
    assert_eq!(response["risk"], Value::Null);
    let get = GetKeyUsage { key: root.key(key) };
    assert_eq!(root.calls(&service, get).await, Err(Error::Unavailable));
}

/// Not only the account of a key uses it.
#[tokio::test]
async fn uses_by_other_accounts_count() {
    let world = World::build()
        .caller("LTAIhome", "secret of home")
        .caller("LTAIabroad", "secret of abroad")
        .start()
        .await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let abroad = world
        .add_user(world.caller(1).account(), "bob", &["AdministratorAccess"])
        .await;
    let bob = Actor::of(&world, &abroad).await.unwrap();
    let statement = |account| {
        format!(
            r#"{{"Effect":"Allow","Principal":{{"RAM":["acs:ram::{account}:root"]}},"Action":"kms:*","Resource":"*"}}"#
        )
    };
    let (one, other) = (
        statement(world.caller(0).account()),
        statement(world.caller(1).account()),
    );
    let create = CreateKey {
        policy: Some(format!(r#"{{"Version":"1","Statement":[{one},{other}]}}"#)),
        ..root.create_key()
    };
    let key = root.calls(&service, create).await.unwrap().id;
    bob.calls(&service, encrypt(&root, key)).await.unwrap();
    let told = usage(&world, &root, key).await;
    let expected = format!("{}/bob", world.caller(1).account());
    assert_eq!(told.usage.last.unwrap().caller, expected);
    assert_eq!(schedules(&world, &root, key).await["risk"], "recently_used");
    let foreign = GetKeyUsage { key: root.key(key) };
    assert!(matches!(
        bob.calls(&service, foreign).await,
        Err(Error::Denied(denial)) if denial.action == Action::GetKeyUsage
    ));
}

#[tokio::test]
async fn the_status_tells_how_the_log_is_doing() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let before = root.calls(&service, GetAuditStatus).await.unwrap();
    assert_eq!(before.health, Health::Healthy);
    assert_eq!(before.index.progress.name, "index");
    assert_eq!((before.index.behind, before.index.progress.trouble), (0, None));
    assert!(before.followers.is_empty());
    let create = CreateKey {
        spec: KeySpec::EcP256,
        ..root.create_key()
    };
    root.calls(&service, create).await.unwrap();
    world.settle().await;
    let after = root.calls(&service, GetAuditStatus).await.unwrap();
    // The record of the question, and the key.
    assert_eq!(after.head.seq, Seq(before.head.seq.0 + 2));
    assert_eq!(
        (after.log, after.head.outbox),
        (before.log, before.head.outbox + 1)
    );
    world.index().fail();
    let failing = root.calls(&service, GetAuditStatus).await.unwrap();
    assert!(failing.index.progress.trouble.is_some());
}
