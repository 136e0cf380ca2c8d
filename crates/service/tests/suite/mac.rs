//! Message authentication codes: made and checked by the same key, and by no other.

use claviger_model::{
    Error, Field, Key, KeyId, KeySpec, KeyState, MacAlgorithm, Missing, Refusal, SignedDuration, StateKind,
    Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::KeyRef;
use claviger_service::ops::alias::CreateAlias;
use claviger_service::ops::crypto::{GenerateMac, VerifyMac};
use claviger_service::ops::key::CreateKey;
use claviger_testkit::World;
use serde_json::json;

use crate::calls::{Root, wrong_kind};

const SPECS: [(KeySpec, MacAlgorithm, usize); 5] = [
    (KeySpec::HmacSha224, MacAlgorithm::HmacSha224, 28),
    (KeySpec::HmacSha256, MacAlgorithm::HmacSha256, 32),
    (KeySpec::HmacSha384, MacAlgorithm::HmacSha384, 48),
    (KeySpec::HmacSha512, MacAlgorithm::HmacSha512, 64),
    (KeySpec::HmacSm3, MacAlgorithm::HmacSm3, 32),
];

async fn make_key(world: &World, root: &Root, spec: KeySpec) -> Key {
    let create = CreateKey {
        spec,
        usage: Some(Usage::GenerateVerifyMac),
        ..root.create_key()
    };
    root.calls(&world.service(), create).await.unwrap()
}

fn generate(key: KeyRef, algorithm: Option<MacAlgorithm>, message: &[u8]) -> GenerateMac {
    GenerateMac {
        key,
        algorithm,
        message: SecretBytes::copied(message),
    }
}

fn verify(key: KeyRef, algorithm: Option<MacAlgorithm>, message: &[u8], code: &[u8]) -> VerifyMac {
    VerifyMac {
        key,
        algorithm,
        message: SecretBytes::copied(message),
        code: code.to_vec(),
    }
}

#[tokio::test]
async fn a_code_is_that_of_one_message_under_one_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for (spec, algorithm, length) in SPECS {
        let key = make_key(&world, &root, spec).await.id;
        let other = make_key(&world, &root, spec).await.id;
        for message in [&b"message"[..], b"", &[9; 4096]] {
            let made = root
                .calls(&service, generate(root.key(key), Some(algorithm), message))
                .await
                .unwrap();
            assert_eq!(
                (made.key, made.algorithm, made.code.len()),
                (key, algorithm, length)
            );
            let again = root
                .calls(&service, generate(root.key(key), None, message))
                .await
                .unwrap();
            assert_eq!((again.algorithm, &again.code), (algorithm, &made.code));

            let right = verify(root.key(key), Some(algorithm), message, &made.code);
            let right = root.calls(&service, right).await.unwrap();
            assert_eq!((right.key, right.algorithm, right.valid), (key, algorithm, true));
            let longer = [&made.code[..], &[0]].concat();
            for wrong in [
                verify(root.key(key), None, b"another message", &made.code),
                verify(root.key(other), None, message, &made.code),
                verify(root.key(key), None, message, &made.code[..length - 1]),
                verify(root.key(key), None, message, &longer),
                verify(root.key(key), None, message, b""),
            ] {
                assert!(!root.calls(&service, wrong).await.unwrap().valid, "{spec:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_key_knows_one_algorithm_and_one_purpose() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = make_key(&world, &root, KeySpec::HmacSha256).await.id;
    let unfit = Err(Error::Invalid(Field::Algorithm));
    for (_, algorithm, _) in SPECS {
        if algorithm != MacAlgorithm::HmacSha256 {
            let made = generate(root.key(key), Some(algorithm), b"x");
            assert_eq!(root.calls(&service, made).await.map(drop), unfit, "{algorithm:?}");
            let checked = verify(root.key(key), Some(algorithm), b"x", b"");
            assert_eq!(
                root.calls(&service, checked).await.map(drop),
                unfit,
                "{algorithm:?}"
            );
        }
    }
    let mac = wrong_kind(KeySpec::HmacSha256, Usage::GenerateVerifyMac);
    assert_eq!(root.encrypts(&service, root.key(key)).await, Err(mac));
    let symmetric = root.makes_key(&service).await.id;
    let kind = Err(wrong_kind(KeySpec::Aes256, Usage::EncryptDecrypt));
    let made = generate(root.key(symmetric), None, b"x");
    assert_eq!(root.calls(&service, made).await.map(drop), kind);
    let checked = verify(root.key(symmetric), None, b"x", b"");
    assert_eq!(root.calls(&service, checked).await.map(drop), kind);
    let nowhere = generate(root.key(KeyId::from_bytes([5; 16])), None, b"x");
    let missing = Err(Error::NotFound(Missing::Key));
    assert_eq!(root.calls(&service, nowhere).await.map(drop), missing);
}

#[tokio::test]
async fn a_key_out_of_use_makes_and_checks_nothing() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let key = make_key(&world, &root, KeySpec::HmacSm3).await.id;
    let due = world.now() + SignedDuration::from_hours(24 * 7);
    let account = world.root().account();
    for state in [KeyState::Disabled, KeyState::PendingDeletion { due }] {
        world.force_state(account, &key.to_string(), state).await;
        let service = world.service();
        let refused = Err(Error::Refused(Refusal::NotUsable(state.kind())));
        let made = generate(root.key(key), None, b"x");
        assert_eq!(root.calls(&service, made).await.map(drop), refused);
        let checked = verify(root.key(key), None, b"x", b"");
        assert_eq!(root.calls(&service, checked).await.map(drop), refused);
        // The state is judged before the algorithm.
        let unfit = generate(root.key(key), Some(MacAlgorithm::HmacSha256), b"x");
        assert_eq!(root.calls(&service, unfit).await.map(drop), refused);
    }
    assert_eq!(
        root.asks(&world.service(), generate(root.key(key), None, b"x"))
            .await,
        Error::Refused(Refusal::NotUsable(StateKind::PendingDeletion))
    );
}

#[tokio::test]
async fn codes_outlive_a_restart() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let key = make_key(&world, &root, KeySpec::HmacSha512).await.id;
    let made = generate(root.key(key), None, b"message");
    let code = root.calls(&world.service(), made).await.unwrap().code;
    world.restart().await;
    let checked = verify(root.key(key), None, b"message", &code);
    assert!(root.calls(&world.service(), checked).await.unwrap().valid);
}

#[tokio::test]
async fn a_dry_run_makes_no_code() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = make_key(&world, &root, KeySpec::HmacSha224).await.id;
    assert_eq!(
        root.asks(&service, generate(root.key(key), None, b"x")).await,
        Error::DryRun
    );
    assert_eq!(
        root.asks(&service, verify(root.key(key), None, b"x", b"")).await,
        Error::DryRun
    );
}

#[tokio::test]
async fn the_audit_trail_knows_no_message_and_no_code() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = make_key(&world, &root, KeySpec::HmacSha256).await;
    let (id, version) = (key.id.to_string(), key.primary.unwrap().to_string());
    let alias = CreateAlias {
        prefixed: true,
        per_key: u32::MAX,
        name: "codes".parse().unwrap(),
        key: root.key(key.id),
    };
    root.calls(&service, alias).await.unwrap();
    let made = generate(
        root.alias("codes"),
        Some(MacAlgorithm::HmacSha256),
        b"the launch code",
    );
    let code = root.calls(&service, made).await.unwrap().code;
    root.calls(&service, verify(root.key(key.id), None, b"other", &code))
        .await
        .unwrap();
    let calls = world.audited_calls().await;
    let seen = calls
        .iter()
        .filter(|call| call["action"].as_str().unwrap().ends_with("Mac"))
        .map(|call| json!([call["action"], call["request"], call["response"]]));
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            json!([
                "GenerateMac",
                {"alias": "codes", "algorithm": "hmac-sha256", "message_bytes": 15},
                {"key": id, "version": version, "algorithm": "hmac-sha256"},
            ]),
            json!([
                "VerifyMac",
                {"key": id, "message_bytes": 5, "code_bytes": 32},
                {"key": id, "version": version, "algorithm": "hmac-sha256", "valid": false},
            ]),
        ]
    );
    let text = serde_json::to_string(&world.audit_records().await).unwrap();
    assert!(!text.contains("the launch code"), "{text}");
}
