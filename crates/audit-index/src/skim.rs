//! Reads from a record of a call what the index needs, in one pass.
//!
//! The home of the shape of a record is [`claviger_audit::view`], which reads it field by field and can be trusted with
//! anything. It takes four times as long, and feeding the index is for the most part reading records. So this goes
//! over the very spelling that [`claviger_audit::record`] writes, and leaves everything else to the view: a record whose
//! fields stand in another order, or that has escapes in a text which is needed. A test compares the two.

use std::borrow::Cow;
use std::net::IpAddr;

use claviger_audit::view::{Event, ThingKind};
use claviger_model::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What the index needs of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skim<'a> {
    pub(crate) time: Timestamp,
    pub(crate) api: Cow<'a, str>,
    pub(crate) action: Cow<'a, str>,
    /// In the words of the wire.
    pub(crate) operation: Cow<'a, str>,
    pub(crate) writes: bool,
    pub(crate) account: Cow<'a, str>,
    pub(crate) caller: Cow<'a, str>,
    pub(crate) access_key: Option<Cow<'a, str>>,
    pub(crate) outcome: Cow<'a, str>,
    /// Each once, in any order.
    pub(crate) things: Vec<(ThingKind, Cow<'a, str>)>,
    pub(crate) uses: Uses<'a>,
}

/// The fields of request or response that name what was computed with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Named<'a> {
    #[serde(borrow, default)]
    pub(crate) key: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) version: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) source_key: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) source_version: Option<Cow<'a, str>>,
}

/// Those of both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Uses<'a> {
    pub(crate) answer: Named<'a>,
    pub(crate) asked: Named<'a>,
}

impl<'a> Skim<'a> {
    /// The same from the view of a record.
    pub(crate) fn of(event: &Event<'a>) -> Self {
        let named = |object: &'a RawValue| serde_json::from_str(object.get()).unwrap_or_default();
        Self {
            time: event.time,
            api: event.api.clone(),
            action: event.action.clone(),
            operation: event.operation.clone().unwrap_or_else(|| event.action.clone()),
            writes: event.writes,
            account: event.account.clone(),
            caller: Cow::Owned(event.caller_name().into_owned()),
            access_key: event.caller.access_key.clone(),
            outcome: event.outcome.clone(),
            things: event
                .things()
                .into_iter()
                .map(|thing| (thing.kind, thing.name))
                .collect(),
            uses: Uses {
                answer: event.response.map(named).unwrap_or_default(),
                asked: named(event.request),
            },
        }
    }
}

/// Reads records; remembers the second of the last one, which is mostly that of the next.
#[derive(Debug, Default)]
pub(crate) struct Skimmer {
    second: [u8; 19],
    at: Timestamp,
}

impl Skimmer {
    /// Reads a record; nothing where it is not spelled as expected, which says nothing against it.
    pub(crate) fn read<'a>(&mut self, record: &'a [u8]) -> Option<Skim<'a>> {
        let mut rest = Rest(record);
        rest.tag(b"{\"kind\":\"call\",\"id\":")?;
        rest.bytes()?;
        rest.tag(b",\"time\":")?;
        let time = self.time(rest.bytes()?)?;
        rest.tag(b",\"dialect\":")?;
        rest.bytes()?;
        rest.tag(b",\"api\":")?;
        let api = rest.text()?;
        rest.tag(b",\"action\":")?;
        let action = rest.text()?;
        let operation = Some(rest.optional(b",\"operation\":")?).filter(|text| !text.is_empty());
        rest.tag(b",\"writes\":")?;
        let writes = rest.truth()?;
        rest.tag(b",\"account\":")?;
        let account = rest.text()?;
        rest.tag(b",\"region\":")?;
        rest.bytes()?;
        let (caller, access_key) = rest.caller()?;
        rest.source()?;
        rest.tag(b",\"request\":")?;
        let asked = rest.object()?;
        rest.tag(b",\"outcome\":")?;
        let outcome = rest.text()?;
        let answer = if rest.tag(b",\"response\":").is_some() {
            Some(rest.object()?)
        } else {
            rest.tag(b",\"error\":")?;
            rest.fault()?;
            None
        };
        (rest.0 == b"}").then_some(())?;
        let mut things = Vec::with_capacity(4);
        let mut named = |object: Option<&'a [u8]>| {
            object.map_or(Some(Named::default()), |object| names(object, &mut things))
        };
        let uses = Uses {
            answer: named(answer)?,
            asked: named(Some(asked))?,
        };
        Some(Skim {
            time,
            api: api.into(),
            action: action.into(),
            operation: operation.unwrap_or(action).into(),
            writes,
            account: account.into(),
            caller,
            access_key: access_key.map(Cow::Borrowed),
            outcome: outcome.into(),
            things,
            uses,
        })
    }

    /// `2026-11-21T20:46:13.500Z`.
    fn time(&mut self, text: &[u8]) -> Option<Timestamp> {
        let (second, rest) = text.split_first_chunk::<19>()?;
        let [b'.', a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b'Z'] = *rest else {
            return None;
        };
        if *second != self.second {
            let whole = std::str::from_utf8(text).ok()?.parse::<Timestamp>().ok()?;
            self.at = Timestamp::from_second(whole.as_second()).ok()?;
            self.second = *second;
        }
        let digit = |byte: u8| i64::from(byte - b'0');
        let millis = digit(a) * 100 + digit(b) * 10 + digit(c);
        // Before 1970 seconds are rounded the other way.
        let base = self.at.as_millisecond();
        (base >= 0).then(|| Timestamp::from_millisecond(base + millis).ok())?
    }
}

/// The part of a record that is not read yet.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn tag(&mut self, tag: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(tag)?;
        Some(())
    }

    /// A text without escapes; its bytes.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let text = self.0.strip_prefix(b"\"")?;
        let end = memchr::memchr2(b'"', b'\\', text)?;
        let (text, rest) = text.split_at_checked(end)?;
        self.0 = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// A field that may be there; an empty text where it is not. One that is empty itself is left to the view.
    fn optional(&mut self, tag: &[u8]) -> Option<&'a str> {
        match self.tag(tag) {
            Some(()) => self.text().filter(|text| !text.is_empty()),
            None => Some(""),
        }
    }

    fn truth(&mut self) -> Option<bool> {
        let found = self.tag(b"true").is_some();
        (found || self.tag(b"false").is_some()).then_some(found)
    }

    /// Who asked, as queries name it, and with which access key.
    fn caller(&mut self) -> Option<(Cow<'a, str>, Option<&'a str>)> {
        self.tag(b",\"caller\":{\"type\":")?;
        let kind = self.text()?;
        let user = self.optional(b",\"user\":")?;
        let role = self.optional(b",\"role\":")?;
        let name = if !user.is_empty() {
            self.tag(b",\"user_id\":")?;
            self.bytes()?;
            Cow::Borrowed(user)
        } else if !role.is_empty() {
            self.tag(b",\"role_id\":")?;
            self.bytes()?;
            self.tag(b",\"session\":")?;
            let session = self.text()?;
            self.tag(b",\"began\":")?;
            self.bytes()?;
            Cow::Owned(format!("{role}:{session}"))
        } else {
            let service = self.optional(b",\"service\":")?;
            Cow::Borrowed(if service.is_empty() { kind } else { service })
        };
        let access_key = Some(self.optional(b",\"access_key\":")?).filter(|key| !key.is_empty());
        self.tag(b"}")?;
        Some((name, access_key))
    }

    fn source(&mut self) -> Option<()> {
        self.tag(b",\"source\":{\"address\":")?;
        self.text()?.parse::<IpAddr>().ok()?;
        self.tag(b",\"agent\":")?;
        self.string()?;
        self.tag(b",\"host\":")?;
        self.string()?;
        self.tag(b",\"tls\":")?;
        self.truth()?;
        self.tag(b"}")
    }

    fn fault(&mut self) -> Option<()> {
        self.tag(b"{\"code\":")?;
        self.bytes()?;
        self.tag(b",\"wire\":")?;
        self.bytes()?;
        self.tag(b"}")
    }

    /// Steps over a text, escapes and all.
    fn string(&mut self) -> Option<()> {
        let mut rest = self.0.strip_prefix(b"\"")?;
        loop {
            let end = memchr::memchr2(b'"', b'\\', rest)?;
            match rest.get(end..)? {
                [b'"', behind @ ..] => {
                    self.0 = behind;
                    return Some(());
                }
                [_, _, behind @ ..] => rest = behind,
                _ => return None,
            }
        }
    }

    /// Steps over an object and gives its inside.
    fn object(&mut self) -> Option<&'a [u8]> {
        let whole = self.0;
        self.tag(b"{")?;
        let inside = self.0;
        let mut depth = 1_usize;
        while depth > 0 {
            let next = self
                .0
                .iter()
                .position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))?;
            let (_, rest) = self.0.split_at_checked(next)?;
            self.0 = rest;
            match rest.split_first()? {
                (b'"', _) => self.string()?,
                (b'{' | b'[', behind) => {
                    depth += 1;
                    self.0 = behind;
                }
                (_, behind) => {
                    depth -= 1;
                    self.0 = behind;
                }
            }
        }
        // What was stepped over, without the braces.
        let length = whole.len().checked_sub(self.0.len())?.checked_sub(2)?;
        inside.get(..length)
    }

    /// Steps over any value.
    fn value(&mut self) -> Option<()> {
        match self.0.first()? {
            b'"' => self.string(),
            b'{' => self.object().map(drop),
            b'[' => {
                // As an object: brackets of both kinds are counted alike.
                let mut list = *self;
                list.0 = list.0.get(1..)?;
                while list.tag(b"]").is_none() {
                    list.value()?;
                    let _ = list.tag(b",");
                }
                *self = list;
                Some(())
            }
            _ => {
                let end = self.0.iter().position(|byte| matches!(byte, b',' | b']' | b'}'));
                self.0 = self.0.get(end.unwrap_or(self.0.len())..)?;
                Some(())
            }
        }
    }
}

/// Reads what the inside of a request or response names.
fn names<'a>(object: &'a [u8], things: &mut Vec<(ThingKind, Cow<'a, str>)>) -> Option<Named<'a>> {
    let mut named = Named::default();
    let mut rest = Rest(object);
    while !rest.0.is_empty() {
        let name = rest.bytes()?;
        rest.tag(b":")?;
        let kind = match name {
            b"source_key" | b"previous_key" => Some(ThingKind::Key),
            name => ThingKind::ALL
                .into_iter()
                .find(|kind| kind.word().as_bytes() == name),
        };
        match (kind, name) {
            (Some(kind), _) => {
                let text = rest.text()?;
                add(things, kind, text);
                match name {
                    b"key" => named.key = Some(text.into()),
                    b"source_key" => named.source_key = Some(text.into()),
                    _ => {}
                }
            }
            (None, b"version") => named.version = Some(rest.text()?.into()),
            (None, b"source_version") => named.source_version = Some(rest.text()?.into()),
            (None, b"keys") if rest.0.starts_with(b"[") => keys(&mut rest, things)?,
            (None, b"keys") => {
                let digits = rest.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
                rest.0 = rest.0.get(digits..).filter(|_| digits > 0)?;
            }
            (None, _) => rest.value()?,
        }
        if !rest.0.is_empty() {
            rest.tag(b",")?;
        }
    }
    Some(named)
}

/// A list of ids.
fn keys<'a>(rest: &mut Rest<'a>, things: &mut Vec<(ThingKind, Cow<'a, str>)>) -> Option<()> {
    rest.tag(b"[")?;
    while rest.tag(b"]").is_none() {
        add(things, ThingKind::Key, rest.text()?);
        let _ = rest.tag(b",");
    }
    Some(())
}

fn add<'a>(things: &mut Vec<(ThingKind, Cow<'a, str>)>, kind: ThingKind, name: &'a str) {
    if !things
        .iter()
        .any(|(found, known)| *found == kind && known == name)
    {
        things.push((kind, Cow::Borrowed(name)));
    }
}

#[cfg(test)]
mod tests;
