//! Several requests on one connection.

use crate::rig::Rig;

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let rig = Rig::new().await;
    let mut client = rig.connect().await;
    let mut ids = Vec::new();
    for path in ["/one", "/two", "/three"] {
        let answer = client.get(path).await;
        assert!(answer.body.contains(path), "{answer:?}");
        assert_eq!(answer.header("connection"), None);
        ids.push(answer.header("x-stub-id").unwrap().to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 3, "each request has an id of its own");
}

#[tokio::test]
async fn requests_in_one_packet_are_answered_in_order() {
    let rig = Rig::new().await;
    let mut client = rig.connect().await;
    let requests = ["/one", "/two", "/three"].map(|path| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"));
    client.send(requests.concat()).await;
    for path in ["/one", "/two", "/three"] {
        assert!(client.answer().await.body.contains(path));
    }
}

/// The answer to a good request does not hide the words for a bad one behind it.
#[tokio::test]
async fn garbage_behind_a_good_request_is_refused_in_words_too() {
    let rig = Rig::new().await;
    for _ in 0..20 {
        let mut client = rig.connect().await;
        client
            .send("GET /good HTTP/1.1\r\nhost: x\r\n\r\ngarbage\r\n\r\n")
            .await;
        assert!(client.answer().await.body.contains("/good"));
        client.answer().await.refuses(400, "Malformed");
        assert_eq!(client.next().await, None);
        let mut client = rig.connect().await;
        assert_eq!(client.get("/good").await.status, 200);
        client.send("garbage\r\n\r\n").await;
        client.answer().await.refuses(400, "Malformed");
    }
}

#[tokio::test]
async fn a_client_may_ask_for_the_end_of_the_connection() {
    let rig = Rig::new().await;
    for request in [
        "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
    ] {
        let mut client = rig.connect().await;
        client.send(request).await;
        assert_eq!(client.answer().await.status, 200);
        assert_eq!(client.next().await, None);
    }
}
