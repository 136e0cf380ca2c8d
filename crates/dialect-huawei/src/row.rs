//! An operation between wire and core, and the way of a call through it.
//!
//! # How to add an operation
//!
//! 1. A file under `kms`, `iam` or `cts`, named after the operation, that opens with `SOURCE:`. In it a unit struct with
//!    [`WireOp`]: `Op` is the operation of the core; `REQUIRED` names the members that the body must have (the frame checks
//!    them before anything else, in that order); `decode` reads the rest; `encode` writes the answer. `kms/describe_key.rs` and
//!    `kms/encrypt_data.rs` are patterns.
//! 2. A row in `kms/mod.rs`: [`verb`] in `VERBS` (ordered by name) for `POST /v1.0/{project_id}/kms/<name>`, [`at`] in
//!    `OTHERS` for any other path, `.answers(204)` where the status is not 200. A variable `{name...}` at the end takes the
//!    rest of the path. Names are those of `fixtures/huawei/operations.json`.
//! 3. Its name off `NOT_YET` in `tests/suite/coverage.rs`, and a test.
//!
//! In `decode`:
//! - `input.fields` is the body: [`Fields::required`](crate::fields::Fields::required), `text`, `whole`, `boolean`, `object`,
//!   `objects`, `texts`, and `secret` for what nobody may see. A value of a wrong form is KMS.0308 there; where the operation
//!   has a code of its own for it, `.map_err(|_| codes::K1101.on("key_alias"))`.
//! - `input.query` is the query, `input.path("key_id")` a variable of the path, `input.key("key_id")` and
//!   `input.key_or_alias("key_id")` name a key, `input.context()` is what encryption binds. `input.scope` is the project.
//! - [`Fault`] comes from a [`Code`](crate::error::codes::Code), a [`WireError`] or an error of the core.
//!
//! Refusals of the core are worded in `error/kms.rs`, by action. In IAM and CTS rows an error in the words of KMS is dressed in
//! theirs by the frame. `sequence` is checked by the frame, after `decode`.
//!
//! Identities are served otherwise, because their calls are of several operations of the core: see `iam/desk.rs`.
//!
//! An operation that is one of two in the core, as with symmetric and asymmetric keys, is two structs and a row whose
//! `serve` chooses: `Row { serve: Serve::Known(|s, c, i, a| if … { Box::pin(serve::<A>(s, c, i, a)) } else { … }), ..verb::<A>("x") }`.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use claviger_model::{AccountId, Action, Error, Scope, Timestamp};
use claviger_service::ops::session::Arrival;
use claviger_service::{Call, KeyRef, Operation, Service};
use claviger_signing::query::Params;
use tracing::trace_span;

use crate::error::{self, Fault, Manner, WireError, codes};
use crate::fields::Fields;
use crate::json::Answer;
use crate::request::{Home, Places};
use crate::route::{self, Api};
use crate::settings::Settings;

/// What an operation decodes.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    /// The operation.
    pub(crate) row: &'static Row,
    /// The body.
    pub(crate) fields: &'a Fields<'a>,
    /// The query.
    pub(crate) query: &'a Params<'a>,
    pub(crate) headers: &'a http::HeaderMap,
    /// The path, decoded.
    pub(crate) segments: &'a str,
    /// The project of the path; where there is none, where the caller is at home.
    pub(crate) scope: &'a Scope,
    /// The caller's account as this face names it.
    pub(crate) home: &'a Home,
    /// When the call came.
    pub(crate) time: Timestamp,
    pub(crate) manner: Manner,
    pub(crate) places: &'a Places,
    pub(crate) settings: &'a Settings,
    /// The account of a `domain_id` in the body, where the row looked it up.
    pub(crate) named: Option<AccountId>,
}

impl Input<'_> {
    /// A variable of the path; empty where the row has none of that name.
    pub(crate) fn path(&self, name: &str) -> &str {
        route::variable(self.row, self.segments, name)
    }
}

/// What an answer is written with.
pub(crate) struct Shown<'a> {
    pub(crate) input: &'a Input<'a>,
    owner: Option<Arc<Home>>,
    others: Vec<(AccountId, Arc<Home>)>,
}

impl Shown<'_> {
    /// The `domain_id` of the account that [`WireOp::owner`] named; of the caller's where it named none.
    pub(crate) fn domain(&self) -> &str {
        &self.owner.as_deref().unwrap_or(self.input.home).domain
    }

    /// The `domain_id` of one of the accounts that [`WireOp::others`] named; empty where it is gone.
    pub(crate) fn domain_of(&self, account: AccountId) -> &str {
        let found = self.others.iter().find(|(known, _)| *known == account);
        found.map_or("", |(_, home)| &home.domain)
    }
}

/// One operation between wire and core.
pub(crate) trait WireOp {
    /// The operation of the core.
    type Op: Operation;

    /// What the call is in policies and records. Some operations of the core serve several here.
    const ACTION: Action = <Self::Op as Operation>::ACTION;

    /// The members that the body must have, in the order in which they are missed.
    const REQUIRED: &'static [&'static str] = &[];

    /// Reads the request.
    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault>;

    /// The account whose `domain_id` the answer shows, where that may be another than the caller's.
    fn owner(_: &<Self::Op as Operation>::Output) -> Option<AccountId> {
        None
    }

    /// Further accounts whose `domain_id` the answer shows.
    fn others(_: &<Self::Op as Operation>::Output) -> Vec<AccountId> {
        Vec::new()
    }

    /// Writes the answer.
    fn encode(shown: &Shown<'_>, output: <Self::Op as Operation>::Output, answer: &mut Answer);
}

/// Who may ask, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    /// A caller whose project is the one in the path.
    Project,
    /// Any caller; the operation is about its account.
    Account,
    /// The same; where headers prove nothing, a token in the body does.
    Inside,
    /// Anyone at all. What has to be proved is in the body, and judged by the operation.
    Open,
}

/// What is asked by nobody yet.
pub(crate) struct Opening<'a> {
    pub(crate) service: &'a Service,
    /// The call, as the service takes it from nobody.
    pub(crate) arrival: Arrival<'a>,
    /// Method, target, headers.
    pub(crate) head: &'a http::request::Parts,
    /// The body.
    pub(crate) fields: &'a Fields<'a>,
}

type Served<'a> = Pin<Box<dyn Future<Output = Result<(), WireError>> + Send + 'a>>;

/// Serves a call of somebody who is known.
pub(crate) type Known = for<'a> fn(&'a Service, &'a Call<'a>, &'a Input<'a>, &'a mut Answer) -> Served<'a>;

/// Serves what anyone may ask.
pub(crate) type Open = for<'a> fn(&'a Opening<'a>, &'a mut Answer) -> Served<'a>;

/// How a row is served.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Serve {
    /// For a caller that is known.
    Known(Known),
    /// For anyone.
    Open(Open),
    /// Not at all, as if there were no such path, but recorded.
    Never,
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The name of the operation, for records.
    pub(crate) name: &'static str,
    /// HTTP method.
    pub(crate) method: &'static str,
    /// Path with variables in braces and without the slash in front; empty in the table of verbs.
    pub(crate) path: &'static str,
    pub(crate) api: Api,
    pub(crate) auth: Auth,
    /// HTTP status of the answer. 204 has no body.
    pub(crate) status: u16,
    /// [`WireOp::REQUIRED`].
    pub(crate) required: &'static [&'static str],
    /// What records call it when it is refused before it is an operation.
    pub(crate) action: Option<Action>,
    pub(crate) serve: Serve,
}

impl Row {
    /// With another status than 200.
    pub(crate) const fn answers(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

/// `POST /v1.0/{project_id}/kms/<name>`.
pub(crate) const fn verb<W: WireOp + 'static>(name: &'static str) -> Row
where
    W::Op: 'static,
{
    at::<W>(Api::Kms, Auth::Project, "POST", "", name)
}

/// Any other method and path.
pub(crate) const fn at<W: WireOp + 'static>(
    api: Api,
    auth: Auth,
    method: &'static str,
    path: &'static str,
    name: &'static str,
) -> Row
where
    W::Op: 'static,
{
    Row {
        name,
        method,
        path,
        api,
        auth,
        status: 200,
        required: W::REQUIRED,
        action: Some(W::ACTION),
        serve: Serve::Known(|service, call, input, answer| {
            Box::pin(serve::<W>(service, call, input, answer))
        }),
    }
}

/// A known operation of key management that is not served.
pub(crate) const fn never(method: &'static str, path: &'static str, name: &'static str) -> Row {
    Row {
        name,
        method,
        path,
        api: Api::Kms,
        auth: Auth::Project,
        status: 404,
        required: &[],
        action: None,
        serve: Serve::Never,
    }
}

/// Serves a call from its body to its answer.
pub(crate) async fn serve<W: WireOp>(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    let action = W::ACTION;
    let decoded = trace_span!(target: "claviger::stage", "parse").in_scope(|| decode::<W>(input));
    let operation = match decoded {
        Ok(operation) => operation,
        Err(fault) => {
            let wire = match fault {
                Fault::Wire(wire) => error::dressed(input.row.api, wire),
                Fault::Core(error) => error::wire(input.manner, action, &error),
            };
            return Err(input.refuse(service, call, action.name(), wire).await);
        }
    };
    // Some operations of the core tell by themselves which of their names a call has.
    let action = operation.action();
    let shown = async {
        let output = service.execute(call, operation).await.into_inner()?;
        let owner = match W::owner(&output) {
            Some(account) => Some(input.places.home(account).await?),
            None => None,
        };
        let others = input.places.homes(W::others(&output)).await?;
        let shown = Shown { input, owner, others };
        Ok((shown, output))
    };
    let (shown, output) = shown
        .await
        .map_err(|error: Error| error::wire(input.manner, action, &error))?;
    trace_span!(target: "claviger::stage", "encode").in_scope(|| W::encode(&shown, output, answer));
    Ok(())
}

/// What must be there is missed before the form of anything is looked at.
fn decode<W: WireOp>(input: &Input<'_>) -> Result<W::Op, Fault> {
    if let Some(missing) = W::REQUIRED.iter().find(|name| !input.fields.has(name)) {
        return Err(codes::K0204.on(missing).into());
    }
    let operation = W::decode(input)?;
    if input.row.api == Api::Kms {
        sequence(input.fields)?;
    }
    Ok(operation)
}

/// A client's own number for a request. Nothing is done with it.
///
/// SOURCE: parameter `sequence`: a 36-byte serial number; clients send 32 hex digits too.
fn sequence(fields: &Fields<'_>) -> Result<(), WireError> {
    match fields.text("sequence") {
        Ok(Some(text)) if text.len() > 36 && text.chars().count() > 36 => Err(codes::K0206.error()),
        Ok(_) => Ok(()),
        Err(_) => Err(codes::K0206.error()),
    }
}

impl Input<'_> {
    /// Records a refusal of this face, with the key that the call names, and gives it back, or what kept it from being
    /// recorded.
    pub(crate) async fn refuse(
        &self,
        service: &Service,
        call: &Call<'_>,
        action: &str,
        wire: WireError,
    ) -> WireError {
        refuse(
            service,
            call,
            self.manner,
            action,
            (wire, self.named_key().as_ref()),
        )
        .await
    }
}

/// Records a refusal of this face, with the key that it is about where that is known, and gives it back, or what kept it
/// from being recorded.
pub(crate) async fn refuse(
    service: &Service,
    call: &Call<'_>,
    manner: Manner,
    action: &str,
    (wire, about): (WireError, Option<&KeyRef>),
) -> WireError {
    match service.refuse(call, action, wire.code, about).await.into_inner() {
        Ok(()) => wire,
        Err(error) => error::wire(manner, Action::DescribeService, &error),
    }
}
