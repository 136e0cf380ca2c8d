//! An operation between wire and core, and the way of a call through it.

use std::future::Future;
use std::pin::Pin;

use claviger_model::{Action, Error, Scope, Timestamp};
use claviger_service::{Call, Operation, Service};
use claviger_signing::query::Params;
use tracing::trace_span;

use crate::answer::Answer;
use crate::api::Api;
use crate::error::{self, WireError};
use crate::params::Fault;

/// What an operation decodes.
pub(crate) struct Input<'a> {
    /// Which words errors have.
    pub(crate) api: Api,
    /// Query and form body.
    pub(crate) params: &'a Params<'a>,
    /// Where the call is at home.
    pub(crate) scope: &'a Scope,
    /// When it came.
    pub(crate) time: Timestamp,
}

/// One operation between wire and core.
pub(crate) trait WireOp {
    /// The operation of the core.
    type Op: Operation;

    /// What the call is in policies and records. Some operations of the core serve several here.
    const ACTION: Action = <Self::Op as Operation>::ACTION;

    /// Reads its parameters.
    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault>;

    /// Writes its answer, all but the request id.
    fn encode(input: &Input<'_>, output: <Self::Op as Operation>::Output, answer: &mut Answer);
}

type Served<'a> = Pin<Box<dyn Future<Output = Result<(), WireError>> + Send + 'a>>;

type Serve = for<'a> fn(&'a Service, &'a Call<'a>, &'a Input<'a>, &'a mut Answer) -> Served<'a>;

/// A row of a table.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Whether it has the parameter DryRun. Where it has not, the parameter is unknown, and ignored.
    pub(crate) dry_runs: bool,
    pub(crate) serve: Serve,
}

pub(crate) const fn served_by<W: WireOp + 'static>(name: &'static str) -> Row
where
    W::Op: 'static,
{
    Row {
        name,
        dry_runs: false,
        serve: |service, call, input, answer| Box::pin(serve::<W>(service, call, input, answer)),
    }
}

/// The same for an operation that has the parameter DryRun.
pub(crate) const fn dry_run_by<W: WireOp + 'static>(name: &'static str) -> Row
where
    W::Op: 'static,
{
    Row {
        dry_runs: true,
        ..served_by::<W>(name)
    }
}

/// Serves a call from its parameters to its answer.
pub(crate) async fn serve<W: WireOp>(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    let action = W::ACTION;
    let decoded = trace_span!(target: "claviger::stage", "parse").in_scope(|| W::decode(input));
    let operation = match decoded {
        Ok(operation) => operation,
        Err(fault) => {
            let wire = match fault {
                Fault::Wire(wire) => wire,
                Fault::Core(error) => error::wire(input.api, action, &error),
            };
            let wire = if call.dry_run {
                WireError {
                    code: "ValidationError",
                    ..wire
                }
            } else {
                wire
            };
            return Err(refuse(service, call, input.api, action.name(), wire).await);
        }
    };
    match service.execute(call, operation).await.into_inner() {
        Ok(output) => {
            trace_span!(target: "claviger::stage", "encode").in_scope(|| W::encode(input, output, answer));
            Ok(())
        }
        Err(error) => {
            let wire = error::wire(input.api, action, &error).for_caller(call.credential.caller(), &error);
            Err(if call.dry_run {
                dry_run_words(&error, wire)
            } else {
                wire
            })
        }
    }
}

/// What a call that only asks is told of a refusal.
fn dry_run_words(error: &Error, wire: WireError) -> WireError {
    let code = match error {
        Error::Denied(_) => "AccessDeniedError",
        Error::Invalid(_) | Error::Malformed(..) | Error::Document(_) => "ValidationError",
        _ => return wire,
    };
    WireError { code, ..wire }
}

/// Records a refusal of this face, and gives it back, or what kept it from being recorded.
pub(crate) async fn refuse(
    service: &Service,
    call: &Call<'_>,
    api: Api,
    action: &str,
    wire: WireError,
) -> WireError {
    match service.refuse(call, action, wire.code, None).await.into_inner() {
        Ok(()) => wire,
        Err(error) => error::wire(api, Action::DescribeService, &error),
    }
}
