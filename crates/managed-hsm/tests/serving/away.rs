//! An HSM that goes away, and comes back or does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use claviger_model::KeySpec;
use claviger_provider::{Provider as _, ProviderError, Sealed};
use claviger_provider_managed::State;
use claviger_provider_managed::protocol::{Buffer, Challenge, Frames, MAX_GREETING};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::rig::{PATIENCE, Place, Rig};
use crate::slow::{LATE, Slow};

#[tokio::test]
async fn calls_in_flight_are_answered_by_the_next_hsm() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let client = rig.client();
    let mut calls = JoinSet::new();
    for _ in 0..200 {
        let client = Arc::clone(&client);
        calls.spawn(async move { client.random(LATE).await });
    }
    while engine.begun() < 200 {
        tokio::task::yield_now().await;
    }
    hsm.kill().await;
    engine.open();
    let hsm = rig.start();
    while let Some(call) = calls.join_next().await {
        assert_eq!(call.unwrap().unwrap().len(), LATE);
    }
    assert_eq!(engine.begun(), 400);
    assert_eq!(client.state(), State::Connected);
    hsm.stop().await;
}

#[tokio::test]
async fn no_call_fails_while_the_hsm_is_killed_again_and_again() {
    let rig = Rig::new();
    let mut hsm = rig.start();
    let client = rig.client();
    let place = Place::new();
    let material = client.generate(&place.binding(KeySpec::Aes256)).await.unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicUsize::new(0));
    let mut calls = JoinSet::new();
    for _ in 0..32 {
        let (client, material) = (Arc::clone(&client), material.clone());
        let (over, done) = (Arc::clone(&over), Arc::clone(&done));
        calls.spawn(async move {
            let place = Place::new();
            let sealed = Sealed {
                material: &material,
                binding: place.binding(KeySpec::Aes256),
            };
            while !over.load(Ordering::SeqCst) {
                let mut body = Vec::new();
                client.encrypt(sealed, b"", b"hello", &mut body).await.unwrap();
                let opened = client.decrypt(sealed, b"", &body).await.unwrap();
                assert_eq!(opened.expose(), b"hello");
                done.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    for round in 1..=5 {
        while done.load(Ordering::SeqCst) < round * 100 {
            tokio::task::yield_now().await;
        }
        hsm.kill().await;
        hsm = rig.start();
    }
    over.store(true, Ordering::SeqCst);
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    hsm.stop().await;
}

#[tokio::test(start_paused = true)]
async fn calls_fail_when_the_patience_is_over_and_at_once_after_that() {
    let rig = Rig::with(Slow::new());
    let client = rig.client();
    let begun = Instant::now();
    assert_eq!(client.ping().await, Err(ProviderError::Unavailable));
    assert_eq!(begun.elapsed().as_secs(), PATIENCE.as_secs());
    let later = Instant::now();
    assert_eq!(client.random(1).await, Err(ProviderError::Unavailable));
    assert_eq!(later.elapsed().as_secs(), 0);
    assert_eq!(client.state(), State::Away { since: begun });

    // It is found when it is there, without anybody asking.
    let hsm = rig.start();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(client.state(), State::Connected);
    client.ping().await.unwrap();

    let engine_is_gone = Instant::now();
    hsm.stop().await;
    assert_eq!(client.ping().await, Err(ProviderError::Unavailable));
    assert_eq!(engine_is_gone.elapsed().as_secs(), PATIENCE.as_secs());
}

#[tokio::test(start_paused = true)]
async fn what_takes_long_is_waited_for() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let client = rig.client();
    let call = tokio::spawn({
        let client = Arc::clone(&client);
        async move { client.random(LATE).await }
    });
    tokio::time::sleep(PATIENCE * 20).await;
    assert!(!call.is_finished());
    engine.open();
    assert_eq!(call.await.unwrap().unwrap().len(), LATE);
    assert_eq!(engine.begun(), 1, "it was asked for once");
    hsm.stop().await;
}

/// Shakes hands with a client as an HSM does. What comes later is up to the test.
async fn shake(rig: &Rig, listener: &UnixListener) -> UnixStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut out = Buffer::new();
    let challenge = Challenge::new(&[3; 32], "hangs", &mut out).unwrap();
    stream.write_all(out.bytes()).await.unwrap();
    out.clear();
    let mut frames = Frames::new(MAX_GREETING);
    let answer = loop {
        if let Some(answer) = frames.take().unwrap() {
            break answer.to_vec();
        }
        let count = stream.read(frames.space()).await.unwrap();
        frames.filled(count);
    };
    challenge
        .meet(&rig.access_key, &answer, "managed-hsm", &mut out)
        .unwrap();
    stream.write_all(out.bytes()).await.unwrap();
    stream
}

#[tokio::test(start_paused = true)]
async fn an_hsm_that_hangs_is_given_up() {
    let rig = Rig::with(Slow::new());
    let hangs = UnixListener::bind(rig.socket()).unwrap();
    let client = rig.client();
    let call = tokio::spawn({
        let client = Arc::clone(&client);
        async move { client.random(1).await }
    });
    let stream = shake(&rig, &hangs).await;
    drop(hangs);
    tokio::time::sleep(PATIENCE).await;
    assert_eq!(client.state(), State::Connected);
    let hsm = rig.start();
    assert_eq!(call.await.unwrap().unwrap().len(), 1);
    hsm.stop().await;
    drop(stream);
}

/// Nobody has to call for that, and it counts on while it takes connections and says nothing on them either.
#[tokio::test(start_paused = true)]
async fn an_hsm_that_hangs_is_silent_until_another_one_answers() {
    let rig = Rig::with(Slow::new());
    let hangs = UnixListener::bind(rig.socket()).unwrap();
    let client = rig.client();
    client.start();
    assert_eq!(client.silence(), None);
    let stream = shake(&rig, &hangs).await;
    let said = Instant::now();
    while client.silence().is_none() {
        tokio::time::sleep(PATIENCE / 10).await;
    }
    assert!(client.silence().unwrap() >= PATIENCE);
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(hangs.accept().await.unwrap());
        let silent = client.silence().unwrap();
        assert!(silent >= PATIENCE && silent <= said.elapsed(), "{silent:?}");
    }
    drop((stream, taken, hangs));
    let hsm = rig.start();
    while client.state() != State::Connected {
        tokio::time::sleep(PATIENCE / 10).await;
    }
    assert_eq!(client.silence(), None);
    tokio::time::sleep(PATIENCE * 20).await;
    assert_eq!(
        client.silence(),
        None,
        "an HSM that nobody calls answers all the same"
    );
    hsm.stop().await;
    while client.state() == State::Connected {
        tokio::task::yield_now().await;
    }
    assert_eq!(client.silence(), None, "nobody is there to be silent");
}

#[tokio::test]
async fn an_hsm_that_stops_finishes_what_is_in_flight() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let client = rig.client();
    let call = tokio::spawn({
        let client = Arc::clone(&client);
        async move { client.random(LATE).await }
    });
    while engine.begun() == 0 {
        tokio::task::yield_now().await;
    }
    let stopped = hsm.stopping();
    while std::os::unix::net::UnixStream::connect(rig.socket()).is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopped.is_finished());
    engine.open();
    assert_eq!(call.await.unwrap().unwrap().len(), LATE);
    stopped.await.unwrap().unwrap();
    assert_eq!(engine.begun(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_hsm_that_stops_does_not_wait_for_ever() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let client = rig.client();
    let call = tokio::spawn(async move { client.random(LATE).await });
    while engine.begun() == 0 {
        tokio::task::yield_now().await;
    }
    hsm.stop().await;
    assert_eq!(call.await.unwrap(), Err(ProviderError::Unavailable));
}

#[test]
fn a_client_outlives_the_runtime_that_it_began_on() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let rig = Rig::with(Slow::new());
    let client = rig.client();
    for _ in 0..2 {
        runtime().block_on(async {
            let hsm = rig.start();
            client.ping().await.unwrap();
            hsm.stop().await;
        });
    }
}
