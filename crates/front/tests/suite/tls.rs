//! TLS.

use std::sync::Arc;
use std::time::Duration;

use claviger_front::{Limits, Tls};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::rig::{Client, Rig};

/// A server with a certificate of its own, and a client that trusts it.
async fn rig(limits: Limits) -> (Rig, TlsConnector) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let rig = Rig::with(limits, Some(Tls::new(Arc::new(server)))).await;
    (rig, TlsConnector::from(Arc::new(client)))
}

#[tokio::test]
async fn requests_come_over_tls() {
    let (rig, connector) = rig(Limits::default()).await;
    let socket = TcpStream::connect(rig.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = Client::over(connector.connect(name, socket).await.unwrap());
    for _ in 0..2 {
        let answer = client.get("/").await;
        assert!(answer.body.contains("tls=true peer=127.0.0.1"), "{answer:?}");
    }
    client.send("garbage\r\n\r\n").await;
    client.answer().await.refuses(400, "Malformed");
}

#[tokio::test]
async fn plain_http_on_a_tls_port_gets_nowhere() {
    let (rig, _) = rig(Limits::default()).await;
    let mut client = rig.connect().await;
    client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    while client.next().await.is_some() {}
    assert_eq!(rig.door.served(), 0);
}

#[tokio::test]
async fn a_handshake_that_does_not_come_ends_the_connection() {
    let limits = Limits {
        head_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let (rig, _) = rig(limits).await;
    let mut client = rig.connect().await;
    assert_eq!(client.next().await, None);
}
