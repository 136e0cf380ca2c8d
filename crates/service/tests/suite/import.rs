//! Material from outside: who may bring what, with which token, and what becomes of it.

use std::sync::Arc;

use claviger_crypto::rsa::RsaEncryption;
use claviger_model::{
    EncryptionAlgorithm, Error, Field, HashAlgorithm, KeySpec, KeyState, MaterialFault, Refusal,
    SignedDuration, StateKind,
};
use claviger_service::ops::import::{DeleteKeyMaterial, GetParametersForImport, ImportKeyMaterial};
use claviger_service::ops::key::{CreateKey, DisableKey, EnableKey};
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::{DAY, MATERIAL, wrap};

const OTHER: Error = Error::Refused(Refusal::OtherMaterial);
const UNWRAP: Error = Error::KeyMaterial(MaterialFault::Unwrap);
const EMPTY: Error = Error::Refused(Refusal::NotUsable(StateKind::PendingImport));

#[tokio::test]
async fn a_key_waits_for_its_material_and_then_works() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    assert_eq!(root.state(&service, key).await, KeyState::PendingImport);
    assert!(root.versions(&service, key).await.is_empty());
    assert_eq!(root.encrypts(&service, root.key(key)).await, Err(EMPTY));
    world.advance(DAY);
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    let encrypted = root.encrypts_now(&service, key).await;
    assert_eq!(root.reads(&service, &encrypted.blob).await, b"text");
    let versions = root.versions(&service, key).await;
    assert_eq!(
        (versions[0].id, versions[0].created),
        (encrypted.version, world.now())
    );
    assert_eq!(versions.len(), 1);
}

#[tokio::test]
async fn material_that_was_given_up_comes_back_and_opens_what_it_encrypted() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let key = root.makes_empty_key(&world.service()).await;
    root.brings(&world.service(), key, MATERIAL, None).await.unwrap();
    let encrypted = root.encrypts_now(&world.service(), key).await;
    for restarted in [false, true] {
        let service = world.service();
        let discard = DeleteKeyMaterial {
            key: root.key(key),
            again: claviger_model::Again::Fine,
        };
        root.calls(&service, discard).await.unwrap();
        assert_eq!(root.state(&service, key).await, KeyState::PendingImport);
        assert_eq!(root.encrypts(&service, root.key(key)).await, Err(EMPTY));
        assert_eq!(root.decrypts(&service, &encrypted.blob).await, Err(EMPTY));
        drop(service);
        if restarted {
            world.restart().await;
        }
        let service = world.service();
        assert_eq!(root.brings(&service, key, &[1; 32], None).await, Err(OTHER));
        assert_eq!(root.decrypts(&service, &encrypted.blob).await, Err(EMPTY));
        root.brings(&service, key, MATERIAL, None).await.unwrap();
        assert_eq!(root.reads(&service, &encrypted.blob).await, b"text");
        assert_eq!(
            root.encrypts_now(&service, key).await.version,
            encrypted.version,
            "one version for life"
        );
    }
}

#[tokio::test]
async fn a_key_keeps_its_state_when_the_same_material_comes_again() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    root.calls(
        &service,
        DisableKey {
            key: root.key(key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    root.brings(&service, key, MATERIAL, Some(world.now() + DAY))
        .await
        .unwrap();
    assert_eq!(root.state(&service, key).await, KeyState::Disabled);
    root.calls(
        &service,
        EnableKey {
            key: root.key(key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    let blob = root.encrypts_now(&service, key).await.blob;
    assert_eq!(root.brings(&service, key, &[1; 32], None).await, Err(OTHER));
    assert_eq!(
        root.reads(&service, &blob).await,
        b"text",
        "what was refused left nothing"
    );
}

#[tokio::test]
async fn the_same_material_in_two_keys_makes_them_no_twins() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let mut blobs = Vec::new();
    for _ in 0..2 {
        let key = root.makes_empty_key(&service).await;
        root.brings(&service, key, MATERIAL, None).await.unwrap();
        blobs.push(root.encrypts_now(&service, key).await.blob);
    }
    // The version of the one in front of what the other encrypted.
    let mixed = [&blobs[0][..36], &blobs[1][36..]].concat();
    assert_eq!(
        root.decrypts(&service, &mixed).await,
        Err(Error::Invalid(Field::CiphertextOrContext))
    );
}

#[tokio::test]
async fn a_token_is_good_for_a_day_for_any_number_of_times_and_over_a_restart() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let key = root.makes_empty_key(&world.service()).await;
    let first = root.prepares_import(&world.service(), key).await;
    let second = root.prepares_import(&world.service(), key).await;
    assert_ne!(first.public_key, second.public_key);
    assert_eq!(first.expires, world.now() + DAY);
    world.restart().await;
    world.advance(DAY - SignedDuration::from_secs(1));
    let service = world.service();
    for parameters in [&first, &second, &first] {
        let import = root.import(parameters, MATERIAL, None);
        assert_eq!(root.calls(&service, import).await, Ok(()));
    }
    // A token works with its own public key only.
    let crossed = ImportKeyMaterial {
        token: second.token.clone(),
        ..root.import(&first, MATERIAL, None)
    };
    assert_eq!(root.calls(&service, crossed).await, Err(UNWRAP));
    world.advance(SignedDuration::from_secs(1));
    let late = root.import(&first, MATERIAL, None);
    assert_eq!(root.calls(&service, late).await, Err(Error::ImportTokenExpired));
}

#[tokio::test]
async fn a_token_is_for_one_key() {
    let world = World::build()
        .caller("LTAIowner", "s1")
        .caller("LTAIneighbour", "s2")
        .start()
        .await;
    let service = world.service();
    let (root, neighbour) = (Root::of(&world).await, Root::at(&world, 1).await);
    let keys = [
        root.makes_empty_key(&service).await,
        root.makes_empty_key(&service).await,
    ];
    let parameters = root.prepares_import(&service, keys[0]).await;
    let stolen = ImportKeyMaterial {
        key: root.key(keys[1]),
        ..root.import(&parameters, MATERIAL, None)
    };
    let other = Err(Error::ImportTokenOfOther);
    assert_eq!(root.calls(&service, stolen).await, other);
    let foreign = neighbour.makes_empty_key(&service).await;
    let stolen = ImportKeyMaterial {
        key: neighbour.key(foreign),
        ..root.import(&parameters, MATERIAL, None)
    };
    assert_eq!(neighbour.calls(&service, stolen).await, other);
}

/// Servers before this one did not put the key's id in front.
#[tokio::test]
async fn tokens_of_older_servers_are_good_for_their_day() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let keys = [
        root.makes_empty_key(&service).await,
        root.makes_empty_key(&service).await,
    ];
    let parameters = root.prepares_import(&service, keys[0]).await;
    let (id, sealed) = parameters.token.split_at(16);
    assert_eq!(id, keys[0].as_bytes());
    let old = |key| ImportKeyMaterial {
        key: root.key(key),
        token: sealed.to_vec(),
        ..root.import(&parameters, MATERIAL, None)
    };
    assert_eq!(root.calls(&service, old(keys[1])).await, Err(Error::ImportToken));
    assert_eq!(root.calls(&service, old(keys[0])).await, Ok(()));
}

#[tokio::test]
async fn a_token_that_was_touched_is_none() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    let parameters = root.prepares_import(&service, key).await;
    let length = parameters.token.len();
    let mut spoiled: Vec<Vec<u8>> = [0, 5, length / 2, length - 1]
        .map(|at| {
            let mut token = parameters.token.clone();
            token[at] ^= 1;
            token
        })
        .into();
    spoiled.extend([Vec::new(), vec![0; 64], parameters.token[..length - 1].to_vec()]);
    for token in spoiled {
        let import = ImportKeyMaterial {
            token,
            ..root.import(&parameters, MATERIAL, None)
        };
        assert_eq!(root.calls(&service, import).await, Err(Error::ImportToken));
    }
    assert_eq!(root.state(&service, key).await, KeyState::PendingImport);
}

#[tokio::test]
async fn material_that_does_not_unwrap_or_fit_is_refused() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    let parameters = root.prepares_import(&service, key).await;
    let good = root.import(&parameters, MATERIAL, None).wrapped;
    let mut cases: Vec<_> = [&[1; 16][..], &[1; 31], &[1; 33], &[]]
        .map(|material| {
            let wrapped = wrap(&parameters.public_key, RsaEncryption::OaepSha256, material);
            (wrapped, Error::KeyMaterial(MaterialFault::Length))
        })
        .into();
    // The token names another padding.
    cases.push((
        wrap(&parameters.public_key, RsaEncryption::OaepSha1, MATERIAL),
        UNWRAP,
    ));
    cases.extend([vec![], vec![0; 256], good[1..].to_vec()].map(|wrapped| (wrapped, UNWRAP)));
    for (wrapped, fault) in cases {
        let import = ImportKeyMaterial {
            wrapped,
            ..root.import(&parameters, MATERIAL, None)
        };
        assert_eq!(root.calls(&service, import).await, Err(fault));
    }
    assert_eq!(root.state(&service, key).await, KeyState::PendingImport);
}

#[tokio::test]
async fn every_wrapping_of_the_provider_works_and_others_are_refused() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    let ask = |spec, algorithm| GetParametersForImport {
        only_pending: false,
        key: root.key(key),
        spec,
        algorithm,
    };
    let oaep = EncryptionAlgorithm::RsaOaep;
    for (algorithm, padding) in [
        (EncryptionAlgorithm::RsaPkcs1, RsaEncryption::Pkcs1V15),
        (oaep(HashAlgorithm::Sha1), RsaEncryption::OaepSha1),
        (oaep(HashAlgorithm::Sha256), RsaEncryption::OaepSha256),
    ] {
        let parameters = root
            .calls(&service, ask(KeySpec::Rsa2048, algorithm))
            .await
            .unwrap();
        let import = ImportKeyMaterial {
            wrapped: wrap(&parameters.public_key, padding, MATERIAL),
            ..root.import(&parameters, &[], None)
        };
        assert_eq!(root.calls(&service, import).await, Ok(()), "{algorithm:?}");
    }
    for (spec, algorithm) in [
        (KeySpec::Rsa2048, EncryptionAlgorithm::Sm2Pke),
        (KeySpec::Rsa2048, oaep(HashAlgorithm::Sha512)),
        (KeySpec::Sm2, EncryptionAlgorithm::Sm2Pke),
        (KeySpec::Sm2, oaep(HashAlgorithm::Sha256)),
        (KeySpec::Aes256, oaep(HashAlgorithm::Sha256)),
    ] {
        let refused = root.calls(&service, ask(spec, algorithm)).await;
        assert_eq!(refused.map(drop), Err(Error::Invalid(Field::Algorithm)));
    }
}

#[tokio::test]
async fn keys_with_generated_material_take_none() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (own, empty) = (
        root.makes_key(&service).await.id,
        root.makes_empty_key(&service).await,
    );
    let parameters = root.prepares_import(&service, empty).await;
    let refused = Err(Error::Refused(Refusal::Origin));
    let ask = GetParametersForImport {
        only_pending: false,
        key: root.key(own),
        spec: KeySpec::Rsa2048,
        algorithm: EncryptionAlgorithm::RsaPkcs1,
    };
    let import = ImportKeyMaterial {
        key: root.key(own),
        ..root.import(&parameters, MATERIAL, None)
    };
    let discard = DeleteKeyMaterial {
        key: root.key(own),
        again: claviger_model::Again::Fine,
    };
    assert_eq!(root.calls(&service, ask).await.map(drop), refused);
    assert_eq!(
        root.calls(&service, import).await,
        Err(Error::Refused(Refusal::Origin))
    );
    assert_eq!(root.calls(&service, discard).await.map(drop), refused);
    root.encrypts_now(&service, own).await;
}

#[tokio::test]
async fn other_lengths_are_for_other_specs() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for (spec, length) in [
        (KeySpec::Aes128, 16),
        (KeySpec::Aes192, 24),
        (KeySpec::HmacSha512, 64),
    ] {
        let create = CreateKey {
            spec,
            origin: claviger_model::Origin::External,
            ..root.create_key()
        };
        let key = root.calls(&service, create).await.unwrap().id;
        assert_eq!(
            root.brings(&service, key, &vec![3; length + 1], None).await,
            Err(Error::KeyMaterial(MaterialFault::Length))
        );
        assert_eq!(root.brings(&service, key, &vec![3; length], None).await, Ok(()));
        assert_eq!(root.state(&service, key).await, KeyState::Enabled);
    }
}

/// First imports at the same moment: one of them decides what the key is for life.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn first_imports_at_the_same_moment_make_one_version() {
    let world = World::new().await;
    let (service, root) = (world.service(), Arc::new(Root::of(&world).await));
    for round in 0..6 {
        let key = root.makes_empty_key(&service).await;
        let parameters = root.prepares_import(&service, key).await;
        let imports: Vec<_> = (0..6)
            .map(|caller| {
                // In some rounds all bring the same, in others two kinds meet.
                let material = if round % 2 == 0 { 0 } else { caller % 2 };
                let import = root.import(&parameters, &[material; 32], None);
                let (service, root) = (Arc::clone(&service), Arc::clone(&root));
                tokio::spawn(async move { (material, root.calls(&service, import).await) })
            })
            .collect();
        let mut taken = Vec::new();
        for import in imports {
            match import.await.unwrap() {
                (material, Ok(())) => taken.push(material),
                (_, refused) => assert_eq!(refused, Err(OTHER)),
            }
        }
        taken.dedup();
        assert_eq!(taken.len(), 1);
        assert_eq!(root.versions(&service, key).await.len(), 1);
        let blob = root.encrypts_now(&service, key).await.blob;
        root.brings(&service, key, &[taken[0]; 32], None).await.unwrap();
        assert_eq!(root.reads(&service, &blob).await, b"text");
    }
}
