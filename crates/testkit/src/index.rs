//! The index over the audit log of a world.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use claviger_audit::index::{
    DayUsage, EventIndex, Filter, Follower, Found, IndexError, LastUse, Progress, Query, Usage, VersionUsage,
};
use claviger_audit::view::{Entry, Event, Thing, ThingKind};
use claviger_audit::{Seq, read};
use claviger_model::{AccountId, Action, KeyId, KeyVersionId};
use jiff::tz::TimeZone;
use serde_json::Value;

/// The index over the audit log of a [`World`](crate::World): reads the whole log for every question, so it is never
/// behind and shows what an index has to answer. It can be made to fail. Clones are the same index.
#[derive(Debug, Clone)]
pub struct Index {
    folder: PathBuf,
    failing: Arc<AtomicBool>,
}

impl Index {
    pub(crate) fn over(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            failing: Arc::default(),
        }
    }

    /// From now on it answers nothing.
    pub fn fail(&self) {
        self.failing.store(true, Ordering::SeqCst);
    }

    /// From now on it answers again.
    pub fn heal(&self) {
        self.failing.store(false, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), IndexError> {
        if self.failing.load(Ordering::SeqCst) {
            return Err(IndexError::Unavailable("a test wants it so".into()));
        }
        Ok(())
    }

    /// Every record with its place, oldest first.
    fn records(&self) -> Vec<(Seq, Vec<u8>)> {
        let lines = read(&self.folder, Seq(0)).map(Result::unwrap);
        lines
            .filter(|line| !line.header)
            .map(|line| (line.seq, line.record))
            .collect()
    }
}

#[async_trait]
impl EventIndex for Index {
    async fn lookup(&self, query: &Query) -> Result<Found, IndexError> {
        self.check()?;
        let mut records = self.records();
        if query.newest_first {
            records.reverse();
        }
        let behind = |seq: Seq| match query.after {
            None => true,
            Some(after) if query.newest_first => seq < after,
            Some(after) => seq > after,
        };
        records.retain(|(seq, record)| behind(*seq) && passes(query, record));
        let more = records.len() > query.take;
        records.truncate(query.take);
        Ok(Found {
            next: records.last().map(|(seq, _)| *seq).filter(|_| more),
            events: records
                .into_iter()
                .map(|(seq, record)| (seq, record.into()))
                .collect(),
        })
    }

    async fn usage(&self, account: AccountId, key: KeyId) -> Result<Usage, IndexError> {
        self.check()?;
        let mut tally = Tally::default();
        for (_, record) in self.records() {
            if let Entry::Call(event) = Entry::parse(&record).unwrap()
                && is_told(&event, account)
            {
                tally.count(&event, account, &key.to_string());
            }
        }
        Ok(tally.into_usage())
    }

    async fn reaches(&self, _: Seq, _: Duration) -> bool {
        self.check().is_ok()
    }
}

impl Follower for Index {
    fn progress(&self) -> Progress {
        Progress {
            name: "index".into(),
            done: self.records().last().map(|(seq, _)| *seq).unwrap_or_default(),
            lag: None,
            trouble: self.check().err().map(|error| error.to_string()),
        }
    }
}

fn passes(query: &Query, record: &[u8]) -> bool {
    let Entry::Call(event) = Entry::parse(record).unwrap() else {
        return false;
    };
    let in_time = query.from <= event.time && event.time <= query.until;
    is_told(&event, query.account) && in_time && query.filters.iter().all(|filter| fits(filter, &event))
}

/// Whether a call stands in the trail of an account.
fn is_told(event: &Event<'_>, account: AccountId) -> bool {
    event.accounts().any(|each| each == account.to_string())
}

fn fits(filter: &Filter, event: &Event<'_>) -> bool {
    match filter {
        Filter::Id(id) => event.id == *id,
        Filter::Api(api) => event.api == *api,
        Filter::Region(region) => event.region == *region,
        Filter::Operation(name) => is_called(event, name),
        Filter::AnyOperation(names) => names.iter().any(|name| is_called(event, name)),
        Filter::Caller(name) => event.caller_name() == *name,
        Filter::CallerId(id) => {
            let ids = [&event.caller.user_id, &event.caller.role_id];
            ids.into_iter().any(|known| known.as_deref() == Some(id))
        }
        Filter::AccessKey(id) => event.caller.access_key.as_deref() == Some(id),
        Filter::Kind(kind) => event.things().iter().any(|thing| thing.kind == *kind),
        Filter::Thing(name) => event.things().iter().any(|thing| thing.name == *name),
        Filter::Writes(writes) => event.writes == *writes,
        Filter::Outcome(outcome) => event.outcome == *outcome,
    }
}

fn is_called(event: &Event<'_>, name: &str) -> bool {
    event.action == name || event.operation() == name
}

/// The uses of one key, as they are counted.
#[derive(Default)]
struct Tally {
    last: Option<LastUse>,
    versions: Vec<VersionUsage>,
    days: BTreeMap<(jiff::civil::Date, String, String), u64>,
}

impl Tally {
    fn count(&mut self, event: &Event<'_>, account: AccountId, key: &str) {
        let of_key = |thing: &Thing<'_>| thing.kind == ThingKind::Key && thing.name == key;
        if !event.things().iter().any(of_key) {
            return;
        }
        let day = event.time.to_zoned(TimeZone::UTC).date();
        let place = (day, event.action.to_string(), event.outcome.to_string());
        *self.days.entry(place).or_default() += 1;
        if event.outcome == "served" && Action::of_name(&event.action).is_some_and(Action::uses_material) {
            self.use_of(event, account, key);
        }
    }

    fn use_of(&mut self, event: &Event<'_>, account: AccountId, key: &str) {
        let name = event.caller_name();
        let is_own = event.account == account.to_string();
        self.last = Some(LastUse {
            time: event.time,
            action: event.action.to_string(),
            caller: if is_own {
                name.into_owned()
            } else {
                format!("{}/{name}", event.account)
            },
            access_key: event.caller.access_key.as_deref().map(str::to_owned),
        });
        let version = version_of(event, key);
        match self.versions.iter_mut().find(|known| known.version == version) {
            Some(known) => {
                known.last = event.time;
                known.count += 1;
            }
            None => self.versions.push(VersionUsage {
                version,
                first: event.time,
                last: event.time,
                count: 1,
            }),
        }
    }

    fn into_usage(mut self) -> Usage {
        self.versions
            .sort_by_key(|version| std::cmp::Reverse(version.last));
        let mut days: Vec<_> = self.days.into_iter().collect();
        // Days backwards; within one, actions and outcomes in order.
        days.sort_by_key(|((day, ..), _)| std::cmp::Reverse(*day));
        Usage {
            last: self.last,
            versions: self.versions,
            days: days
                .into_iter()
                .map(|((day, action, outcome), count)| DayUsage {
                    day,
                    action,
                    outcome,
                    count,
                })
                .collect(),
        }
    }
}

/// The version that was used: that of the source where the key is it.
fn version_of(event: &Event<'_>, key: &str) -> Option<KeyVersionId> {
    let objects = event.response.into_iter().chain([event.request]);
    let objects: Vec<Value> = objects
        .map(|object| serde_json::from_str(object.get()).unwrap())
        .collect();
    let is_source = objects.iter().any(|object| object["source_key"] == key);
    let name = if is_source { "source_version" } else { "version" };
    objects
        .iter()
        .find_map(|object| object[name].as_str()?.parse().ok())
}
