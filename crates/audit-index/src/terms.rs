//! The terms by which a call is found, and whether it passes a filter.

use std::borrow::Cow;

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
    /// The region it was asked in.
    Region = 9,
    /// The id of the user or role that asked.
    CallerId = 10,
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
            Self::Region => 9,
            Self::CallerId => 10,
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
    each(Kind::Region, &call.region)?;
    each(Kind::Caller, &call.caller)?;
    if let Some(id) = &call.caller_id {
        each(Kind::CallerId, id)?;
    }
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

/// Writes down what the common terms of a call in the trail of an account depend on: calls with the same profile have the
/// same ones.
pub(crate) fn profile(account: i64, call: &Skim<'_>, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&account.to_le_bytes());
    let texts = [
        &call.api,
        &call.action,
        &call.operation,
        &call.region,
        &call.caller,
        &call.outcome,
    ];
    for text in texts.into_iter().chain(&call.caller_id).chain(&call.access_key) {
        numbers::push(out, text.len() as u64);
        out.extend_from_slice(text.as_bytes());
    }
    let kinds = ThingKind::ALL.iter().enumerate();
    let kinds = kinds.filter(|(_, kind)| call.things.iter().any(|(found, _)| found == *kind));
    let kinds = kinds.fold(0_u16, |all, (place, _)| all | 1 << place);
    out.extend_from_slice(&kinds.to_le_bytes());
    let flags = [call.caller_id.is_some(), call.access_key.is_some(), call.writes];
    out.extend(flags.map(u8::from));
}

/// What a filter asks of the terms of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted<'a> {
    /// Nothing. A request id is no term: it is found by its time.
    Nothing,
    /// This one.
    Term(Kind, &'a str),
    /// One of these.
    AnyOf(Kind, &'a [String]),
}

/// The terms of a filter.
pub(crate) fn of_filter(filter: &Filter) -> Wanted<'_> {
    match filter {
        Filter::Id(_) => Wanted::Nothing,
        Filter::Api(value) => Wanted::Term(Kind::Api, value),
        Filter::Region(value) => Wanted::Term(Kind::Region, value),
        Filter::Operation(value) => Wanted::Term(Kind::Operation, value),
        Filter::AnyOperation(values) => Wanted::AnyOf(Kind::Operation, values),
        Filter::Caller(value) => Wanted::Term(Kind::Caller, value),
        Filter::CallerId(value) => Wanted::Term(Kind::CallerId, value),
        Filter::AccessKey(value) => Wanted::Term(Kind::AccessKey, value),
        Filter::Kind(kind) => Wanted::Term(Kind::Sort, kind.word()),
        Filter::Thing(value) => Wanted::Term(Kind::Thing, value),
        Filter::Writes(value) => Wanted::Term(Kind::Writes, writes(*value)),
        Filter::Outcome(value) => Wanted::Term(Kind::Outcome, value),
    }
}

/// Whether a call passes all filters, by its own word.
pub(crate) fn passes<'f>(event: &Event<'_>, filters: impl IntoIterator<Item = &'f Filter>) -> bool {
    let mut things: Option<Vec<Thing<'_>>> = None;
    filters.into_iter().all(|filter| match filter {
        Filter::Id(id) => event.id == *id,
        Filter::Api(api) => event.api == *api,
        Filter::Region(region) => event.region == *region,
        Filter::Operation(name) => is_called(event, name),
        Filter::AnyOperation(names) => names.iter().any(|name| is_called(event, name)),
        Filter::Caller(name) => event.caller_name() == *name,
        Filter::CallerId(id) => caller_id(event).is_some_and(|known| known == id),
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

/// The id of the user or role that asked.
pub(crate) fn caller_id<'e, 'a>(event: &'e Event<'a>) -> Option<&'e Cow<'a, str>> {
    let caller = &event.caller;
    caller.user_id.as_ref().or(caller.role_id.as_ref())
}

fn is_called(event: &Event<'_>, name: &str) -> bool {
    event.action == name || event.operation() == name
}

fn has_kind(things: &[Thing<'_>], kind: ThingKind) -> bool {
    things.iter().any(|thing| thing.kind == kind)
}
