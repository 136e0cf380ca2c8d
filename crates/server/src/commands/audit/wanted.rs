//! Which records are wanted, and how they are spelled.

use claviger_audit::Line;
use claviger_audit::view::{Entry, Event, ThingKind};
use claviger_model::Timestamp;

use super::options::{Shape, Wanted};
use crate::output::Failure;
use crate::shapes;

impl Wanted {
    /// Writes the record of a line, with a line end, if it is wanted.
    pub(super) fn write(&self, line: &Line, out: &mut Vec<u8>) -> Result<(), Failure> {
        if line.header {
            return Ok(());
        }
        let fault = |error: serde_json::Error| {
            let seq = line.seq;
            Failure::failed(format!("line {seq} of the log cannot be read: {error}"))
        };
        match Entry::parse(&line.record).map_err(fault)? {
            Entry::Call(event) if self.wants(&event) => {
                let spell = match self.shape {
                    Shape::Claviger => {
                        as_stored(line, out);
                        return Ok(());
                    }
                    Shape::ActionTrail => shapes::ACTIONTRAIL.1,
                    Shape::Cts => shapes::CTS.1,
                };
                serde_json::to_writer(&mut *out, &spell(&event)).map_err(fault)?;
                out.push(b'\n');
            }
            Entry::Strangers(strangers) if self.wants_no_call(strangers.until) => as_stored(line, out),
            Entry::Server(mark) if self.wants_no_call(mark.time) => as_stored(line, out),
            _ => {}
        }
        Ok(())
    }

    /// Whether a call is wanted.
    fn wants(&self, event: &Event<'_>) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        self.in_time(event.time)
            && self
                .account
                .is_none_or(|account| event.accounts().any(|each| each == account.to_string()))
            && (is(&self.action, &event.action) || is(&self.action, event.operation()))
            && is(&self.user, &event.caller_name())
            && is(
                &self.access_key,
                event.caller.access_key.as_deref().unwrap_or_default(),
            )
            && self.outcome.is_none_or(|outcome| outcome.word() == event.outcome)
            && self.key.as_ref().is_none_or(|key| {
                let mut things = event.things().into_iter();
                things.any(|thing| thing.kind == ThingKind::Key && thing.name == key.as_str())
            })
    }

    /// Whether a record that is not of a call is wanted: where nothing is asked of calls.
    fn wants_no_call(&self, time: Timestamp) -> bool {
        let asked = [&self.action, &self.key, &self.user, &self.access_key];
        self.shape == Shape::Claviger
            && self.in_time(time)
            && self.account.is_none()
            && self.outcome.is_none()
            && asked.into_iter().all(Option::is_none)
    }

    fn in_time(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }
}

/// The record byte for byte, with the number of its line.
fn as_stored(line: &Line, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{{\"seq\":{},\"record\":", line.seq).as_bytes());
    out.extend_from_slice(&line.record);
    out.extend_from_slice(b"}\n");
}
