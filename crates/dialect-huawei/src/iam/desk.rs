//! How identities are served: what a row of theirs has at hand, and how it stops.
//!
//! Paths name identities by number and the core by name, and what is one call here is now and then several of the core. So
//! a row is one asynchronous function; each operation of the core that it runs is judged and recorded by itself.

use std::future::Future;

use claviger_model::{Action, Error, Missing, Timestamp};
use claviger_service::{Call, Ending, Operation, Service, Source};
use claviger_signing::encode;
use http::StatusCode;

use crate::error::codes::{self, Code};
use crate::error::{self, WireError};
use crate::fields::Fields;
use crate::json::Answer;
use crate::route::Api;
use crate::row::{Auth, Input, Row, Serve};

/// One call about identities.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) service: &'a Service,
    pub(super) call: &'a Call<'a>,
    pub(super) input: &'a Input<'a>,
}

/// Why a call ends before its end.
pub(super) enum Stop {
    /// The dialect says no, which is still to be recorded.
    Here(WireError),
    /// The core said no, and has recorded that.
    Core(WireError),
}

impl From<WireError> for Stop {
    fn from(error: WireError) -> Self {
        Self::Here(error)
    }
}

impl From<Code> for Stop {
    fn from(code: Code) -> Self {
        Self::Here(code.error())
    }
}

/// One operation of identities.
pub(super) trait IdentityOp {
    /// What the call is in records when it is refused before it is an operation.
    const ACTION: Action;

    /// The members that the body must have.
    const REQUIRED: &'static [&'static str] = &[];

    /// Serves the call.
    fn serve(desk: Desk<'_>, answer: &mut Answer) -> impl Future<Output = Result<(), Stop>> + Send;
}

/// A row of [`IdentityOp`].
pub(super) const fn row<W: IdentityOp + 'static>(
    api: Api,
    method: &'static str,
    path: &'static str,
    name: &'static str,
) -> Row {
    Row {
        name,
        method,
        path,
        api,
        auth: Auth::Account,
        status: 200,
        required: W::REQUIRED,
        action: Some(W::ACTION),
        serve: Serve::Known(|service, call, input, answer| {
            let desk = Desk { service, call, input };
            Box::pin(serve::<W>(desk, answer))
        }),
    }
}

async fn serve<W: IdentityOp>(desk: Desk<'_>, answer: &mut Answer) -> Result<(), WireError> {
    let missing = W::REQUIRED.iter().find(|name| !desk.input.fields.has(name));
    let served = match missing {
        Some(name) => Err(Stop::Here(codes::K0204.on(name))),
        None => W::serve(desk, answer).await,
    };
    match served {
        Ok(()) => Ok(()),
        Err(Stop::Core(wire)) => Err(wire),
        Err(Stop::Here(wire)) => {
            let wire = error::dressed(desk.input.row.api, wire);
            Err(desk
                .input
                .refuse(desk.service, desk.call, W::ACTION.name(), wire)
                .await)
        }
    }
}

impl<'a> Desk<'a> {
    /// Runs an operation of the core.
    pub(super) async fn execute<O: Operation>(&self, operation: O) -> Result<O::Output, Stop> {
        let action = operation.action();
        self.attempt(operation, |_| Ending::Refusal)
            .await
            .map_err(|error| self.refused(action, &error))
    }

    /// The same where not every refusal is one of the call: `ending` tells which is.
    pub(super) async fn attempt<O: Operation>(
        &self,
        operation: O,
        ending: fn(&Error) -> Ending,
    ) -> Result<O::Output, Error> {
        let ended = self.service.execute_part(self.call, operation, ending).await;
        ended.into_inner()
    }

    /// Asks whether an operation would be permitted and be well-formed, before something else is done that it belongs to.
    /// Recorded is only that it would not.
    pub(super) async fn rehearse<O: Operation>(&self, operation: O) -> Result<(), Stop> {
        let action = operation.action();
        let call = Call {
            dry_run: true,
            ..*self.call
        };
        let ending = |error: &Error| match error {
            Error::DryRun => Ending::GoesOn,
            _ => Ending::Refusal,
        };
        let ended = self.service.execute_part(&call, operation, ending).await;
        match ended.into_inner() {
            Ok(_) | Err(Error::DryRun) => Ok(()),
            Err(error) => Err(self.refused(action, &error)),
        }
    }

    /// The words for a refusal that is recorded.
    pub(super) fn refused(&self, action: Action, error: &Error) -> Stop {
        Stop::Core(error::wire(self.input.manner, action, error))
    }

    /// The words for what failed outside of an operation.
    pub(super) fn failed(&self, action: Action, error: &Error) -> Stop {
        Stop::Here(error::wire(self.input.manner, action, error))
    }

    /// The object that the body holds under one name, as all bodies of identities do.
    pub(super) fn body(&self, name: &str) -> Result<Fields<'a>, WireError> {
        let fields: &'a Fields<'a> = self.input.fields;
        let inner = fields.object(name, codes::K0308)?;
        inner.ok_or_else(|| codes::K0204.on(name))
    }

    /// The account, as the body may name it too: then it has to be the caller's.
    pub(super) fn check_domain(&self, fields: &Fields<'_>) -> Result<(), WireError> {
        match fields.text("domain_id")? {
            Some(named) if named != *self.input.home.domain => Err(codes::K0308.on("domain_id")),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a list is asked for that has something of the caller's account.
    pub(super) fn asks_for_own(&self) -> bool {
        let named = self.input.query.get("domain_id").unwrap_or_default();
        named.is_empty() || named == &*self.input.home.domain
    }

    /// The value of a parameter of the query; none where it is absent or empty.
    pub(super) fn asked(&self, name: &str) -> Option<&'a str> {
        self.input.query.get(name).filter(|value| !value.is_empty())
    }

    /// The address of something here.
    pub(super) fn link(&self, path: &str) -> String {
        link(&self.call.source, path)
    }

    /// Ends a list that is given whole.
    pub(super) fn links(&self, answer: &mut Answer) {
        let mut own = self.link(self.input.segments);
        if !self.input.query.is_empty() {
            own.push('?');
            own.push_str(&encode::query(self.input.query));
        }
        answer.object("links", |answer| {
            answer.text("self", &own);
            answer.null("previous");
            answer.null("next");
        });
    }

    /// What is not there at all, for anyone.
    pub(super) fn no_such(&self, missing: Missing) -> Stop {
        let message = Error::NotFound(missing).to_string();
        Stop::Here(match self.input.row.api {
            Api::IamExtension => error::iam::extension(StatusCode::NOT_FOUND, "IAM.0004", message),
            Api::Iam | Api::Kms | Api::Cts => error::iam::keystone(StatusCode::NOT_FOUND, message),
        })
    }
}

/// The address of something behind the door that a call came to.
pub(super) fn link(source: &Source<'_>, path: &str) -> String {
    let scheme = if source.secure { "https" } else { "http" };
    format!("{scheme}://{}/{path}", source.host)
}

/// The link of one thing to itself.
pub(super) fn own_link(answer: &mut Answer, address: &str) {
    answer.object("links", |answer| answer.text("self", address));
}

/// A moment as most answers have it.
pub(super) fn micros(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
