//! The loops against a small server of their own.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use super::*;

/// Counts its requests; asks for `/bad` every fourth time.
#[derive(Default)]
struct Numbered {
    sent: usize,
}

impl Script for Numbered {
    fn request(&mut self, out: &mut Vec<u8>) {
        self.sent += 1;
        let path = if self.sent.is_multiple_of(4) {
            "/bad"
        } else {
            "/good"
        };
        out.extend_from_slice(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes());
    }

    fn accepts(&mut self, answer: &Answer<'_>) -> bool {
        answer.status == 200 && answer.body == b"fine"
    }
}

/// Answers `/good` with 200 and everything else with 500, on every connection, until that is closed.
fn server() -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut buffer = [0; 1024];
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    let good = buffer[..count].starts_with(b"GET /good ");
                    let (status, body) = if good {
                        ("200 OK", "fine")
                    } else {
                        ("500 No", "not")
                    };
                    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
                    // In one piece: two would make TCP wait for an acknowledgement in between.
                    stream.write_all((head + body).as_bytes()).unwrap();
                }
            });
        }
    });
    Target::plain(&address).unwrap()
}

#[test]
fn a_closed_loop_sends_exactly_what_was_asked_for_and_counts_errors_apart() {
    let mut script = Numbered::default();
    let outcome = Load::connect(&server(), 3)
        .unwrap()
        .closed(&mut script, Until::Count(40))
        .unwrap();
    assert_eq!(script.sent, 40);
    assert_eq!((outcome.answers, outcome.errors), (30, 10));
    assert_eq!(outcome.first_error.as_deref(), Some("500: not"));
}

#[test]
fn fewer_requests_than_connections_are_no_problem() {
    let outcome = Load::connect(&server(), 5)
        .unwrap()
        .closed(&mut Numbered::default(), Until::Count(2))
        .unwrap();
    assert_eq!(outcome.answers, 2);
}

#[test]
fn an_open_loop_sends_what_is_due() {
    let mut script = Numbered::default();
    let mut load = Load::connect(&server(), 2).unwrap();
    let outcome = load.open(&mut script, 1000, Duration::from_millis(20)).unwrap();
    assert_eq!(script.sent, 20);
    assert_eq!(outcome.answers + outcome.errors, 20);
}

#[test]
fn a_connection_that_the_server_closes_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Target::plain(&listener.local_addr().unwrap().to_string()).unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
    });
    let mut load = Load::connect(&target, 1).unwrap();
    let result = load.closed(&mut Numbered::default(), Until::Count(1));
    assert!(result.is_err());
}

#[test]
fn a_probe_needs_the_status_200() {
    let target = server();
    assert!(target.probe("/good").is_ok());
    assert!(target.probe("/missing").is_err());
}
