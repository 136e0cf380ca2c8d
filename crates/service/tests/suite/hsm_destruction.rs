//! What is gone is gone in the hardware, too, if not at once.

use claviger_model::{
    Again, Error, KeyId, KeySpec, KeyState, KeyVersionId, Origin, ProtectionLevel, Quota, Refusal,
    SignedDuration, StateKind,
};
use claviger_service::ops::certificate::{CreateCertificate, DeleteCertificate};
use claviger_service::ops::import::DeleteKeyMaterial;
use claviger_service::ops::key::{CreateKey, CreateKeyVersion, RotateOnDemand};
use claviger_service::{Quotas, Service};
use claviger_store::{Claim, HeldMaterial, HsmStore as _};
use claviger_testkit::World;

use crate::calls::Root;
use crate::certificate_desk;
use crate::lifetimes::{DAY, MATERIAL};

/// How long whatever is made has to come into the store.
const MAKING: SignedDuration = SignedDuration::from_mins(10);

const EMPTY: Error = Error::Refused(Refusal::NotUsable(StateKind::PendingImport));

impl Root {
    async fn makes_empty_in_hardware(&self, service: &Service) -> KeyId {
        let create = CreateKey {
            origin: Origin::External,
            ..self.create_in_hardware(KeySpec::Aes256)
        };
        self.calls(service, create).await.unwrap().id
    }

    async fn discards(&self, service: &Service, key: KeyId) {
        let discard = DeleteKeyMaterial {
            key: self.key(key),
            again: Again::Fine,
        };
        self.calls(service, discard).await.unwrap();
    }
}

#[tokio::test]
async fn a_deleted_key_is_destroyed_with_all_its_versions() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let other = root.makes_in_hardware(&world.service(), KeySpec::Aes256).await;
    for away in [false, true] {
        let service = world.service();
        let key = root.makes_in_hardware(&service, KeySpec::Sm4).await;
        let rotate = RotateOnDemand {
            key: root.key(key.id),
        };
        root.calls(&service, rotate).await.unwrap();
        assert_eq!(world.hsm().held(), 3);
        root.schedules_deletion(&service, key.id, DAY * 7).await;
        drop(service);
        world.advance(DAY * 7);
        if away {
            world.hsm().go_away();
            assert_eq!(world.run_jobs().await.deleted, 1, "the answer does not wait");
            assert_eq!(world.hsm().held(), 3);
            assert_eq!(world.run_jobs().await.destroyed, 0);
            // What is to be destroyed is remembered.
            world.crash();
            world.resume().await;
            world.hsm().come_back();
            assert_eq!(world.run_jobs().await.destroyed, 2);
        } else {
            assert_eq!(world.run_jobs().await.deleted, 1);
        }
        assert_eq!(world.hsm().held(), 1);
        assert_eq!(world.store().destructions(world.now(), 0, 10).await.unwrap(), []);
    }
    root.encrypts_now(&world.service(), other.id).await;
}

#[tokio::test]
async fn material_that_was_given_up_is_destroyed() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_in_hardware(&service).await;
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    assert_eq!(world.hsm().held(), 1);
    root.discards(&service, key).await;
    assert_eq!(world.hsm().held(), 0);
    let expires = world.now() + DAY;
    root.brings(&service, key, MATERIAL, Some(expires)).await.unwrap();
    world.advance(DAY);
    assert_eq!(world.run_jobs().await.expired, 1);
    assert_eq!(world.hsm().held(), 0);
}

/// The end of what was there before is not the end of what comes now.
#[tokio::test]
async fn material_that_comes_again_is_not_destroyed() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_in_hardware(&service).await;
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    let encrypted = root.encrypts_now(&service, key).await;
    let parameters = root.prepares_import(&service, key).await;
    let import = || root.import(&parameters, MATERIAL, None);
    world.hsm().go_away();
    root.discards(&service, key).await;
    assert_eq!(root.state(&service, key).await, KeyState::PendingImport);
    assert_eq!(root.decrypts(&service, &encrypted.blob).await, Err(EMPTY));
    let away = Err(Error::Unavailable);
    assert_eq!(root.calls(&service, import()).await, away);
    world.hsm().come_back();

    // Somebody else is at it.
    let claim = async |holder: &str, time| {
        let now = world.now();
        let store = world.store();
        let claim = store.claim_destruction(encrypted.version, holder, now, now + time);
        claim.await.unwrap()
    };
    let minute = SignedDuration::from_mins(1);
    assert!(matches!(claim("another node", minute).await, Claim::Mine(_)));
    assert_eq!(root.calls(&service, import()).await, away);
    world.advance(minute);
    root.calls(&service, import()).await.unwrap();
    assert_eq!(claim("another node", minute).await, Claim::Nothing);
    let ended = world.run_jobs().await.destroyed;
    assert_eq!(ended, 1, "what may have been made while it was away");
    assert_eq!(world.hsm().held(), 1);
    assert_eq!(root.reads(&service, &encrypted.blob).await, b"text");
}

#[tokio::test]
async fn material_that_somebody_else_brings_is_left_alone() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_in_hardware(&service).await;
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    let encrypted = root.encrypts_now(&service, key).await;
    root.discards(&service, key).await;
    let material = HeldMaterial {
        scope: root.scope.clone(),
        key,
        version: encrypted.version,
        spec: KeySpec::Aes256,
    };
    let (now, minute) = (world.now(), SignedDuration::from_mins(1));
    let told = world.store().expect_material(material, now, now + minute).await;
    assert!(told.unwrap());
    let parameters = root.prepares_import(&service, key).await;
    let import = || root.import(&parameters, MATERIAL, None);
    assert_eq!(root.calls(&service, import()).await, Err(Error::Unavailable));
    world.advance(minute);
    root.calls(&service, import()).await.unwrap();
    assert_eq!(root.reads(&service, &encrypted.blob).await, b"text");
    world.advance(MAKING);
    assert_eq!(world.run_jobs().await.destroyed, 0);
    assert_eq!(world.hsm().held(), 1);
}

#[tokio::test]
async fn key_pairs_of_certificates_are_destroyed() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for away in [false, true] {
        let mut create = certificate_desk::create(&root, KeySpec::EcP256);
        create.protection = ProtectionLevel::Hsm;
        let made = root.calls(&service, create).await.unwrap();
        assert_eq!(world.hsm().held(), 1);
        if away {
            world.hsm().go_away();
        }
        let delete = DeleteCertificate(certificate_desk::named(&root, &made));
        root.calls(&service, delete).await.unwrap();
        let waiting = world.store().destructions(world.now(), 0, 10).await.unwrap();
        let id = KeyVersionId::from_bytes(*made.id.as_bytes());
        let versions: Vec<_> = waiting.iter().map(|waiting| waiting.material.version).collect();
        assert_eq!(versions, if away { vec![id] } else { vec![] });
        world.hsm().come_back();
        assert_eq!(world.run_jobs().await.destroyed, u32::from(away));
        assert_eq!(world.hsm().held(), 0);
    }
}

/// Neither what was refused nor what was compared stays, and what is there stays what it is.
#[tokio::test]
async fn other_material_leaves_what_is_there() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_in_hardware(&service).await;
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    let blob = root.encrypts_now(&service, key).await.blob;
    let other = root.brings(&service, key, &[1; 32], None).await;
    assert_eq!(other, Err(Refusal::OtherMaterial.into()));
    assert_eq!(root.reads(&service, &blob).await, b"text");
    let expires = world.now() + DAY;
    root.brings(&service, key, MATERIAL, Some(expires)).await.unwrap();
    assert_eq!(root.reads(&service, &blob).await, b"text");
    assert_eq!(world.hsm().held(), 1);
    // Past its expiry, and no job has been at it.
    world.advance(DAY);
    assert_eq!(root.decrypts(&service, &blob).await, Err(EMPTY));
    let other = root.brings(&service, key, &[1; 32], None).await;
    assert_eq!(other, Err(Refusal::OtherMaterial.into()));
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    assert_eq!(root.reads(&service, &blob).await, b"text");
    assert_eq!(world.hsm().held(), 1);
}

#[tokio::test]
async fn what_was_made_for_nothing_is_destroyed() {
    let quotas = Quotas {
        keys: 1,
        versions: 1,
        certificates: 0,
        ..Quotas::DEFAULT
    };
    let world = World::build().quotas(quotas).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = root.makes_in_hardware(&service, KeySpec::EcP256).await;
    world.advance(DAY * 7);
    let many = CreateKeyVersion {
        key: root.key(pair.id),
    };
    let refused = root.calls(&service, many).await.map(drop);
    assert_eq!(refused, Err(Error::Quota(Quota::Versions)));
    let more = root.create_in_hardware(KeySpec::Aes256);
    let refused = root.calls(&service, more).await.map(drop);
    assert_eq!(refused, Err(Error::Quota(Quota::Keys)));
    let mut certificate = certificate_desk::create(&root, KeySpec::EcP256);
    certificate.protection = ProtectionLevel::Hsm;
    let refused = root.calls(&service, certificate).await.map(drop);
    assert_eq!(refused, Err(Error::Quota(Quota::Certificates)));
    assert_eq!(world.hsm().held(), 1);
}

/// Lets a call come to where the hardware has made what it asked for.
async fn comes_to_be_made(world: &World, call: impl Future) {
    let made = async {
        while world.hsm().held() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = call => panic!("the call came to an end"),
        () = made => {}
    }
}

/// Between the making and the change that refers to it.
#[tokio::test]
async fn what_a_crash_left_is_destroyed() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    for makes_key in [true, false] {
        let service = world.service();
        world.hsm().fall_silent();
        if makes_key {
            let create = root.create_in_hardware(KeySpec::Aes256);
            comes_to_be_made(&world, root.calls(&service, create)).await;
        } else {
            let create = certificate_desk::create(&root, KeySpec::EcP256);
            let create = CreateCertificate {
                protection: ProtectionLevel::Hsm,
                ..create
            };
            comes_to_be_made(&world, root.calls(&service, create)).await;
        }
        drop(service);
        world.crash();
        world.resume().await;
        world.hsm().come_back();
        // Another node might still be at it.
        assert_eq!(world.run_jobs().await.destroyed, 0);
        assert_eq!(world.hsm().held(), 1);
        world.advance(MAKING);
        assert_eq!(world.run_jobs().await.destroyed, 1);
        assert_eq!(world.hsm().held(), 0);
        let now = world.now();
        assert_eq!(world.store().destructions(now, 0, 10).await.unwrap(), []);
    }
}

/// Whoever comes too late with what was made is refused, for it is not there any more.
#[tokio::test]
async fn nothing_refers_to_what_was_destroyed_meanwhile() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    world.hsm().fall_silent();
    let mut call = Box::pin(root.calls(&service, root.create_in_hardware(KeySpec::Aes256)));
    comes_to_be_made(&world, &mut call).await;
    world.advance(MAKING);
    assert_eq!(world.run_jobs().await.destroyed, 1);
    world.hsm().come_back();
    assert_eq!(call.await.map(drop), Err(Error::Unavailable));
    assert_eq!(world.hsm().held(), 0);
    let now = world.now();
    assert_eq!(world.store().destructions(now, 0, 10).await.unwrap(), []);
    root.makes_in_hardware(&service, KeySpec::Aes256).await;
    assert_eq!(world.hsm().held(), 1);
}
