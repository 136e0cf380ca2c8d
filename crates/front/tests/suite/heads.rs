//! Requests that the door never sees whole: what HTTP itself refuses is worded by the door all the same.

use std::time::Duration;

use claviger_front::Limits;

use crate::rig::Rig;

#[tokio::test]
async fn what_is_not_http_is_refused_in_the_words_of_the_door() {
    let rig = Rig::new().await;
    let date = rig.world.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for garbage in [
        &b"garbage\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET / HTTP/1.1\r\nna me: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nname: \x00\r\n\r\n",
        b"GET /\x7f\x00 HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: one\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n",
        b"\r\n\r\n\r\nnot a request at all\r\n\r\n",
    ] {
        let mut client = rig.connect().await;
        client.send(garbage).await;
        let answer = client.answer().await;
        answer.refuses(400, "Malformed");
        assert_eq!(answer.header("connection"), Some("close"));
        assert_eq!(answer.header("date"), Some(date.as_str()));
        assert_eq!(answer.header("x-stub-id").map(str::len), Some(36));
        assert_eq!(answer.header("retry-after"), Some("7"));
        assert_eq!(client.next().await, None, "the connection ends");
    }
    assert_eq!(rig.door.served(), 0);
    assert_eq!(
        rig.connect().await.get("/").await.status,
        200,
        "others are served on"
    );
}

/// RFC 9112 section 3.2.
#[tokio::test]
async fn a_request_names_one_host() {
    let rig = Rig::new().await;
    for head in [
        "GET / HTTP/1.1\r\n",
        "GET /healthz HTTP/1.1\r\n",
        "GET http://x/ HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nhost: x\r\n",
        "GET / HTTP/1.0\r\nhost: x\r\nHost: y\r\n",
        "GET / HTTP/1.1\r\nhost:\r\n",
        "GET / HTTP/1.1\r\nhost: a b\r\n",
        "GET / HTTP/1.1\r\nhost: http://x/\r\n",
        "GET / HTTP/1.0\r\nhost: x/y\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 4\r\n",
    ] {
        let mut client = rig.connect().await;
        client.send(format!("{head}\r\n")).await;
        let answer = client.answer().await;
        answer.refuses(400, "Malformed");
        assert!(
            answer.body.ends_with(", seen"),
            "the door knows the head: {answer:?}"
        );
    }
    assert_eq!(rig.door.served(), 0);
    for head in [
        "GET / HTTP/1.0\r\n",
        "GET /healthz HTTP/1.0\r\n",
        "GET / HTTP/1.0\r\nhost: x\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:8443\r\n",
        "GET http://x/y HTTP/1.1\r\nhost: x\r\n",
    ] {
        let mut client = rig.connect().await;
        client.send(format!("{head}\r\n")).await;
        assert_eq!(client.answer().await.status, 200, "{head}");
    }
}

#[tokio::test]
async fn targets_and_heads_are_bounded() {
    let rig = Rig::new().await;
    let head =
        |target: &str, value: &str| format!("GET {target} HTTP/1.1\r\nhost: x\r\nx-long: {value}\r\n\r\n");
    let target = |length: usize| format!("/{}", "t".repeat(length - 1));
    for length in [60_000, 65_534] {
        let mut client = rig.connect().await;
        client.send(head(&target(length), "")).await;
        assert_eq!(client.answer().await.status, 200, "{length}");
    }
    let mut client = rig.connect().await;
    client.send(head(&target(65_535), "")).await;
    client.answer().await.refuses(414, "LongTarget");
    let mut client = rig.connect().await;
    client.send(head("/", &"v".repeat(60_000))).await;
    assert_eq!(client.answer().await.status, 200);
    let mut client = rig.connect().await;
    // The bound is looked at between two reads, so it may be passed by as much as is read at once.
    client.send(head("/", &"v".repeat(300_000))).await;
    client.answer().await.refuses(431, "LargeHead");
    let mut client = rig.connect().await;
    let many = "x-many: v\r\n".repeat(200);
    client
        .send(format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"))
        .await;
    client.answer().await.refuses(431, "LargeHead");
    assert_eq!(rig.door.served(), 3);
}

/// A head that drips in does not hold a connection for ever.
#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let limits = Limits {
        head_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let rig = Rig::limited(limits).await;
    for beginning in ["", "GET", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut client = rig.connect().await;
        client.send(beginning).await;
        // A word before the end is fine, but the end has to come.
        while client.next().await.is_some() {}
    }
    assert_eq!(rig.door.served(), 0);
}

#[tokio::test]
async fn requests_go_to_the_door_that_claims_them() {
    let rig = Rig::new().await;
    let mut client = rig.connect().await;
    for (path, door) in [
        ("/", "first"),
        ("/other/x", "other"),
        ("/?a=/other/", "first"),
        ("/elsewhere", "first"),
    ] {
        let answer = client.get(path).await;
        assert!(answer.body.starts_with(door), "{path}: {answer:?}");
        assert_eq!(answer.header("x-stub-id").unwrap().len(), 36);
        assert_eq!(answer.header("retry-after"), Some("7"));
    }
    // By its path it would be for the other; its header tells that it is not.
    client
        .send("GET /other/x HTTP/1.1\r\nhost: x\r\nx-not-for: other\r\n\r\n")
        .await;
    assert!(client.answer().await.body.starts_with("first"));
}

#[tokio::test]
async fn health_is_told_to_anyone() {
    let rig = Rig::new().await;
    let mut client = rig.connect().await;
    for path in ["/healthz", "/readyz"] {
        let answer = client.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    }
    // A part that not every call needs is told of, and calls are served.
    *rig.remark.lock().unwrap() = Some("the cellar is flooded".to_owned());
    let answer = client.get("/readyz").await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "ok\nthe cellar is flooded\n")
    );
    assert_eq!(client.get("/healthz").await.body, "ok\n");
    // While the audit log takes no records, the server lives but is not ready.
    rig.world.fail_log().await;
    assert_eq!(client.get("/healthz").await.status, 200);
    assert_eq!(client.get("/readyz").await.status, 503);
}
