//! The road of every call: resolve targets, authorize, run, record.
//!
//! Who may learn that a key exists is decided here: where a name leads nowhere, permission is judged on the name as it
//! was asked for, so only those who would be allowed get to hear that it is not there.

mod loaded;

use std::sync::Arc;

use claviger_audit::record::{Fields, Outcome, Record};
use claviger_authz::{Facts, NoPermit, Permit, authorize};
use claviger_model::{AccountId, Action, Error, Identity};
use claviger_store::{Draft, Store, StoreError, WriteError};
use tracing::{Instrument as _, trace_span};

use crate::cache::Keys;
use crate::call::{Asked, Call, KeyRef, Need, Note};
use crate::ops::describe_key;
use crate::resolve::{Found, denied, is_hidden};
use crate::service::Service;

pub(crate) use loaded::Loaded;

/// Something that can be asked of the service.
pub trait Operation: Send + Sync {
    /// Its name in policies, the audit trail and metrics.
    const ACTION: Action;
    /// What it answers.
    type Output: Send;

    /// Its name where one operation bears several.
    fn action(&self) -> Action {
        Self::ACTION
    }

    /// The permissions it needs, on what. The pipeline loads the targets in this order.
    ///
    /// # Errors
    /// When the request itself shows that it cannot be served.
    fn needs(&self) -> Result<Vec<Need>, Error>;

    /// What the request brings for the conditions of policies to look at.
    fn asked(&self) -> Asked<'_> {
        Asked::default()
    }

    /// Writes what was asked for into the audit record: ids, lengths, public words. Never secrets.
    fn describe(&self, request: &mut Fields);

    /// Does it.
    fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// The targets of a call, loaded and permitted.
pub type Permitted = Permit<Vec<Loaded>>;

/// An answer whose audit record is durable. Only the pipeline makes one, so nothing else can be answered.
#[derive(Debug)]
pub struct Audited<T>(T);

impl<T> Audited<T> {
    /// The answer.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// What a refusal of an operation means to a call of which it is a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The call is refused: so it is recorded.
    Refusal,
    /// What was asked for is so already, and the face answers that it is: recorded as served.
    AlreadySo,
    /// The call goes on with another operation, and that one is recorded.
    GoesOn,
}

/// What an operation works with.
#[derive(Debug)]
pub struct Context<'a> {
    pub(crate) service: &'a Service,
    pub(crate) call: &'a Call<'a>,
    action: Action,
    request: &'a Fields,
}

impl Context<'_> {
    /// The audit record of this call, should it be served: goes into the transaction of the change.
    pub(crate) fn draft(&self, note: &Note) -> Draft {
        let record = self.call.record(
            self.action,
            &note.owners,
            self.request,
            &note.response,
            Outcome::Served,
        );
        Draft(record.into())
    }

    /// The store, for a change that outlives its caller.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.service.store)
    }

    /// See [`Service::make`].
    pub(crate) async fn make<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, WriteError>> + Send + 'static,
        forget: impl FnOnce(&Keys) + Send + 'static,
    ) -> Result<T, Error> {
        self.service.make(change, forget).await
    }

    /// See [`Service::make_identity`].
    pub(crate) async fn make_identity<T: Send + 'static>(
        &self,
        account: AccountId,
        change: impl Future<Output = Result<T, WriteError>> + Send + 'static,
    ) -> Result<T, Error> {
        self.service.make_identity(account, change).await
    }
}

impl Call<'_> {
    /// The record of a call of the server's own that was served, for the transaction of its change.
    pub(crate) fn served(&self, action: Action, response: &Fields) -> Draft {
        let record = self.record(action, &[], &Fields::default(), response, Outcome::Served);
        Draft(record.into())
    }

    /// The circumstances of the call. Nobody shows a second factor here.
    pub(crate) fn facts<'f>(&self, asked: &'f Asked<'_>) -> Facts<'f> {
        Facts {
            source: Some(self.source.address),
            secure: self.source.secure,
            mfa: Some(false),
            tags: &asked.tags,
            tag_keys: &asked.tag_keys,
            algorithm: asked.algorithm,
            external_id: asked.external_id,
            ..Facts::at(self.time)
        }
    }

    fn record(
        &self,
        action: Action,
        owners: &[AccountId],
        request: &Fields,
        response: &Fields,
        outcome: Outcome<'_>,
    ) -> Vec<u8> {
        self.named_record(
            (action.name(), action.writes()),
            owners,
            request,
            response,
            outcome,
        )
    }

    /// A record of an action with this name, and whether it writes.
    fn named_record(
        &self,
        (action, writes): (&str, bool),
        owners: &[AccountId],
        request: &Fields,
        response: &Fields,
        outcome: Outcome<'_>,
    ) -> Vec<u8> {
        Record {
            id: self.id,
            time: self.time,
            dialect: self.dialect,
            api: self.api,
            action,
            operation: self.operation,
            writes,
            caller: self.caller(),
            owners,
            region: self.scope.region.as_str(),
            source: self.source,
            request,
            response,
            outcome,
        }
        .to_json()
    }
}

impl Service {
    /// Serves one call from end to end. When this resolves, the record of the call is durable.
    ///
    /// Thousands of these may be in flight, and each is moved to its place: what few calls need lies in boxes of its own.
    pub async fn execute<O: Operation>(
        &self,
        call: &Call<'_>,
        operation: O,
    ) -> Audited<Result<O::Output, Error>> {
        self.execute_part(call, operation, |_| Ending::Refusal).await
    }

    /// The same for a face that makes one call of several operations: `ending` tells what a refusal of this one means to the
    /// whole. Whoever goes on must come to an end that is recorded.
    pub async fn execute_part<O: Operation>(
        &self,
        call: &Call<'_>,
        operation: O,
        ending: fn(&Error) -> Ending,
    ) -> Audited<Result<O::Output, Error>> {
        let mut request = Fields::default();
        operation.describe(&mut request);
        let action = operation.action();
        let mut note = Note::default();
        let result = self.attempt(call, operation, &request, &mut note).await;
        let ending = result.as_ref().err().map(ending);
        if ending == Some(Ending::GoesOn) {
            return Audited(result);
        }
        let served = ending.is_none_or(|ending| ending == Ending::AlreadySo);
        self.conclude(call, action, &request, &note, (result, served))
            .instrument(trace_span!(target: "claviger::stage", "audit"))
            .await
    }

    /// Records a call of an authenticated caller that was refused before it became an operation: a wrong
    /// parameter, an operation that is not served. `about` is the key that it names, where that can be told.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the record could not be written; that is then the answer.
    pub async fn refuse(
        &self,
        call: &Call<'_>,
        action: &str,
        wire: &'static str,
        about: Option<&KeyRef>,
    ) -> Audited<Result<(), Error>> {
        let none = Fields::default();
        let mut request = Fields::default();
        if let Some(key) = about {
            describe_key(&mut request, key);
        }
        let outcome = Outcome::Refused {
            code: "request",
            wire,
        };
        let writes = Action::ALL
            .iter()
            .any(|known| known.name() == action && known.writes());
        let record = call.named_record((action, writes), &[], &request, &none, outcome);
        Audited(self.append(&record).await)
    }

    async fn attempt<O: Operation>(
        &self,
        call: &Call<'_>,
        operation: O,
        request: &Fields,
        note: &mut Note,
    ) -> Result<O::Output, Error> {
        let action = operation.action();
        if let Some(throttle) = &self.throttle {
            throttle.admit(call.caller(), action, self.clock.now())?;
        }
        if action.writes() && !self.audit_is_healthy() {
            return Err(Error::Unavailable);
        }
        let mut permit = self
            .permit(call, operation.needs()?, operation.asked())
            .instrument(trace_span!(target: "claviger::stage", "authorize"))
            .await?;
        note.owners = owners(call, permit.targets());
        if call.dry_run && action.writes() {
            return Err(Error::DryRun);
        }
        if !call.dry_run && self.rotate_targets(&permit, call.time).await? {
            permit = self.permit(call, operation.needs()?, operation.asked()).await?;
        }
        if let Some((level, region)) = permit.targets().iter().find_map(Loaded::in_hardware) {
            self.name_provider(&mut note.response, level, region);
        }
        let cx = Context {
            service: self,
            call,
            action,
            request,
        };
        let output = operation
            .run(&cx, permit, note)
            .instrument(trace_span!(target: "claviger::stage", "crypto"))
            .await?;
        if call.dry_run {
            Err(Error::DryRun)
        } else {
            Ok(output)
        }
    }

    async fn permit(&self, call: &Call<'_>, needs: Vec<Need>, asked: Asked<'_>) -> Result<Permitted, Error> {
        let (subject, facts) = (call.credential.subject(), call.facts(&asked));
        let mut hidden = Vec::new();
        let mut begun = false;
        loop {
            let found = self.find(call, &needs, &hidden).await?;
            match authorize(subject, &facts, found) {
                Ok(permit) => return Ok(permit),
                Err(NoPermit::Denied(place, denial)) => {
                    let need = needs.get(place);
                    if hidden.contains(&place) || !is_hidden(call, need, &denial) {
                        return Err(denied(call, denial, need));
                    }
                    hidden.push(place);
                }
                // Who gets here might do all that was asked for.
                Err(NoPermit::Absent(error)) => {
                    if begun || !Box::pin(self.begin_service_keys(call, &needs)).await? {
                        return Err(error);
                    }
                    begun = true;
                }
            }
        }
    }

    /// Loads what a call needs. `hidden`: the places of needs that must not show what lies elsewhere.
    async fn find(&self, call: &Call<'_>, needs: &[Need], hidden: &[usize]) -> Result<Vec<Found>, Error> {
        let mut found = Vec::with_capacity(needs.len());
        for (place, need) in needs.iter().enumerate() {
            if let Identity::Service(_) = call.caller().identity {
                Box::pin(self.prepare_service_key(call, need)).await?;
            }
            let at_home = hidden.contains(&place);
            found.push(Found {
                action: need.action,
                thing: self.resolve(call, &need.target, at_home).await?,
            });
        }
        Ok(found)
    }

    async fn conclude<T>(
        &self,
        call: &Call<'_>,
        action: Action,
        request: &Fields,
        note: &Note,
        (result, served): (Result<T, Error>, bool),
    ) -> Audited<Result<T, Error>> {
        // SOURCE: Alibaba Cloud KMS, "Use ActionTrail to query KMS event logs": all but this one is recorded.
        if note.outboxed || action == Action::DescribeRegions {
            return Audited(result);
        }
        let empty = Fields::default();
        let record = match &result {
            Ok(_) => call.record(action, &note.owners, request, &note.response, Outcome::Served),
            Err(_) if served => call.record(action, &note.owners, request, &empty, Outcome::Served),
            Err(error) => {
                let (code, wire) = (error.code(), (call.wire_code)(action, error));
                let outcome = if error.is_fault() {
                    Outcome::Failed { code, wire }
                } else {
                    Outcome::Refused { code, wire }
                };
                call.record(action, &note.owners, request, &empty, outcome)
            }
        };
        match self.append(&record).await {
            Ok(()) => Audited(result),
            Err(error) => Audited(Err(error)),
        }
    }
}

/// The accounts, other than the caller's, that own targets of a call; each once.
fn owners(call: &Call<'_>, targets: &[Loaded]) -> Vec<AccountId> {
    let mut owners = Vec::new();
    for owner in targets.iter().filter_map(Loaded::owner) {
        if owner != call.caller().account && !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    owners
}

/// What a store's failure means to a caller. The operator finds the reason in the server's log.
#[expect(clippy::needless_pass_by_value, reason = "it stands behind `map_err`")]
pub(crate) fn from_store(error: StoreError) -> Error {
    match error {
        StoreError::Overloaded => Error::Overloaded,
        StoreError::Unavailable(_) => {
            tracing::warn!(%error, "store unavailable");
            Error::Unavailable
        }
        StoreError::BadRow { .. } | StoreError::NewerSchema { .. } | StoreError::Database(_) => {
            tracing::error!(%error, "store failed");
            Error::Internal
        }
    }
}

/// The same for a change.
pub(crate) fn from_write(error: WriteError) -> Error {
    match error {
        WriteError::Domain(error) => error,
        WriteError::Store(error) => from_store(error),
    }
}
