//! What a query index over the log promises. The index is fed from the log, may be behind it, and can be rebuilt from it
//! at any time; it is never a source of truth.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use claviger_model::{AccountId, KeyId, KeyVersionId, SignedDuration, Timestamp};

use crate::chain::Seq;
use crate::view::ThingKind;

/// Answers questions about the past.
#[async_trait]
pub trait EventIndex: Follower {
    /// One page of the calls of an account that pass all filters.
    async fn lookup(&self, query: &Query) -> Result<Found, IndexError>;

    /// How a key of an account was used, by whomever: callers of other accounts may be allowed to, and their records
    /// name the same id. A key that was never used has an empty usage. Which calls are uses:
    /// [`Action::uses_material`](claviger_model::Action::uses_material); a re-encryption is one of both of its keys.
    async fn usage(&self, account: AccountId, key: KeyId) -> Result<Usage, IndexError>;

    /// Waits until the index holds everything up to `seq`, for `patience` at most; whether it does.
    async fn reaches(&self, seq: Seq, patience: Duration) -> bool;
}

/// Something that follows the log, at its own pace.
pub trait Follower: Send + Sync + fmt::Debug {
    /// How far it has come.
    fn progress(&self) -> Progress;
}

/// How far a follower of the log has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Its name: `index`, or what the settings call it.
    pub name: String,
    /// The last line that it is done with.
    pub done: Seq,
    /// How long that line had been in the log when it was done, where that was measured: the lag.
    pub lag: Option<SignedDuration>,
    /// What keeps it from going on, for people.
    pub trouble: Option<String>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Whose calls.
    pub account: AccountId,
    /// What must be so, all of it.
    pub filters: Vec<Filter>,
    /// The first moment, inclusive.
    pub from: Timestamp,
    /// The last moment, inclusive.
    pub until: Timestamp,
    /// The order: by place in the log, which is nearly that of time.
    pub newest_first: bool,
    /// Goes on behind this line.
    pub after: Option<Seq>,
    /// Most events of a page, at least 1.
    pub take: usize,
}

/// Something that must be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// The request id.
    Id(String),
    /// The API, such as `kms`.
    Api(String),
    /// The region it was asked in.
    Region(String),
    /// What was asked, in the words of the core or of the wire.
    Operation(String),
    /// The same, where any of these names will do. Of none, nothing is found.
    AnyOperation(Vec<String>),
    /// Who asked: see [`Event::caller_name`](crate::view::Event::caller_name).
    Caller(String),
    /// The id of the user or role that asked. Roots, services and the system have none.
    CallerId(String),
    /// The access key that was shown.
    AccessKey(String),
    /// A kind of thing that it was about.
    Kind(ThingKind),
    /// The id or name of a thing that it was about.
    Thing(String),
    /// Whether it changes what is stored.
    Writes(bool),
    /// `served`, `refused` or `failed`.
    Outcome(String),
}

/// A page of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The records, as they stand in the log, with their places.
    pub events: Vec<(Seq, Box<[u8]>)>,
    /// Where to go on; nothing at the end.
    pub next: Option<Seq>,
}

/// How a key was used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// The last cryptographic use that was served.
    pub last: Option<LastUse>,
    /// Per version, that of the latest last use first. Uses whose record names no version stand under `None`.
    pub versions: Vec<VersionUsage>,
    /// How often what was asked of the key, by day; the latest day first, then by action and outcome.
    pub days: Vec<DayUsage>,
}

/// A use, and who it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    /// When.
    pub time: Timestamp,
    /// What, in the words of the core.
    pub action: String,
    /// Who: see [`Event::caller_name`](crate::view::Event::caller_name). With the number of its account and a slash in front,
    /// where that is another one than the key's.
    pub caller: String,
    /// With which access key.
    pub access_key: Option<String>,
}

/// How a version of a key was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionUsage {
    /// The version.
    pub version: Option<KeyVersionId>,
    /// The first cryptographic use that was served.
    pub first: Timestamp,
    /// The last one.
    pub last: Timestamp,
    /// How many there were.
    pub count: u64,
}

/// How often something was asked of a key on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayUsage {
    /// The day, UTC.
    pub day: jiff::civil::Date,
    /// What was asked.
    pub action: String,
    /// `served`, `refused` or `failed`.
    pub outcome: String,
    /// How often.
    pub count: u64,
}

/// The index cannot answer now. The log is not touched by that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// It is being rebuilt, or its disk fails; the text is for the server's own log.
    #[error("the audit index does not answer: {0}")]
    Unavailable(String),
}

/// Stands where no index is kept: every question stays open, and nothing is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoIndex;

impl NoIndex {
    fn answer<T>() -> Result<T, IndexError> {
        Err(IndexError::Unavailable("no index is kept".into()))
    }
}

#[async_trait]
impl EventIndex for NoIndex {
    async fn lookup(&self, _: &Query) -> Result<Found, IndexError> {
        Self::answer()
    }

    async fn usage(&self, _: AccountId, _: KeyId) -> Result<Usage, IndexError> {
        Self::answer()
    }

    async fn reaches(&self, _: Seq, _: Duration) -> bool {
        false
    }
}

impl Follower for NoIndex {
    fn progress(&self) -> Progress {
        Progress {
            name: "index".into(),
            done: Seq::default(),
            lag: None,
            trouble: Some("no index is kept".into()),
        }
    }
}
