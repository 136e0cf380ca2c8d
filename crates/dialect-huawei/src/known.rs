//! A request whose sender is known: from its row to its answer.

use std::sync::Arc;

use claviger_model::{Error, RequestId, Scope, Timestamp};
use claviger_service::{Call, Credential, Service, Source};
use claviger_signing::query::Params;
use http::{HeaderMap, Method};
use tracing::trace_span;

use crate::door::NAME;
use crate::error::{self, Manner, WireError, codes};
use crate::fields::{Fields, NotAnObject};
use crate::json::Answer;
use crate::keys::named_key;
use crate::request::{Home, Places};
use crate::route::{self, Api};
use crate::row::{Auth, Input, Row, Serve, refuse};
use crate::settings::Settings;

/// What a ciphertext may be bound to: where it is there, it may be what is wrong with one that does not open.
const BINDING: [&str; 3] = [
    "encryption_context",
    "additional_authenticated_data",
    "source_additional_authenticated_data",
];

/// Longest body of a call. The longest that makes sense is material with its token, or 4096 characters all escaped beside a
/// context.
const BODY_LIMIT: usize = 64 * 1024;

/// The request.
pub(crate) struct Known<'a> {
    pub(crate) id: RequestId,
    pub(crate) time: Timestamp,
    pub(crate) credential: &'a Credential,
    pub(crate) source: Source<'a>,
    pub(crate) row: &'static Row,
    /// The decoded path.
    pub(crate) path: &'a str,
    pub(crate) query: &'a Params<'a>,
    /// The header `X-Project-Id`; empty where there is none.
    pub(crate) project: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) method: &'a Method,
    pub(crate) body: &'a [u8],
}

/// A reason to refuse before there is an operation, and where the call is recorded.
struct Stopped {
    wire: WireError,
    scope: Scope,
}

impl Known<'_> {
    /// Serves it. A refusal is in the audit log when it comes back.
    ///
    /// What stops a request is told in this order: its project, its body, what is missing, what is of a wrong form, and then
    /// whatever the core has against it.
    pub(crate) async fn serve(
        &self,
        service: &Service,
        places: &Places,
        settings: &Settings,
    ) -> Result<Answer, WireError> {
        let parsed = trace_span!(target: "claviger::stage", "parse");
        let place = self.place(service, places).await;
        let (scope, home, stopped) = match place {
            Ok((scope, home)) => (scope, Some(home), None),
            Err(Stopped { wire, scope }) => (scope, None, Some(wire)),
        };
        let fields = parsed.in_scope(|| read_fields(self.row.api, self.method, self.body));
        let bound = match &fields {
            Ok(fields) => BINDING.iter().any(|name| fields.has(name)),
            Err(_) => false,
        };
        let manner = Manner {
            api: self.row.api,
            bound,
        };
        let call = self.call(&scope, manner);
        let (home, fields) = match (stopped, home, fields) {
            (None, Some(home), Ok(fields)) => (home, fields),
            (Some(wire), _, fields) => {
                return Err(self
                    .refuse(service, &call, manner, wire, fields.ok().as_ref())
                    .await);
            }
            (None, _, Err(wire)) => return Err(self.refuse(service, &call, manner, wire, None).await),
            (None, None, Ok(_)) => return Err(error::wire(manner, self.action(), &Error::Internal)),
        };
        let Serve::Known(serve) = self.row.serve else {
            let wire = WireError::no_such_api();
            return Err(self.refuse(service, &call, manner, wire, Some(&fields)).await);
        };
        let input = Input {
            row: self.row,
            fields: &fields,
            query: self.query,
            headers: self.headers,
            segments: self.path,
            scope: &scope,
            home: &home,
            time: self.time,
            manner,
            places,
            settings,
            named: None,
        };
        let mut answer = Answer::new();
        serve(service, &call, &input, &mut answer).await?;
        Ok(answer)
    }

    fn action(&self) -> claviger_model::Action {
        self.row.action.unwrap_or(claviger_model::Action::DescribeService)
    }

    fn call<'c>(&'c self, scope: &'c Scope, manner: Manner) -> Call<'c> {
        Call {
            id: self.id,
            time: self.time,
            credential: self.credential,
            scope,
            dialect: NAME,
            api: self.row.api.word(),
            operation: self.row.name,
            source: self.source,
            wire_code: error::codes(manner),
            dry_run: false,
        }
    }

    async fn refuse(
        &self,
        service: &Service,
        call: &Call<'_>,
        manner: Manner,
        wire: WireError,
        fields: Option<&Fields<'_>>,
    ) -> WireError {
        let name = self
            .row
            .action
            .map_or(self.row.name, claviger_model::Action::name);
        let key = named_key(self.row, self.path, fields, call.scope);
        refuse(service, call, manner, name, (wire, key.as_ref())).await
    }

    /// Where the call is at home. The project of the path has to be one of the caller's account, the one that its
    /// headers name, if they do, and the one that its token opens.
    ///
    /// SOURCE: KMS.0321, "project in the URL and project of the token differ".
    async fn place(&self, service: &Service, places: &Places) -> Result<(Scope, Arc<Home>), Stopped> {
        let account = self.credential.caller().account;
        let at_home = service.home(account);
        let home = match places.home(account).await {
            Ok(home) => home,
            Err(error) => {
                let manner = Manner {
                    api: self.row.api,
                    bound: false,
                };
                let wire = error::wire(manner, self.action(), &error);
                return Err(Stopped { wire, scope: at_home });
            }
        };
        if self.row.auth != Auth::Project {
            return Ok((at_home, home));
        }
        let named = route::project(self.path);
        let token = self.credential.token();
        let region = home.region(named).filter(|region| {
            let of_header = self.project.is_empty() || self.project == named;
            of_header && token.is_none_or(|token| token.region.as_ref() == Some(region))
        });
        match region {
            Some(region) => {
                let region = region.clone();
                Ok((Scope { account, region }, home))
            }
            None => Err(Stopped {
                wire: error::dressed(self.row.api, codes::K0321.error()),
                scope: at_home,
            }),
        }
    }
}

/// The body of a request. One client sends one with every GET, which nobody reads.
///
/// # Errors
/// Where it is too large, or not a JSON object, in the words of the API.
pub(crate) fn read_fields<'a>(api: Api, method: &Method, body: &'a [u8]) -> Result<Fields<'a>, WireError> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(Fields::default());
    }
    let code = if body.len() > BODY_LIMIT {
        codes::K0203
    } else {
        match Fields::parse(body) {
            Ok(fields) => return Ok(fields),
            Err(NotAnObject) => codes::K0202,
        }
    };
    Err(error::dressed(api, code.error()))
}
