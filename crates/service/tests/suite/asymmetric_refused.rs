//! What key pairs refuse, in which order, and what the audit trail knows of them.

use claviger_model::{
    EncryptionAlgorithm, Error, Field, HashAlgorithm, KeyId, KeySpec, KeyState, KeyVersionId, Missing,
    Refusal, SignatureAlgorithm, SignedDuration, StateKind, Usage,
};
use claviger_service::ops::crypto::VersionRef;
use claviger_service::ops::key::{DisableKey, EnableKey};
use claviger_service::{KeyName, KeyRef, Service};
use claviger_testkit::World;
use serde_json::json;

use crate::asymmetric_pair::{ECDSA, OAEP_SHA256, PSS, Pair};
use crate::calls::Root;

const NO_KEY: Error = Error::NotFound(Missing::Key);
const NO_VERSION: Error = Error::NotFound(Missing::Version);
const DIGEST: [u8; 32] = [3; 32];

/// What each of the operations says, those of encryption first.
async fn all(root: &Root, service: &Service, pair: &Pair) -> [Result<(), Error>; 5] {
    [
        root.calls(service, pair.encrypt(OAEP_SHA256, b"x"))
            .await
            .map(drop),
        root.calls(service, pair.decrypt(OAEP_SHA256, b"x"))
            .await
            .map(drop),
        root.calls(service, pair.sign(PSS, &DIGEST)).await.map(drop),
        root.calls(service, pair.verify(PSS, &DIGEST, b"x"))
            .await
            .map(drop),
        root.calls(service, pair.public_key()).await.map(drop),
    ]
}

#[tokio::test]
async fn a_key_serves_its_own_purpose_only() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let symmetric = Pair::make(&world, &root, KeySpec::Aes256, Usage::EncryptDecrypt).await;
    let mac = Pair::make(&world, &root, KeySpec::HmacSha256, Usage::GenerateVerifyMac).await;
    for pair in [symmetric, mac] {
        let kind = || Err(pair.wrong_kind());
        assert_eq!(all(&root, &service, &pair).await, [(); 5].map(|()| kind()));
    }
    let encrypting = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let damaged = Err(Error::Invalid(Field::Ciphertext));
    let kind = || Err(encrypting.wrong_kind());
    assert_eq!(
        all(&root, &service, &encrypting).await,
        [Ok(()), damaged, kind(), kind(), Ok(())]
    );
    let signing = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::SignVerify).await;
    let signs = || Err(signing.wrong_kind());
    assert_eq!(
        all(&root, &service, &signing).await,
        [signs(), signs(), Ok(()), Ok(()), Ok(())]
    );
    // And symmetric operations do not take pairs.
    let encrypted = root.encrypts(&service, root.key(encrypting.key)).await;
    assert_eq!(encrypted, Err(encrypting.wrong_kind()));
    let blob = [encrypting.version.to_string().as_bytes(), &[1], &[0; 60]].concat();
    assert_eq!(root.decrypts(&service, &blob).await, kind());
}

#[tokio::test]
async fn an_algorithm_must_fit_the_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let refused = Err(Error::Invalid(Field::Algorithm));
    let rsa = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::SignVerify).await;
    let ec = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    for (pair, algorithm) in [
        (&rsa, ECDSA),
        (&rsa, SignatureAlgorithm::Sm2Dsa),
        (&ec, PSS),
        (&ec, SignatureAlgorithm::Sm2Dsa),
        (&ec, SignatureAlgorithm::Ecdsa(HashAlgorithm::Sm3)),
    ] {
        let sign = pair.sign(algorithm, &DIGEST);
        assert_eq!(
            root.calls(&service, sign).await.map(drop),
            refused,
            "{algorithm:?}"
        );
        let verify = pair.verify(algorithm, &DIGEST, b"x");
        assert_eq!(
            root.calls(&service, verify).await.map(drop),
            refused,
            "{algorithm:?}"
        );
    }
    let rsa = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    for algorithm in [
        EncryptionAlgorithm::Sm2Pke,
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sm3),
    ] {
        let encrypt = rsa.encrypt(algorithm, b"x");
        assert_eq!(
            root.calls(&service, encrypt).await.map(drop),
            refused,
            "{algorithm:?}"
        );
        let decrypt = rsa.decrypt(algorithm, b"x");
        assert_eq!(
            root.calls(&service, decrypt).await.map(drop),
            refused,
            "{algorithm:?}"
        );
    }
}

#[tokio::test]
async fn a_digest_must_be_as_long_as_its_hash() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let refused = Err(Error::Invalid(Field::Digest));
    for length in [0, 20, 31, 33, 64] {
        let digest = vec![3; length];
        let sign = pair.sign(ECDSA, &digest);
        assert_eq!(root.calls(&service, sign).await.map(drop), refused, "{length}");
        let verify = pair.verify(ECDSA, &digest, b"x");
        assert_eq!(root.calls(&service, verify).await.map(drop), refused, "{length}");
    }
}

#[tokio::test]
async fn a_version_must_be_one_of_its_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let other = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let symmetric = Pair::make(&world, &root, KeySpec::Aes256, Usage::EncryptDecrypt).await;
    let unknown = KeyVersionId::from_bytes([5; 16]);
    for version in [Some(unknown), Some(other.version), Some(symmetric.version), None] {
        let mut show = pair.public_key();
        show.version = VersionRef::Named(version);
        assert_eq!(root.calls(&service, show).await.map(drop), Err(NO_VERSION));
        let mut sign = pair.sign(ECDSA, &DIGEST);
        sign.version = VersionRef::Named(version);
        assert_eq!(root.calls(&service, sign).await.map(drop), Err(NO_VERSION));
    }
    // The other key is served by itself still.
    assert!(root.calls(&service, other.public_key()).await.is_ok());
}

/// The request, the key, its version, its kind, its state.
#[tokio::test]
async fn refusals_come_in_one_order() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let nowhere = root.key(KeyId::from_bytes([5; 16]));
    let ask = |digest: usize, key: Option<KeyRef>, version: bool, algorithm| {
        let mut sign = pair.sign(algorithm, &vec![3; digest]);
        sign.key = key.unwrap_or(sign.key);
        sign.version = VersionRef::Named(version.then_some(pair.version));
        sign
    };
    let no = |error| Err::<(), _>(error);
    let disabled = no(Error::Refused(Refusal::NotUsable(StateKind::Disabled)));
    root.calls(
        &service,
        DisableKey {
            key: root.key(pair.key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    for (operation, answer) in [
        (
            ask(31, Some(nowhere.clone()), false, PSS),
            no(Error::Invalid(Field::Digest)),
        ),
        (ask(32, Some(nowhere), false, PSS), no(NO_KEY)),
        (ask(32, None, false, PSS), no(NO_VERSION)),
        (ask(32, None, true, PSS), disabled.clone()),
        (ask(32, None, true, ECDSA), disabled),
    ] {
        assert_eq!(root.calls(&service, operation).await.map(drop), answer);
    }
    let encrypt = pair.encrypt(OAEP_SHA256, b"x");
    assert_eq!(
        root.calls(&service, encrypt).await.map(drop),
        no(pair.wrong_kind())
    );
    root.calls(
        &service,
        EnableKey {
            key: root.key(pair.key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    let sign = ask(32, None, true, ECDSA);
    assert!(root.calls(&service, sign).await.is_ok());
}

#[tokio::test]
async fn a_key_out_of_use_does_nothing() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let encrypting = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let signing = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::SignVerify).await;
    let due = world.now() + SignedDuration::from_hours(24 * 7);
    let account = world.root().account();
    for state in [KeyState::Disabled, KeyState::PendingDeletion { due }] {
        for pair in [&encrypting, &signing] {
            world.force_state(account, &pair.key.to_string(), state).await;
        }
        let service = world.service();
        let no = || Err(Error::Refused(Refusal::NotUsable(state.kind())));
        let (kind, signs) = (|| Err(encrypting.wrong_kind()), || Err(signing.wrong_kind()));
        assert_eq!(
            all(&root, &service, &encrypting).await,
            [no(), no(), kind(), kind(), no()]
        );
        assert_eq!(
            all(&root, &service, &signing).await,
            [signs(), signs(), no(), no(), no()]
        );
    }
    world.advance(SignedDuration::from_hours(24 * 7));
    let gone = [(); 5].map(|()| Err(NO_KEY));
    assert_eq!(all(&root, &world.service(), &signing).await, gone);
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_keys_and_versions() {
    let world = World::build()
        .caller("LTAItestkit00000000001", "one")
        .caller("LTAItestkit00000000002", "two")
        .start()
        .await;
    let (service, root, stranger) = (world.service(), Root::of(&world).await, Root::at(&world, 1).await);
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let there = pair.public_key();
    let mut no_version = pair.public_key();
    no_version.version = VersionRef::Named(None);
    for operation in [there, no_version] {
        let answer = stranger.calls(&service, operation).await.map(drop);
        assert!(matches!(answer, Err(Error::Denied(_))), "{answer:?}");
    }
    // Nor is a key of one account found in another, by a version that is there.
    let mut here = pair.public_key();
    here.key = KeyRef {
        scope: stranger.scope.clone(),
        name: KeyName::Id(pair.key),
    };
    assert_eq!(stranger.calls(&service, here).await.map(drop), Err(NO_KEY));
}

#[tokio::test]
async fn a_dry_run_tells_whether_it_would_work() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let signing = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let encrypting = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let encrypted = encrypting.encrypt(OAEP_SHA256, b"x");
    let ciphertext = root.calls(&service, encrypted).await.unwrap().bytes;
    assert_eq!(
        root.asks(&service, signing.sign(ECDSA, &DIGEST)).await,
        Error::DryRun
    );
    assert_eq!(
        root.asks(&service, signing.verify(ECDSA, &DIGEST, b"x")).await,
        Error::DryRun
    );
    assert_eq!(root.asks(&service, signing.public_key()).await, Error::DryRun);
    assert_eq!(
        root.asks(&service, encrypting.encrypt(OAEP_SHA256, b"x")).await,
        Error::DryRun
    );
    let decrypt = encrypting.decrypt(OAEP_SHA256, &ciphertext);
    assert_eq!(root.asks(&service, decrypt).await, Error::DryRun);
    assert_eq!(
        root.asks(&service, encrypting.sign(PSS, &DIGEST)).await,
        encrypting.wrong_kind()
    );
    let mut missing = signing.public_key();
    missing.version = VersionRef::Named(None);
    assert_eq!(root.asks(&service, missing).await, NO_VERSION);
}

#[tokio::test]
async fn the_audit_trail_knows_ids_lengths_and_algorithms() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let encrypt = pair.encrypt(OAEP_SHA256, b"the launch code");
    let ciphertext = root.calls(&service, encrypt).await.unwrap().bytes;
    root.calls(&service, pair.decrypt(OAEP_SHA256, &ciphertext))
        .await
        .unwrap();
    let signing = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let signature = root
        .calls(&service, signing.sign(ECDSA, &DIGEST))
        .await
        .unwrap()
        .bytes;
    root.calls(&service, signing.verify(ECDSA, &[4; 32], &signature))
        .await
        .unwrap();
    root.calls(&service, signing.public_key()).await.unwrap();
    root.calls(&service, signing.sign(PSS, &DIGEST))
        .await
        .unwrap_err();

    let calls = world.audited_calls().await;
    let seen = calls
        .iter()
        .filter(|call| call["action"] != "CreateKey")
        .map(|call| json!([call["action"], call["request"], call["response"]]));
    let ids = |pair: &Pair| (pair.key.to_string(), pair.version.to_string());
    let ((key, version), (signing_key, signing_version)) = (ids(&pair), ids(&signing));
    let answer = json!({"key": key, "version": version});
    let signed = json!({"key": signing_key, "version": signing_version});
    let ecdsa =
        json!({"key": signing_key, "version": signing_version, "algorithm": "ecdsa", "hash": "sha256"});
    let mut verify = ecdsa.clone();
    verify["signature_bytes"] = signature.len().into();
    let mut unfit = ecdsa.clone();
    unfit["algorithm"] = "rsa-pss".into();
    let oaep = |length: &str, bytes: usize| {
        let mut request = json!({"key": key, "version": version, "algorithm": "rsa-oaep-sha256"});
        request[length] = bytes.into();
        request
    };
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            json!(["AsymmetricEncrypt", oaep("plaintext_bytes", 15), answer]),
            json!(["AsymmetricDecrypt", oaep("ciphertext_bytes", 256), answer]),
            json!(["AsymmetricSign", ecdsa, signed]),
            json!(["AsymmetricVerify", verify, {"key": signing_key, "version": signing_version, "valid": false}]),
            json!(["GetPublicKey", signed, signed]),
            json!(["AsymmetricSign", unfit, null]),
        ]
    );
    let text = serde_json::to_string(&world.audit_records().await).unwrap();
    assert!(!text.contains("the launch code"), "{text}");
}
