//! Jobs: shared by leases, in the order in which things came due, and never without a record.

use claviger_model::{Error, SignedDuration};
use claviger_service::Worked;
use claviger_store::Store as _;
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::{DAY, system_records};

#[tokio::test]
async fn one_node_works_at_a_time() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    root.makes_rotating_key(&service, 7 * DAY).await;
    world.advance(7 * DAY);
    let (store, now) = (world.store(), world.now());
    let minute = SignedDuration::from_mins(1);
    let taken = store.lease("jobs", "another node", now, now + minute).await;
    assert!(taken.unwrap());
    assert_eq!(world.run_jobs().await, Worked::default());
    world.advance(minute);
    assert_eq!(world.run_jobs().await.rotated, 1);
    // Who is done lets the others in.
    let now = world.now();
    assert!(
        store
            .lease("jobs", "another node", now, now + minute)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn those_that_are_longest_due_come_first() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let mut doomed = Vec::new();
    for _ in 0..30 {
        doomed.push(root.makes_key(&service).await.id);
    }
    for key in &doomed {
        root.schedules_deletion(&service, *key, 7 * DAY).await;
        world.advance(SignedDuration::from_secs(1));
    }
    world.advance(7 * DAY);
    assert_eq!(world.run_jobs().await.deleted, 30);
    let deleted: Vec<_> = system_records(&world).await;
    let deleted: Vec<_> = deleted.into_iter().map(|(_, key, _)| key).collect();
    let expected: Vec<_> = doomed.iter().map(ToString::to_string).collect();
    assert_eq!(deleted, expected);
}

/// Nothing changes that cannot be told.
#[tokio::test]
async fn jobs_wait_while_the_log_takes_no_records() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let doomed = root.makes_key(&service).await.id;
    root.schedules_deletion(&service, doomed, 7 * DAY).await;
    world.settle().await;
    world.advance(7 * DAY);
    world.fail_log().await;
    assert_eq!(service.run_jobs().await, Err(Error::Unavailable));
    assert!(world.store().key(&root.scope, doomed).await.unwrap().is_some());
    world.disk().heal();
    root.encrypts(&service, root.key(doomed)).await.unwrap_err();
    assert_eq!(world.run_jobs().await.deleted, 1);
}

/// The loop of the server runs them at once and then beat by beat.
#[tokio::test(start_paused = true)]
async fn jobs_run_by_themselves() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (store, beat) = (world.store(), claviger_service::JOB_BEAT);
    let gone = async |key| store.key(&root.scope, key).await.unwrap().is_none();
    for _ in 0..2 {
        let doomed = root.makes_key(&service).await.id;
        root.schedules_deletion(&service, doomed, 7 * DAY).await;
        let other = root.makes_key(&service).await.id;
        root.schedules_deletion(&service, other, 8 * DAY).await;
        world.advance(7 * DAY);
        let work = async {
            while !gone(doomed).await {
                tokio::task::yield_now().await;
            }
            world.advance(DAY);
            while !gone(other).await {
                tokio::time::sleep(beat).await;
            }
        };
        tokio::select! {
            () = work => {}
            () = service.jobs(beat) => {}
        }
    }
}
