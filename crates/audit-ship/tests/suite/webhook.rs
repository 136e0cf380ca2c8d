//! Webhooks.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use claviger_audit::Seq;
use claviger_audit_ship::{Shipper, StartError};

use crate::desk::{Deed, Server};
use crate::support::{LOG, Running, World, assert_all, open};

#[tokio::test]
async fn batches_are_lines_of_json_with_their_place_in_the_log() {
    let server = Server::start([]).await;
    let world = server.world("");
    world.append(0..25).await;
    let running = world.start();
    running.caught_up(&world).await;
    running.stop().await;
    assert_eq!(server.numbers(), (0..25).collect::<Vec<_>>());
    let desk = server.desk.lock().unwrap();
    assert!(desk.targets.iter().all(|target| target == "/in?token=hunter2"));
    let mut next = 1;
    for (post, _) in &desk.posts {
        let header = |name: &str| post.headers[name].to_str().unwrap();
        assert_eq!(header("content-type"), "application/x-ndjson");
        assert_eq!(header("x-claviger-log"), LOG.to_string());
        assert_eq!(header("x-claviger-first-seq"), next.to_string());
        next = header("x-claviger-last-seq").parse::<u64>().unwrap() + 1;
        assert!(!post.headers.contains_key("authorization"));
        assert!(!post.headers.contains_key("x-claviger-signature"));
        assert!(post.body.ends_with(b"}\n"));
        let lines = post
            .body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        assert!(lines.count() <= 10);
    }
    assert_eq!(next - 1, world.head().0);
    let first = desk.posts[0].0.body.split(|byte| *byte == b'\n').next().unwrap();
    assert!(
        first.starts_with(b"{\"seq\":2,\"record\":{\"kind\":\"server\","),
        "the header of the segment is line 1"
    );
}

#[tokio::test]
async fn whatever_a_server_does_every_record_arrives_at_least_once_and_in_order() {
    let deeds = [
        Deed::Break,
        Deed::Status(500),
        Deed::Status(503),
        Deed::Status(204),
        Deed::TakeAndBreak,
        Deed::Status(302),
        Deed::Status(401),
        Deed::Status(200),
        Deed::Break,
        Deed::TakeAndBreak,
        Deed::Status(429),
    ];
    let server = Server::start(deeds).await;
    let world = server.world("");
    world.append(0..100).await;
    let running = world.start();
    running.caught_up(&world).await;
    assert_eq!(running.follower.progress().trouble, None);
    assert_all(&server.numbers(), 0..100);
    let desk = server.desk.lock().unwrap();
    assert!(desk.deeds.is_empty());
    assert!(
        desk.targets.iter().all(|target| target == "/in?token=hunter2"),
        "redirects are not followed"
    );
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_and_asked_again() {
    let server = Server::start([Deed::Hang]).await;
    let mut world = server.world("");
    world.setup.timing.patience = Duration::from_millis(100);
    world.append(0..3).await;
    let running = world.start();
    running.caught_up(&world).await;
    assert_all(&server.numbers(), 0..3);
}

#[tokio::test]
async fn done_is_never_ahead_of_what_was_acknowledged_nor_of_the_cursor() {
    let refusals = std::iter::repeat_n([Deed::Status(500), Deed::Status(204), Deed::TakeAndBreak], 20);
    let server = Server::start(refusals.flatten()).await;
    let world = server.world("");
    world.append(0..300).await;
    let head = world.head();
    let running = world.start();
    loop {
        let done = running.follower.progress().done;
        // Read in this order: both may have gone on since.
        assert!(done.0 <= world.cursor());
        assert!(world.cursor() <= server.desk.lock().unwrap().taken);
        if done == head {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_all(&server.numbers(), 0..300);
}

#[tokio::test]
async fn appends_go_on_while_a_sink_is_away_and_it_gets_everything_once_it_is_back() {
    let server = Server::start([]).await;
    let port = server.port;
    server.task.abort();
    let _ = server.task.await;
    let mut world = World::new(&format!(
        "kind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/in?token=hunter2\"\nauthorization_file = \"a\""
    ));
    world.sink.authorization_file = Some(world.file("a", "Bearer swordfish\n"));
    let running = world.start();
    world.append(0..200).await;
    let trouble = running.until(|progress| progress.trouble.is_some()).await;
    assert!(trouble.done <= Seq(1), "line 1 is the header of the segment");
    let shown = format!("{trouble:?} {:?} {:?}", world.sink, world.setup);
    assert!(
        !shown.contains("hunter2") && !shown.contains("swordfish"),
        "{shown}"
    );
    let server = Server::start_at(port, []).await;
    running.caught_up(&world).await;
    let progress = running.until(|progress| progress.trouble.is_none()).await;
    assert!(progress.lag.is_some());
    assert_eq!(server.numbers(), (0..200).collect::<Vec<_>>());
}

#[tokio::test]
async fn after_a_stop_shipping_goes_on_where_it_ended() {
    let server = Server::start([]).await;
    let world = server.world("");
    world.append(0..15).await;
    let running = world.start();
    running.stop().await;
    assert_eq!(
        server.numbers(),
        (0..15).collect::<Vec<_>>(),
        "a stop ships what is there"
    );
    assert_eq!(world.cursor(), world.head().0);
    world.append(15..40).await;
    let running = world.start();
    assert!(running.follower.progress().done > Seq(0));
    running.caught_up(&world).await;
    assert_eq!(
        server.numbers(),
        (0..40).collect::<Vec<_>>(),
        "nothing comes twice"
    );
}

#[tokio::test]
async fn after_kills_in_the_middle_nothing_is_missing() {
    let server = Server::start([]).await;
    let world = server.world("");
    let mut from = 0;
    for life in 1..=8 {
        world.append(from..life * 30).await;
        from = life * 30;
        let running = world.start();
        let before = running.follower.progress().done;
        running.until(|progress| progress.done > before).await;
        running.kill();
    }
    let running = world.start();
    running.caught_up(&world).await;
    assert_all(&server.numbers(), 0..from);
}

#[tokio::test]
async fn a_sink_that_begins_now_gets_what_comes_from_then_on_even_if_it_was_away() {
    let server = Server::start([]).await;
    let port = server.port;
    server.task.abort();
    let _ = server.task.await;
    let world = World::new(&format!(
        "kind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/\"\nfrom = \"now\""
    ));
    world.append(0..5).await;
    let running = world.start();
    world.append(5..10).await;
    running.until(|progress| progress.trouble.is_some()).await;
    running.kill();
    let server = Server::start_at(port, []).await;
    let running = world.start();
    running.caught_up(&world).await;
    assert_eq!(server.numbers(), [5, 6, 7, 8, 9]);
}

async fn starts_over(cursor: &str) {
    let server = Server::start([]).await;
    let world = server.world("from = \"now\"");
    world.append(0..5).await;
    std::fs::create_dir(&world.setup.ship).unwrap();
    std::fs::write(world.setup.ship.join("siem.json"), cursor).unwrap();
    let running = world.start();
    assert_eq!(running.follower.progress().done, Seq(0));
    running.caught_up(&world).await;
    assert_eq!(server.numbers(), [0, 1, 2, 3, 4], "{cursor}");
}

#[tokio::test]
async fn a_cursor_that_cannot_be_right_starts_over() {
    starts_over("{\"log\":\"").await;
    starts_over("{\"log\":\"00000000-0000-0000-0000-000000000001\",\"seq\":3}").await;
    starts_over(&format!("{{\"log\":\"{LOG}\",\"seq\":3000}}")).await;
}

#[tokio::test]
async fn batches_are_signed_and_authorized_by_what_stands_in_files() {
    let server = Server::start([Deed::Status(204), Deed::Status(401)]).await;
    let mut world = server.world("");
    world.sink.authorization_file = Some(world.file("authorization", "Bearer one\n"));
    world.sink.secret_file = Some(world.file("secret", "swordfish\n"));
    world.append(0..1).await;
    let running = world.start();
    running.caught_up(&world).await;
    // A token that is exchanged is read after the refusal of the old one.
    world.file("authorization", "Bearer two\n");
    world.append(1..2).await;
    running.caught_up(&world).await;
    let desk = server.desk.lock().unwrap();
    let tokens: Vec<_> = desk
        .posts
        .iter()
        .map(|(post, _)| &post.headers["authorization"])
        .collect();
    assert_eq!(tokens, ["Bearer one", "Bearer one", "Bearer two"]);
    for (post, _) in &desk.posts {
        let time = post.headers["x-claviger-timestamp"].to_str().unwrap();
        assert_eq!(time, "1795341603");
        let text = [time.as_bytes(), b".", &post.body].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"swordfish"), &text);
        let mut expected = "sha256=".to_owned();
        for byte in tag.as_ref() {
            write!(expected, "{byte:02x}").unwrap();
        }
        assert_eq!(post.headers["x-claviger-signature"], expected);
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_told_at_the_start() {
    let server = Server::start([]).await;
    let mut world = server.world("");
    let refused =
        |world: &World| Shipper::start(&world.setup, std::slice::from_ref(&world.sink)).unwrap_err();
    world.sink.secret_file = Some(world.file("empty", "\n"));
    assert!(matches!(refused(&world), StartError::File { .. }));
    world.sink.secret_file = None;
    world.sink.authorization_file = Some(world.file("lines", "swordfish\nswordfish"));
    let error = refused(&world);
    assert!(matches!(error, StartError::File { .. }));
    assert!(!format!("{error} {error:?}").contains("swordfish"));
    world.sink.authorization_file = None;
    world.sink.shape = "unheard-of".to_owned();
    assert!(matches!(refused(&world), StartError::Setting(_)));
}

#[tokio::test]
async fn a_log_that_lost_its_beginning_is_shipped_from_what_is_left() {
    let server = Server::start([]).await;
    let world = server.world("");
    world.append(0..300).await;
    std::fs::remove_file(world.setup.audit.join("00000001.jsonl")).unwrap();
    let running = world.start();
    running.caught_up(&world).await;
    let numbers = server.numbers();
    assert!(numbers[0] > 0, "the first segment is gone");
    assert_all(&numbers, numbers[0]..300);
}

#[tokio::test]
async fn a_damaged_log_is_trouble_and_what_is_before_the_damage_arrives() {
    let server = Server::start([]).await;
    let world = server.world("");
    world.append(0..30).await;
    let segment = world.setup.audit.join("00000001.jsonl");
    let whole = std::fs::read(&segment).unwrap();
    let at = whole.windows(5).position(|text| text == b"\"e25\"").unwrap();
    let mut damaged = whole.clone();
    damaged[at + 1] = b'f';
    std::fs::write(&segment, &damaged).unwrap();
    let running = world.start();
    let progress = running.until(|progress| progress.trouble.is_some()).await;
    assert!(progress.done < world.head());
    running.until(|progress| progress.done.0 >= 21).await;
    std::fs::write(&segment, &whole).unwrap();
    running.caught_up(&world).await;
    assert_all(&server.numbers(), 0..30);
}

#[tokio::test]
async fn two_sinks_go_at_their_own_pace() {
    let (good, bad) = (
        Server::start([]).await,
        Server::start(vec![Deed::Status(500); 5000]).await,
    );
    let world = good.world("");
    let mut other = bad.world("").sink;
    other.name = "other".to_owned();
    world.append(0..20).await;
    let shipper = Shipper::start(&world.setup, &[other, world.sink.clone()]).unwrap();
    let names: Vec<_> = shipper
        .followers()
        .iter()
        .map(|follower| follower.progress().name)
        .collect();
    assert_eq!(names, ["other", "siem"]);
    let running = Running::of(shipper, 1);
    running.caught_up(&world).await;
    assert_eq!(good.numbers(), (0..20).collect::<Vec<_>>());
    assert_eq!(bad.desk.lock().unwrap().taken, 0);
}

#[tokio::test]
async fn records_arrive_while_others_are_written_over_many_segments() {
    let server = Server::start([]).await;
    let world = server.world("");
    world.append(0..3).await;
    let running = world.start();
    running.caught_up(&world).await;
    let mut from = 3;
    // One by one, then many at once.
    for more in [1, 1, 2, 200, 1, 300] {
        world.append(from..from + more).await;
        from += more;
        running.caught_up(&world).await;
    }
    assert!(world.setup.audit.join("00000004.jsonl").exists());
    assert_eq!(server.numbers(), (0..from).collect::<Vec<_>>());
    let desk = server.desk.lock().unwrap();
    let text = |at: usize, name: &str| {
        desk.posts[at].0.headers[name]
            .to_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    for at in 1..desk.posts.len() {
        assert_eq!(
            text(at, "x-claviger-first-seq"),
            text(at - 1, "x-claviger-last-seq") + 1
        );
    }
}

#[tokio::test]
async fn a_shipper_follows_a_log_that_is_opened_again() {
    let server = Server::start([]).await;
    let mut world = server.world("");
    world.append(0..5).await;
    let running = world.start();
    running.caught_up(&world).await;
    world.setup.log.close();
    running.stop().await;
    world.setup.log = Arc::new(open(&world.setup.audit, LOG));
    world.append(5..10).await;
    let running = world.start();
    running.caught_up(&world).await;
    assert_eq!(server.numbers(), (0..10).collect::<Vec<_>>());
}
