//! Sinks over TLS with a private authority.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use claviger_audit::Seq;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::support::{World, assert_all};
use crate::syslog::{event, take};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for a name, and whether it asks clients for theirs.
struct Server {
    messages: Arc<Mutex<Vec<Vec<String>>>>,
    port: u16,
}

impl Server {
    async fn start(authority: &Authority, name: &str, mutual: bool) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()])
            .unwrap()
            .signed_by(&key, authority)
            .unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if mutual {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = builder
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let messages = Arc::default();
        let shared = Arc::clone(&messages);
        tokio::spawn(async move {
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                let (acceptor, messages) = (acceptor.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        take(stream, messages, usize::MAX).await;
                    }
                });
            }
        });
        Self { messages, port }
    }

    fn world(&self, authority: &Authority) -> World {
        let port = self.port;
        let mut world = World::new(&format!("kind = \"syslog\"\naddress = \"127.0.0.1:{port}\""));
        world.sink.ca = Some(world.file("ca.pem", &authority.pem()));
        world
    }

    fn numbers(&self) -> Vec<usize> {
        let messages = self.messages.lock().unwrap();
        messages.iter().flatten().map(|message| event(message)).collect()
    }
}

async fn refused(server: &Server, world: &World) {
    world.append(0..3).await;
    let running = world.start();
    running.until(|progress| progress.trouble.is_some()).await;
    assert_eq!(running.follower.progress().done, Seq(0));
    running.stop().await;
    assert!(server.numbers().is_empty());
    assert_eq!(world.cursor(), 0);
}

#[tokio::test]
async fn a_server_that_a_private_authority_vouches_for_gets_the_records() {
    let authority = authority();
    let server = Server::start(&authority, &IpAddr::from(Ipv4Addr::LOCALHOST).to_string(), false).await;
    let world = server.world(&authority);
    world.append(0..20).await;
    let running = world.start();
    running.caught_up(&world).await;
    world.append(20..30).await;
    running.stop().await;
    assert_all(&server.numbers(), 0..30);
    assert_eq!(world.cursor(), world.head().0);
}

#[tokio::test]
async fn a_server_of_another_name_gets_nothing_unless_that_name_is_set() {
    let authority = authority();
    let server = Server::start(&authority, "logs.example.com", false).await;
    let mut world = server.world(&authority);
    refused(&server, &world).await;
    world.sink.server_name = Some("logs.example.com".to_owned());
    let running = world.start();
    running.caught_up(&world).await;
    assert_all(&server.numbers(), 0..3);
}

#[tokio::test]
async fn a_server_of_another_authority_gets_nothing() {
    let server = Server::start(&authority(), "127.0.0.1", false).await;
    let world = server.world(&authority());
    refused(&server, &world).await;
}

#[tokio::test]
async fn a_server_may_ask_who_ships() {
    let authority = authority();
    let server = Server::start(&authority, "127.0.0.1", true).await;
    let mut world = server.world(&authority);
    refused(&server, &world).await;
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["kms".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    world.sink.certificate = Some(world.file("client.pem", &certificate.pem()));
    world.sink.key = Some(world.file("client.key", &key.serialize_pem()));
    let running = world.start();
    running.caught_up(&world).await;
    assert_all(&server.numbers(), 0..3);
}

#[tokio::test]
async fn a_webhook_over_tls_checks_the_name_too() {
    let authority = authority();
    let server = Server::start(&authority, "logs.example.com", false).await;
    let port = server.port;
    let mut world = World::new(&format!(
        "kind = \"webhook\"\nurl = \"https://127.0.0.1:{port}/\""
    ));
    world.sink.ca = Some(world.file("ca.pem", &authority.pem()));
    refused(&server, &world).await;
}
