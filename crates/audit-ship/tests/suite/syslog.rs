//! Syslog servers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use claviger_audit::Seq;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::support::{World, assert_all, number};

/// What the server does with a connection.
#[derive(Clone, Copy)]
enum Deed {
    /// Closes it after so many messages, with unread bytes in it: the peer is told by a reset.
    Break(usize),
    /// Reads nothing.
    Hang,
}

/// The messages of each connection, without their lengths.
type Connections = Arc<Mutex<Vec<Vec<String>>>>;

struct Server {
    connections: Connections,
    port: u16,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(deeds: impl IntoIterator<Item = Deed>) -> Self {
        Self::start_at(0, deeds).await
    }

    async fn start_at(port: u16, deeds: impl IntoIterator<Item = Deed>) -> Self {
        let socket = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let connections = Connections::default();
        let shared = Arc::clone(&connections);
        let mut deeds: VecDeque<_> = deeds.into_iter().collect();
        let task = tokio::spawn(async move {
            let mut tasks = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                let connections = Arc::clone(&shared);
                match deeds.pop_front() {
                    Some(Deed::Break(messages)) => tasks.spawn(take(stream, connections, messages)),
                    Some(Deed::Hang) => tasks.spawn(async move {
                        let _stream = stream;
                        std::future::pending::<()>().await;
                    }),
                    None => tasks.spawn(take(stream, connections, usize::MAX)),
                };
            }
        });
        Self {
            connections,
            port,
            task,
        }
    }

    fn world(&self, more: &str) -> World {
        let port = self.port;
        World::new(&format!(
            "kind = \"syslog\"\naddress = \"127.0.0.1:{port}\"\ntls = false\nhostname = \"kms\"\nbatch_records = 10\n{more}"
        ))
    }

    /// The records of all connections.
    fn numbers(&self) -> Vec<usize> {
        let connections = self.connections.lock().unwrap();
        connections
            .iter()
            .flatten()
            .map(|message| event(message))
            .collect()
    }
}

/// Reads at most so many messages into a row of its own.
pub(crate) async fn take(stream: impl AsyncRead + Unpin, connections: Connections, most: usize) {
    let row = {
        let mut connections = connections.lock().unwrap();
        connections.push(Vec::new());
        connections.len() - 1
    };
    let mut stream = BufReader::new(stream);
    for _ in 0..most {
        let Some(message) = message(&mut stream).await else {
            break;
        };
        connections.lock().unwrap()[row].push(message);
    }
}

/// A message by its length; nothing at the end, also in the middle of one.
async fn message(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Option<String> {
    let mut length = Vec::new();
    stream.read_until(b' ', &mut length).await.ok()?;
    let length: usize = std::str::from_utf8(&length)
        .unwrap()
        .strip_suffix(' ')?
        .parse()
        .unwrap();
    let mut message = vec![0; length];
    stream.read_exact(&mut message).await.ok()?;
    Some(String::from_utf8(message).unwrap())
}

/// The number of the record in a message.
pub(crate) fn event(message: &str) -> usize {
    let (_, body) = message.split_once("] ").unwrap();
    number(&serde_json::from_str::<serde_json::Value>(body).unwrap()["record"]["event"])
}

#[tokio::test]
async fn records_are_counted_messages_of_rfc_5424() {
    let server = Server::start([]).await;
    let world = server.world("");
    world.append(0..35).await;
    let running = world.start();
    running.caught_up(&world).await;
    running.stop().await;
    assert_eq!(server.numbers(), (0..35).collect::<Vec<_>>());
    let connections = server.connections.lock().unwrap();
    let expected = "<110>1 2026-11-22T10:00:00.000Z kms claviger - server \
                    [claviger@32473 log=\"00000000-0000-0000-0000-000000000abc\" seq=\"2\" event=\"e0\"] \
                    {\"seq\":2,\"record\":{\"kind\":\"server\",\"time\":\"2026-11-22T10:00:00Z\",\"event\":\"e0\",\"version\":\"1\"}}";
    assert_eq!(connections[0][0], expected);
}

#[tokio::test]
async fn connections_that_break_lose_nothing_and_are_each_in_order() {
    let server = Server::start([0, 3, 10, 25, 1, 40].map(Deed::Break)).await;
    let world = server.world("");
    world.append(0..200).await;
    let running = world.start();
    running.caught_up(&world).await;
    assert_eq!(running.follower.progress().trouble, None);
    let connections = server.connections.lock().unwrap();
    assert!(connections.len() >= 7);
    for messages in connections.iter() {
        let numbers: Vec<_> = messages.iter().map(|message| event(message)).collect();
        assert!(
            numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
            "{numbers:?}"
        );
    }
    drop(connections);
    assert_all(&server.numbers(), 0..200);
}

#[tokio::test]
async fn what_a_server_closed_on_was_not_taken() {
    // Each connection is closed after a message, before the time that would prove it.
    let server = Server::start(std::iter::repeat_n(Deed::Break(1), 20_000)).await;
    let mut world = server.world("");
    world.setup.timing.grace = Duration::from_secs(3600);
    world.append(0..5).await;
    let running = world.start();
    running.until(|progress| progress.trouble.is_some()).await;
    while server.connections.lock().unwrap().len() < 5 {
        assert_eq!(running.follower.progress().done, Seq(0));
        tokio::task::yield_now().await;
    }
    running.kill();
    assert_eq!(world.cursor(), 0);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_the_grace_when_the_server_closes_too() {
    let server = Server::start([]).await;
    let mut world = server.world("");
    world.setup.timing.grace = Duration::from_secs(3600);
    world.append(0..25).await;
    let running = world.start();
    running.stop().await;
    assert_eq!(server.numbers(), (0..25).collect::<Vec<_>>());
    assert_eq!(world.cursor(), world.head().0);
}

#[tokio::test]
async fn a_stop_waits_for_the_grace_when_the_server_stays_open() {
    let server = Server::start([Deed::Hang]).await;
    let world = server.world("");
    world.append(0..3).await;
    let running = world.start();
    running.stop().await;
    // Its system confirmed the bytes: more cannot be known of a server that stays silent.
    assert_eq!(world.cursor(), world.head().0);
}

#[tokio::test]
async fn a_server_that_reads_nothing_is_given_up() {
    let server = Server::start([Deed::Hang]).await;
    let mut world = server.world("batch_kibibytes = 16384");
    world.sink.batch_records = 10_000;
    world.setup.timing.patience = Duration::from_millis(200);
    // More than what the system takes for a peer that does not read.
    world.setup.shapes.insert(
        "long".to_owned(),
        Arc::new(|_, record| {
            let record = std::str::from_utf8(record).unwrap();
            let room = " ".repeat(128 << 10);
            Some(format!("{{\"record\":{record}{room}}}").into_bytes())
        }),
    );
    world.sink.shape = "long".to_owned();
    world.append(0..100).await;
    let running = world.start();
    running.until(|progress| progress.trouble.is_some()).await;
    assert_eq!(running.follower.progress().done, Seq(0));
    running.caught_up(&world).await;
    assert_all(&server.numbers(), 0..100);
}

#[tokio::test]
async fn a_server_that_was_restarted_gets_the_rest() {
    let server = Server::start([]).await;
    let world = server.world("");
    let running = world.start();
    world.append(0..20).await;
    running.caught_up(&world).await;
    let port = server.port;
    server.task.abort();
    let _ = server.task.await;
    let first: Vec<_> = {
        let connections = server.connections.lock().unwrap();
        connections
            .iter()
            .flatten()
            .map(|message| event(message))
            .collect()
    };
    world.append(20..40).await;
    running.until(|progress| progress.trouble.is_some()).await;
    let server = Server::start_at(port, []).await;
    running.caught_up(&world).await;
    assert_all(&[first, server.numbers()].concat(), 0..40);
}

#[tokio::test]
async fn a_server_that_closes_idle_connections_is_no_trouble() {
    let server = Server::start([Deed::Break(5)]).await;
    let world = server.world("");
    let running = world.start();
    world.append(0..5).await;
    // The server closes while the batch has to prove itself, or later: either way everything comes.
    running.until(|_| server.numbers().len() >= 5).await;
    running.caught_up(&world).await;
    world.append(5..10).await;
    running.caught_up(&world).await;
    assert_all(&server.numbers(), 0..10);
}

#[tokio::test]
async fn after_kills_in_the_middle_nothing_is_missing() {
    let server = Server::start([]).await;
    let world = server.world("");
    let mut from = 0;
    for life in 1..=5 {
        world.append(from..life * 30).await;
        from = life * 30;
        let running = world.start();
        let before = running.follower.progress().done;
        running.until(|progress| progress.done > before).await;
        running.kill();
    }
    let running = world.start();
    running.caught_up(&world).await;
    running.stop().await;
    assert_all(&server.numbers(), 0..from);
}
