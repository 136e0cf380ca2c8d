//! What older keys wrapped is brought under the newest, whatever happens meanwhile.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use claviger_model::{Certificate, KeyId, KeySpec, LoginOwner, SignedDuration};
use claviger_secret::SecretBytes;
use claviger_service::ops::key::DisableKey;
use claviger_service::{
    REWRAP_CELL, REWRAP_PAGE, RewrapMark, Rewrapped, password_cell, password_row, secret_cell,
};
use claviger_store::{SealedCell, SealedPlace};
use claviger_testkit::World;
use tokio::sync::Notify;

use crate::calls::Root;
use crate::certificate_desk::{self, ECDSA, MESSAGE};
use crate::lifetimes::MATERIAL;
use crate::rewrap_rig::Rig;

const BEAT: Duration = Duration::from_secs(60);

/// Some of everything that is wrapped, in use.
struct Estate {
    root: Root,
    /// Keys in software, in hardware, and with material from outside.
    keys: Vec<KeyId>,
    blobs: Vec<Vec<u8>>,
    certificate: Certificate,
    access_key: String,
}

impl Estate {
    async fn new() -> (Self, Rig) {
        Self::over(World::new().await).await
    }

    async fn over(world: World) -> (Self, Rig) {
        let root = Root::of(&world).await;
        let access_key = world.root().access_key_id().to_owned();
        let rig = Rig::over(world).await;
        let service = &rig.service;
        let software = root.makes_key(service).await.id;
        let hardware = root.makes_in_hardware(service, KeySpec::Aes256).await.id;
        let imported = root.makes_empty_key(service).await;
        root.brings(service, imported, MATERIAL, None).await.unwrap();
        let keys = vec![software, hardware, imported];
        let mut blobs = Vec::new();
        for key in &keys {
            blobs.push(root.encrypts_now(service, *key).await.blob);
        }
        let (certificate, _) = certificate_desk::issued(&root, service, KeySpec::EcP256).await;
        service.project(&root.scope).await.unwrap();
        let estate = Self {
            root,
            keys,
            blobs,
            certificate,
            access_key,
        };
        estate.set_password(&rig).await;
        (estate, rig)
    }

    async fn set_password(&self, rig: &Rig) {
        use claviger_provider::Keeper as _;
        let row = password_row(self.root.scope.account, LoginOwner::Root);
        let sealed = rig
            .keeper
            .seal(&password_cell(&row), &SecretBytes::copied(b"a hash"))
            .unwrap();
        let draft = claviger_store::Draft(br#"{"kind":"test"}"#.as_slice().into());
        let (account, owner) = (self.root.scope.account, LoginOwner::Root);
        rig.store
            .update_login(account, owner, Some(SealedCell(sealed)), draft, Box::new(Ok))
            .await
            .unwrap();
    }

    /// Everything opens, and does what it did.
    async fn works(&self, rig: &Rig) {
        use claviger_provider::Keeper as _;
        let service = &rig.service;
        for blob in &self.blobs {
            assert_eq!(self.root.reads(service, blob).await, b"text");
        }
        for key in &self.keys {
            self.root.encrypts_now(service, *key).await;
        }
        let message = certificate_desk::raw(MESSAGE);
        certificate_desk::sign(&self.root, service, &self.certificate, ECDSA, message)
            .await
            .unwrap();
        service.project(&self.root.scope).await.unwrap();
        let id = self.access_key.parse().unwrap();
        let found = rig.store.access_key(&id).await.unwrap().unwrap();
        let opened = rig.keeper.open(&secret_cell(&id), &found.secret.0).unwrap();
        assert_eq!(opened.expose(), b"secret-of-the-first-caller");
        let (account, owner) = (self.root.scope.account, LoginOwner::Root);
        let (_, password) = rig.store.login(account, owner).await.unwrap();
        let row = password_row(account, owner);
        let opened = rig.keeper.open(&password_cell(&row), &password.unwrap().0);
        assert_eq!(opened.unwrap().expose(), b"a hash");
    }
}

async fn run(rig: &Rig, page: u32) -> Rewrapped {
    rig.service.rewrap(page).await.unwrap().unwrap()
}

/// Whether the store is marked, as those see it who hold the newest root key.
async fn is_marked(rig: &Rig) -> bool {
    let Some(cell) = rig.store.cell(REWRAP_CELL).await.unwrap() else {
        return false;
    };
    RewrapMark::read(rig.keeper.as_ref(), &cell).unwrap().is_some()
}

fn marks(world: &World) -> Vec<String> {
    let records = world.audit_lines();
    let events = records.iter().filter_map(|record| record["event"].as_str());
    events
        .filter(|event| event.starts_with("wrapped"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn everything_is_wrapped_anew_and_older_keys_can_go() {
    for page in [1, 3, REWRAP_PAGE] {
        let (estate, mut rig) = Estate::new().await;
        estate.works(&rig).await;
        assert_eq!(run(&rig, page).await, Rewrapped::default());
        assert!(is_marked(&rig).await, "a run without work leaves the mark");
        let all = rig.values().await.len();
        let wrapped = all - 1;
        for place in ["AccessKey", "Password", "Certificate", "Cell", "Version"] {
            let values = rig.values().await;
            assert!(
                values
                    .iter()
                    .any(|value| format!("{:?}", value.place).starts_with(place))
            );
        }

        rig.root.rotate();
        rig.master.rotate();
        assert!(!is_marked(&rig).await);
        assert_eq!(rig.older().await, all);
        let done = run(&rig, page).await;
        let changed = u64::try_from(wrapped).unwrap();
        assert_eq!(
            done,
            Rewrapped {
                changed,
                ..Rewrapped::default()
            }
        );
        assert!(
            !is_marked(&rig).await,
            "calls may be under way that wrapped by the older one"
        );
        assert_eq!(run(&rig, page).await, Rewrapped::default());
        assert!(is_marked(&rig).await);
        assert_eq!(rig.older().await, 0);

        // What is in memory was forgotten, too: it would not open any more.
        rig.root.retire();
        rig.master.retire();
        estate.works(&rig).await;
        rig = rig.restart().await;
        estate.works(&rig).await;
        assert_eq!(
            marks(&rig.world),
            [format!("wrapped {wrapped} values anew, 0 do not open")]
        );
    }
}

/// Runs until it was polled that often; whether it came to its end.
async fn polled(run: impl Future, times: usize) -> bool {
    let mut run = pin!(run);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match run.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn a_run_may_end_anywhere() {
    let (estate, rig) = Estate::new().await;
    let (mut less, mut ended) = (0, false);
    for steps in 0..500 {
        let all = rig.values().await.len();
        rig.root.rotate();
        ended = polled(rig.service.rewrap(2), steps).await;
        // A change may still be under way in the store.
        rig.store.probe().await.unwrap();
        estate.works(&rig).await;
        let before = rig.older().await;
        less += usize::from(before > 1 && before < all);
        let done = run(&rig, 2).await;
        assert_eq!((done.failed, done.raced), (0, 0));
        assert_eq!(run(&rig, 2).await, Rewrapped::default());
        rig.root.retire();
        estate.works(&rig).await;
        if ended {
            break;
        }
    }
    assert!(ended && less > 3, "{less}");
}

#[tokio::test]
async fn writers_go_on_meanwhile() {
    let (estate, rig) = Estate::new().await;
    let (root, service) = (&estate.root, &rig.service);
    for _ in 0..3 {
        rig.root.rotate();
        rig.master.rotate();
        let writes = async {
            for _ in 0..5 {
                let key = root.makes_key(service).await.id;
                root.makes_in_hardware(service, KeySpec::Aes256).await;
                let disable = DisableKey {
                    key: root.key(key),
                    again: claviger_model::Again::Fine,
                };
                root.calls(service, disable).await.unwrap();
                let empty = root.makes_empty_key(service).await;
                root.brings(service, empty, MATERIAL, None).await.unwrap();
                estate.set_password(&rig).await;
            }
        };
        let (done, ()) = tokio::join!(run(&rig, 1), writes);
        assert_eq!(done.failed, 0);
        while run(&rig, 1).await != Rewrapped::default() {}
        assert_eq!(rig.older().await, 0);
        rig.root.retire();
        rig.master.retire();
        estate.works(&rig).await;
    }
}

#[tokio::test]
async fn what_does_not_open_does_not_stop_the_rest() {
    let world = World::new().await;
    let root = Root::of(&world).await;
    let like = root.makes_key(&world.service()).await.id.to_string();
    world.add_spoiled_key(root.scope.account, &like).await;
    let (estate, rig) = Estate::over(world).await;
    rig.root.rotate();
    let (done, again) = (run(&rig, 3).await, run(&rig, 3).await);
    assert_eq!((done.failed, again.failed), (1, 1));
    assert!(done.changed > 5);
    assert_eq!(again.changed, 0);
    estate.works(&rig).await;
    let told = marks(&rig.world);
    assert!(told[0].ends_with("anew, 1 do not open"), "{told:?}");
    // Where nothing more can be done, the mark tells that, and the next start tries again.
    assert!(is_marked(&rig).await);
    let asked = rig.root.asked();
    let changed = Notify::new();
    let _ = tokio::time::timeout(Duration::from_millis(500), rig.service.rewrapping(BEAT, &changed)).await;
    assert!(rig.root.asked() > asked + 5);
}

#[tokio::test]
async fn one_node_works_at_a_time() {
    let (_, rig) = Estate::new().await;
    let now = rig.world.now();
    let until = now + SignedDuration::from_secs(10);
    assert!(
        rig.store
            .lease("rewrap", "another node", now, until)
            .await
            .unwrap()
    );
    assert_eq!(rig.service.rewrap(REWRAP_PAGE).await.unwrap(), None);
    rig.world.advance(SignedDuration::from_secs(10));
    assert_eq!(run(&rig, REWRAP_PAGE).await, Rewrapped::default());
    let now = rig.world.now();
    assert!(
        rig.store.lease("rewrap", "another node", now, now).await.unwrap(),
        "given back"
    );
}

#[tokio::test]
async fn an_hsm_that_is_away_leaves_its_part_for_later() {
    let (estate, rig) = Estate::new().await;
    rig.root.rotate();
    rig.master.rotate();
    rig.master.go_away(true);
    let asked = rig.master.asked();
    let done = run(&rig, 2).await;
    assert!(done.away && done.waiting == 1 && done.changed > 5, "{done:?}");
    assert_eq!(
        rig.master.asked(),
        asked,
        "who is away is not asked for each value"
    );
    let again = run(&rig, 2).await;
    assert_eq!((again.changed, again.waiting), (0, 1));
    assert!(!is_marked(&rig).await);
    rig.master.go_away(false);
    let done = run(&rig, 2).await;
    assert_eq!((done.changed, done.away), (1, false));
    rig.master.retire();
    rig.root.retire();
    estate.works(&rig).await;
}

/// Until the store is marked by the newest keys.
async fn until_marked(rig: &Rig) {
    let mut looks = 0_u32;
    while !is_marked(rig).await || rig.older().await > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        // The clock stands still for the disk alone, which others wait for, too.
        rig.store.probe().await.unwrap();
        looks += 1;
        assert!(looks < 10_000, "nothing is done");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_does_it_by_itself() {
    let (estate, rig) = Estate::new().await;
    let changed = Notify::new();
    let tests = async {
        until_marked(&rig).await;
        // Told of, and not told of.
        for told in [true, false] {
            rig.root.rotate();
            rig.master.rotate();
            if told {
                changed.notify_one();
            }
            until_marked(&rig).await;
            rig.root.retire();
            rig.master.retire();
            estate.works(&rig).await;
        }
        rig.master.rotate();
        rig.master.go_away(true);
        changed.notify_one();
        tokio::time::sleep(BEAT * 5).await;
        rig.master.go_away(false);
        until_marked(&rig).await;
        let masters = rig.values().await;
        assert!(
            masters
                .iter()
                .any(|value| matches!(value.place, SealedPlace::Cell(_)))
        );
    };
    tokio::select! {
        () = rig.service.rewrapping(BEAT, &changed) => {}
        () = tests => {}
    }
    estate.works(&rig).await;
}

/// A start looks at the mark alone.
#[tokio::test(start_paused = true)]
async fn a_start_after_a_quiet_run_asks_little() {
    let (_, rig) = Estate::new().await;
    assert_eq!(run(&rig, REWRAP_PAGE).await, Rewrapped::default());
    let rig = rig.restart().await;
    let asked = (rig.root.asked(), rig.master.asked());
    let changed = Notify::new();
    let _ = tokio::time::timeout(BEAT / 2, rig.service.rewrapping(BEAT, &changed)).await;
    let now = (rig.root.asked(), rig.master.asked());
    assert!(now.0 <= asked.0 + 1 && now.1 <= asked.1 + 1, "{asked:?} {now:?}");
}
