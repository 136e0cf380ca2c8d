//! More than there is room for.

use std::sync::Arc;

use claviger_provider::Provider as _;
use claviger_provider_managed::protocol::Request;
use tokio::task::JoinSet;

use crate::line::Line;
use crate::rig::Rig;
use crate::slow::{LATE, Slow};

const LATE_REQUEST: Request<'static> = Request::Random(13);

/// Waits until the HSM has done all that it can do now: it answers others, again and again.
async fn settle(rig: &Rig) {
    let other = rig.client();
    for _ in 0..200 {
        other.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_not_worked_for() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let mut line = Line::greeted(&rig).await;
    line.requests(1000, &Request::Random(65_536)).await;
    settle(&rig).await;
    // A mebibyte of answers, what is in the kernel, and one more.
    assert!(engine.begun() < 64, "{} are worked on", engine.begun());
    for _ in 1..=1000 {
        assert_eq!(line.frame().await.unwrap().len(), 65_536 + 9);
    }
    assert_eq!(engine.begun(), 1000);
    hsm.stop().await;
}

#[tokio::test]
async fn no_more_than_1024_requests_of_a_connection_are_worked_on() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let mut line = Line::greeted(&rig).await;
    line.requests(1500, &LATE_REQUEST).await;
    settle(&rig).await;
    assert_eq!(engine.begun(), 1024);
    engine.open();
    for _ in 1..=1500 {
        assert_eq!(line.frame().await.unwrap().len(), 9 + LATE);
    }
    hsm.stop().await;
}

#[tokio::test]
async fn answers_come_when_they_are_ready() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let client = rig.client();
    let late = tokio::spawn({
        let client = Arc::clone(&client);
        async move { client.random(LATE).await }
    });
    while engine.begun() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(client.random(5).await.unwrap().len(), 5);
    assert!(!late.is_finished());
    engine.open();
    assert_eq!(late.await.unwrap().unwrap().len(), LATE);
    hsm.stop().await;
}

#[tokio::test]
async fn more_calls_than_there_are_places_wait_and_are_answered() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let client = rig.client();
    let mut calls = JoinSet::new();
    for _ in 0..3000 {
        let client = Arc::clone(&client);
        calls.spawn(async move { client.random(LATE).await });
    }
    settle(&rig).await;
    assert_eq!(engine.begun(), 1024);
    engine.open();
    while let Some(call) = calls.join_next().await {
        assert_eq!(call.unwrap().unwrap().len(), LATE);
    }
    assert_eq!(engine.begun(), 3000);
    hsm.stop().await;
}

#[tokio::test]
async fn calls_that_were_dropped_leave_nothing_behind() {
    let engine = Slow::new();
    let rig = Rig::with(Arc::clone(&engine) as _);
    let hsm = rig.start();
    let client = rig.client();
    let mut calls = JoinSet::new();
    // Some are in flight, some wait for a place.
    for _ in 0..2000 {
        let client = Arc::clone(&client);
        calls.spawn(async move { client.random(LATE).await });
    }
    while engine.begun() < 1024 {
        tokio::task::yield_now().await;
    }
    calls.shutdown().await;
    engine.open();
    // Every place is free again, and no answer goes to another call.
    let mut calls = JoinSet::new();
    for _ in 0..3 {
        for length in 1000..2024 {
            let client = Arc::clone(&client);
            calls.spawn(async move { (length, client.random(length).await) });
        }
        while let Some(call) = calls.join_next().await {
            let (length, given) = call.unwrap();
            assert_eq!(given.unwrap().len(), length);
        }
    }
    hsm.stop().await;
}
