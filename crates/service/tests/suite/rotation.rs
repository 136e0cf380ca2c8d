//! Rotation by plan: at the first use after it is due, once, and nothing that was encrypted before is lost.

use std::sync::Arc;

use claviger_model::{EncryptionContext, Error, KeySpec, Refusal, RotationStatus, StateKind, Usage};
use claviger_service::ops::crypto::{Ciphertext, DataKeyForm, GenerateDataKey, Opener, ReEncrypt, Source};
use claviger_service::ops::key::{CreateKey, DisableKey, EnableKey, UpdateRotationPolicy};
use claviger_testkit::World;

use crate::calls::{Root, wrong_kind};
use crate::lifetimes::{DAY, YEAR, system_records, written};

#[tokio::test]
async fn a_due_key_rotates_before_it_encrypts() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_rotating_key(&service, YEAR).await.id;
    let old = root.encrypts_now(&service, key).await;
    world.advance(YEAR - claviger_model::SignedDuration::from_secs(1));
    assert_eq!(root.encrypts_now(&service, key).await.version, old.version);
    world.advance(claviger_model::SignedDuration::from_secs(1));
    let new = root.encrypts_now(&service, key).await;
    assert_ne!(new.version, old.version);
    for blob in [&old.blob, &new.blob] {
        assert_eq!(root.reads(&service, blob).await, b"text");
    }
    let described = root.describes(&service, key).await.unwrap();
    assert_eq!(described.primary, Some(new.version));
    assert_eq!(
        (described.last_rotated, described.next_rotation()),
        (world.now(), Some(world.now() + YEAR))
    );
    let versions = root.versions(&service, key).await;
    let ids: Vec<_> = versions.iter().map(|version| version.id).collect();
    assert_eq!(ids, [new.version, old.version], "newest first");
    assert_eq!(versions[0].created, world.now());
    assert_eq!(
        system_records(&world).await,
        [("RotateKey".into(), key.to_string(), written(world.now()))]
    );
}

#[tokio::test]
async fn a_due_key_rotates_whatever_uses_or_shows_it() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_rotating_key(&service, 7 * DAY).await.id;
    let source = root.encrypts_now(&service, key).await;
    let mut seen = vec![source.version];
    for round in 0..5 {
        world.advance(7 * DAY);
        let asked = root.key(key);
        let version = match round {
            0 => root.describes(&service, key).await.unwrap().primary.unwrap(),
            1 => {
                let data_key = GenerateDataKey {
                    key: asked,
                    length: 32,
                    form: DataKeyForm::Base64,
                    context: EncryptionContext::default(),
                };
                root.calls(&service, data_key).await.unwrap().version
            }
            2 => {
                let re_encrypt = ReEncrypt {
                    source: Source::Envelope {
                        opener: Opener::Named,
                        ciphertext: Ciphertext::parse(source.blob.clone()).unwrap(),
                        context: EncryptionContext::default(),
                    },
                    destination: asked,
                    context: EncryptionContext::default(),
                };
                root.calls(&service, re_encrypt).await.unwrap().made.version
            }
            3 => root.versions(&service, key).await[0].id,
            _ => root.encrypts_now(&service, key).await.version,
        };
        assert!(!seen.contains(&version), "round {round}");
        seen.push(version);
    }
    assert_eq!(root.versions(&service, key).await.len(), seen.len());
}

/// The same ten years with jobs, without, and with restarts: the same versions, and every ciphertext opens.
#[tokio::test]
async fn ten_years_pass_the_same_with_and_without_jobs_and_restarts() {
    for (jobs, restarts) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut world = World::new().await;
        let root = Root::of(&world).await;
        let key = root.makes_rotating_key(&world.service(), YEAR).await.id;
        let mut blobs = Vec::new();
        for year in 0..10 {
            let encrypted = root.encrypts_now(&world.service(), key).await;
            blobs.push((encrypted.version, encrypted.blob));
            world.advance(YEAR);
            if restarts && year % 3 == 0 {
                world.restart().await;
            }
            if restarts && year % 4 == 1 {
                world.crash();
                world.resume().await;
            }
            if jobs {
                assert_eq!(world.run_jobs().await.rotated, 1, "year {year}");
                assert_eq!(world.run_jobs().await.rotated, 0, "year {year}");
            }
        }
        let service = world.service();
        for (_, blob) in &blobs {
            assert_eq!(root.reads(&service, blob).await, b"text");
        }
        let mut versions: Vec<_> = blobs.into_iter().map(|(version, _)| version).collect();
        versions.push(root.describes(&service, key).await.unwrap().primary.unwrap());
        let kept: Vec<_> = root.versions(&service, key).await;
        let kept: Vec<_> = kept.iter().rev().map(|version| version.id).collect();
        assert_eq!(kept, versions, "jobs: {jobs}, restarts: {restarts}");
        assert_eq!(system_records(&world).await.len(), 10);
    }
}

#[tokio::test]
async fn what_was_missed_for_years_is_one_rotation() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_rotating_key(&service, 7 * DAY).await.id;
    world.advance(5 * YEAR);
    root.encrypts_now(&service, key).await;
    assert_eq!(root.versions(&service, key).await.len(), 2);
}

#[tokio::test]
async fn a_key_that_is_switched_off_waits_and_rotates_when_it_is_switched_on() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_rotating_key(&service, YEAR).await.id;
    root.calls(
        &service,
        DisableKey {
            key: root.key(key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    world.advance(3 * YEAR);
    assert_eq!(world.run_jobs().await.rotated, 0);
    let off = root.describes(&service, key).await.unwrap();
    assert_eq!(off.rotation_status(), RotationStatus::Suspended);
    assert!(off.next_rotation().unwrap() < world.now());
    assert_eq!(root.versions(&service, key).await.len(), 1);
    root.calls(
        &service,
        EnableKey {
            key: root.key(key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    let enabled_at = world.now();
    world.advance(DAY);
    let on = root.describes(&service, key).await.unwrap();
    assert_eq!(
        (on.rotation_status(), on.last_rotated),
        (RotationStatus::Enabled, enabled_at)
    );
    assert_eq!(root.versions(&service, key).await.len(), 2);
}

#[tokio::test]
async fn a_shorter_interval_rotates_at_once_and_none_never_does() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_rotating_key(&service, YEAR).await.id;
    world.advance(30 * DAY);
    let set = |interval| UpdateRotationPolicy {
        key: root.key(key),
        interval,
    };
    root.calls(&service, set(Some(60 * DAY))).await.unwrap();
    assert_eq!(root.versions(&service, key).await.len(), 1);
    root.calls(&service, set(Some(30 * DAY))).await.unwrap();
    let shortened = world.now();
    world.advance(DAY);
    assert_eq!(
        root.describes(&service, key).await.unwrap().last_rotated,
        shortened
    );
    root.calls(&service, set(None)).await.unwrap();
    world.advance(20 * YEAR);
    world.run_jobs().await;
    root.encrypts_now(&service, key).await;
    assert_eq!(root.versions(&service, key).await.len(), 2);
}

#[tokio::test]
async fn keys_that_do_not_rotate_refuse_the_wish() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for (spec, usage) in [
        (KeySpec::EcP256, Usage::SignVerify),
        (KeySpec::HmacSha256, Usage::GenerateVerifyMac),
    ] {
        let refused = Err(wrong_kind(spec, usage));
        let create = CreateKey {
            spec,
            ..root.create_key()
        };
        let rotating = CreateKey {
            spec,
            rotation: Some(YEAR),
            ..root.create_key()
        };
        let key = root.calls(&service, create).await.unwrap().id;
        let set = UpdateRotationPolicy {
            key: root.key(key),
            interval: Some(YEAR),
        };
        assert_eq!(root.calls(&service, rotating).await.map(drop), refused);
        assert_eq!(root.calls(&service, set).await.map(drop), refused);
    }
    let empty = root.makes_empty_key(&service).await;
    let set = UpdateRotationPolicy {
        key: root.key(empty),
        interval: Some(YEAR),
    };
    let waits = Err(Error::Refused(Refusal::NotUsable(StateKind::PendingImport)));
    assert_eq!(root.calls(&service, set).await.map(drop), waits);
}

/// Many callers meet a due key at the same moment, with jobs among them: it rotates once, and all of them use what it
/// became.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_at_the_same_moment_rotate_once() {
    let world = World::new().await;
    let (service, root) = (world.service(), Arc::new(Root::of(&world).await));
    let key = root.makes_rotating_key(&service, 7 * DAY).await.id;
    for round in 1..=5 {
        let before = root.encrypts_now(&service, key).await.version;
        world.advance(7 * DAY);
        let callers: Vec<_> = (0..24)
            .map(|caller| {
                let (service, root) = (Arc::clone(&service), Arc::clone(&root));
                tokio::spawn(async move {
                    if caller % 8 == 7 {
                        service.run_jobs().await.unwrap();
                    }
                    root.encrypts_now(&service, key).await.version
                })
            })
            .collect();
        let mut versions = Vec::new();
        for caller in callers {
            versions.push(caller.await.unwrap());
        }
        versions.dedup();
        assert!(versions.len() == 1 && versions[0] != before, "{versions:?}");
        assert_eq!(root.versions(&service, key).await.len(), round + 1);
    }
    assert_eq!(system_records(&world).await.len(), 5);
}

#[tokio::test]
async fn a_rotation_needs_the_right_to_use_the_key() {
    let world = World::build()
        .caller("LTAIowner", "s1")
        .caller("LTAIstranger", "s2")
        .start()
        .await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let stranger = Root::at(&world, 1).await;
    let key = root.makes_rotating_key(&service, 7 * DAY).await.id;
    world.advance(7 * DAY);
    assert!(matches!(
        stranger.encrypts(&service, root.key(key)).await,
        Err(Error::Denied(_))
    ));
    assert!(system_records(&world).await.is_empty());
}
