//! Bodies: whole, too large, too slow, cut off.

use std::time::Duration;

use claviger_front::Limits;
use claviger_model::SignedDuration;

use crate::rig::Rig;

fn small() -> Limits {
    Limits {
        body_bytes: 1000,
        body_time: Duration::from_millis(100),
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_body_up_to_its_bound_arrives_whole() {
    let rig = Rig::limited(small()).await;
    let mut client = rig.connect().await;
    for length in [0, 1, 999, 1000] {
        let body = "b".repeat(length);
        client
            .send(format!(
                "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}"
            ))
            .await;
        let answer = client.answer().await;
        assert!(answer.body.contains(&format!(" {length} bytes ")), "{answer:?}");
    }
    client
        .send("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    for _ in 0..10 {
        client.send(format!("64\r\n{}\r\n", "c".repeat(100))).await;
    }
    client.send("0\r\n\r\n").await;
    let answer = client.answer().await;
    assert!(answer.body.contains(" 1000 bytes "), "{answer:?}");
}

#[tokio::test]
async fn a_body_beyond_its_bound_is_refused() {
    let rig = Rig::limited(small()).await;
    for length in ["1001", "100000", "18446744073709551613"] {
        // Nobody waits for a body that is refused anyway.
        let mut client = rig.connect().await;
        client
            .send(format!(
                "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n"
            ))
            .await;
        let answer = client.answer().await;
        answer.refuses(413, "LargeBody");
        assert!(
            answer.body.ends_with("seen"),
            "the door knows the head: {answer:?}"
        );
    }
    let mut client = rig.connect().await;
    client
        .send("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    client.send(format!("3e9\r\n{}\r\n", "c".repeat(1001))).await;
    client.answer().await.refuses(413, "LargeBody");
    assert_eq!(rig.door.served(), 0);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let rig = Rig::limited(small()).await;
    for request in [
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf",
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf",
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n\r\n",
    ] {
        let mut client = rig.connect().await;
        client.send(request).await;
        client.answer().await.refuses(408, "SlowBody");
        assert_eq!(client.next().await, None, "the connection ends");
    }
    assert_eq!(rig.door.served(), 0);
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_not_served() {
    let rig = Rig::new().await;
    let mut client = rig.connect().await;
    client
        .send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf")
        .await;
    client.end().await;
    if let Some(answer) = client.next().await {
        answer.refuses(408, "SlowBody");
    }
    assert_eq!(rig.door.served(), 0);
}

#[tokio::test]
async fn a_client_may_ask_before_it_sends_a_body() {
    let rig = Rig::new().await;
    let mut client = rig.connect().await;
    client
        .send("POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")
        .await;
    assert_eq!(client.answer().await.status, 100);
    client.send("body").await;
    let answer = client.answer().await;
    assert!(answer.body.contains(" 4 bytes "), "{answer:?}");
}

/// What is judged by the time, such as material that expires, is judged when the whole request is here.
#[tokio::test]
async fn a_body_that_is_held_back_does_not_hold_the_time_back() {
    let rig = Rig::new().await;
    let mut client = rig.connect().await;
    client
        .send("POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")
        .await;
    assert_eq!(client.answer().await.status, 100, "the head is here");
    rig.world.advance(SignedDuration::from_secs(29));
    client.send("body").await;
    let answer = client.answer().await;
    assert!(
        answer.body.ends_with(&format!(" at={}", rig.world.now())),
        "{answer:?}"
    );
}
