//! Keys of the protection level HSM: they do what keys in software do, as long as the hardware can be reached.

use claviger_model::{
    EncryptionContext, Error, Key, KeyFilter, KeyMatch, KeySpec, MacAlgorithm, Order, Origin, Page,
    ProtectionLevel, SignedDuration, Unsupported, Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::Service;
use claviger_service::ops::crypto::{DataKeyForm, GenerateDataKey, GenerateMac, GenerateRandom, VerifyMac};
use claviger_service::ops::key::{CountKeys, CreateKey, CreateKeyVersion, DisableKey, RotateOnDemand};
use claviger_store::{HsmStore as _, Store as _};
use claviger_testkit::{REGION, World};

use crate::asymmetric_pair::{ECDSA, OAEP_SHA256, Pair};
use crate::calls::Root;
use crate::certificate_desk;
use crate::lifetimes::{DAY, MATERIAL};

/// What hardware has to do with the name that records tell.
const NAME: &str = "hsm-of-tests";

impl Root {
    /// A key in hardware that is not there yet.
    pub(crate) fn create_in_hardware(&self, spec: KeySpec) -> CreateKey {
        CreateKey {
            spec,
            protection: ProtectionLevel::Hsm,
            ..self.create_key()
        }
    }

    pub(crate) async fn makes_in_hardware(&self, service: &Service, spec: KeySpec) -> Key {
        let create = self.create_in_hardware(spec);
        self.calls(service, create).await.unwrap()
    }

    pub(crate) fn data_key(&self, key: &Key) -> GenerateDataKey {
        GenerateDataKey {
            key: self.key(key.id),
            length: 32,
            form: DataKeyForm::Raw,
            context: EncryptionContext::default(),
        }
    }
}

#[tokio::test]
async fn ciphers_and_codes_work_in_hardware() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let mut blobs = Vec::new();
    for spec in [KeySpec::Aes256, KeySpec::Aes192, KeySpec::Aes128, KeySpec::Sm4] {
        let service = world.service();
        let key = root.makes_in_hardware(&service, spec).await;
        assert_eq!(key.protection, ProtectionLevel::Hsm);
        let made = root.calls(&service, root.data_key(&key)).await.unwrap();
        assert_eq!(made.plaintext.len(), 32);
        let encrypted = root.encrypts_now(&service, key.id).await;
        blobs.push((encrypted.blob, b"text".to_vec()));
        blobs.push((made.blob, made.plaintext.expose().to_vec()));
    }
    let spec = KeySpec::HmacSha256;
    let key = root.makes_in_hardware(&world.service(), spec).await;
    let generate = GenerateMac {
        key: root.key(key.id),
        algorithm: Some(MacAlgorithm::HmacSha256),
        message: SecretBytes::copied(b"message"),
    };
    let code = root.calls(&world.service(), generate).await.unwrap().code;
    assert_eq!(world.hsm().held(), 5);

    world.restart().await;
    for (blob, plaintext) in &blobs {
        assert_eq!(root.reads(&world.service(), blob).await, *plaintext);
    }
    let verify = VerifyMac {
        key: root.key(key.id),
        algorithm: None,
        message: SecretBytes::copied(b"message"),
        code,
    };
    assert!(root.calls(&world.service(), verify).await.unwrap().valid);
    // Formats with short nonces and those with long ones.
    let format = |blob: &(Vec<u8>, _)| blob.0[36];
    let formats: Vec<_> = blobs.iter().step_by(2).map(format).collect();
    assert_eq!(formats, [1, 4, 5, 3]);
}

#[tokio::test]
async fn key_pairs_work_in_hardware() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let level = ProtectionLevel::Hsm;
    let signs = Pair::make_at(&world, &root, (KeySpec::EcP256, Usage::SignVerify), level).await;
    let signed = root.calls(&service, signs.sign(ECDSA, &[7; 32])).await.unwrap();
    let verify = signs.verify(ECDSA, &[7; 32], &signed.bytes);
    assert!(root.calls(&service, verify).await.unwrap().valid);
    let crypt = (KeySpec::Rsa2048, Usage::EncryptDecrypt);
    let opens = Pair::make_at(&world, &root, crypt, level).await;
    let encrypted = root
        .calls(&service, opens.encrypt(OAEP_SHA256, b"text"))
        .await
        .unwrap();
    let opened = root
        .calls(&service, opens.decrypt(OAEP_SHA256, &encrypted.bytes))
        .await
        .unwrap();
    assert_eq!(opened.plaintext.expose(), b"text");
    let public = root.calls(&service, opens.public_key()).await.unwrap().bytes;
    assert_eq!(public.len(), 294);

    world.advance(DAY * 7);
    let more = CreateKeyVersion {
        key: root.key(signs.key),
    };
    root.calls(&service, more).await.unwrap();
    assert_eq!(world.hsm().held(), 3);
}

#[tokio::test]
async fn keys_are_listed_by_where_they_are_held() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let in_software = root.makes_key(&service).await.id;
    let in_hardware = root.makes_in_hardware(&service, KeySpec::Aes256).await.id;
    for (level, found) in [
        (ProtectionLevel::Software, in_software),
        (ProtectionLevel::Hsm, in_hardware),
    ] {
        let filter = KeyFilter {
            all_of: vec![vec![KeyMatch::Protection(level)]],
        };
        let page = Page { skip: 0, take: 10 };
        let listed = world
            .store()
            .keys(&root.scope, &filter, Order::OldestFirst, page)
            .await
            .unwrap();
        assert_eq!(listed.items, [found]);
    }
}

/// What needs the hardware has to wait; all else goes on.
#[tokio::test]
async fn while_the_hardware_is_away_its_keys_wait() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_in_hardware(&service, KeySpec::Aes256).await;
    let in_software = root.makes_key(&service).await.id;
    let blob = root.encrypts_now(&service, key.id).await.blob;
    world.hsm().go_away();
    let away = Err(Error::Unavailable);
    assert_eq!(root.encrypts(&service, root.key(key.id)).await, away.clone());
    assert_eq!(root.decrypts(&service, &blob).await, Err(Error::Unavailable));
    let made = root.calls(&service, root.data_key(&key)).await.map(drop);
    assert_eq!(made, Err(Error::Unavailable));
    let create = root.create_in_hardware(KeySpec::Aes256);
    assert_eq!(root.calls(&service, create).await.map(|key| key.id), away);
    let rotate = RotateOnDemand {
        key: root.key(key.id),
    };
    let rotated = root.calls(&service, rotate).await.map(drop);
    assert_eq!(rotated, Err(Error::Unavailable));

    root.encrypts_now(&service, in_software).await;
    let random = GenerateRandom {
        scope: root.scope.clone(),
        length: 8,
    };
    assert_eq!(root.calls(&service, random).await.unwrap().len(), 8);
    root.describes(&service, key.id).await.unwrap();
    let count = CountKeys {
        scope: root.scope.clone(),
    };
    assert_eq!(
        root.calls(&service, count).await.unwrap(),
        2,
        "what failed left nothing"
    );

    world.hsm().come_back();
    assert_eq!(root.reads(&service, &blob).await, b"text");
}

/// A key whose rotation is due can be looked at and switched off while it cannot rotate.
#[tokio::test]
async fn keys_in_hardware_rotate_when_the_hardware_is_there() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let create = CreateKey {
        rotation: Some(DAY * 7),
        ..root.create_in_hardware(KeySpec::Sm4)
    };
    let key = root.calls(&service, create).await.unwrap();
    let blob = root.encrypts_now(&service, key.id).await.blob;
    world.advance(DAY * 7);
    world.hsm().go_away();
    assert_eq!(world.run_jobs().await.failed, 1);
    let shown = root.describes(&service, key.id).await.unwrap();
    assert_eq!(shown.primary, key.primary);
    let encrypted = root.encrypts(&service, root.key(key.id)).await;
    assert_eq!(encrypted, Err(Error::Unavailable));
    let later = world.now() + DAY;
    let announced = world.store().destructions(later, 0, 10).await.unwrap();
    assert_eq!(announced.len(), 1, "not each of them tried to rotate it");
    world.hsm().come_back();
    let encrypted = root.encrypts_now(&service, key.id).await;
    assert_eq!(Some(encrypted.version), key.primary);
    world.advance(SignedDuration::from_secs(10));
    let encrypted = root.encrypts_now(&service, key.id).await;
    assert_ne!(Some(encrypted.version), key.primary);
    assert_eq!(root.reads(&service, &blob).await, b"text");
    world.advance(DAY * 7);
    assert_eq!(world.run_jobs().await.rotated, 1);
    assert_eq!(world.hsm().held(), 3);

    world.hsm().go_away();
    world.advance(DAY * 7);
    let disable = DisableKey {
        key: root.key(key.id),
        again: claviger_model::Again::Fine,
    };
    root.calls(&service, disable).await.unwrap();
}

#[tokio::test]
async fn hardware_serves_the_regions_that_it_is_for() {
    let world = World::build().region("cn-beijing").hsm_in(REGION).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    root.makes_in_hardware(&service, KeySpec::Sm4).await;
    let mut elsewhere = root.create_in_hardware(KeySpec::Aes256);
    elsewhere.scope.region = "cn-beijing".parse().unwrap();
    let none = Err(Error::Unsupported(Unsupported::Protection));
    assert_eq!(root.calls(&service, elsewhere).await.map(drop), none);

    let world = World::build().without_hsm().start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let create = root.create_in_hardware(KeySpec::Aes256);
    assert_eq!(root.calls(&service, create).await.map(drop), none);
}

#[tokio::test]
async fn sm2_and_sm4_are_in_hardware_only() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for spec in [KeySpec::Sm2, KeySpec::Sm4] {
        let create = CreateKey {
            spec,
            ..root.create_key()
        };
        let none = Err(Error::Unsupported(Unsupported::Spec));
        assert_eq!(root.calls(&service, create).await.map(drop), none);
        root.makes_in_hardware(&service, spec).await;
    }
}

/// They are not lost, and they come back with it.
#[tokio::test]
async fn keys_wait_for_hardware_that_was_taken_out_of_the_configuration() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let key = root.makes_in_hardware(&world.service(), KeySpec::Aes256).await;
    let blob = root.encrypts_now(&world.service(), key.id).await.blob;
    world.restart_without_hsm().await;
    let service = world.service();
    let encrypted = root.encrypts(&service, root.key(key.id)).await;
    assert_eq!(encrypted, Err(Error::Unavailable));
    root.describes(&service, key.id).await.unwrap();
    root.schedules_deletion(&service, key.id, DAY * 7).await;
    drop(service);
    world.advance(DAY * 7);
    assert_eq!(world.run_jobs().await.deleted, 1);
    assert_eq!(world.run_jobs().await, claviger_service::Worked::default());
    assert_eq!(world.hsm().held(), 1);
    world.restart().await;
    assert_eq!(world.run_jobs().await.destroyed, 1);
    assert_eq!(world.hsm().held(), 0);
    let gone = root.decrypts(&world.service(), &blob).await;
    assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
}

#[tokio::test]
async fn records_name_the_hardware() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let in_software = root.makes_key(&service).await.id;
    root.encrypts_now(&service, in_software).await;
    let before = world.audited_calls().await;
    assert!(
        before
            .iter()
            .all(|record| record["response"].get("provider").is_none())
    );

    let create = CreateKey {
        rotation: Some(DAY * 7),
        ..root.create_in_hardware(KeySpec::Aes256)
    };
    let key = root.calls(&service, create).await.unwrap();
    let blob = root.encrypts_now(&service, key.id).await.blob;
    root.reads(&service, &blob).await;
    root.calls(&service, root.data_key(&key)).await.unwrap();
    root.describes(&service, key.id).await.unwrap();
    world.advance(DAY * 7);
    world.run_jobs().await;
    root.schedules_deletion(&service, key.id, DAY * 7).await;
    world.advance(DAY * 7 + SignedDuration::from_secs(1));
    world.run_jobs().await;
    let empty = CreateKey {
        origin: Origin::External,
        ..root.create_in_hardware(KeySpec::Aes256)
    };
    let empty = root.calls(&service, empty).await.unwrap().id;
    root.brings(&service, empty, MATERIAL, Some(world.now() + DAY))
        .await
        .unwrap();
    world.advance(DAY);
    world.run_jobs().await;
    let mut certificate = certificate_desk::create(&root, KeySpec::EcP256);
    certificate.protection = ProtectionLevel::Hsm;
    root.calls(&service, certificate).await.unwrap();

    let records = world.audited_calls().await;
    let mut told: Vec<_> = records[before.len()..]
        .iter()
        .filter(|record| record["action"] != "WarnDeletion")
        .map(|record| {
            let action = record["action"].as_str().unwrap();
            assert_eq!(record["response"]["provider"], NAME, "{action}");
            action
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "CreateCertificate",
            "CreateKey",
            "CreateKey",
            "Decrypt",
            "DeleteKey",
            "DeleteKeyMaterial",
            "DescribeKey",
            "Encrypt",
            "GenerateDataKey",
            "GetParametersForImport",
            "ImportKeyMaterial",
            "RotateKey",
            "ScheduleKeyDeletion",
        ]
    );
}
