//! The kit keeps its own promises.

use claviger_model::{SignedDuration, Timestamp};
use claviger_service::Proof;
use claviger_signing::SigningKeys;
use claviger_testkit::World;

/// A proof as a front door would make it; the secret is compared by what it signs.
struct Claim {
    access_key: String,
    time: Timestamp,
    nonce: &'static str,
}

impl Proof for Claim {
    fn access_key(&self) -> &str {
        &self.access_key
    }

    fn token(&self) -> &'static str {
        ""
    }

    fn time(&self) -> Timestamp {
        self.time
    }

    fn nonce(&self) -> Option<&str> {
        Some(self.nonce)
    }

    fn verify(&self, credential: &claviger_service::Credential) -> bool {
        credential.prepared(|secret| SigningKeys::new(secret.expose()));
        true
    }
}

fn claim(world: &World, nonce: &'static str) -> Claim {
    Claim {
        access_key: world.root().access_key_id().to_owned(),
        time: world.now(),
        nonce,
    }
}

#[tokio::test]
async fn callers_are_known_before_and_after_a_restart() {
    let mut world = World::new().await;
    let account = world.root().account();
    for round in ["first", "second"] {
        let credential = world.service().authenticate(&claim(&world, round)).await.unwrap();
        assert_eq!(credential.caller().account, account, "{round}");
        drop(credential);
        world.restart().await;
    }
}

#[tokio::test]
async fn the_log_tells_of_starts_and_stops_and_crashes_leave_no_stop() {
    let mut world = World::new().await;
    world.crash();
    world.advance(SignedDuration::from_mins(1));
    world.resume().await;
    world.stop().await;
    let records = world.audit_records().await;
    let events: Vec<_> = records
        .iter()
        .map(|record| record["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["account made", "started", "started", "stopped"]);
    assert_eq!(records[2]["time"], "2026-11-21T12:01:00.000Z");
}

#[tokio::test]
async fn a_failing_disk_keeps_records_out_until_it_heals() {
    let world = World::new().await;
    let before = world.audit_lines().len();
    world.disk().fail();
    world.service().stop().await;
    assert_eq!(world.audit_lines().len(), before);
    assert!(world.disk().syncs() > 0);
}

#[tokio::test]
async fn two_worlds_draw_the_same_identifiers() {
    let (one, other) = (World::new().await, World::new().await);
    assert_eq!(one.root().account(), other.root().account());
    assert_eq!(one.service().begin().unwrap(), other.service().begin().unwrap());
}
