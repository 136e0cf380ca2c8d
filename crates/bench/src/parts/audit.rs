//! A long audit log: how fast it is checked and indexed, and how fast calls are found in it.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Bench;
use crate::error::Error;
use crate::kms::{Kms, field};
use crate::process::{Launch, Server};
use crate::report::{Row, Verdict, megabytes};
use crate::stats::{Latencies, millis, number};
use crate::trail::{self, Trail};

/// Calls in the log, and in a quick run; about 700 bytes each.
const CALLS: u64 = 10_000_000;
const QUICK: u64 = 100_000;

/// Megabytes of log that must be checked in a second.
const VERIFY: f64 = 300.0;

/// Within which a page must come, at the median, in milliseconds.
const PAGE: f64 = 50.0;

/// Questions of each kind, and in a quick run.
const QUESTIONS: usize = 60;
const QUICK_QUESTIONS: usize = 10;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let launch = bench.launch("audit");
    let server = launch.start(bench.cores)?;
    let account = server.credential("account_id")?.to_owned();
    server.stop()?;
    let count = if bench.options.quick { QUICK } else { CALLS };
    let trail = trail::extend(&launch.data.join("audit"), &account, count)?;
    verify(bench, &launch, &trail)?;
    reindex(bench, &launch, &trail)?;
    let launch = Launch {
        // Compression would be measured too.
        settings: Some("[audit]\ncompress = false".to_owned()),
        ..launch
    };
    let server = launch.start(bench.cores)?;
    pages(bench, &server, &trail)
}

fn verify(bench: &mut Bench<'_>, launch: &Launch, trail: &Trail) -> Result<(), Error> {
    let elapsed = timed(launch, "verify")?;
    let rate = megabytes(trail.bytes) / elapsed.as_secs_f64();
    bench.rows.push(Row {
        scenario: format!("audit verify, {:.0} MB", megabytes(trail.bytes)),
        measured: format!("{rate:.0} MB/s"),
        target: format!(">= {VERIFY} MB/s"),
        verdict: Some(Verdict::from(rate >= VERIFY)),
        ..Row::default()
    });
    Ok(())
}

fn reindex(bench: &mut Bench<'_>, launch: &Launch, trail: &Trail) -> Result<(), Error> {
    let elapsed = timed(launch, "reindex")?;
    let file = launch.data.join("index").join("audit.db");
    let size = fs::metadata(&file).map_err(Error::file("look at", &file))?.len();
    bench.rows.push(Row {
        scenario: format!("audit reindex, {} calls", trail.lines),
        rate: Some(number(trail.lines) / elapsed.as_secs_f64()),
        measured: format!(
            "{:.2} us a call, {:.1} bytes",
            elapsed.as_secs_f64() * 1e6 / number(trail.lines.max(1)),
            number(size) / number(trail.lines.max(1)),
        ),
        ..Row::default()
    });
    Ok(())
}

/// How long a command over the log takes.
fn timed(launch: &Launch, verb: &str) -> Result<Duration, Error> {
    let start = Instant::now();
    let done = Command::new(&launch.program)
        .args(["audit", verb, "--data"])
        .arg(&launch.data)
        .stdin(Stdio::null())
        .output()
        .map_err(Error::file("start", &launch.program))?;
    let elapsed = start.elapsed();
    if done.status.success() {
        return Ok(elapsed);
    }
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    Err(Error::Protocol(format!("failed at `audit {verb}`: {said}")))
}

/// One kind of question: its name, and the attributes of the one with this number.
type Kind = (&'static str, fn(&Trail, u64) -> Vec<(&'static str, String)>);

const KINDS: [Kind; 5] = [
    ("no filter", |_, _| Vec::new()),
    ("one operation", |_, _| {
        vec![("EventName", "GenerateDataKey".to_owned())]
    }),
    ("a key and a user", |_, turn| {
        vec![
            ("ResourceName", trail::key(turn * 13 % 1000)),
            ("User", trail::user(turn % 40)),
        ]
    }),
    ("a rare name among writes", |_, turn| {
        vec![
            ("EventRW", "Write".to_owned()),
            ("ResourceName", trail::alias(turn * 7919 % 100_000)),
        ]
    }),
    ("an event id", |trail, turn| {
        let ids = &trail.ids;
        let turn = usize::try_from(turn).unwrap_or_default();
        let id = ids.get(turn % ids.len().max(1)).cloned().unwrap_or_default();
        vec![("EventId", id)]
    }),
];

fn pages(bench: &mut Bench<'_>, server: &Server, trail: &Trail) -> Result<(), Error> {
    let target = server.plain()?;
    let events = Kms::events(server, &target)?;
    let questions = if bench.options.quick {
        QUICK_QUESTIONS
    } else {
        QUESTIONS
    };
    for (name, attributes) in KINDS {
        let mut latencies = Latencies::default();
        let mut found = 0;
        for turn in 0..questions {
            let attributes = attributes(trail, u64::try_from(turn).unwrap_or_default());
            let direction = if turn % 2 == 0 { "BACKWARD" } else { "FORWARD" };
            found += two_pages(&events, &attributes, direction, &mut latencies)?;
        }
        let median = millis(latencies.quantile(0.5));
        bench.rows.push(Row {
            scenario: format!("LookupEvents of {} calls, {name}", trail.lines),
            measured: format!(
                "median {median:.2} ms, worst {:.2} ms, {found} events",
                millis(latencies.quantile(1.0))
            ),
            target: format!("< {PAGE} ms"),
            verdict: Some(Verdict::from(median < PAGE)),
            ..Row::default()
        });
    }
    Ok(())
}

/// The first page of 20 and the one behind it, where there is one; how many events they hold.
fn two_pages(
    events: &Kms<'_>,
    attributes: &[(&str, String)],
    direction: &str,
    latencies: &mut Latencies,
) -> Result<usize, Error> {
    let names: Vec<_> = (1..=attributes.len())
        .map(|place| {
            [
                format!("LookupAttribute.{place}.Key"),
                format!("LookupAttribute.{place}.Value"),
            ]
        })
        .collect();
    let mut parameters = vec![("Direction", direction), ("MaxResults", "20")];
    for ([key, value], (attribute, wanted)) in names.iter().zip(attributes) {
        parameters.extend([(key.as_str(), *attribute), (value.as_str(), wanted.as_str())]);
    }
    let start = Instant::now();
    let first = events.call("LookupEvents", &parameters)?;
    latencies.push(start.elapsed());
    let count = |answer: &serde_json::Value| {
        let found = answer.pointer("/Events").and_then(|events| events.as_array());
        found.map_or(0, Vec::len)
    };
    let mut found = count(&first);
    let token = field(&first, "/NextToken").unwrap_or_default().to_owned();
    if !token.is_empty() {
        parameters.push(("NextToken", &token));
        let start = Instant::now();
        found += count(&events.call("LookupEvents", &parameters)?);
        latencies.push(start.elapsed());
    }
    Ok(found)
}
