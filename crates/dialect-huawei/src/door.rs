//! One request, from HTTP to HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use claviger_front::{Door, HeaderView, Line, Reply, Request, Trouble, header};
use claviger_model::{RequestId, Timestamp};
use claviger_service::ops::session::Arrival;
use claviger_service::{AuthnError, Call, Credential, Refused, Service, Source};
use claviger_signing::query::{Params, decode_pairs};
use http::Method;
use tracing::{Instrument as _, trace_span};

use crate::authn::{self, Evidence, Signed};
use crate::error::{self, Manner, WireError, codes};
use crate::json::Answer;
use crate::known::{Known, read_fields};
use crate::reply::{Body, reply};
use crate::request::Places;
use crate::route::{self, Api, Found};
use crate::row::{Auth, Open, Opening, Row, Serve, refuse};
use crate::settings::Settings;

/// The name of this front door in logs and records.
pub(crate) const NAME: &str = "huawei";
/// Longest path, in characters, that a record has as its operation.
const PATH_LIMIT: usize = 256;

/// The front door.
#[derive(Debug)]
pub struct HuaweiDoor {
    service: Arc<Service>,
    places: Places,
    settings: Settings,
}

impl HuaweiDoor {
    /// In front of this service.
    pub fn new(service: Arc<Service>, settings: Settings) -> Self {
        Self {
            places: Places::new(Arc::clone(&service)),
            service,
            settings,
        }
    }

    /// Serves a request into an answer. What the log needs is left in `line` as far as it is known.
    async fn answer(&self, request: &Request, line: &mut Line) -> Result<Body, WireError> {
        let parsing = trace_span!(target: "claviger::stage", "parse").entered();
        let head = &request.head;
        let path =
            route::decode(head.uri.path()).ok_or_else(|| WireError::malformed(&"the path is not valid"))?;
        let found = route::find(head.method.as_str(), &path);
        let mut query = Params::new();
        decode_pairs(head.uri.query().unwrap_or_default().as_bytes(), &mut query)
            .map_err(|error| WireError::malformed(&error))?;
        drop(parsing);
        let row = match found {
            Found::Row(row) => row,
            Found::Method(api) => {
                let wire = error::dressed(api, codes::K0215.error());
                return Err(self.nowhere(request, &query, api, wire, line).await);
            }
            Found::Nothing => {
                let wire = WireError::no_such_api();
                return Err(self.nowhere(request, &query, Api::Kms, wire, line).await);
            }
        };
        row.name.clone_into(&mut line.action);
        if let Serve::Open(serve) = row.serve {
            return self.open(request, row, serve).await;
        }
        let credential = self
            .identify(request, row, &query, line)
            .instrument(trace_span!(target: "claviger::stage", "signature"))
            .await?;
        let known = known(request, row, &credential, &path, &query);
        let answer = known.serve(&self.service, &self.places, &self.settings).await?;
        Ok(Body::of(row, answer))
    }

    /// A request of nobody yet.
    async fn open(&self, request: &Request, row: &'static Row, serve: Open) -> Result<Body, WireError> {
        let fields = read_fields(row.api, &request.head.method, &request.body)?;
        let manner = Manner {
            api: row.api,
            bound: false,
        };
        let opening = Opening {
            service: &self.service,
            arrival: Arrival {
                id: request.id,
                time: request.time,
                dialect: NAME,
                api: row.api.word(),
                operation: row.name,
                source: source(request),
                wire_code: error::codes(manner),
            },
            head: &request.head,
            fields: &fields,
        };
        let mut answer = Answer::new();
        serve(&opening, &mut answer).await?;
        Ok(Body::of(row, answer))
    }

    /// A request that leads nowhere. The answer does not depend on who asks, but of a caller that is known it is recorded.
    async fn nowhere(
        &self,
        request: &Request,
        query: &Params<'_>,
        api: Api,
        wire: WireError,
        line: &mut Line,
    ) -> WireError {
        let head = &request.head;
        if !shows_something(request) {
            return wire;
        }
        let Ok(credential) = self.authenticate(request, query, line).await else {
            return wire;
        };
        let path = head.uri.path().chars().take(PATH_LIMIT);
        let operation: String = head.method.as_str().chars().chain([' ']).chain(path).collect();
        let scope = self.service.home(credential.caller().account);
        let manner = Manner { api, bound: false };
        let call = Call {
            id: request.id,
            time: request.time,
            credential: &credential,
            scope: &scope,
            dialect: NAME,
            api: api.word(),
            operation: &operation,
            source: source(request),
            wire_code: error::codes(manner),
            dry_run: false,
        };
        refuse(&self.service, &call, manner, &operation, (wire, None)).await
    }

    /// Who asks for what a row serves.
    async fn identify(
        &self,
        request: &Request,
        row: &Row,
        query: &Params<'_>,
        line: &mut Line,
    ) -> Result<Arc<Credential>, WireError> {
        let inside = match row.auth {
            Auth::Inside if !shows_something(request) => authn::token_inside(&request.body),
            Auth::Inside | Auth::Project | Auth::Account | Auth::Open => None,
        };
        let Some(token) = inside else {
            return self.authenticate(request, query, line).await;
        };
        let token = token.expose_str().unwrap_or_default();
        let judged = self.by_token(token, request.time).await;
        self.settle(request, None, judged, line)
    }

    async fn authenticate(
        &self,
        request: &Request,
        query: &Params<'_>,
        line: &mut Line,
    ) -> Result<Arc<Credential>, WireError> {
        let headers = HeaderView(&request.head.headers);
        let evidence = authn::evidence(request, &headers, query);
        let (claimed, judged) = match &evidence {
            Ok(Evidence::Signature(signed)) => (Some(signed.claimed()), self.judge(signed).await),
            Ok(Evidence::Token(token)) => (None, self.by_token(token, request.time).await),
            Err(wire) => (None, Err((AuthnError::NoCredentials, wire.clone()))),
        };
        self.settle(request, claimed, judged, line)
    }

    /// Counts who is turned away.
    fn settle(
        &self,
        request: &Request,
        claimed: Option<&str>,
        judged: Result<Arc<Credential>, (AuthnError, WireError)>,
        line: &mut Line,
    ) -> Result<Arc<Credential>, WireError> {
        match judged {
            Ok(credential) => {
                // Only a known id goes to the log: people put secrets in its place by mistake.
                claimed.unwrap_or_default().clone_into(&mut line.access_key);
                Ok(credential)
            }
            Err((error, wire)) => {
                self.service.turned_away(Refused {
                    error,
                    address: request.peer,
                    access_key: claimed,
                });
                Err(wire)
            }
        }
    }

    async fn judge(&self, signed: &Signed<'_>) -> Result<Arc<Credential>, (AuthnError, WireError)> {
        let judged = self.service.authenticate(signed).await;
        judged.map_err(|error| (error, signed.refused(error)))
    }

    async fn by_token(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Arc<Credential>, (AuthnError, WireError)> {
        let judged = self.service.authenticate_token(token, now).await;
        judged.map_err(|error| (error, WireError::unknown_caller("", error)))
    }
}

/// Whether the headers of a request say who sends it.
fn shows_something(request: &Request) -> bool {
    let shown = |name| !header(&request.head.headers, name).is_empty();
    shown("authorization") || shown("x-auth-token")
}

fn source(request: &Request) -> Source<'_> {
    Source {
        address: request.peer,
        agent: header(&request.head.headers, "user-agent"),
        host: header(&request.head.headers, "host"),
        secure: request.secure,
    }
}

fn known<'a>(
    request: &'a Request,
    row: &'static Row,
    credential: &'a Credential,
    path: &'a str,
    query: &'a Params<'a>,
) -> Known<'a> {
    Known {
        id: request.id,
        time: request.time,
        credential,
        source: source(request),
        row,
        path,
        query,
        project: header(&request.head.headers, "x-project-id"),
        headers: &request.head.headers,
        method: &request.head.method,
        body: &request.body,
    }
}

/// Whether a request for `/` asks for the versions of this face: nothing in it is of another one.
fn asks_for_versions(head: &http::request::Parts) -> bool {
    let authorization = header(&head.headers, "authorization");
    matches!(head.method, Method::GET | Method::HEAD)
        && (authorization.is_empty()
            || authorization.starts_with("SDK-")
            || authorization.starts_with("V11-"))
        && !head
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("x-acs-"))
        && !head.uri.query().unwrap_or_default().contains("Action=")
}

#[async_trait]
impl Door for HuaweiDoor {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Its versions by their path, and `/` where a request shows that it is not another vendor's.
    fn claims(&self, head: &http::request::Parts) -> bool {
        match head.uri.path() {
            "/" => asks_for_versions(head),
            path => route::is_ours(path),
        }
    }

    async fn serve(&self, request: Request) -> Reply {
        let mut line = Line::default();
        let result = self.answer(&request, &mut line).await;
        reply(request.id, line, result)
    }

    fn refuse(&self, trouble: Trouble, id: RequestId, _: Option<&http::request::Parts>) -> Reply {
        reply(id, Line::default(), Err(WireError::trouble(trouble)))
    }
}
