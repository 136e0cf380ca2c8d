//! The road of every call: resolve targets, authorize, run, record.
//!
//! Who may learn that a key exists is decided here: where a name leads nowhere, permission is judged on the name as it
//! was asked for, so only those who would be allowed get to hear that it is not there.

use std::sync::Arc;

use claviger_audit::record::{Fields, Outcome, Record};
use claviger_authz::{Permit, Question, authorize};
use claviger_model::{Action, AliasName, Denial, Error, KeyVersion, Missing, Resource, Scope};
use claviger_store::{Draft, Store, StoreError, WriteError};

use crate::cache::{Keys, LoadedKey};
use crate::call::{Call, KeyName, KeyRef, Need, Note, Target};
use crate::service::Service;

/// Something that can be asked of the service.
pub trait Operation: Send + Sync {
    /// Its name in policies, the audit trail and metrics.
    const ACTION: Action;
    /// What it answers.
    type Output: Send;

    /// The permissions it needs, on what. The pipeline loads the targets in this order.
    ///
    /// # Errors
    /// When the request itself shows that it cannot be served.
    fn needs(&self) -> Result<Vec<Need>, Error>;

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

/// A target as the pipeline found it.
#[derive(Debug)]
pub enum Loaded {
    /// A key.
    Key(Arc<LoadedKey>),
    /// A key version and its key.
    Version(Arc<KeyVersion>, Arc<LoadedKey>),
    /// Something that is a name only.
    Name,
}

/// An answer whose audit record is durable. Only the pipeline makes one, so nothing else can be answered.
#[derive(Debug)]
pub struct Audited<T>(T);

impl<T> Audited<T> {
    /// The answer.
    pub fn into_inner(self) -> T {
        self.0
    }
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
        let record = self
            .call
            .record(self.action, self.request, &note.response, Outcome::Served);
        Draft(record.into())
    }

    /// The store, for a change that outlives its caller.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.service.store)
    }

    /// Makes a change in the store and all that has to follow: caches forget, the outbox wakes. Goes on to the end
    /// even if the caller goes away and this future with it, or caches would keep what is no longer so.
    pub(crate) async fn make<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, WriteError>> + Send + 'static,
        forget: impl FnOnce(&Keys) + Send + 'static,
    ) -> Result<T, Error> {
        let (keys, outbox) = (Arc::clone(&self.service.keys), Arc::clone(&self.service.outbox));
        let made = tokio::spawn(async move {
            let made = change.await;
            forget(&keys);
            outbox.wake();
            made
        });
        match made.await {
            Ok(made) => made.map_err(from_write),
            Err(error) => {
                tracing::error!(%error, "a change broke off");
                Err(Error::Internal)
            }
        }
    }
}

impl Call<'_> {
    fn record(&self, action: Action, request: &Fields, response: &Fields, outcome: Outcome<'_>) -> Vec<u8> {
        self.named_record(action.name(), action.writes(), request, response, outcome)
    }

    fn named_record(
        &self,
        action: &str,
        writes: bool,
        request: &Fields,
        response: &Fields,
        outcome: Outcome<'_>,
    ) -> Vec<u8> {
        Record {
            id: self.id,
            time: self.time,
            dialect: self.dialect,
            action,
            writes,
            caller: self.caller,
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
    pub async fn execute<O: Operation>(
        &self,
        call: &Call<'_>,
        operation: O,
    ) -> Audited<Result<O::Output, Error>> {
        let mut request = Fields::default();
        operation.describe(&mut request);
        let mut note = Note::default();
        let result = self.attempt(call, operation, &request, &mut note).await;
        self.conclude(call, O::ACTION, &request, &note, result).await
    }

    /// Records a call of an authenticated caller that was refused before it became an operation: a wrong
    /// parameter, an operation that is not served.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the record could not be written; that is then the answer.
    pub async fn refuse(
        &self,
        call: &Call<'_>,
        action: &str,
        wire: &'static str,
    ) -> Audited<Result<(), Error>> {
        let none = Fields::default();
        let outcome = Outcome::Refused {
            code: "request",
            wire,
        };
        let writes = Action::ALL
            .iter()
            .any(|known| known.name() == action && known.writes());
        let record = call.named_record(action, writes, &none, &none, outcome);
        Audited(self.append(&record).await)
    }

    async fn attempt<O: Operation>(
        &self,
        call: &Call<'_>,
        operation: O,
        request: &Fields,
        note: &mut Note,
    ) -> Result<O::Output, Error> {
        if O::ACTION.writes() && !self.audit_is_healthy() {
            return Err(Error::Unavailable);
        }
        let permit = self.permit(call, operation.needs()?).await?;
        if call.dry_run && O::ACTION.writes() {
            return Err(Error::DryRun);
        }
        let cx = Context {
            service: self,
            call,
            action: O::ACTION,
            request,
        };
        let output = operation.run(&cx, permit, note).await?;
        if call.dry_run {
            Err(Error::DryRun)
        } else {
            Ok(output)
        }
    }

    async fn permit(&self, call: &Call<'_>, needs: Vec<Need>) -> Result<Permitted, Error> {
        let mut resources = Vec::with_capacity(needs.len());
        let mut targets = Ok(Vec::with_capacity(needs.len()));
        for need in &needs {
            let (resource, loaded) = self.resolve(call, &need.target).await;
            resources.push((need.action, resource));
            targets = match (targets, loaded) {
                (Ok(mut all), Ok(one)) => {
                    all.push(one);
                    Ok(all)
                }
                (Err(first), _) | (Ok(_), Err(first)) => Err(first),
            };
        }
        let questions = resources.iter().map(|(action, resource)| Question {
            action: *action,
            resource,
        });
        match authorize(call.caller, questions, targets) {
            Ok(permit) => permit.transpose(),
            Err(denial) => {
                let at = resources
                    .iter()
                    .position(|(_, resource)| *resource == denial.resource);
                let need = at.and_then(|at| needs.get(at));
                Err(denied(call, denial, need.map(|need| &need.target)))
            }
        }
    }

    /// The resource that policies speak of, and the thing itself or why it is not there.
    async fn resolve(&self, call: &Call<'_>, target: &Target) -> (Resource, Result<Loaded, Error>) {
        match target {
            Target::Key(reference) => self.resolve_key(call, reference).await,
            Target::Version(version) => match self.keys.version(*version).await {
                Ok(version) => {
                    let resource = Resource::Key(version.scope.clone(), version.key);
                    let key = self.keys.key(&version.scope, version.key, call.time).await;
                    // A ciphertext of another account is as good as one of nobody's.
                    let foreign = version.scope.account != call.caller.account;
                    match key {
                        Ok(key) => (resource, Ok(Loaded::Version(version, key))),
                        Err(Error::NotFound(_)) if foreign => unknown_key(call),
                        Err(error) => (resource, Err(error)),
                    }
                }
                Err(error) => {
                    let (resource, _) = unknown_key(call);
                    (resource, Err(error))
                }
            },
            Target::Alias(scope, name) => (Resource::Alias(scope.clone(), name.clone()), Ok(Loaded::Name)),
            Target::KeyOfAlias(scope, name) => self.resolve_alias(call, scope, name).await,
            Target::Keys(scope) => (Resource::Keys(scope.clone()), Ok(Loaded::Name)),
            Target::Aliases(scope) => (Resource::Aliases(scope.clone()), Ok(Loaded::Name)),
            Target::Service(scope) => (Resource::Service(scope.clone()), Ok(Loaded::Name)),
        }
    }

    async fn resolve_key(&self, call: &Call<'_>, reference: &KeyRef) -> (Resource, Result<Loaded, Error>) {
        let KeyRef { scope, name } = reference;
        match name {
            KeyName::Id(id) => {
                let found = self.keys.key(scope, *id, call.time).await.map(Loaded::Key);
                (Resource::Key(scope.clone(), *id), found)
            }
            KeyName::Alias(name) => self.resolve_alias(call, scope, name).await,
            KeyName::Unknown(text) => (
                Resource::UnknownKey(scope.clone(), text.clone()),
                Err(Error::NotFound(Missing::Key)),
            ),
        }
    }

    async fn resolve_alias(
        &self,
        call: &Call<'_>,
        scope: &Scope,
        name: &AliasName,
    ) -> (Resource, Result<Loaded, Error>) {
        match self.keys.alias(scope, name).await {
            Ok(id) => {
                let found = self.keys.key(scope, id, call.time).await.map(Loaded::Key);
                (Resource::Key(scope.clone(), id), found)
            }
            Err(error) => (Resource::Alias(scope.clone(), name.clone()), Err(error)),
        }
    }

    async fn conclude<T>(
        &self,
        call: &Call<'_>,
        action: Action,
        request: &Fields,
        note: &Note,
        result: Result<T, Error>,
    ) -> Audited<Result<T, Error>> {
        // SOURCE: Alibaba Cloud KMS, "Use ActionTrail to query KMS event logs": all but this one is recorded.
        if note.outboxed || action == Action::DescribeRegions {
            return Audited(result);
        }
        let empty = Fields::default();
        let record = match &result {
            Ok(_) => call.record(action, request, &note.response, Outcome::Served),
            Err(error) => {
                let (code, wire) = (error.code(), (call.wire_code)(action, error));
                let outcome = if error.is_fault() {
                    Outcome::Failed { code, wire }
                } else {
                    Outcome::Refused { code, wire }
                };
                call.record(action, request, &empty, outcome)
            }
        };
        match self.append(&record).await {
            Ok(()) => Audited(result),
            Err(error) => Audited(Err(error)),
        }
    }
}

/// What a denied caller gets to hear: nothing that was not in the request. An alias is named and not the key behind
/// it, and a ciphertext of another account is as good as one of nobody's.
fn denied(call: &Call<'_>, denial: Denial, target: Option<&Target>) -> Error {
    match target {
        Some(
            Target::KeyOfAlias(scope, name)
            | Target::Key(KeyRef {
                scope,
                name: KeyName::Alias(name),
            }),
        ) => Error::Denied(Denial {
            resource: Resource::Alias(scope.clone(), name.clone()),
            ..denial
        }),
        Some(Target::Version(_)) if denial.resource.scope().account != call.caller.account => {
            Error::NotFound(Missing::Key)
        }
        _ => Error::Denied(denial),
    }
}

/// A key that nobody knows, in the caller's own scope: what a ciphertext that leads nowhere stands for.
fn unknown_key(call: &Call<'_>) -> (Resource, Result<Loaded, Error>) {
    let resource = Resource::UnknownKey(call.scope.clone(), "*".into());
    (resource, Err(Error::NotFound(Missing::Key)))
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
fn from_write(error: WriteError) -> Error {
    match error {
        WriteError::Domain(error) => error,
        WriteError::Store(error) => from_store(error),
    }
}
