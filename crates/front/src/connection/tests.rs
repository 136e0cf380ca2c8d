//! A connection without a socket, under a clock that a test moves.

use std::time::Duration;

use async_trait::async_trait;
use claviger_testkit::World;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use super::*;
use crate::room::Room;
use crate::{Limits, Line};

#[derive(Debug)]
struct Stub;

#[async_trait]
impl Door for Stub {
    fn name(&self) -> &'static str {
        "stub"
    }

    fn claims(&self, _: &http::request::Parts) -> bool {
        true
    }

    async fn serve(&self, request: Request) -> Reply {
        self.refuse(Trouble::Malformed, request.id, None)
    }

    fn refuse(&self, trouble: Trouble, _: RequestId, _: Option<&http::request::Parts>) -> Reply {
        Reply {
            status: trouble.status(),
            content_type: "text/plain",
            id_header: None,
            headers: Vec::new(),
            body: vec![b'.'; 100],
            line: Line::default(),
        }
    }
}

/// Whoever sends before it has read gets an answer to each request, and words of the door only for what the library refuses.
#[tokio::test]
async fn refusals_that_wait_for_the_client_are_all_answered() {
    let (world, limits) = (World::new().await, Limits::default());
    let guest = Room::new(1).enter().await.unwrap();
    let connection = Connection {
        front: Front::new(Arc::new(Stub), Vec::new(), world.service(), limits),
        peer: [127, 0, 0, 1].into(),
        tls: None,
        seat: guest.seat(),
    };
    let (client, server) = duplex(1);
    let ending = tokio::spawn(connection.speak(server));
    let (mut from, mut to) = tokio::io::split(client);
    let sending = async {
        for _ in 0..30 {
            to.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        }
        to
    };
    let reading = async {
        let mut taken = Vec::new();
        while String::from_utf8_lossy(&taken).matches("HTTP/1.1 400").count() < 30 {
            assert_ne!(
                from.read_buf(&mut taken).await.unwrap(),
                0,
                "an answer is missing"
            );
        }
    };
    let both = async { tokio::join!(sending, reading) };
    tokio::time::pause();
    let (to, ()) = tokio::time::timeout(limits.head_time, both).await.unwrap();
    drop((from, to));
    ending.await.unwrap();
}

#[tokio::test]
async fn a_client_that_takes_no_answers_loses_its_connection() {
    let world = World::new().await;
    let limits = Limits {
        head_time: Duration::from_secs(7),
        ..Limits::default()
    };
    let guest = Room::new(1).enter().await.unwrap();
    let connection = Connection {
        front: Front::new(Arc::new(Stub), Vec::new(), world.service(), limits),
        peer: [127, 0, 0, 1].into(),
        tls: None,
        seat: guest.seat(),
    };
    // Room for a few answers of the many that are asked for.
    let (mut client, server) = duplex(1000);
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let ending = tokio::spawn(connection.speak(server));
    let mut sent = 0;
    while client
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .is_ok()
    {
        sent += 1;
    }
    ending.await.unwrap();
    assert!(sent > 10, "{sent} requests, more than there is room for answers");
    assert!(
        (7..15).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
    let mut taken = Vec::new();
    client.read_to_end(&mut taken).await.unwrap();
    assert_eq!(taken.len(), 1000);
}
