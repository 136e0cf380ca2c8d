//! Records that are sent elsewhere.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::scene::Scene;

const PATIENCE: Duration = Duration::from_secs(60);

/// Takes posts on a port of its own; gives the lines.
fn collector() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (lines, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let lines = lines.clone();
            std::thread::spawn(move || take_posts(stream.unwrap(), &lines));
        }
    });
    (port, received)
}

fn take_posts(stream: TcpStream, lines: &Sender<String>) {
    let mut answers = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) == 0 {
                return;
            }
            let header = header.to_ascii_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if header == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        for line in String::from_utf8(body).unwrap().lines() {
            let _ = lines.send(line.to_owned());
        }
        answers
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
    }
}

#[test]
fn a_sink_gets_every_record_up_to_the_last_one_of_the_stop() {
    let (port, received) = collector();
    let sink = |name: &str, shape: &str| {
        format!(
            "[[audit.sink]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/\"\nshape = \"{shape}\"\n"
        )
    };
    let mut scene = Scene::stopped();
    scene.serve(&sink("all", "claviger"));
    // The mark of the start: the server is at work, and so is the sink.
    let first = received.recv_timeout(PATIENCE).unwrap();
    scene.stop();
    let shipped: Vec<String> = std::iter::once(first).chain(received.try_iter()).collect();
    assert_eq!(
        shipped.join("\n") + "\n",
        scene.run_one("claviger audit export --data data")
    );
    assert!(
        scene
            .run_one("claviger doctor --config data/claviger.toml")
            .contains("`all` at line")
    );
    // After the next start, what came since, and nothing of before.
    scene.serve("");
    scene.stop();
    let again: Vec<String> = received.try_iter().collect();
    let whole = scene.run_one("claviger audit export --data data");
    assert!(again.len() < shipped.len() && !again.is_empty(), "{again:?}");
    assert!(whole.ends_with(&(again.join("\n") + "\n")));
}
