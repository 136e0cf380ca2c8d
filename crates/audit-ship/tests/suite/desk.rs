//! A webhook's server that does as it is told.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::support::{World, number};

/// What the server does with a post.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// Takes it, and answers so.
    Status(u16),
    /// Takes it, and breaks the connection instead of an answer.
    TakeAndBreak,
    /// Breaks the connection before it has read the body.
    Break,
    /// Never answers.
    Hang,
}

pub(crate) struct Post {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Default)]
pub(crate) struct Desk {
    /// What comes next; then everything is taken.
    pub(crate) deeds: VecDeque<Deed>,
    /// What was read whole, with whether it was answered with a success.
    pub(crate) posts: Vec<(Post, bool)>,
    /// The last line of any post that was answered with a success.
    pub(crate) taken: u64,
    pub(crate) targets: Vec<String>,
}

pub(crate) struct Server {
    pub(crate) desk: Arc<Mutex<Desk>>,
    pub(crate) port: u16,
    pub(crate) task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(deeds: impl IntoIterator<Item = Deed>) -> Self {
        Self::start_at(0, deeds).await
    }

    pub(crate) async fn start_at(port: u16, deeds: impl IntoIterator<Item = Deed>) -> Self {
        let socket = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let desk = Arc::new(Mutex::new(Desk {
            deeds: deeds.into_iter().collect(),
            ..Desk::default()
        }));
        let shared = Arc::clone(&desk);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                let desk = Arc::clone(&shared);
                connections.spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&desk), request));
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { desk, port, task }
    }

    pub(crate) fn world(&self, more: &str) -> World {
        let port = self.port;
        World::new(&format!(
            "kind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/in?token=hunter2\"\nbatch_records = 10\n{more}"
        ))
    }

    /// The records of the posts that were read whole.
    pub(crate) fn numbers(&self) -> Vec<usize> {
        let desk = self.desk.lock().unwrap();
        let bodies = desk.posts.iter().map(|(post, _)| &post.body);
        bodies
            .flat_map(|body| body.split(|byte| *byte == b'\n'))
            .filter(|line| !line.is_empty())
            .map(|line| {
                number(&serde_json::from_slice::<serde_json::Value>(line).unwrap()["record"]["event"])
            })
            .collect()
    }
}

async fn answer(
    desk: Arc<Mutex<Desk>>,
    request: Request<Incoming>,
) -> Result<Response<Empty<Bytes>>, std::io::Error> {
    let broken = || std::io::Error::other("broken on purpose");
    let deed = desk
        .lock()
        .unwrap()
        .deeds
        .pop_front()
        .unwrap_or(Deed::Status(204));
    if matches!(deed, Deed::Break) {
        return Err(broken());
    }
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| broken())?.to_bytes();
    let last: u64 = parts.headers["x-claviger-last-seq"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let taken = matches!(deed, Deed::Status(200..=299));
    {
        let mut desk = desk.lock().unwrap();
        desk.targets.push(parts.uri.to_string());
        if taken {
            desk.taken = desk.taken.max(last);
        }
        let post = Post {
            headers: parts.headers,
            body,
        };
        desk.posts.push((post, taken));
    }
    match deed {
        Deed::Status(status) => Ok(Response::builder()
            .status(status)
            .header("location", "/elsewhere")
            .body(Empty::new())
            .unwrap()),
        Deed::Hang => std::future::pending::<Result<_, Infallible>>()
            .await
            .map_err(|_| broken()),
        Deed::Break | Deed::TakeAndBreak => Err(broken()),
    }
}
