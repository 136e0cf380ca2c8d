//! The audit log, and what follows it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use claviger_audit::index::Follower as _;
use claviger_audit::{Report, verify};
use claviger_audit_index::SqliteIndex;
use claviger_audit_ship::{SinkConfig, try_files};
use claviger_model::{Clock as _, SignedDuration, SystemClock};
use serde::Deserialize;

use super::Finding;
use crate::config::Settings;
use crate::folder::{Folder, is_there};
use crate::seal::chain;

/// Lines that a follower may be behind before it is worth a look.
const FAR: u64 = 100_000;

/// How far a sink has come, as its file says.
#[derive(Deserialize)]
struct Cursor {
    log: String,
    seq: u64,
}

/// What was found of the log, its index and its sinks.
pub(super) fn check(settings: &Settings, folder: &Folder) -> [(&'static str, Finding); 3] {
    match verify(&folder.audit()) {
        Ok(report) => [
            ("audit log", log(settings, &report)),
            ("audit index", index(settings, folder, &report)),
            ("audit sinks", sinks(settings, folder, &report)),
        ],
        Err(error) => {
            let unknown = || Finding::Doubt("not looked at, for the log is not whole".to_owned());
            [
                ("audit log", Finding::Bad(chain(&error))),
                ("audit index", unknown()),
                ("audit sinks", unknown()),
            ]
        }
    }
}

fn log(settings: &Settings, report: &Report) -> Finding {
    let whole = format!("{} records, every link holds", report.records);
    let Some(checkpoint) = &report.checkpoint else {
        return Finding::Doubt(format!(
            "{whole}; no signed checkpoint yet, the next start of the server makes one"
        ));
    };
    let age = SystemClock.now().duration_since(checkpoint.time);
    let minutes = age.as_mins();
    let text = format!("{whole}; the last checkpoint is {minutes} minutes old");
    // Two times that, for a server that is busy.
    let late = SignedDuration::from_mins(i64::from(settings.audit.checkpoint_minutes) * 2);
    match report.unvouched {
        0 => Finding::Good(text),
        lines if age > late => Finding::Doubt(format!(
            "{text}, and {lines} lines came after it; the server makes one, does it run?"
        )),
        lines => Finding::Good(format!("{text}, {lines} lines came after it")),
    }
}

fn index(settings: &Settings, folder: &Folder, report: &Report) -> Finding {
    if !settings.audit.index {
        return Finding::Good("none is kept".to_owned());
    }
    let path = folder.index();
    match is_there(&path) {
        Ok(true) => {}
        Ok(false) => return Finding::Doubt("not there; the server makes it".to_owned()),
        Err(failure) => return Finding::Bad(failure.to_string()),
    }
    match SqliteIndex::open(&path, &folder.audit(), None, Arc::new(SystemClock)) {
        Ok(index) => behind("at", index.progress().done.0, report),
        Err(error) => Finding::Doubt(format!("{}; the server makes it anew", chain(&error))),
    }
}

fn sinks(settings: &Settings, folder: &Folder, report: &Report) -> Finding {
    let findings = settings
        .audit
        .sink
        .iter()
        .map(|sink| one(sink, &folder.ship(), report));
    let (mut bad, mut doubt) = (false, false);
    let texts: Vec<_> = findings
        .map(|finding| {
            bad |= matches!(finding, Finding::Bad(_));
            doubt |= matches!(finding, Finding::Doubt(_));
            let (Finding::Good(text) | Finding::Doubt(text) | Finding::Bad(text)) = finding;
            text
        })
        .collect();
    let text = texts.join("; ");
    match (bad, doubt) {
        (true, _) => Finding::Bad(text),
        (false, true) => Finding::Doubt(text),
        (false, false) if text.is_empty() => Finding::Good("none".to_owned()),
        (false, false) => Finding::Good(text),
    }
}

fn one(sink: &SinkConfig, ship: &Path, report: &Report) -> Finding {
    let name = &sink.name;
    if let Err(error) = try_files(sink) {
        return Finding::Bad(chain(&error));
    }
    let Ok(text) = fs::read(ship.join(format!("{name}.json"))) else {
        return Finding::Good(format!("`{name}` has not begun"));
    };
    match serde_json::from_slice::<Cursor>(&text) {
        Ok(cursor) if report.log.is_some_and(|log| log.to_string() == cursor.log) => {
            behind(&format!("`{name}` at"), cursor.seq, report)
        }
        Ok(_) => Finding::Doubt(format!("`{name}` has the cursor of another log, and begins anew")),
        Err(error) => Finding::Doubt(format!(
            "the cursor of `{name}` cannot be read, and it begins anew: {error}"
        )),
    }
}

/// How far something is behind the log.
fn behind(what: &str, done: u64, report: &Report) -> Finding {
    let lines = report.head.seq.0.saturating_sub(done);
    let text = format!("{what} line {done}, {lines} behind the log");
    if lines > FAR {
        Finding::Doubt(text)
    } else {
        Finding::Good(text)
    }
}
