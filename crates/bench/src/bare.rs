//! The limit: the HTTP stack of the server with nothing behind it but one encryption.

use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::Bare;
use crate::error::Error;

/// How long a head may take: the server's default.
const HEAD_TIME: Duration = Duration::from_secs(60);

/// Serves until it is told to end.
pub(crate) fn serve(options: &Bare) -> Result<(), Error> {
    // One worker a core that this process may use, as the server does.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::system("start the runtime"))?;
    runtime.block_on(run(options))
}

async fn run(options: &Bare) -> Result<(), Error> {
    let key =
        RandomizedNonceKey::new(&AES_256_GCM, &[7; 32]).map_err(|_| Error::Unfit("no AES-256-GCM".into()))?;
    let key = Arc::new(key);
    let ca_file = options.data.join("bare.pem");
    let (acceptor, certificate) = tls()?;
    fs::write(&ca_file, certificate).map_err(Error::file("write", &ca_file))?;

    let plain = tokio::spawn(accept(listen(options.http).await?, None, Arc::clone(&key)));
    let secure = tokio::spawn(accept(listen(options.https).await?, Some(acceptor), key));

    let credentials = serde_json::json!({
        "http_endpoint": format!("http://{}", options.http),
        "https_endpoint": format!("https://{}", options.https),
        "ca_file": ca_file,
    });
    fs::write(&options.credentials, credentials.to_string())
        .map_err(Error::file("write", &options.credentials))?;
    let mut told = signal(SignalKind::terminate()).map_err(Error::system("listen for signals"))?;
    let serving = async {
        let (first, second) = tokio::join!(plain, secure);
        first.and(second).map_err(|error| Error::Unfit(error.to_string()))
    };
    tokio::select! {
        ended = serving => ended,
        _ = told.recv() => Ok(()),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(Error::system(format!("listen on {address}")))
}

fn tls() -> Result<(TlsAcceptor, String), Error> {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(names).map_err(|error| Error::Tls(error.to_string()))?;
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)?;
    Ok((TlsAcceptor::from(Arc::new(config)), cert.pem()))
}

/// Accepts until the listener breaks; a broken connection ends alone.
async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, key: Arc<RandomizedNonceKey>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, key) = (tls.clone(), Arc::clone(&key));
        tokio::spawn(async move {
            if stream.set_nodelay(true).is_ok() {
                connection(stream, tls, &key).await;
            }
        });
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, key: &RandomizedNonceKey) {
    match tls {
        None => requests(stream, key).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                requests(stream, key).await;
            }
        }
    }
}

async fn requests(stream: impl AsyncRead + AsyncWrite + Unpin, key: &RandomizedNonceKey) {
    let service = service_fn(|request| answer(request, key));
    // Set up as the server's: a slow head is cut off.
    // The client hangs up at the end of a measurement; that is no error worth a word.
    drop(
        hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .serve_connection(TokioIo::new(stream), service)
            .await,
    );
}

async fn answer(
    request: Request<Incoming>,
    key: &RandomizedNonceKey,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let mut blob = body.to_vec();
    let sealed = key.seal_in_place_append_tag(Aad::empty(), &mut blob);
    let nonce = sealed.as_ref().map(|nonce| *nonce.as_ref()).unwrap_or_default();
    let json = format!(
        "{{\"KeyId\":\"key-hzz630494463ejqjx0001\",\"KeyVersionId\":\"2ab1a983-7072-4bbc-a582-584b5bd8b9c8\",\
         \"CiphertextBlob\":\"{}{}\",\"RequestId\":\"475f1620-b9d3-4d35-b5c6-3fbdd941423d\"}}",
        STANDARD.encode(nonce),
        STANDARD.encode(&blob),
    );
    let mut response = Response::new(Full::new(Bytes::from(json)));
    let json_type = hyper::header::HeaderValue::from_static("application/json;charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json_type);
    Ok(response)
}
