//! A stop takes nothing away from those who are being served.

use std::time::Duration;

use claviger_front::Limits;
use tokio::net::TcpStream;

use crate::rig::Rig;

const WAIT: &str = "GET /wait HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn an_answer_under_way_is_finished() {
    let mut rig = Rig::new().await;
    let (mut busy, mut idle) = (rig.connect().await, rig.connect().await);
    assert_eq!(idle.get("/").await.status, 200);
    busy.send(WAIT).await;
    rig.door.until_waiting(1).await;
    rig.stop();
    assert_eq!(idle.next().await, None, "a connection without a request ends");
    let refused = async {
        // The listener goes away; until then the kernel may still take a connection that nobody serves.
        while TcpStream::connect(rig.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::rig::PATIENCE, refused).await.unwrap();
    rig.door.open();
    let answer = busy.answer().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(busy.next().await, None);
    rig.stopped().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let limits = Limits {
        drain_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut rig = Rig::limited(limits).await;
    let mut busy = rig.connect().await;
    busy.send(WAIT).await;
    rig.door.until_waiting(1).await;
    rig.stop();
    rig.stopped().await;
}
