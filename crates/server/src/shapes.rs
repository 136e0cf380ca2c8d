//! The shapes that calls of the audit log can have besides the log's own, by name: for exports and for sinks.

use std::sync::Arc;

use claviger_audit::view::{Entry, Event};
use claviger_audit_ship::{Render, Shapes};
use serde_json::Value;

/// Spells a call.
type Spell = fn(&Event<'_>) -> Value;

/// As events of ActionTrail.
pub(crate) const ACTIONTRAIL: (&str, Spell) = ("actiontrail", |event| {
    claviger_dialect_alibaba::event(event, &event.account)
});
/// As traces of CTS.
pub(crate) const CTS: (&str, Spell) = ("cts", claviger_dialect_huawei::trace::trace);

/// Their names.
pub(crate) const NAMES: &[&str] = &[ACTIONTRAIL.0, CTS.0];

/// All of them as sinks want them. What is not a call has no place in them.
pub(crate) fn all() -> Shapes {
    [ACTIONTRAIL, CTS]
        .into_iter()
        .map(|(name, spell)| (name.to_owned(), render(spell)))
        .collect()
}

fn render(spell: Spell) -> Render {
    Arc::new(move |seq, record| {
        let spelled = match Entry::parse(record) {
            Ok(Entry::Call(event)) => serde_json::to_vec(&spell(&event)),
            Ok(_) => return None,
            Err(error) => Err(error),
        };
        spelled
            .inspect_err(|error| {
                tracing::error!(seq = seq.0, %error, "a record of the audit log cannot be read, so it is not shipped");
            })
            .ok()
    })
}

#[cfg(test)]
mod tests {
    use claviger_audit::Seq;

    use super::*;

    const CALL: &str = "{\"kind\":\"call\",\"id\":\"0b30658a-ed1a-4922-b8f7-a673ca9c2d2a\",\
        \"time\":\"2026-11-22T08:00:00.000Z\",\"dialect\":\"alibaba\",\"api\":\"kms\",\"action\":\"CreateKey\",\
        \"writes\":true,\"account\":\"1234567890123456\",\"region\":\"cn-hangzhou\",\"caller\":{\"type\":\"root\"},\
        \"source\":{\"address\":\"::1\",\"agent\":\"a\",\"host\":\"h\",\"tls\":true},\"request\":{},\
        \"outcome\":\"served\",\"response\":{}}";

    #[test]
    fn each_shape_spells_calls_and_nothing_else() {
        let shapes = all();
        assert_eq!(shapes.keys().collect::<Vec<_>>(), NAMES);
        for (name, member) in [("actiontrail", "eventName"), ("cts", "trace_name")] {
            let spelled = shapes[name](Seq(7), CALL.as_bytes()).unwrap();
            let spelled: Value = serde_json::from_slice(&spelled).unwrap();
            assert!(spelled[member].is_string(), "{spelled}");
            let mark = b"{\"kind\":\"server\",\"time\":\"2026-11-22T08:00:00.000Z\",\"event\":\"started\",\"version\":\"1\"}";
            assert_eq!(shapes[name](Seq(8), mark), None);
        }
    }
}
