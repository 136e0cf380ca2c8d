//! One connection: TLS, HTTP/1.1, and each request on its way to a door.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use claviger_model::RequestId;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::courtesy::{Courteous, Words};
use crate::remark::Remark;
use crate::room::Seat;
use crate::stall::Stall;
use crate::{Door, Front, Reply, Request, Tls, Trouble, host, line, written};

pub(crate) struct Connection {
    pub(crate) front: Front,
    pub(crate) peer: IpAddr,
    pub(crate) tls: Option<Tls>,
    pub(crate) seat: Arc<Seat>,
}

/// Counts a request as long as it is served.
struct InFlight<'a>(&'a AtomicUsize);

impl<'a> InFlight<'a> {
    fn enter(count: &'a AtomicUsize, limit: usize) -> Option<Self> {
        let entered = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < limit).then_some(entered)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Connection {
    pub(crate) async fn run(self, socket: TcpStream) {
        let Some(tls) = self.tls.clone() else {
            return self.speak(socket).await;
        };
        let handshake = tokio::time::timeout(self.front.limits.head_time, tls.0.accept(socket)).await;
        match handshake {
            Ok(Ok(socket)) => self.speak(socket).await,
            Ok(Err(error)) => tracing::debug!(peer = %self.peer, %error, "TLS handshake failed"),
            Err(_) => tracing::debug!(peer = %self.peer, "TLS handshake took too long"),
        }
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, socket: S) {
        let limits = self.front.limits;
        let socket = Courteous::new(
            socket,
            Arc::clone(&self.seat),
            self.words(),
            Stall::new(limits.head_time),
        );
        let (peer, seat) = (self.peer, Arc::clone(&self.seat));
        let connection = Arc::new(self);
        let answer = service_fn(move |request: http::Request<Incoming>| {
            let connection = Arc::clone(&connection);
            async move {
                let response = connection.answer(request).await;
                connection.seat.answer();
                Ok::<_, Infallible>(response)
            }
        });
        let http = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_time)
            .max_buf_size(limits.head_bytes)
            .serve_connection(TokioIo::new(socket), answer);
        let mut http = pin!(http);
        let ended = poll_fn(|cx| {
            if seat.closes() {
                http.as_mut().graceful_shutdown();
            }
            http.as_mut().poll(cx)
        });
        if let Err(error) = ended.await {
            tracing::debug!(%peer, %error, "connection ended early");
        }
    }

    /// The whole HTTP answer for what the library refuses by itself.
    fn words(&self) -> Words {
        let front = self.front.clone();
        Arc::new(move |status| {
            let trouble = match status {
                414 => Trouble::LongTarget,
                431 => Trouble::LargeHead,
                _ => Trouble::Malformed,
            };
            match (front.service.begin(), front.doors.first()) {
                (Ok((id, time)), Some(door)) => {
                    written::write(response(door.refuse(trouble, id, None), id), time)
                }
                _ => written::FAULT.into(),
            }
        })
    }

    async fn answer(&self, request: http::Request<Incoming>) -> Response<Full<Bytes>> {
        self.seat.hear();
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        let named = host::is_named(&head);
        if named && (path == "/healthz" || path == "/readyz") {
            self.seat.call();
            return self.health(path).await;
        }
        let Some(door) = self.front.door(&head).cloned() else {
            return plain(StatusCode::NOT_FOUND, "no front door\n".to_owned());
        };
        // A client may hold its body back: a call is judged at the time at which it is here as a whole.
        let body = if named {
            self.whole(body).await
        } else {
            Err(Trouble::Malformed)
        };
        self.seat.call();
        let Ok((id, time)) = self.front.service.begin() else {
            return plain(StatusCode::INTERNAL_SERVER_ERROR, "internal error\n".to_owned());
        };
        let reply = match body {
            Ok(body) => {
                let request = Request {
                    id,
                    time,
                    head,
                    body,
                    peer: self.peer,
                    secure: self.tls.is_some(),
                };
                self.serve(door.as_ref(), request).await
            }
            Err(trouble) => door.refuse(trouble, id, Some(&head)),
        };
        response(reply, id).map(|body| Full::new(Bytes::from(body)))
    }

    async fn serve(&self, door: &dyn Door, request: Request) -> Reply {
        let id = request.id;
        let begun = line::is_wanted().then(Instant::now);
        let Some(_in_flight) = InFlight::enter(&self.front.in_flight, self.front.limits.in_flight) else {
            return door.refuse(Trouble::Overload, id, Some(&request.head));
        };
        let reply = door.serve(request).await;
        if let Some(begun) = begun {
            line::write(door.name(), id, &reply, begun.elapsed());
        }
        reply
    }

    async fn whole(&self, body: Incoming) -> Result<Bytes, Trouble> {
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        let limits = self.front.limits;
        if body.size_hint().lower() > limits.body_bytes as u64 {
            return Err(Trouble::LargeBody);
        }
        let collected =
            tokio::time::timeout(limits.body_time, Limited::new(body, limits.body_bytes).collect());
        match collected.await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Trouble::LargeBody),
            Ok(Err(_)) | Err(_) => Err(Trouble::SlowBody),
        }
    }

    async fn health(&self, path: &str) -> Response<Full<Bytes>> {
        if path == "/healthz" {
            return plain(StatusCode::OK, "ok\n".to_owned());
        }
        let (status, first) = if self.front.service.is_ready().await {
            (StatusCode::OK, "ok")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready")
        };
        let mut text = format!("{first}\n");
        for remark in self.front.remarks.iter().filter_map(Remark::text) {
            text.push_str(&remark);
            text.push('\n');
        }
        plain(status, text)
    }
}

fn plain(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain;charset=utf-8"),
    );
    response
}

fn response(reply: Reply, id: RequestId) -> Response<Vec<u8>> {
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Some(name) = reply.id_header
        && let Ok(id) = HeaderValue::from_bytes(&id.to_ascii())
    {
        headers.insert(name, id);
    }
    headers.extend(reply.headers);
    response
}

#[cfg(test)]
mod tests;
