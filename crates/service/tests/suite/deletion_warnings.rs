//! A deletion is announced: when it is scheduled, and a day before it happens.

use claviger_model::{Resume, SignedDuration};
use claviger_service::Worked;
use claviger_service::ops::key::CancelKeyDeletion;
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::{DAY, all_system_records, written};

/// When the system announced the deletion of which key.
async fn warnings(world: &World) -> Vec<(String, String)> {
    let records = all_system_records(world).await;
    records
        .into_iter()
        .filter(|(action, ..)| action == "WarnDeletion")
        .map(|(_, key, time)| (key, time))
        .collect()
}

#[tokio::test]
async fn a_deletion_is_announced_twice() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let scheduled = world.now();
    root.schedules_deletion(&service, key, 7 * DAY).await;
    let first = (key.to_string(), written(scheduled));
    assert_eq!(warnings(&world).await, std::slice::from_ref(&first));
    world.advance(6 * DAY - SignedDuration::from_secs(1));
    assert_eq!(world.run_jobs().await, Worked::default());
    world.advance(SignedDuration::from_secs(1));
    let second = (key.to_string(), written(world.now()));
    let warned = Worked {
        warned: 1,
        ..Worked::default()
    };
    assert_eq!(world.run_jobs().await, warned);
    assert_eq!(warnings(&world).await, [first.clone(), second.clone()]);
    assert_eq!(world.run_jobs().await, Worked::default());
    world.advance(DAY);
    assert_eq!(world.run_jobs().await.deleted, 1);
    assert_eq!(warnings(&world).await, [first, second]);
}

#[tokio::test]
async fn the_announcement_stands_behind_the_schedule_and_tells_the_date() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    root.schedules_deletion(&service, key, 7 * DAY).await;
    let calls = world.audited_calls().await;
    let actions: Vec<_> = calls
        .iter()
        .map(|call| call["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["CreateKey", "ScheduleKeyDeletion", "WarnDeletion"]);
    let warning = &calls[2];
    assert_eq!(warning["caller"]["type"], "system");
    assert_eq!(warning["response"]["key"], key.to_string());
    assert_eq!(warning["response"]["due"], (world.now() + 7 * DAY).to_string());
}

#[tokio::test]
async fn what_is_taken_back_is_not_announced_and_another_schedule_is() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let cancel = || CancelKeyDeletion {
        key: root.key(key),
        resume: Resume::Enabled,
    };
    root.schedules_deletion(&service, key, 7 * DAY).await;
    root.calls(&service, cancel()).await.unwrap();
    world.advance(7 * DAY);
    assert_eq!(world.run_jobs().await, Worked::default());
    for _ in 0..2 {
        root.schedules_deletion(&service, key, 7 * DAY).await;
        world.advance(6 * DAY);
        assert_eq!(world.run_jobs().await.warned, 1);
        root.calls(&service, cancel()).await.unwrap();
    }
    assert_eq!(warnings(&world).await.len(), 5);
}

/// Jobs that did not run for long do not announce what they do themselves.
#[tokio::test]
async fn a_key_past_its_date_goes_without_another_word() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    root.schedules_deletion(&service, key, 7 * DAY).await;
    world.advance(8 * DAY);
    let worked = world.run_jobs().await;
    assert_eq!((worked.deleted, worked.warned), (1, 0));
    assert_eq!(warnings(&world).await.len(), 1);
}
