//! Clients that break the rules: sent away, told in the log, and nobody else suffers.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use claviger_crypto::SystemRng;
use claviger_provider::ProviderError;
use claviger_provider_managed::protocol::{MAX_FRAME, MAX_GREETING, Request};
use claviger_provider_managed::{AccessKey, ManagedHsm, Settings, State};
use tokio::time::Instant;
use tracing::subscriber::DefaultGuard;

use crate::line::Line;
use crate::rig::{Rig, own_uid};
use crate::slow::Slow;

/// What is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn keep() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The HSM has sent a client away for this reason, and serves others.
async fn goes_on(rig: &Rig, log: &Log, reason: &str) {
    rig.client().ping().await.unwrap();
    let log = log.text();
    let told = log
        .lines()
        .any(|line| line.contains("WARN") && line.contains("sent away") && line.contains(reason));
    assert!(told, "no line about `{reason}` in\n{log}");
}

/// Says bytes after the handshake, or before.
async fn says(greeted: bool, bytes: &[u8], reason: &str) {
    let (log, _guard) = Log::keep();
    let rig = Rig::with(Slow::new());
    let hsm = rig.start();
    let mut line = if greeted {
        Line::greeted(&rig).await
    } else {
        let mut line = Line::connect(&rig);
        line.frame().await.unwrap();
        line
    };
    line.say(bytes).await;
    line.ends().await;
    goes_on(&rig, &log, reason).await;
    hsm.stop().await;
}

#[tokio::test]
async fn who_comes_again_and_again_does_not_fill_the_log() {
    let (log, _guard) = Log::keep();
    let rig = Rig::with(Slow::new());
    let hsm = rig.start();
    for _ in 0..100 {
        let mut line = Line::connect(&rig);
        line.frame().await.unwrap();
        line.say(&[0xff; 8]).await;
        line.ends().await;
    }
    goes_on(&rig, &log, "a frame of").await;
    let lines = log.text().matches("sent away").count();
    assert!(lines <= 20, "{lines} lines");
    // Another reason is told all the same.
    let mut line = Line::greeted(&rig).await;
    line.say(&[0, 0, 0, 1, 0]).await;
    line.ends().await;
    goes_on(&rig, &log, "malformed").await;
    hsm.stop().await;
}

#[tokio::test]
async fn another_access_key_opens_nothing() {
    let (log, _guard) = Log::keep();
    let rig = Rig::with(Slow::new());
    let hsm = rig.start();
    let other = AccessKey::create(&rig.path().join("other.key"), &SystemRng).unwrap();
    let mut line = Line::connect(&rig);
    assert!(!line.greet(&other).await);
    goes_on(&rig, &log, "does not know the access key").await;
    let settings = Settings {
        access_key: other,
        ..rig.settings()
    };
    hsm.stop().await;
    let content = std::fs::read_to_string(rig.path().join("other.key")).unwrap();
    assert!(!log.text().contains(content.trim()));

    // And who has another key does not take the HSM for his own.
    tokio::time::pause();
    let hsm = rig.start();
    let client = ManagedHsm::new(settings, Arc::new(SystemRng));
    assert_eq!(client.ping().await, Err(ProviderError::Unavailable));
    hsm.stop().await;
}

#[tokio::test]
async fn a_connection_that_is_played_again_is_refused() {
    let (log, _guard) = Log::keep();
    let rig = Rig::with(Slow::new());
    let hsm = rig.start();
    let mut first = Line::greeted(&rig).await;
    first.request(1, &Request::Random(1)).await;
    first.frame().await.unwrap();
    let mut second = Line::connect(&rig);
    second.frame().await.unwrap();
    second.say(&first.said).await;
    second.ends().await;
    goes_on(&rig, &log, "does not know the access key").await;
    hsm.stop().await;
}

#[tokio::test]
async fn requests_come_in_their_order_or_not_at_all() {
    for (numbers, due) in [
        (&[1, 2, 2][..], 3),
        (&[1, 2, 1], 3),
        (&[1, 3], 2),
        (&[0], 1),
        (&[2], 1),
        (&[u64::MAX], 1),
    ] {
        let (log, _guard) = Log::keep();
        let engine = Slow::new();
        let rig = Rig::with(Arc::clone(&engine) as _);
        let hsm = rig.start();
        let mut line = Line::greeted(&rig).await;
        for number in numbers {
            line.request(*number, &Request::Random(1)).await;
        }
        // What came before is right.
        for _ in 1..numbers.len() {
            assert!(line.frame().await.is_some(), "{numbers:?}");
        }
        line.ends().await;
        assert_eq!(engine.begun(), numbers.len() - 1);
        let came = numbers.last().unwrap();
        goes_on(
            &rig,
            &log,
            &format!("request {came} came where request {due} was due"),
        )
        .await;
        hsm.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_message_ends_the_connection() {
    let too_long = |len: usize| u32::try_from(len + 1).unwrap().to_be_bytes();
    says(false, b"GET / HTTP/1.1\r\n\r\n", "frame of 1195725856 bytes").await;
    says(false, &[0, 0, 0, 0], "does not speak this protocol").await;
    says(false, &[0, 0, 0, 2, 0, 1], "does not speak this protocol").await;
    says(false, &too_long(MAX_GREETING), "frame of 257 bytes").await;
    says(true, &too_long(MAX_FRAME), "frame of 1048577 bytes").await;
    says(true, &[255; 64], "frame of 4294967295 bytes").await;
    says(true, &[0, 0, 0, 3, 1, 2, 3], "malformed").await;
    // No operation, one that there is not, one without its fields, and one with more.
    says(true, &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1], "malformed").await;
    says(true, &[0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 99], "malformed").await;
    says(true, &[0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 2], "malformed").await;
    says(true, &[0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], "malformed").await;
}

#[tokio::test]
async fn half_a_message_is_waited_for_and_no_longer_than_the_client_is_there() {
    let (log, _guard) = Log::keep();
    let rig = Rig::with(Slow::new());
    let hsm = rig.start();
    let mut line = Line::greeted(&rig).await;
    line.say(&[0, 0, 0, 9, 0, 0, 0]).await;
    rig.client().ping().await.unwrap();
    line.say(&[0, 0, 0, 0, 1, 0]).await;
    assert_eq!(line.frame().await.unwrap(), [0, 0, 0, 0, 0, 0, 0, 1, 0]);
    line.say(&[0, 16]).await;
    line.hang_up().await;
    line.ends().await;
    goes_on(&rig, &log, "in the middle of a message").await;
    hsm.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_silent_is_sent_away_after_five_seconds() {
    let (log, _guard) = Log::keep();
    let rig = Rig::with(Slow::new());
    let hsm = rig.start();
    for said in [&[][..], &[0], &[0, 0, 0, 98, 0, 1, 7]] {
        let begun = Instant::now();
        let mut line = Line::connect(&rig);
        line.frame().await.unwrap();
        line.say(said).await;
        line.ends().await;
        assert_eq!(begun.elapsed().as_secs(), 5);
        goes_on(&rig, &log, "the handshake took too long").await;
    }
    hsm.stop().await;
}

#[tokio::test]
async fn there_are_sixteen_connections_and_no_more() {
    let (log, _guard) = Log::keep();
    let rig = Rig::with(Slow::new());
    let hsm = rig.start();
    let mut lines = Vec::new();
    for _ in 0..16 {
        lines.push(Line::greeted(&rig).await);
    }
    Line::connect(&rig).ends().await;
    assert!(log.text().contains("there are 16 connections"));
    for line in &mut lines {
        line.request(1, &Request::Ping).await;
        assert!(line.frame().await.is_some());
    }
    let mut gone = lines.pop().unwrap();
    gone.hang_up().await;
    gone.ends().await;
    let mut next = Line::connect(&rig);
    while !next.greet(&rig.access_key).await {
        next = Line::connect(&rig);
    }
    hsm.stop().await;
}

#[tokio::test(start_paused = true)]
async fn other_users_are_sent_away_on_both_sides() {
    let (log, _guard) = Log::keep();
    let rig = Rig::with(Slow::new());
    let stranger = own_uid() + 1;
    let hsm = rig.start_for(stranger);
    Line::connect(&rig).ends().await;
    let client = rig.client();
    assert_eq!(client.ping().await, Err(ProviderError::Unavailable));
    assert!(matches!(client.state(), State::Away { .. }));
    let reason = format!("has the user {}, not {stranger}", own_uid());
    assert!(log.text().contains(&reason), "{}", log.text());
    hsm.stop().await;

    let hsm = rig.start();
    let settings = Settings {
        uid: stranger,
        patience: Duration::from_secs(2),
        ..rig.settings()
    };
    let client = ManagedHsm::new(settings, Arc::new(SystemRng));
    assert_eq!(client.ping().await, Err(ProviderError::Unavailable));
    hsm.stop().await;
}

#[tokio::test]
async fn a_fault_of_the_engine_ends_a_connection_and_not_the_process() {
    let rig = Rig::with(Slow::new());
    let hsm = rig.start();
    let place = crate::rig::Place::new();
    let binding = place.binding(claviger_model::KeySpec::Aes256);
    let mut line = Line::greeted(&rig).await;
    line.request(1, &Request::Destroy(binding)).await;
    line.ends().await;
    rig.client().ping().await.unwrap();
    hsm.stop().await;
}
