//! Rotation that is switched on and off, with a period that begins anew: the calendar of one of the clouds.

use claviger_model::{Again, Error, KeySpec, Refusal, SignedDuration, StateKind, Timestamp, Usage};
use claviger_service::Service;
use claviger_service::ops::key::{
    AlterRotation, BeginRotation, CancelKeyDeletion, CreateKey, DisableKey, EnableKey, EndRotation,
    GetRotationStatus, RotateOnDemand, RotationView, UpdateRotationPolicy,
};
use claviger_testkit::World;

use crate::calls::{Root, wrong_kind};
use crate::lifetimes::{DAY, YEAR, system_records};

type Answer = Result<(), Error>;

/// The root and one key of it.
struct Stage {
    world: World,
    root: Root,
    key: claviger_model::KeyId,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let root = Root::of(&world).await;
        let key = root.makes_key(&world.service()).await.id;
        Self { world, root, key }
    }

    fn service(&self) -> std::sync::Arc<Service> {
        self.world.service()
    }

    async fn begins(&self) -> Answer {
        let (key, default) = (self.root.key(self.key), YEAR);
        let begin = BeginRotation { key, default };
        self.root.calls(&self.service(), begin).await
    }

    async fn alters(&self, interval: SignedDuration) -> Answer {
        let key = self.root.key(self.key);
        let alter = AlterRotation { key, interval };
        self.root.calls(&self.service(), alter).await
    }

    async fn ends(&self) -> Answer {
        let key = self.root.key(self.key);
        self.root.calls(&self.service(), EndRotation { key }).await
    }

    async fn rotates(&self) -> Answer {
        let key = self.root.key(self.key);
        let rotate = RotateOnDemand { key };
        self.root.calls(&self.service(), rotate).await.map(drop)
    }

    async fn status(&self) -> Result<RotationView, Error> {
        let key = self.root.key(self.key);
        self.root.calls(&self.service(), GetRotationStatus { key }).await
    }

    async fn disables(&self) {
        let (key, again) = (self.root.key(self.key), Again::Refused);
        let disable = DisableKey { key, again };
        self.root.calls(&self.service(), disable).await.unwrap();
    }

    async fn enables(&self) {
        let (key, again) = (self.root.key(self.key), Again::Refused);
        let enable = EnableKey { key, again };
        self.root.calls(&self.service(), enable).await.unwrap();
    }

    /// What is there after so long, jobs included.
    async fn after(&self, time: SignedDuration) -> (u64, Option<Timestamp>) {
        self.world.advance(time);
        self.world.run_jobs().await;
        let view = self.status().await.unwrap();
        (view.count, view.last)
    }
}

fn refused(refusal: Refusal) -> Answer {
    Err(Error::Refused(refusal))
}

#[tokio::test]
async fn a_period_begins_with_the_switch() {
    let stage = Stage::new().await;
    let off = RotationView {
        key: stage.key,
        on: false,
        interval: None,
        last: None,
        count: 0,
    };
    assert_eq!(stage.status().await, Ok(off));
    stage.world.advance(400 * DAY);
    assert_eq!(stage.begins().await, Ok(()));
    let on = RotationView {
        on: true,
        interval: Some(YEAR),
        ..off
    };
    assert_eq!(stage.status().await, Ok(on));
    assert_eq!(stage.after(YEAR - DAY).await, (0, None));
    let (count, last) = stage.after(DAY).await;
    assert_eq!((count, last), (1, Some(stage.world.now())));
    assert_eq!(stage.after(YEAR - DAY).await, (1, last));
    assert_eq!(stage.after(DAY).await, (2, Some(stage.world.now())));
}

#[tokio::test]
async fn another_interval_begins_another_period() {
    let stage = Stage::new().await;
    stage.begins().await.unwrap();
    assert_eq!(stage.after(100 * DAY).await, (0, None));
    // Shorter than what has passed: it does not rotate at once.
    assert_eq!(stage.alters(30 * DAY).await, Ok(()));
    assert_eq!(stage.status().await.unwrap().interval, Some(30 * DAY));
    assert_eq!(stage.after(29 * DAY).await, (0, None));
    // The same interval again begins a period as well.
    assert_eq!(stage.alters(30 * DAY).await, Ok(()));
    assert_eq!(stage.after(29 * DAY).await, (0, None));
    assert_eq!(stage.after(DAY).await, (1, Some(stage.world.now())));
    assert_eq!(stage.alters(365 * DAY).await, Ok(()));
    let rotated = stage.status().await.unwrap().last;
    assert_eq!(stage.after(364 * DAY).await, (1, rotated));
    assert_eq!(stage.after(DAY).await, (2, Some(stage.world.now())));
}

#[tokio::test]
async fn what_is_on_is_not_switched_on_and_what_is_off_not_off() {
    let stage = Stage::new().await;
    assert_eq!(stage.ends().await, refused(Refusal::RotationOff));
    assert_eq!(stage.alters(30 * DAY).await, refused(Refusal::RotationOff));
    stage.begins().await.unwrap();
    assert_eq!(stage.begins().await, refused(Refusal::RotationOn));
    stage.alters(30 * DAY).await.unwrap();
    stage.ends().await.unwrap();
    let off = stage.status().await.unwrap();
    assert_eq!((off.on, off.interval), (false, Some(30 * DAY)));
    assert_eq!(stage.after(3 * YEAR).await, (0, None));
    // The interval that was set last counts again.
    stage.begins().await.unwrap();
    assert_eq!(stage.after(29 * DAY).await, (0, None));
    assert_eq!(stage.after(DAY).await.0, 1);
}

#[tokio::test]
async fn a_key_out_of_use_keeps_its_plan_and_catches_up() {
    let stage = Stage::new().await;
    stage.begins().await.unwrap();
    stage.alters(30 * DAY).await.unwrap();
    stage.disables().await;
    let no = refused(Refusal::NotUsable(StateKind::Disabled));
    assert_eq!(stage.begins().await, no);
    assert_eq!(stage.alters(60 * DAY).await, no);
    assert_eq!(stage.ends().await, no);
    assert_eq!(stage.rotates().await, no);
    let view = stage.status().await.unwrap();
    assert_eq!((view.on, view.interval), (true, Some(30 * DAY)));
    // The period goes on meanwhile, and is not over yet.
    assert_eq!(stage.after(20 * DAY).await, (0, None));
    stage.enables().await;
    assert_eq!(stage.after(9 * DAY).await, (0, None));
    assert_eq!(stage.after(DAY).await.0, 1);
    // It is over, and the key rotates at once.
    stage.disables().await;
    assert_eq!(stage.after(40 * DAY).await.0, 1);
    stage.enables().await;
    let view = stage.status().await.unwrap();
    assert_eq!((view.count, view.last), (2, Some(stage.world.now())));
}

#[tokio::test]
async fn a_key_that_is_taken_back_from_deletion_catches_up() {
    let stage = Stage::new().await;
    stage.begins().await.unwrap();
    stage.alters(30 * DAY).await.unwrap();
    let service = stage.service();
    stage.root.schedules_deletion(&service, stage.key, 90 * DAY).await;
    let no = refused(Refusal::NotUsable(StateKind::PendingDeletion));
    assert_eq!(stage.begins().await, no);
    assert_eq!(stage.rotates().await, no);
    assert_eq!(stage.after(40 * DAY).await, (0, None));
    let cancel = CancelKeyDeletion {
        key: stage.root.key(stage.key),
        resume: claviger_model::Resume::Disabled,
    };
    stage.root.calls(&service, cancel).await.unwrap();
    assert_eq!(stage.after(DAY).await, (0, None));
    stage.enables().await;
    assert_eq!(stage.status().await.unwrap().count, 1);
}

#[tokio::test]
async fn a_rotation_by_hand_begins_a_period_too() {
    let stage = Stage::new().await;
    let (service, root) = (stage.service(), &stage.root);
    let old = root.encrypts_now(&service, stage.key).await;
    assert_eq!(stage.rotates().await, Ok(()));
    let new = root.encrypts_now(&service, stage.key).await;
    assert_ne!(old.version, new.version);
    for blob in [&old.blob, &new.blob] {
        assert_eq!(root.reads(&service, blob).await, b"text");
    }
    let view = stage.status().await.unwrap();
    let made = (view.on, view.count, view.last);
    assert_eq!(made, (false, 1, Some(stage.world.now())));
    stage.begins().await.unwrap();
    stage.alters(30 * DAY).await.unwrap();
    stage.world.advance(20 * DAY);
    stage.rotates().await.unwrap();
    assert_eq!(stage.after(29 * DAY).await.0, 2);
    assert_eq!(stage.after(DAY).await.0, 3);
    // The system did the last one only.
    assert_eq!(system_records(&stage.world).await.len(), 1);
}

/// The other face's way to set the interval: a period runs from the newest version.
#[tokio::test]
async fn both_ways_to_plan_work_on_the_same_key() {
    let stage = Stage::new().await;
    stage.world.advance(100 * DAY);
    stage.begins().await.unwrap();
    let plan = UpdateRotationPolicy {
        key: stage.root.key(stage.key),
        interval: Some(120 * DAY),
    };
    stage.root.calls(&stage.service(), plan).await.unwrap();
    assert_eq!(stage.status().await.unwrap().interval, Some(120 * DAY));
    assert_eq!(stage.after(19 * DAY).await, (0, None));
    assert_eq!(stage.after(DAY).await.0, 1);
}

#[tokio::test]
async fn keys_that_do_not_rotate_say_what_they_are_whatever_their_state() {
    let mut stage = Stage::new().await;
    for (spec, usage) in [
        (KeySpec::Rsa2048, Usage::SignVerify),
        (KeySpec::HmacSha256, Usage::GenerateVerifyMac),
    ] {
        let create = CreateKey {
            spec,
            ..stage.root.create_key()
        };
        stage.key = stage.root.calls(&stage.service(), create).await.unwrap().id;
        stage.disables().await;
        all_say(&stage, &wrong_kind(spec, usage)).await;
    }
    stage.key = stage.root.makes_empty_key(&stage.service()).await;
    let kind = stage
        .root
        .describes(&stage.service(), stage.key)
        .await
        .unwrap()
        .kind();
    assert_eq!(kind.origin, claviger_model::Origin::External);
    all_say(&stage, &Error::Refused(Refusal::KeyKind(kind))).await;
    stage.key = stage.world.add_service_key(stage.root.scope.account, "oss").await;
    all_say(&stage, &Error::Refused(Refusal::OfService)).await;
}

async fn all_say(stage: &Stage, error: &Error) {
    assert_eq!(stage.begins().await.as_ref(), Err(error));
    assert_eq!(stage.alters(30 * DAY).await.as_ref(), Err(error));
    assert_eq!(stage.ends().await.as_ref(), Err(error));
    assert_eq!(stage.rotates().await.as_ref(), Err(error));
    assert_eq!(stage.status().await.as_ref(), Err(error));
}
