//! Logs of calls that are known, and what should be found in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use claviger_audit::index::{EventIndex as _, Filter, Query};
use claviger_audit::record::{Fields, Outcome, Record, Source};
use claviger_audit::view::ThingKind;
use claviger_audit::{AuditLog, Options, Seq};
use claviger_audit_index::SqliteIndex;
use claviger_model::{AccountId, Caller, Clock, Identity, KeyId, KeyVersionId, RequestId, Timestamp};
use tempfile::TempDir;
use uuid::Uuid;

/// What waiting for the thread of the index may take at the most; it takes milliseconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// The id of all users.
pub(crate) const USER: &str = "123456789012345678";
/// The id of all roles.
pub(crate) const ROLE: &str = "876543210987654321";

/// Calls that wait for the disk together.
const PORTION: usize = 60;

/// A line that is no call.
const MARK: &[u8] = br#"{"kind":"server","time":"2026-11-20T22:00:00Z","event":"x","version":"1"}"#;

/// A clock that stands.
#[derive(Debug)]
pub(crate) struct Still(pub(crate) Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The beginning of all times here.
pub(crate) fn start() -> Timestamp {
    "2026-11-20T22:00:00Z".parse().unwrap()
}

pub(crate) fn account(number: u64) -> AccountId {
    AccountId::from_number(1_000_000_000_000_000 + number).unwrap()
}

pub(crate) fn key(number: u8) -> KeyId {
    KeyId::from_bytes([number; 16])
}

pub(crate) fn version(number: u8) -> KeyVersionId {
    KeyVersionId::from_bytes([number; 16])
}

/// A call as the tests know it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) account: u64,
    /// Other accounts in whose trail it stands.
    pub(crate) owners: Vec<u64>,
    pub(crate) time: Timestamp,
    pub(crate) api: &'static str,
    pub(crate) region: &'static str,
    pub(crate) action: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) caller: &'static str,
    pub(crate) access_key: Option<&'static str>,
    pub(crate) key: Option<u8>,
    pub(crate) version: Option<u8>,
    pub(crate) source_key: Option<(u8, u8)>,
    pub(crate) alias: Option<String>,
    pub(crate) writes: bool,
    pub(crate) outcome: &'static str,
    pub(crate) number: u32,
}

impl Call {
    pub(crate) fn new() -> Self {
        Self {
            account: 0,
            owners: Vec::new(),
            time: start(),
            api: "kms",
            region: "here-1",
            action: "Encrypt",
            operation: "Encrypt",
            caller: "root",
            access_key: None,
            key: None,
            version: None,
            source_key: None,
            alias: None,
            writes: false,
            outcome: "served",
            number: 0,
        }
    }

    pub(crate) fn id(&self) -> RequestId {
        let mut bytes = [7; 16];
        bytes[..6].copy_from_slice(&self.time.as_millisecond().to_be_bytes()[2..]);
        bytes[8..12].copy_from_slice(&self.number.to_be_bytes());
        RequestId::from_bytes(bytes)
    }

    pub(crate) fn record(&self) -> Vec<u8> {
        let identity = match self.caller {
            "root" => Identity::Root,
            "ops:alice" => Identity::Session {
                role: ROLE.parse().unwrap(),
                role_name: "ops".parse().unwrap(),
                name: "alice".parse().unwrap(),
                began: start(),
            },
            user => Identity::User {
                id: USER.parse().unwrap(),
                name: user.parse().unwrap(),
            },
        };
        let caller = Caller {
            account: account(self.account),
            identity,
            access_key: self.access_key.map(|key| key.parse().unwrap()),
        };
        let (mut request, mut response) = (Fields::default(), Fields::default());
        if let Some(alias) = &self.alias {
            request.text("alias", alias);
        }
        // Who is refused learns nothing, so the record has what was asked for alone.
        let fields = if self.outcome == "served" {
            &mut response
        } else {
            &mut request
        };
        if let Some(number) = self.key {
            fields.key("key", key(number));
        }
        if let Some(number) = self.version {
            fields.version("version", version(number));
        }
        if let Some((source, of)) = self.source_key {
            fields.key("source_key", key(source));
            request.version("source_version", version(of));
        }
        let owners: Vec<AccountId> = self.owners.iter().map(|owner| account(*owner)).collect();
        let (code, wire) = ("no", "No");
        let outcome = match self.outcome {
            "served" => Outcome::Served,
            "refused" => Outcome::Refused { code, wire },
            _ => Outcome::Failed { code, wire },
        };
        let record = Record {
            id: self.id(),
            time: self.time,
            dialect: "some",
            api: self.api,
            action: self.action,
            operation: self.operation,
            writes: self.writes,
            caller: &caller,
            owners: &owners,
            region: self.region,
            source: Source {
                address: "::1".parse().unwrap(),
                agent: "test",
                host: "localhost",
                secure: true,
            },
            request: &request,
            response: &response,
            outcome,
        };
        record.to_json()
    }

    pub(crate) fn passes(&self, filter: &Filter) -> bool {
        let keys = [self.key, self.source_key.map(|(key, _)| key)];
        match filter {
            Filter::Id(id) => self.id().to_string() == *id,
            Filter::Api(api) => self.api == api,
            Filter::Region(region) => self.region == region,
            Filter::Operation(name) => self.action == name || self.operation == name,
            Filter::AnyOperation(names) => names
                .iter()
                .any(|name| self.action == name || self.operation == name),
            Filter::CallerId(id) => match self.caller {
                "root" => false,
                "ops:alice" => id == ROLE,
                _ => id == USER,
            },
            Filter::Caller(name) => self.caller == name,
            Filter::AccessKey(key) => self.access_key == Some(key),
            Filter::Kind(ThingKind::Key) => keys.iter().any(Option::is_some),
            Filter::Kind(ThingKind::Alias) => self.alias.is_some(),
            Filter::Kind(_) => false,
            Filter::Thing(name) => {
                self.alias.as_ref() == Some(name)
                    || keys
                        .iter()
                        .flatten()
                        .any(|number| key(*number).to_string() == *name)
            }
            Filter::Writes(writes) => self.writes == *writes,
            Filter::Outcome(outcome) => self.outcome == outcome,
        }
    }
}

/// A question for everything of an account.
pub(crate) fn everything(of: u64) -> Query {
    Query {
        account: account(of),
        filters: Vec::new(),
        from: Timestamp::MIN,
        until: Timestamp::MAX,
        newest_first: true,
        after: None,
        take: 1_000_000,
    }
}

/// A log with an index beside it.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) log: Option<Arc<AuditLog>>,
    /// What was appended, with its place.
    pub(crate) calls: Vec<(Seq, Call)>,
}

impl World {
    pub(crate) fn new(segment_bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Some(open_log(&folder.path().join("audit"), segment_bytes));
        Self {
            folder,
            log,
            calls: Vec::new(),
        }
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("audit")
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("index").join("audit.db")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Appends calls, and a few lines that are none.
    pub(crate) fn append(&mut self, calls: impl IntoIterator<Item = Call>) {
        let log = self.log.as_ref().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let calls: Vec<Call> = calls.into_iter().collect();
        // A batch of the log stays in one segment, and a batch is what waits at the same time.
        for portion in calls.chunks(PORTION) {
            let mut waiting = Vec::new();
            for call in portion {
                if call.number % 97 == 5 {
                    waiting.push((log.append(MARK, None), None));
                }
                waiting.push((log.append(&call.record(), None), Some(call.clone())));
            }
            for (appended, call) in waiting {
                let seq = runtime.block_on(appended).unwrap();
                self.calls.extend(call.map(|call| (seq, call)));
            }
        }
    }

    /// Opens the index and waits until it has caught up.
    pub(crate) fn index(&self) -> SqliteIndex {
        let index = self.open();
        let head = self.log.as_ref().unwrap().head().seq;
        assert!(block_on(index.reaches(head, PATIENCE)), "{index:?}");
        index
    }

    pub(crate) fn open(&self) -> SqliteIndex {
        SqliteIndex::open(
            &self.file(),
            &self.dir(),
            self.log.clone(),
            Arc::new(Still(start())),
        )
        .unwrap()
    }

    /// What a query should find, all pages of it.
    pub(crate) fn expected(&self, query: &Query) -> Vec<Seq> {
        let found = self.calls.iter().filter(|(seq, call)| {
            let mut accounts = call.owners.iter().chain([&call.account]);
            accounts.any(|number| account(*number) == query.account)
                && (query.from..=query.until).contains(&call.time)
                && query.filters.iter().all(|filter| call.passes(filter))
                && query.after.is_none_or(|after| {
                    if query.newest_first {
                        *seq < after
                    } else {
                        *seq > after
                    }
                })
        });
        let mut found: Vec<Seq> = found.map(|(seq, _)| *seq).collect();
        if query.newest_first {
            found.reverse();
        }
        found
    }

    /// Asks for all pages and compares what comes with what should.
    pub(crate) fn judge(&self, index: &SqliteIndex, query: &Query) {
        let expected = self.expected(query);
        let mut found = Vec::new();
        let mut query = query.clone();
        loop {
            let page = block_on(index.lookup(&query)).unwrap();
            assert!(page.events.len() <= query.take);
            for (seq, record) in &page.events {
                let place = self.calls.binary_search_by_key(seq, |(at, _)| *at).unwrap();
                assert_eq!(**record, *self.calls[place].1.record());
                found.push(*seq);
            }
            assert_eq!(page.next.is_some(), found.len() < expected.len(), "{query:?}");
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, expected, "{query:?}");
    }
}

pub(crate) fn open_log(dir: &Path, segment_bytes: u64) -> Arc<AuditLog> {
    let mut options = Options::new(
        Uuid::from_u128(u128::from(segment_bytes)),
        claviger_audit::Clock::new(start),
    );
    options.segment_bytes = segment_bytes;
    Arc::new(AuditLog::open(dir, options).unwrap().0)
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(future)
}

/// Calls of many kinds, the same ones for the same seed.
pub(crate) fn medley(seed: u64, count: u32) -> Vec<Call> {
    let mut state = seed;
    let mut draw = move |below: u64| {
        // SOURCE: Knuth's MMIX generator; the high bits are the good ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut calls = Vec::new();
    for number in 0..count {
        let (action, operation, writes) = [
            ("Encrypt", "Encrypt", false),
            ("Decrypt", "Decrypt", false),
            ("CreateAlias", "MakeName", true),
            ("GenerateDataKey", "GenerateDataKey", false),
            ("DescribeKey", "ShowKey", false),
        ][usize::try_from(draw(5)).unwrap()];
        // Times go on, but not strictly.
        let time = u64::from(number) * 50 + draw(400);
        calls.push(Call {
            account: draw(8) / 5,
            owners: if draw(9) == 0 { vec![2, 3] } else { Vec::new() },
            time: start() + Duration::from_millis(time),
            api: if draw(20) == 0 { "sts" } else { "kms" },
            region: if number % 7 == 0 { "there-2" } else { "here-1" },
            action,
            operation,
            caller: ["root", "bob", "carol", "ops:alice"][usize::try_from(draw(4)).unwrap()],
            access_key: (draw(3) > 0).then_some(if draw(2) == 0 { "AK1" } else { "AK2" }),
            key: (draw(6) > 0).then(|| u8::try_from(draw(20) * draw(3)).unwrap()),
            version: None,
            source_key: (draw(50) == 0).then_some((99, 98)),
            // Some names are very rare.
            alias: (draw(4) == 0).then(|| format!("alias/{}", draw(3) * draw(400))),
            writes,
            outcome: ["served", "served", "served", "refused", "failed"][usize::try_from(draw(5)).unwrap()],
            number,
        });
    }
    calls
}
