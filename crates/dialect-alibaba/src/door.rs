//! One request, from HTTP to HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use claviger_front::{Door, HeaderView, Line, Reply, Request, Trouble, header};
use claviger_model::RequestId;
use claviger_service::{AuthnError, Credential, Refused, Service, Source};
use claviger_signing::query::Params;
use claviger_signing::scheme::{self, Scheme};
use tracing::{Instrument as _, trace_span};

use crate::answer::Format;
use crate::api::Api;
use crate::authn::{self, Evidence, Kind};
use crate::error::WireError;
use crate::known::Known;
use crate::reply::reply;
use crate::request::{self, Signature};

/// The name of this front door in logs and records.
pub(crate) const NAME: &str = "alibaba";

/// The front door.
#[derive(Debug)]
pub struct AlibabaDoor {
    pub(crate) service: Arc<Service>,
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
                (header(headers, "x-acs-action"), header(headers, "x-acs-version"))
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
        let headers = &request.head.headers;
        let known = Known {
            id: request.id,
            time: request.time,
            credential: &credential,
            source: Source {
                address: request.peer,
                agent: header(headers, "user-agent"),
                host: header(headers, "host"),
                secure: request.secure,
            },
            action,
            version,
            params: &params,
            format: *format,
        };
        known.serve(&self.service).await
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
            Ok(evidence) => {
                let api = Api::of_version(version).unwrap_or(Api::Kms);
                (Some(evidence.access_key), self.judge(&evidence, api).await)
            }
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

    async fn judge(
        &self,
        evidence: &Evidence<'_>,
        api: Api,
    ) -> Result<Arc<Credential>, (AuthnError, WireError)> {
        self.service
            .authenticate(evidence)
            .await
            .map_err(|error| match error {
                AuthnError::WrongSignature => (error, WireError::wrong_signature(&evidence.string_to_sign())),
                _ => (error, WireError::unknown_caller(api, error)),
            })
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
        Signature::Acs(authorization, text) => {
            request::once(headers)?;
            Evidence {
                access_key: authorization.access_key_id,
                time: authn::timestamp(header(headers, "x-acs-date"))?,
                nonce: authn::nonce(header(headers, "x-acs-signature-nonce"))?,
                token: header(headers, "x-acs-security-token"),
                kind: Kind::Acs {
                    authorization: *authorization,
                    text: text.clone().map_err(|refusal| request::refused(&refusal))?,
                },
            }
        }
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

/// Whether a request for `/` bears nothing that clients of this face send: neither an operation nor a signature, in the
/// query or in the headers.
fn is_foreign(head: &http::request::Parts) -> bool {
    let named = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        matches!(name, "Action" | "Version" | "AccessKeyId" | "Signature")
    };
    let kept = |name: &str| name.starts_with("x-acs-") || name.starts_with("x-kms-");
    matches!(head.method, http::Method::GET | http::Method::HEAD)
        && !head.uri.query().unwrap_or_default().split('&').any(named)
        && !head.headers.keys().any(|name| kept(name.as_str()))
        && matches!(
            header(&head.headers, "authorization").get(..4),
            None | Some("SDK-" | "V11-")
        )
}

#[async_trait]
impl Door for AlibabaDoor {
    fn name(&self) -> &'static str {
        NAME
    }

    /// `/`, unless a request is plainly another vendor's: the versions of its API are asked for there too.
    fn claims(&self, head: &http::request::Parts) -> bool {
        head.uri.path() == "/" && !is_foreign(head)
    }

    async fn serve(&self, request: Request) -> Reply {
        let mut line = Line::default();
        let mut format = Format::Json;
        let result = self.answer(&request, &mut format, &mut line).await;
        reply(
            request.id,
            header(&request.head.headers, "host"),
            format,
            line,
            result,
        )
    }

    fn refuse(&self, trouble: Trouble, id: RequestId, head: Option<&http::request::Parts>) -> Reply {
        let host = head.map(|head| header(&head.headers, "host")).unwrap_or_default();
        reply(
            id,
            host,
            Format::Json,
            Line::default(),
            Err(WireError::trouble(trouble)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(method: &str, target: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = http::Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_foreign(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_request_for_the_root_is_foreign_only_where_nothing_in_it_is_ours() {
        let sdk = (
            "authorization",
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=c",
        );
        for headers in [
            &[][..],
            &[sdk],
            &[("x-auth-token", "t")],
            &[("authorization", "V11-HMAC-SHA256 x")],
        ] {
            assert!(
                foreign("GET", "/", headers) && foreign("HEAD", "/", headers),
                "{headers:?}"
            );
            assert!(
                !foreign("POST", "/", headers) && !foreign("PUT", "/", headers),
                "{headers:?}"
            );
        }
        for target in [
            "/?Action=ListKeys",
            "/?Format=JSON&Version=2016-01-20",
            "/?AccessKeyId=a",
            "/?Signature=x",
        ] {
            assert!(!foreign("GET", target, &[]), "{target}");
        }
        let acs = (
            "authorization",
            "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=b,Signature=c",
        );
        for header in [
            acs,
            ("x-acs-action", "ListKeys"),
            ("authorization", "Bearer t"),
            ("x-kms-apiname", "Encrypt"),
        ] {
            assert!(!foreign("GET", "/", &[header]), "{header:?}");
        }
        assert!(foreign("GET", "/?limit=1", &[]));
    }
}
