//! More work than the server takes on.

use claviger_front::Limits;

use crate::rig::Rig;

const WAIT: &str = "GET /wait HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn work_beyond_the_bound_is_refused_at_once_and_health_is_not() {
    let limits = Limits {
        in_flight: 2,
        ..Limits::default()
    };
    let rig = Rig::limited(limits).await;
    let (mut one, mut two, mut three) = (rig.connect().await, rig.connect().await, rig.connect().await);
    one.send(WAIT).await;
    two.send(WAIT).await;
    rig.door.until_waiting(2).await;
    for _ in 0..3 {
        three.get("/").await.refuses(429, "Overload");
        assert_eq!(three.get("/healthz").await.status, 200);
        assert_eq!(three.get("/readyz").await.status, 200);
    }
    rig.door.open();
    rig.door.open();
    assert_eq!((one.answer().await.status, two.answer().await.status), (200, 200));
    // Room is there again, and was not given twice to those that were refused.
    assert_eq!(three.get("/").await.status, 200);
    one.send(WAIT).await;
    two.send(WAIT).await;
    rig.door.until_waiting(4).await;
    three.get("/").await.refuses(429, "Overload");
}

/// Whoever sends a head and no body takes no place from those who are served.
#[tokio::test]
async fn a_body_that_does_not_come_takes_no_place() {
    let limits = Limits {
        in_flight: 1,
        ..Limits::default()
    };
    let rig = Rig::limited(limits).await;
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut client = rig.connect().await;
        client
            .send("POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")
            .await;
        assert_eq!(client.answer().await.status, 100, "its body is waited for");
        slow.push(client);
    }
    assert_eq!(rig.connect().await.get("/").await.status, 200);
    for client in &mut slow {
        client.send("body").await;
        assert_eq!(client.answer().await.status, 200);
    }
}

/// Whoever goes away gives up its place.
#[tokio::test]
async fn a_client_that_leaves_makes_room() {
    let limits = Limits {
        in_flight: 1,
        ..Limits::default()
    };
    let rig = Rig::limited(limits).await;
    let mut leaver = rig.connect().await;
    leaver.send(WAIT).await;
    rig.door.until_waiting(1).await;
    drop(leaver);
    let mut client = rig.connect().await;
    let served = async { while client.get("/").await.status != 200 {} };
    tokio::time::timeout(crate::rig::PATIENCE, served).await.unwrap();
}

/// A server with room for that many connections.
async fn with_room_for(connections: usize) -> Rig {
    let limits = Limits {
        connections,
        ..Limits::default()
    };
    Rig::limited(limits).await
}

#[tokio::test]
async fn a_connection_beyond_the_bound_waits_while_all_are_served() {
    let rig = with_room_for(1).await;
    let mut one = rig.connect().await;
    one.send(WAIT).await;
    rig.door.until_waiting(1).await;
    let mut two = rig.connect().await;
    two.send("GET /second HTTP/1.1\r\nhost: x\r\n\r\n").await;
    rig.door.open();
    assert_eq!(one.answer().await.status, 200, "whoever is served stays");
    assert!(two.answer().await.body.contains("/second"));
    assert_eq!(one.next().await, None);
}

#[tokio::test]
async fn who_waits_longest_makes_room() {
    let rig = with_room_for(3).await;
    let (mut first, mut mute, mut third) = (rig.connect().await, rig.connect().await, rig.connect().await);
    for client in [&mut first, &mut third] {
        assert_eq!(client.get("/").await.status, 200);
    }
    let mut fourth = rig.connect().await;
    assert_eq!(fourth.get("/").await.status, 200);
    assert_eq!(mute.next().await, None, "it never asked for anything");
    assert_eq!(first.get("/").await.status, 200);
    let mut fifth = rig.connect().await;
    assert_eq!(fifth.get("/").await.status, 200);
    assert_eq!(third.next().await, None, "its last answer was longest ago");
    for client in [&mut first, &mut fourth, &mut fifth] {
        assert_eq!(client.get("/").await.status, 200);
    }
}

/// Those who come together do not drive each other out while they have not asked yet.
#[tokio::test]
async fn who_has_just_come_may_ask() {
    let rig = with_room_for(4).await;
    let mut idlers = Vec::new();
    for _ in 0..4 {
        let mut client = rig.connect().await;
        assert_eq!(client.get("/").await.status, 200);
        idlers.push(client);
    }
    let mut new = [rig.connect().await, rig.connect().await, rig.connect().await];
    for client in &mut idlers[..3] {
        assert_eq!(client.next().await, None);
    }
    for client in new.iter_mut().chain(&mut idlers[3..]) {
        assert_eq!(client.get("/").await.status, 200);
    }
}

/// Whatever they have sent, as long as it is no request.
#[tokio::test]
async fn those_who_ask_for_nothing_shut_nobody_out() {
    let rig = with_room_for(4).await;
    let mut idlers = Vec::new();
    for sent in [
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nhost: x\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbod",
    ] {
        let mut client = rig.connect().await;
        client.send(sent).await;
        idlers.push(client);
    }
    let mut served = Vec::new();
    for path in ["/healthz", "/readyz", "/", "/"] {
        let mut client = rig.connect().await;
        assert_eq!(client.get(path).await.status, 200);
        served.push(client);
    }
    for client in &mut idlers {
        assert_eq!(client.next().await, None);
    }
    for client in &mut served {
        assert_eq!(client.get("/").await.status, 200);
    }
}
