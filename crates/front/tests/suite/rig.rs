//! A server on a loopback socket, the door behind it, and a client that speaks HTTP by hand.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use claviger_front::{Door, Front, Limits, Line, Listener, Reply, Request, Tls, Trouble};
use claviger_model::RequestId;
use claviger_testkit::World;
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

/// For what should take no time at all, before the test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A door that tells what it got. Requests for `/wait` wait at its gate.
#[derive(Debug)]
pub(crate) struct Stub {
    name: &'static str,
    path: &'static str,
    /// A permit for each request that may go through.
    gate: Semaphore,
    /// Requests that have reached the gate.
    waiting: AtomicUsize,
    served: AtomicUsize,
}

impl Stub {
    fn new(name: &'static str, path: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            path,
            gate: Semaphore::new(0),
            waiting: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
        })
    }

    /// Lets one more request through.
    pub(crate) fn open(&self) {
        self.gate.add_permits(1);
    }

    /// Waits until that many requests have come to the gate.
    pub(crate) async fn until_waiting(&self, count: usize) {
        let arrived = async {
            while self.waiting.load(Ordering::SeqCst) < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, arrived).await.unwrap();
    }

    /// How many requests were served.
    pub(crate) fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    fn reply(status: StatusCode, text: String) -> Reply {
        Reply {
            status,
            content_type: "text/plain",
            id_header: Some(http::HeaderName::from_static("x-stub-id")),
            headers: vec![(http::header::RETRY_AFTER, http::HeaderValue::from_static("7"))],
            body: text.into_bytes(),
            line: Line::default(),
        }
    }
}

#[async_trait]
impl Door for Stub {
    fn name(&self) -> &'static str {
        self.name
    }

    fn claims(&self, head: &http::request::Parts) -> bool {
        head.uri.path().starts_with(self.path)
            && head.headers.get("x-not-for").is_none_or(|name| name != self.name)
    }

    async fn serve(&self, request: Request) -> Reply {
        if request.head.uri.path() == "/wait" {
            self.waiting.fetch_add(1, Ordering::SeqCst);
            self.gate.acquire().await.unwrap().forget();
        }
        self.served.fetch_add(1, Ordering::SeqCst);
        let text = format!(
            "{} {} {} {} bytes tls={} peer={} at={}",
            self.name,
            request.head.method,
            request.head.uri,
            request.body.len(),
            request.secure,
            request.peer,
            request.time
        );
        Self::reply(StatusCode::OK, text)
    }

    fn refuse(&self, trouble: Trouble, _: RequestId, head: Option<&http::request::Parts>) -> Reply {
        let seen = if head.is_some() { "seen" } else { "unseen" };
        Self::reply(
            trouble.status(),
            format!("{} refuses: {trouble:?}, {seen}", self.name),
        )
    }
}

/// The server with everything around it.
pub(crate) struct Rig {
    pub(crate) world: World,
    pub(crate) door: Arc<Stub>,
    /// What the readiness tells besides.
    pub(crate) remark: Arc<Mutex<Option<String>>>,
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::with(Limits::default(), None).await
    }

    pub(crate) async fn limited(limits: Limits) -> Self {
        Self::with(limits, None).await
    }

    pub(crate) async fn with(limits: Limits, tls: Option<Tls>) -> Self {
        let world = World::new().await;
        let (door, other) = (Stub::new("first", "/"), Stub::new("other", "/other/"));
        // The other door comes first in the list of those asked, because the first claims everything.
        let doors: Vec<Arc<dyn Door>> = vec![Arc::clone(&door) as _];
        let remark: Arc<Mutex<Option<String>>> = Arc::default();
        let told = Arc::clone(&remark);
        let front = Front::new(other, doors, world.service(), limits)
            .remarking(|| None)
            .remarking(move || told.lock().unwrap().clone());
        let listener = Listener::bind(([127, 0, 0, 1], 0).into(), tls).await.unwrap();
        let address = listener.address().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            front.serve(vec![listener], stopped).await;
        });
        Self {
            world,
            remark,
            door,
            address,
            stop: Some(stop),
            server,
        }
    }

    pub(crate) async fn connect(&self) -> Client<TcpStream> {
        Client::over(TcpStream::connect(self.address).await.unwrap())
    }

    /// Tells the server to stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(self) {
        tokio::time::timeout(PATIENCE, self.server)
            .await
            .unwrap()
            .unwrap();
    }
}

/// One connection.
pub(crate) struct Client<S> {
    socket: S,
    /// What came in and was not read yet.
    ahead: Vec<u8>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Whether the door worded it, with the status that belongs to the trouble.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, trouble: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.body.contains(&format!(" refuses: {trouble},")), "{self:?}");
        assert_eq!(self.header("content-type"), Some("text/plain"));
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(socket: S) -> Self {
        Self {
            socket,
            ahead: Vec::new(),
        }
    }

    /// Sends bytes as they are. A server that has closed already may not take them all.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.socket.write_all(bytes.as_ref()).await;
        let _ = self.socket.flush().await;
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        self.answer().await
    }

    /// Says that nothing more will come.
    pub(crate) async fn end(&mut self) {
        let _ = self.socket.shutdown().await;
    }

    /// The next answer.
    pub(crate) async fn answer(&mut self) -> Answer {
        self.next()
            .await
            .unwrap_or_else(|| panic!("no answer but {:?}", self.ahead))
    }

    /// The next answer, or nothing if the server ends the connection first.
    pub(crate) async fn next(&mut self) -> Option<Answer> {
        loop {
            if let Some(answer) = self.take() {
                return Some(answer);
            }
            let mut piece = [0; 4096];
            let read = tokio::time::timeout(PATIENCE, self.socket.read(&mut piece))
                .await
                .unwrap();
            match read {
                Ok(0) | Err(_) => return None,
                Ok(length) => self.ahead.extend_from_slice(&piece[..length]),
            }
        }
    }

    /// Cuts a whole answer off what came in.
    fn take(&mut self) -> Option<Answer> {
        let end = self.ahead.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8(self.ahead[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let headers: Vec<_> = lines.map(header).collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(0, |(_, value)| value.parse().unwrap());
        let body = self.ahead.get(end + 4..end + 4 + length)?;
        let body = String::from_utf8(body.to_vec()).unwrap();
        self.ahead.drain(..end + 4 + length);
        Some(Answer {
            status,
            headers,
            body,
        })
    }
}
