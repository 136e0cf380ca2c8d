//! How keys were used: counted per batch in memory, then added to the tables.

use std::borrow::Cow;
use std::collections::HashMap;
use std::str::FromStr as _;

use claviger_audit::index::{DayUsage, LastUse, Usage, VersionUsage};
use claviger_audit::view::ThingKind;
use claviger_model::{AccountId, Action, KeyId, KeyVersionId, Timestamp};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::error::FeedError;
use crate::skim::{Skim, Uses};

const DAY: i64 = 86_400_000;

type Id = [u8; 16];

/// What a batch adds.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Names of the actions that are uses.
    uses: Vec<&'static str>,
    keys: HashMap<(i64, Id), KeyTally>,
}

#[derive(Debug, Default)]
struct KeyTally {
    last: Option<Last>,
    versions: HashMap<Option<Id>, Span>,
    days: Vec<Day>,
}

#[derive(Debug)]
struct Last {
    time: i64,
    action: String,
    caller: String,
    access_key: Option<String>,
}

#[derive(Debug)]
struct Span {
    first: i64,
    last: i64,
    count: i64,
}

#[derive(Debug)]
struct Day {
    number: i64,
    action: String,
    outcome: String,
    count: i64,
}

/// The keys that a call computes with, and their versions. What was answered says more than what was asked for.
fn used(uses: &Uses<'_>) -> [(Option<Id>, Option<Id>); 2] {
    let Uses { answer, asked } = uses;
    let key = |one: &Option<Cow<'_, str>>, other: &Option<Cow<'_, str>>| {
        [one, other].into_iter().flatten().find_map(|text| key_id(text))
    };
    let version = |one: &Option<Cow<'_, str>>, other: &Option<Cow<'_, str>>| {
        [one, other]
            .into_iter()
            .flatten()
            .find_map(|text| version_id(text))
    };
    [
        (
            key(&answer.key, &asked.key),
            version(&answer.version, &asked.version),
        ),
        (
            key(&answer.source_key, &asked.source_key),
            version(&answer.source_version, &asked.source_version),
        ),
    ]
}

fn key_id(text: &str) -> Option<Id> {
    KeyId::from_str(text).ok().map(|id| *id.as_bytes())
}

fn version_id(text: &str) -> Option<Id> {
    KeyVersionId::from_str(text).ok().map(|id| *id.as_bytes())
}

impl Tally {
    pub(crate) fn new() -> Self {
        let uses = Action::ALL.iter().filter(|action| action.uses_material());
        Self {
            uses: uses.map(|action| action.name()).collect(),
            keys: HashMap::new(),
        }
    }

    /// Counts a call in the trail of an account.
    pub(crate) fn count(&mut self, account: i64, call: &Skim<'_>) {
        let caller = if call.owners.iter().any(|owner| owner.parse() == Ok(account)) {
            Cow::Owned(format!("{}/{}", call.account, call.caller))
        } else {
            Cow::Borrowed(&*call.caller)
        };
        let time = call.time.as_millisecond();
        let keys = call.things.iter().filter(|(kind, _)| *kind == ThingKind::Key);
        for key in keys.filter_map(|(_, name)| key_id(name)) {
            let tally = self.keys.entry((account, key)).or_default();
            tally.asked(time.div_euclid(DAY), &call.action, &call.outcome);
        }
        if call.outcome != "served" || !self.uses.contains(&&*call.action) {
            return;
        }
        let [first, second] = used(&call.uses);
        // The same version at both ends of a call is one use.
        for (key, version) in [Some(first), (second != first).then_some(second)]
            .into_iter()
            .flatten()
        {
            let Some(key) = key else { continue };
            let tally = self.keys.entry((account, key)).or_default();
            tally.used(time, version, &caller, call);
        }
    }

    /// Adds what was counted to the tables, and begins anew.
    pub(crate) fn store(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for ((account, key), tally) in self.keys.drain() {
            tally.store(connection, account, &key)?;
        }
        Ok(())
    }
}

impl KeyTally {
    fn asked(&mut self, day: i64, action: &str, outcome: &str) {
        let same = |row: &&mut Day| row.number == day && row.action == action && row.outcome == outcome;
        match self.days.iter_mut().find(same) {
            Some(row) => row.count += 1,
            None => self.days.push(Day {
                number: day,
                action: action.to_owned(),
                outcome: outcome.to_owned(),
                count: 1,
            }),
        }
    }

    fn used(&mut self, time: i64, version: Option<Id>, caller: &str, call: &Skim<'_>) {
        let span = self.versions.entry(version).or_insert(Span {
            first: time,
            last: time,
            count: 0,
        });
        span.first = span.first.min(time);
        span.last = span.last.max(time);
        span.count += 1;
        if self.last.as_ref().is_none_or(|last| last.time <= time) {
            // Most batches have many uses of few keys by the same caller: the texts are made once.
            let last = self.last.get_or_insert_with(|| Last {
                time,
                action: String::new(),
                caller: String::new(),
                access_key: None,
            });
            last.time = time;
            assign(&mut last.action, &call.action);
            assign(&mut last.caller, caller);
            if last.access_key.as_deref() != call.access_key.as_deref() {
                last.access_key = call.access_key.as_deref().map(str::to_owned);
            }
        }
    }

    fn store(&self, connection: &Connection, account: i64, key: &Id) -> rusqlite::Result<()> {
        if let Some(last) = &self.last {
            connection
                .prepare_cached(
                    "INSERT INTO use_last VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET time = excluded.time, action = excluded.action,
                       caller = excluded.caller, access_key = excluded.access_key
                     WHERE excluded.time >= time",
                )?
                .execute(params![
                    account,
                    key,
                    last.time,
                    last.action,
                    last.caller,
                    last.access_key
                ])?;
        }
        for (version, span) in &self.versions {
            let version = version.as_ref().map_or(&[][..], |id| id.as_slice());
            connection
                .prepare_cached(
                    "INSERT INTO use_version VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET first = min(first, excluded.first),
                       last = max(last, excluded.last), count = count + excluded.count",
                )?
                .execute(params![account, key, version, span.first, span.last, span.count])?;
        }
        for row in &self.days {
            connection
                .prepare_cached(
                    "INSERT INTO use_day VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET count = count + excluded.count",
                )?
                .execute(params![
                    account,
                    key,
                    row.number,
                    row.action,
                    row.outcome,
                    row.count
                ])?;
        }
        Ok(())
    }
}

fn assign(to: &mut String, from: &str) {
    if to != from {
        from.clone_into(to);
    }
}

/// How a key was used, by the tables.
pub(crate) fn usage(connection: &Connection, account: AccountId, key: KeyId) -> Result<Usage, FeedError> {
    let account = account.number().cast_signed();
    let key = key.as_bytes();
    let last = connection
        .prepare_cached(
            "SELECT time, action, caller, access_key FROM use_last WHERE account = ?1 AND key = ?2",
        )?
        .query_row(params![account, key], |row| Ok(last_use(row)))
        .optional()?;
    Ok(Usage {
        last: last.transpose()?,
        versions: rows(
            connection,
            "SELECT version, first, last, count FROM use_version WHERE account = ?1 AND key = ?2
             ORDER BY last DESC, version DESC",
            account,
            key,
            version_usage,
        )?,
        days: rows(
            connection,
            "SELECT day, action, outcome, count FROM use_day WHERE account = ?1 AND key = ?2
             ORDER BY day DESC, action, outcome",
            account,
            key,
            day_usage,
        )?,
    })
}

fn rows<T>(
    connection: &Connection,
    text: &str,
    account: i64,
    key: &Id,
    read: fn(&Row<'_>) -> Result<T, FeedError>,
) -> Result<Vec<T>, FeedError> {
    let mut statement = connection.prepare_cached(text)?;
    let mut rows = statement.query(params![account, key])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn last_use(row: &Row<'_>) -> Result<LastUse, FeedError> {
    Ok(LastUse {
        time: moment(row.get(0)?)?,
        action: row.get(1)?,
        caller: row.get(2)?,
        access_key: row.get(3)?,
    })
}

fn version_usage(row: &Row<'_>) -> Result<VersionUsage, FeedError> {
    let version: Vec<u8> = row.get(0)?;
    let version = match Id::try_from(version.as_slice()) {
        Ok(id) => Some(KeyVersionId::from_bytes(id)),
        Err(_) if version.is_empty() => None,
        Err(_) => return Err(FeedError::Damaged("a key version")),
    };
    Ok(VersionUsage {
        version,
        first: moment(row.get(1)?)?,
        last: moment(row.get(2)?)?,
        count: count(row.get(3)?)?,
    })
}

fn day_usage(row: &Row<'_>) -> Result<DayUsage, FeedError> {
    Ok(DayUsage {
        day: day(row.get(0)?)?,
        action: row.get(1)?,
        outcome: row.get(2)?,
        count: count(row.get(3)?)?,
    })
}

fn moment(millis: i64) -> Result<Timestamp, FeedError> {
    Timestamp::from_millisecond(millis).map_err(|_| FeedError::Damaged("a time"))
}

fn day(number: i64) -> Result<Date, FeedError> {
    let distance = 0.days().try_days(number);
    let day = distance.and_then(|distance| date(1970, 1, 1).checked_add(distance));
    day.map_err(|_| FeedError::Damaged("a day"))
}

fn count(number: i64) -> Result<u64, FeedError> {
    u64::try_from(number).map_err(|_| FeedError::Damaged("a count"))
}
