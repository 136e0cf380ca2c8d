//! Messages of syslog.
//!
//! SOURCE: RFC 5424 section 6 (read 2026-11-22): `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID [SD] MSG`. Section 6.2.1:
//! PRI is facility times 8 plus severity; facility 13 is "log audit"; severities 4 warning, 5 notice, 6 informational.
//! Section 6.3.3: in values of parameters `"`, `\` and `]` are escaped with a backslash.
//!
//! SOURCE: RFC 6587 section 3.4.1: a message is preceded by its length in decimal digits and a space.
//!
//! SOURCE: RFC 5612: 32473 is the enterprise number for documentation. We have none of our own, and no other meaning of
//! the parameters can be registered under it.

use claviger_audit::Seq;
use claviger_audit::view::{Entry, Event};
use claviger_model::Timestamp;
use uuid::Uuid;

use crate::batch::time;

/// "Log audit".
const FACILITY: u8 = 13;
const WARNING: u8 = 4;
const NOTICE: u8 = 5;
const INFORMATIONAL: u8 = 6;
/// Longest MSGID, in characters.
const MSGID: usize = 32;
/// What stands for nothing.
const NIL: &str = "-";

/// What is the same in all messages.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    hostname: String,
    log: Uuid,
}

impl Header {
    /// The host name is cut to what a message can bear.
    pub(crate) fn new(hostname: &str, log: Uuid) -> Self {
        Self {
            hostname: printable(hostname, 255),
            log,
        }
    }

    /// Appends the message of a record, with its length before it. `body` is the record in the shape of the sink.
    pub(crate) fn push(&self, out: &mut Vec<u8>, seq: Seq, entry: &Entry<'_>, body: &[u8]) {
        let about = About::of(entry);
        let time = time(entry).map_or_else(|| NIL.to_owned(), stamp);
        let priority = FACILITY * 8 + about.severity;
        let Self { hostname, log } = self;
        let id = printable(about.id, MSGID);
        let mut head = format!("<{priority}>1 {time} {hostname} claviger - {id} [claviger@32473");
        parameter(&mut head, "log", &log.to_string());
        parameter(&mut head, "seq", &seq.to_string());
        for (name, value) in &about.parameters {
            parameter(&mut head, name, value);
        }
        head.push_str("] ");
        let length = head.len() + body.len();
        out.extend_from_slice(format!("{length} {head}").as_bytes());
        out.extend_from_slice(body);
    }
}

/// What a message says of a record beside the record.
struct About<'a> {
    severity: u8,
    id: &'a str,
    parameters: Vec<(&'static str, String)>,
}

impl<'a> About<'a> {
    fn of(entry: &'a Entry<'_>) -> Self {
        match entry {
            Entry::Call(event) => Self::call(event),
            Entry::Strangers(strangers) => {
                let rows = strangers.rows.iter().map(|row| row.count);
                let count = rows.fold(strangers.others, u64::saturating_add);
                Self {
                    severity: NOTICE,
                    id: "strangers",
                    parameters: vec![("count", count.to_string())],
                }
            }
            Entry::Server(mark) => Self {
                severity: INFORMATIONAL,
                id: "server",
                parameters: vec![("event", mark.event.to_string())],
            },
            Entry::Other => Self {
                severity: WARNING,
                id: NIL,
                parameters: Vec::new(),
            },
        }
    }

    fn call(event: &'a Event<'_>) -> Self {
        let severity = match &*event.outcome {
            "served" => INFORMATIONAL,
            "refused" => NOTICE,
            _ => WARNING,
        };
        Self {
            severity,
            id: &event.action,
            parameters: vec![
                ("account", event.account.to_string()),
                ("caller", event.caller_name().into_owned()),
                ("outcome", event.outcome.to_string()),
            ],
        }
    }
}

/// UTC with milliseconds; RFC 5424 section 6.2.3.
fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Visible characters of ASCII, at most so many; `-` for nothing.
fn printable(text: &str, most: usize) -> String {
    let visible = |char: char| if char.is_ascii_graphic() { char } else { '_' };
    let text: String = text.chars().take(most).map(visible).collect();
    if text.is_empty() { NIL.to_owned() } else { text }
}

fn parameter(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for char in value.chars() {
        match char {
            '"' | '\\' | ']' => out.extend(['\\', char]),
            char if char.is_control() => out.push('_'),
            char => out.push(char),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
