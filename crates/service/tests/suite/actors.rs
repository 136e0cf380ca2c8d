//! Callers of every kind, and calls as a front door would make them.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use claviger_audit::record::{Fields, Source};
use claviger_model::{Action, Error, Scope, Timestamp};
use claviger_secret::SecretBytes;
use claviger_service::{
    Asked, AuthnError, Call, Context, Credential, Need, Note, Operation, Permitted, Proof, Service,
};
use claviger_testkit::{Client, World};

/// The code on the wire is the word of the core here.
fn wire_code(_: Action, error: &Error) -> &'static str {
    error.code()
}

/// Somebody whom the service knows.
#[derive(Debug)]
pub(crate) struct Actor {
    credential: Arc<Credential>,
    /// The account it belongs to, in the region of the world.
    pub(crate) scope: Scope,
}

/// How far a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the end.
    Really,
    /// It only asks whether it would work.
    Asks,
    /// It is permitted, and then the server breaks.
    Breaks,
}

/// An operation that breaks once it is permitted.
#[derive(Debug)]
struct Broken<O>(O);

impl<O: Operation> Operation for Broken<O> {
    const ACTION: Action = O::ACTION;
    type Output = ();

    fn action(&self) -> Action {
        self.0.action()
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.0.needs()
    }

    fn asked(&self) -> Asked<'_> {
        self.0.asked()
    }

    fn describe(&self, request: &mut Fields) {
        self.0.describe(request);
    }

    async fn run(self, _: &Context<'_>, _: Permitted, _: &mut Note) -> Result<(), Error> {
        Err(Error::Internal)
    }
}

/// A proof that shows the secret itself.
struct Shown<'a> {
    client: &'a Client,
    time: Timestamp,
    nonce: String,
}

impl Proof for Shown<'_> {
    fn access_key(&self) -> &str {
        self.client.access_key_id()
    }

    fn token(&self) -> &str {
        self.client.token()
    }

    fn time(&self) -> Timestamp {
        self.time
    }

    fn nonce(&self) -> Option<&str> {
        Some(&self.nonce)
    }

    fn verify(&self, credential: &Credential) -> bool {
        let secret = credential.prepared(|secret| SecretBytes::copied(secret.expose()));
        secret.expose() == self.client.secret().as_bytes()
    }
}

impl Actor {
    pub(crate) fn holding(world: &World, credential: Arc<Credential>) -> Self {
        Self {
            scope: world.scope(credential.caller().account),
            credential,
        }
    }

    /// Whom the service takes a client for, now.
    pub(crate) async fn of(world: &World, client: &Client) -> Result<Self, AuthnError> {
        let proof = Shown {
            client,
            time: world.now(),
            nonce: client.nonce(),
        };
        let credential = world.service().authenticate(&proof).await?;
        Ok(Self::holding(world, credential))
    }

    pub(crate) fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Makes a call from end to end.
    pub(crate) async fn calls<O: Operation>(
        &self,
        service: &Service,
        operation: O,
    ) -> Result<O::Output, Error> {
        self.goes(service, operation, false, LOCAL).await
    }

    /// Only asks whether a call would work. Gives what it hears.
    pub(crate) async fn asks<O: Operation>(&self, service: &Service, operation: O) -> Error {
        let answer = self.goes(service, operation, true, LOCAL).await;
        answer.map(drop).unwrap_err()
    }

    /// Makes a call that goes as far as that.
    pub(crate) async fn walks<O: Operation>(
        &self,
        service: &Service,
        operation: O,
        way: Way,
    ) -> Result<(), Error> {
        match way {
            Way::Really => self.calls(service, operation).await.map(drop),
            Way::Asks => Err(self.asks(service, operation).await),
            Way::Breaks => self.calls(service, Broken(operation)).await,
        }
    }

    /// The same for a call from another place.
    pub(crate) async fn goes<O: Operation>(
        &self,
        service: &Service,
        operation: O,
        dry_run: bool,
        source: Source<'_>,
    ) -> Result<O::Output, Error> {
        let (_, time) = service.begin().unwrap();
        self.goes_at(service, operation, (time, dry_run), source).await
    }

    /// The same for a call that is judged as of another moment.
    pub(crate) async fn goes_at<O: Operation>(
        &self,
        service: &Service,
        operation: O,
        (time, dry_run): (Timestamp, bool),
        source: Source<'_>,
    ) -> Result<O::Output, Error> {
        let (id, _) = service.begin().unwrap();
        let call = Call {
            id,
            time,
            credential: &self.credential,
            scope: &self.scope,
            dialect: "test",
            api: "test",
            operation: operation.action().name(),
            source,
            wire_code,
            dry_run,
        };
        service.execute(&call, operation).await.into_inner()
    }
}

/// Where calls come from unless a test says otherwise.
pub(crate) const LOCAL: Source<'static> = Source {
    address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    agent: "test",
    host: "test",
    secure: true,
};
