//! What a front door is to the connections, and the other way round.

use std::net::IpAddr;

use async_trait::async_trait;
use bytes::Bytes;
use claviger_model::{RequestId, Timestamp};
use http::{HeaderName, HeaderValue, StatusCode};

/// A whole request.
#[derive(Debug)]
pub struct Request {
    /// Its id, new.
    pub id: RequestId,
    /// When it had arrived as a whole, its body too.
    pub time: Timestamp,
    /// Method, target, headers.
    pub head: http::request::Parts,
    /// Body.
    pub body: Bytes,
    /// Address of the peer.
    pub peer: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
}

/// A whole answer.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// A further header that carries the request id, where the dialect has one.
    pub id_header: Option<HeaderName>,
    /// Further headers, such as when to try again.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Body.
    pub body: Vec<u8>,
    /// What the log says about the request.
    pub line: Line,
}

/// What a door tells the log about a request.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// What was asked.
    pub action: String,
    /// The access key that asked.
    pub access_key: String,
    /// The code of the answer on the wire; empty for success.
    pub code: &'static str,
}

/// Why a request does not reach the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is not HTTP, or its head is malformed.
    Malformed,
    /// Its target is too long.
    LongTarget,
    /// Its head is too large.
    LargeHead,
    /// Its body is too large.
    LargeBody,
    /// Its body did not arrive in time, or not whole.
    SlowBody,
    /// Too much work is in flight.
    Overload,
    /// The server cannot even draw an id.
    Fault,
}

impl Trouble {
    /// The HTTP status for it.
    ///
    /// SOURCE: RFC 9110 section 15.5.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::LongTarget => StatusCode::URI_TOO_LONG,
            Self::LargeHead => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::LargeBody => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::Overload => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A front door: one dialect over whole requests.
#[async_trait]
pub trait Door: Send + Sync + std::fmt::Debug {
    /// Its name in the log.
    fn name(&self) -> &'static str;

    /// Whether a request is its own. Doors may share a path: one vendor's clients show in the query or the headers
    /// whose they are.
    fn claims(&self, head: &http::request::Parts) -> bool;

    /// Answers a request.
    async fn serve(&self, request: Request) -> Reply;

    /// Words a refusal that happened before [`Self::serve`]. Only what is known of the request is given.
    fn refuse(&self, trouble: Trouble, id: RequestId, head: Option<&http::request::Parts>) -> Reply;
}
