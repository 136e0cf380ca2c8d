//! A program that uses keys.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use claviger_signing::query::Params;
use claviger_signing::{SigningKeys, rpc};
use serde_json::Value;

static NONCE: AtomicU64 = AtomicU64::new(1);

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Calls an operation of key management that goes well.
pub(crate) fn call(credentials: &Path, action: &str, parameters: &[(&str, &str)]) -> Value {
    let answer = ask(credentials, action, parameters);
    assert_eq!(answer.status, 200, "{action}: {}", answer.body);
    answer.body
}

/// Calls an operation of key management over plain HTTP, with the credentials in a file.
#[expect(
    clippy::disallowed_methods,
    reason = "the server compares with the machine's clock"
)]
pub(crate) fn ask(credentials: &Path, action: &str, parameters: &[(&str, &str)]) -> Answer {
    let credentials: Value = serde_json::from_slice(&std::fs::read(credentials).unwrap()).unwrap();
    let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
    let (id, secret, endpoint) = (
        text("access_key_id"),
        text("access_key_secret"),
        text("http_endpoint"),
    );
    let now = jiff::Timestamp::try_from(SystemTime::now()).unwrap();
    let now = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let nonce = format!("{now}-{}", NONCE.fetch_add(1, Ordering::Relaxed));
    let common = [
        ("Action", action),
        ("Version", "2016-01-20"),
        ("Format", "JSON"),
        ("AccessKeyId", &id),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", &nonce),
        ("Timestamp", &now),
    ];
    let all = Params::from_pairs(common.into_iter().chain(parameters.iter().copied())).unwrap();
    let query = rpc::signed_query(&SigningKeys::new(secret.as_bytes()), "GET", &all);
    let (status, body) = get(&endpoint, &format!("/?{query}"));
    Answer {
        status,
        body: serde_json::from_str(&body).unwrap(),
    }
}

/// What the server answers to a plain request: its status and its body.
pub(crate) fn get(endpoint: &str, target: &str) -> (u16, String) {
    let host = endpoint.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}
