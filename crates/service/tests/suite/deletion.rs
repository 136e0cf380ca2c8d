//! The end of a key: from its date on it is gone for everyone, and then from the disk.

use claviger_model::{
    Alias, Error, KeyFilter, KeyId, KeyState, Missing, Page, Quota, Refusal, Resume, SignedDuration,
    StateKind,
};
use claviger_service::Quotas;
use claviger_service::ops::alias::{CreateAlias, ListAliases};
use claviger_service::ops::key::{CancelKeyDeletion, ListKeys, SetDeletionProtection};
use claviger_service::ops::tag::{ListTagRows, TagKeys};
use claviger_store::Store as _;
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::{DAY, MATERIAL, YEAR, system_records, written};

const PAGE: Page = Page { skip: 0, take: 100 };

async fn listed(world: &World, root: &Root) -> (Vec<KeyId>, Vec<Alias>, usize) {
    let service = world.service();
    let keys = ListKeys {
        order: claviger_model::Order::OldestFirst,
        scope: root.scope.clone(),
        filter: KeyFilter::default(),
        page: PAGE,
    };
    let aliases = ListAliases {
        scope: root.scope.clone(),
        page: PAGE,
    };
    let tags = ListTagRows {
        scope: root.scope.clone(),
        keys: Vec::new(),
        tags: Vec::new(),
        after: None,
        limit: 100,
    };
    // Each list finds out by itself, so another one goes first every time.
    let tags = root.calls(&service, tags).await.unwrap().rows.len();
    let aliases = root.calls(&service, aliases).await.unwrap();
    let keys = root.calls(&service, keys).await.unwrap();
    assert_eq!(keys.total, keys.items.len() as u64);
    (keys.items, aliases.items, tags)
}

async fn named(world: &World, root: &Root, key: KeyId, name: &str) {
    let alias = CreateAlias {
        prefixed: true,
        per_key: u32::MAX,
        name: name.parse().unwrap(),
        key: root.key(key),
    };
    root.calls(&world.service(), alias).await.unwrap();
    let tag = TagKeys {
        rules: crate::lifetimes::RULES,
        action: claviger_model::Action::TagResource,
        keys: vec![root.key(key)],
        tags: vec![("team".into(), name.into())],
    };
    root.calls(&world.service(), tag).await.unwrap();
}

fn cancel(root: &Root, key: KeyId) -> CancelKeyDeletion {
    CancelKeyDeletion {
        key: root.key(key),
        resume: Resume::Enabled,
    }
}

#[tokio::test]
async fn a_key_past_its_date_is_gone_with_and_without_jobs() {
    for (jobs, restarts) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut world = World::new().await;
        let root = Root::of(&world).await;
        let service = world.service();
        let (key, other) = (
            root.makes_key(&service).await.id,
            root.makes_key(&service).await.id,
        );
        named(&world, &root, key, "doomed").await;
        named(&world, &root, other, "stays").await;
        let encrypted = root.encrypts_now(&service, key).await;
        let due = world.now() + 7 * DAY;
        let scheduled = root.schedules_deletion(&service, key, 7 * DAY).await;
        assert_eq!(scheduled.state, KeyState::PendingDeletion { due });
        drop(service);
        world.advance(7 * DAY - SignedDuration::from_micros(1));
        assert_eq!(world.run_jobs().await.deleted, 0);
        let (keys, aliases, tags) = listed(&world, &root).await;
        assert_eq!((keys.len(), aliases.len(), tags), (2, 2, 2));
        assert!(root.describes(&world.service(), key).await.is_ok());

        world.advance(SignedDuration::from_micros(1));
        if restarts {
            world.restart().await;
        }
        if jobs {
            assert_eq!(world.run_jobs().await.deleted, 1);
        }
        let service = world.service();
        let gone = Error::NotFound(Missing::Key);
        assert_eq!(root.describes(&service, key).await, Err(gone.clone()));
        assert_eq!(root.decrypts(&service, &encrypted.blob).await, Err(gone.clone()));
        assert_eq!(
            root.encrypts(&service, root.alias("doomed")).await,
            Err(Error::NotFound(Missing::Alias))
        );
        assert_eq!(
            root.calls(&service, cancel(&root, key)).await.map(drop),
            Err(gone)
        );
        drop(service);
        let (keys, aliases, tags) = listed(&world, &root).await;
        let targets: Vec<_> = aliases.iter().map(|alias| alias.key).collect();
        assert_eq!((keys, targets, tags), (vec![other], vec![other], 1));

        world.run_jobs().await;
        let store = world.store();
        assert_eq!(store.key(&root.scope, key).await.unwrap(), None);
        assert_eq!(store.key_version(encrypted.version).await.unwrap(), None);
        drop(store);
        assert_eq!(
            system_records(&world).await,
            [("DeleteKey".into(), key.to_string(), written(due))]
        );
    }
}

/// What a key past its date took up is free again, even if no job has run.
#[tokio::test]
async fn names_and_places_of_a_key_past_its_date_are_free() {
    let quotas = Quotas {
        keys: 1,
        aliases: 1,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let mut past = None;
    for _ in 0..3 {
        if let Some(past) = past {
            let there = world.store().key(&root.scope, past).await.unwrap();
            assert!(there.is_some(), "nobody has deleted it yet");
        }
        let key = root.makes_key(&service).await.id;
        past = Some(key);
        named(&world, &root, key, "app").await;
        root.schedules_deletion(&service, key, 7 * DAY).await;
        world.advance(7 * DAY - SignedDuration::from_secs(1));
        assert_eq!(
            root.calls(&service, root.create_key()).await.map(drop),
            Err(Error::Quota(Quota::Keys))
        );
        world.advance(SignedDuration::from_secs(1));
    }
}

#[tokio::test]
async fn a_deletion_that_was_called_off_never_comes() {
    for resume in [Resume::Enabled, Resume::Disabled] {
        let world = World::new().await;
        let (service, root) = (world.service(), Root::of(&world).await);
        let key = root.makes_key(&service).await.id;
        let blob = root.encrypts_now(&service, key).await.blob;
        root.schedules_deletion(&service, key, 7 * DAY).await;
        world.advance(7 * DAY - SignedDuration::from_micros(1));
        let waiting = Err(Error::Refused(Refusal::NotUsable(StateKind::PendingDeletion)));
        assert_eq!(root.decrypts(&service, &blob).await, waiting);
        let cancel = CancelKeyDeletion {
            resume,
            ..cancel(&root, key)
        };
        root.calls(&service, cancel).await.unwrap();
        world.advance(YEAR);
        assert_eq!(world.run_jobs().await.deleted, 0);
        match resume {
            Resume::Enabled => assert_eq!(root.decrypts(&service, &blob).await, Ok(())),
            Resume::Disabled => assert_eq!(root.state(&service, key).await, KeyState::Disabled),
        }
    }
}

#[tokio::test]
async fn a_protected_key_is_not_scheduled_until_the_protection_is_lifted() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let protect = |reason: Option<&str>| SetDeletionProtection {
        key: root.key(key),
        reason: reason.map(str::to_owned),
    };
    let schedule = || claviger_service::ops::key::ScheduleKeyDeletion {
        key: root.key(key),
        window: 7 * DAY,
    };
    for reason in ["backups depend on it", ""] {
        root.calls(&service, protect(Some(reason))).await.unwrap();
        let shown = root.describes(&service, key).await.unwrap();
        assert_eq!(shown.deletion_protection.as_deref(), Some(reason));
        assert_eq!(
            root.calls(&service, schedule()).await.map(drop),
            Err(Error::Refused(Refusal::Protected))
        );
    }
    root.calls(&service, protect(None)).await.unwrap();
    root.calls(&service, schedule()).await.unwrap();
    assert_eq!(
        root.calls(&service, protect(Some("late"))).await.map(drop),
        Err(Error::Refused(Refusal::NotUsable(StateKind::PendingDeletion)))
    );
}

/// A key with material from outside, a rotating key and one to delete come due together; the server dies somewhere in
/// the run of its jobs, and the next run does the rest: everything once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_that_died_in_the_middle_are_finished_by_the_next() {
    for steps in 0..=6 {
        let mut world = World::new().await;
        let root = Root::of(&world).await;
        let service = world.service();
        for _ in 0..2 {
            let doomed = root.makes_key(&service).await.id;
            root.schedules_deletion(&service, doomed, 30 * DAY).await;
            root.makes_rotating_key(&service, 30 * DAY).await;
            let lent = root.makes_empty_key(&service).await;
            root.brings(&service, lent, MATERIAL, Some(world.now() + 30 * DAY))
                .await
                .unwrap();
        }
        let before = world.audited_calls().await.len();
        world.advance(30 * DAY);
        let store = world.store();
        let done = async {
            while store.outbox(0, 100).await.unwrap().len() < steps {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = done => {}
            _ = service.run_jobs() => {}
        }
        drop((service, store));
        // A change that is under way goes on without its caller; the crash comes when it is done.
        world.crash_after_changes().await;
        world.resume().await;
        world.advance(SignedDuration::from_mins(3));
        world.run_jobs().await;
        assert_eq!(world.run_jobs().await, claviger_service::Worked::default());
        let mut actions: Vec<_> = system_records(&world).await;
        assert_eq!(world.audited_calls().await.len(), before + actions.len());
        actions.sort();
        let mut keys: Vec<_> = actions.iter().map(|(_, key, _)| key.clone()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!((actions.len(), keys.len()), (6, 6), "after {steps} steps");
    }
}
