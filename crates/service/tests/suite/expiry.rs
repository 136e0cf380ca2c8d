//! Material that was brought for a time: it is gone at the moment it expires, whatever has run or not run.

use claviger_model::{
    Error, Field, KeyFilter, KeyId, KeyMatch, KeyState, KeyVersionId, Page, Refusal, SignedDuration,
    StateKind, Timestamp,
};
use claviger_service::ops::import::DeleteKeyMaterial;
use claviger_service::ops::key::{CancelKeyDeletion, DisableKey, ListKeys, UpdateKeyDescription};
use claviger_store::Store as _;
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::{DAY, MATERIAL, YEAR, system_records, written};

const EMPTY: Error = Error::Refused(Refusal::NotUsable(StateKind::PendingImport));

/// A key whose material is there for 30 days, with something that it encrypted.
async fn lent(world: &World, root: &Root) -> (KeyId, KeyVersionId, Vec<u8>) {
    let service = world.service();
    let key = root.makes_empty_key(&service).await;
    root.brings(&service, key, MATERIAL, Some(world.now() + 30 * DAY))
        .await
        .unwrap();
    let encrypted = root.encrypts_now(&service, key).await;
    (key, encrypted.version, encrypted.blob)
}

/// Whether the store still holds the material.
async fn is_kept(world: &World, version: KeyVersionId) -> bool {
    let found = world.store().key_version(version).await.unwrap();
    found.unwrap().material.is_some()
}

#[tokio::test]
async fn material_is_gone_at_the_moment_it_expires() {
    for (jobs, restarts) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut world = World::new().await;
        let root = Root::of(&world).await;
        let (key, version, blob) = lent(&world, &root).await;
        world.advance(30 * DAY - SignedDuration::from_micros(1));
        assert_eq!(root.decrypts(&world.service(), &blob).await, Ok(()));
        world.advance(SignedDuration::from_micros(1));
        if restarts {
            world.restart().await;
        }
        if jobs {
            assert_eq!(world.run_jobs().await.expired, 1);
            assert_eq!(world.run_jobs().await.expired, 0);
        }
        let service = world.service();
        assert_eq!(root.decrypts(&service, &blob).await, Err(EMPTY));
        assert_eq!(root.encrypts(&service, root.key(key)).await, Err(EMPTY));
        let shown = root.describes(&service, key).await.unwrap();
        assert_eq!((shown.state, shown.primary), (KeyState::PendingImport, None));
        assert_eq!(shown.import.unwrap().expires, None);
        assert_eq!(is_kept(&world, version).await, !jobs);
        drop(service);
        assert_eq!(world.run_jobs().await.expired, u32::from(!jobs));
        assert!(!is_kept(&world, version).await);
        let service = world.service();
        assert_eq!(
            root.brings(&service, key, &[1; 32], None).await,
            Err(Error::Refused(Refusal::OtherMaterial))
        );
        root.brings(&service, key, MATERIAL, None).await.unwrap();
        assert_eq!(root.reads(&service, &blob).await, b"text");
        assert_eq!(
            system_records(&world).await,
            [("DeleteKeyMaterial".into(), key.to_string(), written(world.now()))]
        );
    }
}

/// What changes a key whose material has expired also gives the material up: it cannot be forgotten on the way.
#[tokio::test]
async fn a_change_gives_expired_material_up() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (key, version, _) = lent(&world, &root).await;
    world.advance(30 * DAY);
    assert!(is_kept(&world, version).await);
    let refused = Err(Error::Refused(Refusal::Transition(StateKind::PendingImport)));
    assert_eq!(
        root.calls(
            &service,
            DisableKey {
                key: root.key(key),
                again: claviger_model::Again::Fine
            }
        )
        .await
        .map(drop),
        refused
    );
    assert!(!is_kept(&world, version).await);
    let edit = UpdateKeyDescription {
        key: root.key(key),
        description: "new".into(),
    };
    root.calls(&service, edit).await.unwrap();
    assert_eq!(root.describes(&service, key).await.unwrap().description, "new");
    assert_eq!(system_records(&world).await.len(), 1);
}

#[tokio::test]
async fn material_can_be_given_up_after_it_expired_and_before_a_job_ran() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (key, version, _) = lent(&world, &root).await;
    world.advance(30 * DAY);
    let discard = DeleteKeyMaterial {
        key: root.key(key),
        again: claviger_model::Again::Fine,
    };
    root.calls(&service, discard).await.unwrap();
    assert!(!is_kept(&world, version).await);
    drop(service);
    assert_eq!(world.run_jobs().await.expired, 0);
}

#[tokio::test]
async fn lists_know_what_has_expired() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (key, ..) = lent(&world, &root).await;
    let list = |state| ListKeys {
        order: claviger_model::Order::OldestFirst,
        scope: root.scope.clone(),
        filter: KeyFilter {
            all_of: vec![vec![KeyMatch::State(state)]],
        },
        page: Page { skip: 0, take: 10 },
    };
    let enabled = root.calls(&service, list(StateKind::Enabled)).await.unwrap();
    assert_eq!(enabled.items, [key]);
    world.advance(30 * DAY);
    let enabled = root.calls(&service, list(StateKind::Enabled)).await.unwrap();
    let waiting = root
        .calls(&service, list(StateKind::PendingImport))
        .await
        .unwrap();
    assert_eq!((enabled.items, waiting.items), (vec![], vec![key]));
}

#[tokio::test]
async fn the_expiry_can_be_moved_at_any_time() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (key, _, blob) = lent(&world, &root).await;
    world.advance(29 * DAY);
    let later: Timestamp = world.now() + YEAR;
    root.brings(&service, key, MATERIAL, Some(later)).await.unwrap();
    world.advance(300 * DAY);
    world.run_jobs().await;
    assert_eq!(root.decrypts(&service, &blob).await, Ok(()));
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    world.advance(20 * YEAR);
    world.run_jobs().await;
    assert_eq!(root.decrypts(&service, &blob).await, Ok(()));
    for past in [world.now(), world.now() - SignedDuration::from_secs(1)] {
        assert_eq!(
            root.brings(&service, key, MATERIAL, Some(past)).await,
            Err(Error::Invalid(Field::Expiry))
        );
    }
    assert_eq!(root.decrypts(&service, &blob).await, Ok(()));
}

#[tokio::test]
async fn material_expires_while_its_key_waits_for_the_end() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (key, version, _) = lent(&world, &root).await;
    let due = root.schedules_deletion(&service, key, 60 * DAY).await.state;
    world.advance(30 * DAY);
    assert_eq!(world.run_jobs().await.expired, 1);
    assert!(!is_kept(&world, version).await);
    assert_eq!(root.state(&service, key).await, due);
    let cancel = CancelKeyDeletion {
        key: root.key(key),
        resume: claviger_model::Resume::Enabled,
    };
    let back = root.calls(&service, cancel).await.unwrap();
    assert_eq!(back.state, KeyState::PendingImport);
}
