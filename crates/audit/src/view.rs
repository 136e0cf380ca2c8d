//! A record of the log read back: the neutral view that queries, usage and every other shape of an event are made of.

use std::borrow::Cow;
use std::net::IpAddr;

use claviger_model::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Something that stands in the log.
#[derive(Debug)]
pub enum Entry<'a> {
    /// A call of a caller with valid credentials.
    Call(Box<Event<'a>>),
    /// Callers that were turned away, counted.
    Strangers(Strangers<'a>),
    /// The server's own life.
    Server(Mark<'a>),
    /// Anything else, such as the header of a segment.
    Other,
}

impl<'a> Entry<'a> {
    /// Reads a record.
    ///
    /// # Errors
    /// When it is not JSON, or not of the shape of its kind.
    pub fn parse(record: &'a [u8]) -> Result<Self, serde_json::Error> {
        // A record begins with its kind. A raw value inside cannot be read through a tagged enum of serde.
        let is = |start: &str| record.starts_with(start.as_bytes());
        if is("{\"kind\":\"call\",") {
            serde_json::from_slice(record).map(|event| Self::Call(Box::new(event)))
        } else if is("{\"kind\":\"strangers\",") {
            serde_json::from_slice(record).map(Self::Strangers)
        } else if is("{\"kind\":\"server\",") {
            serde_json::from_slice(record).map(Self::Server)
        } else {
            Ok(Self::Other)
        }
    }
}

/// A call; see [`Record`](crate::record::Record), which writes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Event<'a> {
    /// The request id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// When the call was accepted.
    pub time: Timestamp,
    /// The front door.
    #[serde(borrow)]
    pub dialect: Cow<'a, str>,
    /// The API behind the door; records of the first versions have none.
    #[serde(borrow, default = "kms")]
    pub api: Cow<'a, str>,
    /// What was asked, in the words of the core.
    #[serde(borrow)]
    pub action: Cow<'a, str>,
    /// The same in the words of the wire, where they differ.
    #[serde(borrow, default)]
    pub operation: Option<Cow<'a, str>>,
    /// Whether it changes what is stored.
    pub writes: bool,
    /// The account of the caller, its number.
    #[serde(borrow)]
    pub account: Cow<'a, str>,
    /// The accounts, other than that, whose keys, certificates or roles it was about.
    #[serde(borrow, default)]
    pub owners: Vec<Cow<'a, str>>,
    /// The region it was asked in.
    #[serde(borrow)]
    pub region: Cow<'a, str>,
    /// Who asked.
    #[serde(borrow)]
    pub caller: Caller<'a>,
    /// Where from.
    #[serde(borrow)]
    pub source: Source<'a>,
    /// What was asked for: the JSON object as it stands in the record.
    #[serde(borrow)]
    pub request: &'a RawValue,
    /// `served`, `refused` or `failed`.
    #[serde(borrow)]
    pub outcome: Cow<'a, str>,
    /// What was answered, where it was served.
    #[serde(borrow, default)]
    pub response: Option<&'a RawValue>,
    /// Why not, otherwise.
    #[serde(borrow, default)]
    pub error: Option<Fault<'a>>,
}

fn kms() -> Cow<'static, str> {
    Cow::Borrowed("kms")
}

/// Who asked.
#[derive(Debug, Clone, Deserialize)]
pub struct Caller<'a> {
    /// `root`, `user`, `session`, `service` or `system`.
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    /// Name of a user.
    #[serde(borrow, default)]
    pub user: Option<Cow<'a, str>>,
    /// Its id.
    #[serde(borrow, default)]
    pub user_id: Option<Cow<'a, str>>,
    /// Name of the role of a session.
    #[serde(borrow, default)]
    pub role: Option<Cow<'a, str>>,
    /// Its id.
    #[serde(borrow, default)]
    pub role_id: Option<Cow<'a, str>>,
    /// Name of a session.
    #[serde(borrow, default)]
    pub session: Option<Cow<'a, str>>,
    /// When it began.
    #[serde(default)]
    pub began: Option<Timestamp>,
    /// Name of a service.
    #[serde(borrow, default)]
    pub service: Option<Cow<'a, str>>,
    /// The access key it showed.
    #[serde(borrow, default)]
    pub access_key: Option<Cow<'a, str>>,
}

/// Where a call came from.
#[derive(Debug, Clone, Deserialize)]
pub struct Source<'a> {
    /// Address of the peer.
    pub address: IpAddr,
    /// What the client said it is.
    #[serde(borrow)]
    pub agent: Cow<'a, str>,
    /// The host name that it called.
    #[serde(borrow)]
    pub host: Cow<'a, str>,
    /// Whether over TLS.
    pub tls: bool,
}

/// Why a call was not served.
#[derive(Debug, Clone, Deserialize)]
pub struct Fault<'a> {
    /// The core's stable word.
    #[serde(borrow)]
    pub code: Cow<'a, str>,
    /// The code on the wire.
    #[serde(borrow)]
    pub wire: Cow<'a, str>,
}

/// A batch of callers that were turned away.
#[derive(Debug, Clone, Deserialize)]
pub struct Strangers<'a> {
    /// When the batch began.
    pub since: Timestamp,
    /// When it ended.
    pub until: Timestamp,
    /// The callers, alike ones in one row.
    #[serde(borrow)]
    pub rows: Vec<Stranger<'a>>,
    /// How many more there were.
    pub others: u64,
}

/// Alike callers that were turned away.
#[derive(Debug, Clone, Deserialize)]
pub struct Stranger<'a> {
    /// Why.
    #[serde(borrow)]
    pub reason: Cow<'a, str>,
    /// Where they came from.
    pub address: IpAddr,
    /// The access key they named.
    #[serde(borrow, default)]
    pub access_key: Option<Cow<'a, str>>,
    /// How many.
    pub count: u64,
}

/// A moment in the server's life.
#[derive(Debug, Clone, Deserialize)]
pub struct Mark<'a> {
    /// When.
    pub time: Timestamp,
    /// What happened.
    #[serde(borrow)]
    pub event: Cow<'a, str>,
    /// Version of the program.
    #[serde(borrow)]
    pub version: Cow<'a, str>,
}

/// A kind of thing that calls are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ThingKind {
    /// A key.
    Key,
    /// An alias.
    Alias,
    /// A certificate.
    Certificate,
    /// A user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
    /// A policy.
    Policy,
    /// An access key.
    AccessKey,
    /// A service.
    Service,
    /// An account.
    Account,
}

impl ThingKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Key,
        Self::Alias,
        Self::Certificate,
        Self::User,
        Self::Group,
        Self::Role,
        Self::Policy,
        Self::AccessKey,
        Self::Service,
        Self::Account,
    ];

    /// The name of the field that bears it, which is its word everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Alias => "alias",
            Self::Certificate => "certificate",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::AccessKey => "access_key",
            Self::Service => "service",
            Self::Account => "account",
        }
    }
}

/// A thing that a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing<'a> {
    /// Its kind.
    pub kind: ThingKind,
    /// Its id or name.
    pub name: Cow<'a, str>,
}

/// The fields of a request or response that name things.
#[derive(Debug, Default, Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    key: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    source_key: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    previous_key: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    keys: Option<Many<'a>>,
    #[serde(borrow, default)]
    alias: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    certificate: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    user: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    group: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    role: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    policy: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    access_key: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    service: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    account: Option<Cow<'a, str>>,
}

/// Ids of several keys, or only how many there were.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Many<'a> {
    Ids(#[serde(borrow)] Vec<Cow<'a, str>>),
    Count(#[expect(dead_code, reason = "read so that it is no fault")] u64),
}

impl<'a> Event<'a> {
    /// What the call is about, what it says of itself first; each thing once. What was answered comes before what was
    /// asked for: an answer has the id where the request may have a name.
    pub fn things(&self) -> Vec<Thing<'a>> {
        let mut things = Vec::new();
        for object in self.response.into_iter().chain([self.request]) {
            // A field of another type names nothing.
            if let Ok(named) = serde_json::from_str::<Named<'a>>(object.get()) {
                named.collect(&mut things);
            }
        }
        things
    }

    /// The accounts in whose trail it stands: that of the caller, then those of the owners.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        [&self.account].into_iter().chain(&self.owners).map(AsRef::as_ref)
    }

    /// What the caller is called in queries: `root`, the name of a user or service, `role:session`, or `system`.
    pub fn caller_name(&self) -> Cow<'_, str> {
        let caller = &self.caller;
        match (&caller.user, &caller.role, &caller.session, &caller.service) {
            (Some(user), ..) => Cow::Borrowed(user),
            (_, Some(role), Some(session), _) => Cow::Owned(format!("{role}:{session}")),
            (.., Some(service)) => Cow::Borrowed(service),
            _ => Cow::Borrowed(&caller.kind),
        }
    }

    /// What was asked in the words of the wire.
    pub fn operation(&self) -> &str {
        self.operation.as_deref().unwrap_or(&self.action)
    }
}

impl<'a> Named<'a> {
    fn collect(self, things: &mut Vec<Thing<'a>>) {
        let keys = match self.keys {
            Some(Many::Ids(ids)) => ids,
            Some(Many::Count(_)) | None => Vec::new(),
        };
        let of_kind =
            |kind, names: Vec<Cow<'a, str>>| names.into_iter().map(move |name| Thing { kind, name });
        let keys = [self.key, self.source_key, self.previous_key]
            .into_iter()
            .flatten()
            .chain(keys)
            .collect();
        let found = of_kind(ThingKind::Key, keys).chain(
            [
                (ThingKind::Alias, self.alias),
                (ThingKind::Certificate, self.certificate),
                (ThingKind::User, self.user),
                (ThingKind::Group, self.group),
                (ThingKind::Role, self.role),
                (ThingKind::Policy, self.policy),
                (ThingKind::AccessKey, self.access_key),
                (ThingKind::Service, self.service),
                (ThingKind::Account, self.account),
            ]
            .into_iter()
            .filter_map(|(kind, name)| Some(Thing { kind, name: name? })),
        );
        for thing in found {
            if !things.contains(&thing) {
                things.push(thing);
            }
        }
    }
}
