//! The terms by which a call is found, and whether it passes a filter.

use claviger_audit::index::Filter;
use claviger_audit::view::{Event, Thing, ThingKind};

use crate::numbers;
use crate::skim::Skim;

/// A kind of term. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Every call of the account; its value is empty.
    All = 0,
    /// The API.
    Api = 1,
    /// What was asked, in the words of the core, and once more in those of the wire where they differ.
    Operation = 2,
    /// Who asked.
    Caller = 3,
    /// With which access key.
    AccessKey = 4,
    /// The word of a kind of thing that it was about.
    Sort = 5,
    /// The id or name of a thing that it was about.
    Thing = 6,
    /// `1` where it changes what is stored, else `0`.
    Writes = 7,
    /// How it ended.
    Outcome = 8,
}

impl Kind {
    /// The stored number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::All => 0,
            Self::Api => 1,
            Self::Operation => 2,
            Self::Caller => 3,
            Self::AccessKey => 4,
            Self::Sort => 5,
            Self::Thing => 6,
            Self::Writes => 7,
            Self::Outcome => 8,
        }
    }
}

fn writes(value: bool) -> &'static str {
    if value { "1" } else { "0" }
}

/// Hands those terms of a call to `each` that many calls have in common. The first error ends it.
pub(crate) fn common<E>(call: &Skim<'_>, mut each: impl FnMut(Kind, &str) -> Result<(), E>) -> Result<(), E> {
    each(Kind::All, "")?;
    each(Kind::Api, &call.api)?;
    each(Kind::Operation, &call.action)?;
    if call.operation != call.action {
        each(Kind::Operation, &call.operation)?;
    }
    each(Kind::Caller, &call.caller)?;
    if let Some(key) = &call.access_key {
        each(Kind::AccessKey, key)?;
    }
    for kind in ThingKind::ALL {
        if call.things.iter().any(|(found, _)| *found == kind) {
            each(Kind::Sort, kind.word())?;
        }
    }
    each(Kind::Writes, writes(call.writes))?;
    each(Kind::Outcome, &call.outcome)
}

/// Writes down what the common terms of a call depend on: calls with the same profile have the same ones.
pub(crate) fn profile(call: &Skim<'_>, out: &mut Vec<u8>) {
    out.clear();
    let texts = [
        &call.account,
        &call.api,
        &call.action,
        &call.operation,
        &call.caller,
        &call.outcome,
    ];
    for text in texts.into_iter().chain(&call.access_key) {
        numbers::push(out, text.len() as u64);
        out.extend_from_slice(text.as_bytes());
    }
    let kinds = ThingKind::ALL.iter().enumerate();
    let kinds = kinds.filter(|(_, kind)| call.things.iter().any(|(found, _)| found == *kind));
    let kinds = kinds.fold(0_u16, |all, (place, _)| all | 1 << place);
    out.extend_from_slice(&kinds.to_le_bytes());
    out.extend_from_slice(&[u8::from(call.access_key.is_some()), u8::from(call.writes)]);
}

/// The term of a filter. A request id has none: it is found by its time.
pub(crate) fn of_filter(filter: &Filter) -> Option<(Kind, &str)> {
    match filter {
        Filter::Id(_) => None,
        Filter::Api(value) => Some((Kind::Api, value)),
        Filter::Operation(value) => Some((Kind::Operation, value)),
        Filter::Caller(value) => Some((Kind::Caller, value)),
        Filter::AccessKey(value) => Some((Kind::AccessKey, value)),
        Filter::Kind(kind) => Some((Kind::Sort, kind.word())),
        Filter::Thing(value) => Some((Kind::Thing, value)),
        Filter::Writes(value) => Some((Kind::Writes, writes(*value))),
        Filter::Outcome(value) => Some((Kind::Outcome, value)),
    }
}

/// Whether a call passes all filters, by its own word.
pub(crate) fn passes(event: &Event<'_>, filters: &[Filter]) -> bool {
    let mut things: Option<Vec<Thing<'_>>> = None;
    filters.iter().all(|filter| match filter {
        Filter::Id(id) => event.id == *id,
        Filter::Api(api) => event.api == *api,
        Filter::Operation(name) => event.action == *name || event.operation() == name,
        Filter::Caller(name) => event.caller_name() == *name,
        Filter::AccessKey(key) => event.caller.access_key.as_deref() == Some(key),
        Filter::Kind(kind) => has_kind(things.get_or_insert_with(|| event.things()), *kind),
        Filter::Thing(name) => things
            .get_or_insert_with(|| event.things())
            .iter()
            .any(|thing| thing.name == *name),
        Filter::Writes(value) => event.writes == *value,
        Filter::Outcome(outcome) => event.outcome == *outcome,
    })
}

fn has_kind(things: &[Thing<'_>], kind: ThingKind) -> bool {
    things.iter().any(|thing| thing.kind == kind)
}
