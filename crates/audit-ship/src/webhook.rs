//! Webhooks: `POST` of JSON lines over HTTP/1.1.
//!
//! The body is signed as many webhooks are: HMAC-SHA256 (RFC 2104) over the time, a full stop and the body, so that a
//! batch that was listened to cannot be sent again later.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use bytes::Bytes;
use claviger_audit::Seq;
use claviger_model::Clock;
use claviger_secret::SecretBytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use uuid::Uuid;

use crate::address::Endpoint;
use crate::batch::Batch;
use crate::config::{SinkConfig, Url};
use crate::fault::{Fault, FileFault};
use crate::shipper::Timing;
use crate::sink::Sink;
use crate::tls::{Stream, Tls, fault, secret};

/// Most of an answer that is read for the connection to be used again, in bytes.
const ANSWER_LIMIT: usize = 64 << 10;
const AGENT: &str = concat!("claviger/", env!("CARGO_PKG_VERSION"));

/// Somebody who takes posts.
pub(crate) struct Webhook {
    config: SinkConfig,
    endpoint: Endpoint,
    timing: Timing,
    clock: Arc<dyn Clock>,
    log: Uuid,
    connection: Option<Connection>,
    taken: Option<Seq>,
}

/// An open connection, with what is shown on it.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    files: Files,
}

/// What the files of the settings say, read anew for each connection, so that they can be exchanged.
struct Files {
    tls: Option<Tls>,
    authorization: Option<SecretBytes>,
    secret: Option<SecretBytes>,
}

impl Files {
    fn load(config: &SinkConfig, endpoint: &Endpoint) -> Result<Self, FileFault> {
        let read = |path: &Option<_>| path.as_deref().map(secret).transpose();
        let authorization = read(&config.authorization_file)?;
        if let (Some(path), Some(value)) = (&config.authorization_file, &authorization) {
            HeaderValue::from_bytes(value.expose())
                .map_err(|_| fault(path, &"it is not one line that a header can bear"))?;
        }
        Ok(Self {
            tls: endpoint
                .secure
                .then(|| Tls::load(config, &endpoint.peer.host))
                .transpose()?,
            authorization,
            secret: read(&config.secret_file)?,
        })
    }
}

/// Reads the files of the settings, to see that they can be. Gives where the sink is.
pub(crate) fn try_files(config: &SinkConfig) -> Result<Endpoint, FileFault> {
    let url = config.url.as_ref().map_or("", |Url(url)| url);
    let endpoint = Endpoint::read(url).ok_or_else(|| fault("url".as_ref(), &"it is no address"))?;
    Files::load(config, &endpoint)?;
    Ok(endpoint)
}

impl Webhook {
    /// See [`try_files`].
    pub(crate) fn new(
        config: &SinkConfig,
        timing: Timing,
        clock: Arc<dyn Clock>,
        log: Uuid,
    ) -> Result<Self, FileFault> {
        let endpoint = try_files(config)?;
        Ok(Self {
            config: config.clone(),
            endpoint,
            timing,
            clock,
            log,
            connection: None,
            taken: None,
        })
    }

    async fn connect(&self) -> Result<Connection, Fault> {
        let (config, endpoint) = (self.config.clone(), self.endpoint.clone());
        let files = spawn_blocking(move || Files::load(&config, &endpoint)).await;
        let files = files.map_err(|_| Fault::Worker)??;
        let peer = &self.endpoint.peer;
        let socket = TcpStream::connect((peer.host.as_str(), peer.port))
            .await
            .map_err(Fault::Connect)?;
        let stream: Box<dyn Stream> = match &files.tls {
            Some(tls) => Box::new(tls.connect(socket).await?),
            None => Box::new(socket),
        };
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Fault::http(&error))?;
        // It ends with the sender.
        tokio::spawn(connection);
        Ok(Connection { sender, files })
    }

    /// The connection of the batch before, where it is still open.
    async fn reusable(&mut self) -> Option<Connection> {
        let mut connection = self.connection.take()?;
        connection.sender.ready().await.is_ok().then_some(connection)
    }

    /// Posts it. A connection that was idle may have been closed while the batch was on its way: then once more.
    async fn post(&mut self, batch: &Batch) -> Result<StatusCode, Fault> {
        if let Some(mut connection) = self.reusable().await
            && let Ok(answer) = self.exchange(&mut connection, batch).await
        {
            return self.settle(connection, answer).await;
        }
        let mut connection = self.connect().await?;
        let answer = self.exchange(&mut connection, batch).await?;
        self.settle(connection, answer).await
    }

    async fn exchange(
        &self,
        connection: &mut Connection,
        batch: &Batch,
    ) -> Result<Response<Incoming>, Fault> {
        let request = self.request(&connection.files, batch)?;
        let answer = connection.sender.send_request(request).await;
        answer.map_err(|error| Fault::http(&error))
    }

    /// Reads the answer to its end, and keeps the connection if it has one.
    async fn settle(
        &mut self,
        connection: Connection,
        answer: Response<Incoming>,
    ) -> Result<StatusCode, Fault> {
        let status = answer.status();
        let rest = Limited::new(answer.into_body(), ANSWER_LIMIT).collect().await;
        if rest.is_ok() {
            self.connection = Some(connection);
        }
        Ok(status)
    }

    fn request(&self, files: &Files, batch: &Batch) -> Result<Request<Full<Bytes>>, Fault> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.endpoint.target.as_str())
            .header(header::HOST, self.endpoint.authority.as_str())
            .header(header::USER_AGENT, AGENT)
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .header("x-claviger-log", self.log.to_string())
            .header("x-claviger-first-seq", batch.first.0)
            .header("x-claviger-last-seq", batch.last.0);
        if let Some(value) = &files.authorization {
            let mut value = HeaderValue::from_bytes(value.expose()).map_err(|error| Fault::http(&error))?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(secret) = &files.secret {
            let time = self.clock.now().as_second();
            request = request
                .header("x-claviger-timestamp", time)
                .header("x-claviger-signature", signature(secret, time, &batch.bytes));
        }
        let request = request.body(Full::new(batch.bytes.clone()));
        request.map_err(|error| Fault::http(&error))
    }
}

/// What proves that a batch is ours, and when it was sent.
fn signature(secret: &SecretBytes, time: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{time}.").as_bytes());
    context.update(body);
    let mut out = "sha256=".to_owned();
    for byte in context.sign().as_ref() {
        // A string takes every write.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[async_trait]
impl Sink for Webhook {
    async fn send(&mut self, batch: &Batch) -> Result<(), Fault> {
        if batch.records > 0 {
            let patience = self.timing.patience;
            let status = timeout(patience, self.post(batch))
                .await
                .map_err(|_| Fault::Slow(patience.as_millis()))??;
            if !status.is_success() {
                return Err(Fault::Status(status));
            }
        }
        self.taken = Some(batch.last);
        Ok(())
    }

    async fn taken(&mut self) -> Result<Option<Seq>, Fault> {
        Ok(self.taken.take())
    }

    async fn finish(&mut self) -> Result<Option<Seq>, Fault> {
        self.connection = None;
        Ok(self.taken.take())
    }

    fn reset(&mut self) {
        self.connection = None;
        self.taken = None;
    }
}
