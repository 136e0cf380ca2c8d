//! One request, from HTTP to HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use claviger_front::{Door, Line, Reply, Request, Trouble};
use claviger_model::RequestId;
use claviger_service::{AuthnError, Call, Credential, Refused, Service, Source};
use claviger_signing::query::Params;
use claviger_signing::scheme::{self, Scheme};
use http::{HeaderName, StatusCode};
use tracing::{Instrument as _, trace_span};

use crate::answer::{Answer, Format};
use crate::authn::{self, Evidence, Kind};
use crate::error::{self, WireError};
use crate::ops::{self, Input};
use crate::params::dry_run;
use crate::request::{self, HeaderView, Signature, VERSION};

/// Answers bear the request id in this header too.
static ID_HEADER: HeaderName = HeaderName::from_static("x-acs-request-id");

/// The front door.
#[derive(Debug)]
pub struct AlibabaDoor {
    service: Arc<Service>,
}

impl AlibabaDoor {
    /// In front of this service.
    pub fn new(service: Arc<Service>) -> Self {
        Self { service }
    }

    /// Serves a request into an answer. What the log needs is left in `line` as far as it is known.
    async fn answer(
        &self,
        request: &Request,
        format: &mut Format,
        line: &mut Line,
    ) -> Result<Vec<u8>, WireError> {
        request::method(&request.head.method)?;
        if request.head.uri.path() != "/" {
            return Err(WireError::unknown_action());
        }
        let parsing = trace_span!(target: "claviger::stage", "parse").entered();
        let headers = HeaderView(&request.head.headers);
        let mut params = Params::new();
        let signature = request::decode(&request.head, &headers, &request.body, &mut params)?;
        if let Signature::Params = signature {
            *format = request::format(&params);
        }
        if let Some(name) = params.duplicate() {
            return Err(WireError::repeated(name));
        }
        let (action, version) = match &signature {
            Signature::Acs(..) => {
                let headers = &request.head.headers;
                (
                    request::header(headers, "x-acs-action"),
                    request::header(headers, "x-acs-version"),
                )
            }
            _ => (
                params.get("Action").unwrap_or_default(),
                params.get("Version").unwrap_or_default(),
            ),
        };
        action.clone_into(&mut line.action);
        drop(parsing);
        let credential = self
            .authenticate(request, &signature, &params, action, version, line)
            .instrument(trace_span!(target: "claviger::stage", "signature"))
            .await?;
        self.serve_known(request, &params, action, version, &credential, *format)
            .await
    }

    async fn authenticate(
        &self,
        request: &Request,
        signature: &Signature<'_>,
        params: &Params<'_>,
        action: &str,
        version: &str,
        line: &mut Line,
    ) -> Result<Arc<Credential>, WireError> {
        let (claimed, judged) = match evidence(request, signature, params, action, version) {
            Ok(evidence) => (Some(evidence.access_key), self.judge(&evidence).await),
            Err(error) => (None, Err((AuthnError::NoCredentials, error))),
        };
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

    async fn judge(&self, evidence: &Evidence<'_>) -> Result<Arc<Credential>, (AuthnError, WireError)> {
        match self.service.authenticate(evidence).await {
            // There are no temporary credentials yet: whoever sends a token has mixed something up.
            Ok(_) if !evidence.token.is_empty() => {
                Err((AuthnError::NoCredentials, WireError::foreign_token()))
            }
            Ok(credential) => Ok(credential),
            Err(error @ AuthnError::WrongSignature) => {
                Err((error, WireError::wrong_signature(&evidence.string_to_sign())))
            }
            Err(error) => Err((error, WireError::unknown_caller(error))),
        }
    }

    async fn serve_known(
        &self,
        request: &Request,
        params: &Params<'_>,
        action: &str,
        version: &str,
        credential: &Credential,
        format: Format,
    ) -> Result<Vec<u8>, WireError> {
        let caller = credential.caller();
        let scope = self.service.home(caller.account);
        let headers = &request.head.headers;
        let row = ops::row(action);
        let call = Call {
            id: request.id,
            time: request.time,
            caller,
            scope: &scope,
            dialect: self.name(),
            source: Source {
                address: request.peer,
                agent: request::header(headers, "user-agent"),
                host: request::header(headers, "host"),
                secure: request.secure,
            },
            wire_code: error::code,
            dry_run: row.is_some_and(|row| row.dry_runs) && dry_run(params),
        };
        if version != VERSION {
            return Err(ops::refuse(&self.service, &call, action, WireError::invalid_version()).await);
        }
        let Some(row) = row else {
            let error = if ops::not_served().contains(&action) {
                WireError::unsupported_operation()
            } else {
                WireError::unknown_action()
            };
            return Err(ops::refuse(&self.service, &call, action, error).await);
        };
        let root = format!("{action}Response");
        let mut answer = Answer::open(format, &root);
        let input = Input {
            params,
            scope: &scope,
        };
        (row.serve)(&self.service, &call, &input, &mut answer).await?;
        let _encoding = trace_span!(target: "claviger::stage", "encode").entered();
        answer.id("RequestId", request.id.to_ascii());
        Ok(answer.close(&root))
    }
}

/// What proves who sent the request, or what is missing of it.
fn evidence<'a>(
    request: &'a Request,
    signature: &'a Signature<'a>,
    params: &'a Params<'a>,
    action: &str,
    version: &str,
) -> Result<Evidence<'a>, WireError> {
    let headers = &request.head.headers;
    let evidence = match signature {
        Signature::Instance => return Err(WireError::unsupported_operation()),
        Signature::Bearer => {
            return Err(WireError::incomplete_signature(
                &"bearer tokens are not offered here",
            ));
        }
        Signature::Acs(authorization, text) => Evidence {
            access_key: authorization.access_key_id,
            time: authn::timestamp(request::header(headers, "x-acs-date"))?,
            nonce: authn::nonce(request::header(headers, "x-acs-signature-nonce"))?,
            token: request::header(headers, "x-acs-security-token"),
            kind: Kind::Acs {
                authorization: *authorization,
                text: text.clone().map_err(|refusal| request::refused(&refusal))?,
            },
        },
        Signature::Params => match scheme::by_params(params).map_err(|refusal| request::refused(&refusal))? {
            Scheme::Rpc(proof) => Evidence {
                access_key: proof.access_key_id,
                time: authn::timestamp(proof.timestamp.unwrap_or_default())?,
                nonce: authn::nonce(proof.nonce.unwrap_or_default())?,
                token: proof.security_token.unwrap_or_default(),
                kind: Kind::Rpc {
                    method: request.head.method.as_str(),
                    params,
                    signature: proof.signature,
                },
            },
            Scheme::Bearer => {
                return Err(WireError::incomplete_signature(
                    &"bearer tokens are not offered here",
                ));
            }
            Scheme::Anonymous | Scheme::Acs(_) | Scheme::InstanceGateway => {
                let known = params.get("AccessKeyId").is_some_and(|id| !id.is_empty());
                return Err(WireError::missing(if known {
                    "Signature"
                } else {
                    "AccessKeyId"
                }));
            }
        },
    };
    match (action, version) {
        ("", _) => Err(WireError::missing("Action")),
        (_, "") => Err(WireError::missing("Version")),
        _ => Ok(evidence),
    }
}

fn reply(
    id: RequestId,
    host: &str,
    format: Format,
    mut line: Line,
    result: Result<Vec<u8>, WireError>,
) -> Reply {
    let (status, body) = match result {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => {
            line.code = error.code;
            let mut answer = Answer::open(format, "Error");
            if format == Format::Json {
                answer.number("HttpStatus", error.status.as_u16().into());
            }
            answer.id("RequestId", id.to_ascii());
            answer.text("HostId", host);
            answer.text("Code", error.code);
            answer.text("Message", &error.message);
            (error.status, answer.close("Error"))
        }
    };
    let content_type = format.content_type();
    Reply {
        status,
        content_type,
        id_header: Some(ID_HEADER.clone()),
        body,
        line,
    }
}

#[async_trait]
impl Door for AlibabaDoor {
    fn name(&self) -> &'static str {
        "alibaba"
    }

    fn claims(&self, path: &str) -> bool {
        path == "/"
    }

    async fn serve(&self, request: Request) -> Reply {
        let mut line = Line::default();
        let mut format = Format::Json;
        let result = self.answer(&request, &mut format, &mut line).await;
        reply(
            request.id,
            request::header(&request.head.headers, "host"),
            format,
            line,
            result,
        )
    }

    fn refuse(&self, trouble: Trouble, id: RequestId, head: Option<&http::request::Parts>) -> Reply {
        let host = head
            .map(|head| request::header(&head.headers, "host"))
            .unwrap_or_default();
        reply(
            id,
            host,
            Format::Json,
            Line::default(),
            Err(WireError::trouble(trouble)),
        )
    }
}
