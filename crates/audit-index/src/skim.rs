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

use crate::terms;

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
    /// Other accounts in whose trail it stands.
    pub(crate) owners: Vec<Cow<'a, str>>,
    pub(crate) region: Cow<'a, str>,
    pub(crate) caller: Cow<'a, str>,
    /// That of the user or role.
    pub(crate) caller_id: Option<Cow<'a, str>>,
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
            owners: event.owners.clone(),
            region: event.region.clone(),
            caller: Cow::Owned(event.caller_name().into_owned()),
            caller_id: terms::caller_id(event).cloned(),
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
        let mut rest = Rest(std::str::from_utf8(record).ok()?);
        rest.tag("{\"kind\":\"call\",\"id\":")?;
        rest.text()?;
        rest.tag(",\"time\":")?;
        let time = self.time(rest.text()?)?;
        rest.tag(",\"dialect\":")?;
        rest.text()?;
        rest.tag(",\"api\":")?;
        let api = rest.text()?;
        rest.tag(",\"action\":")?;
        let action = rest.text()?;
        let operation = Some(rest.optional(",\"operation\":")?).filter(|text| !text.is_empty());
        rest.tag(",\"writes\":")?;
        let writes = rest.truth()?;
        rest.tag(",\"account\":")?;
        let account = rest.text()?;
        let owners = rest.owners()?;
        rest.tag(",\"region\":")?;
        let region = rest.text()?;
        let caller = rest.caller()?;
        rest.source()?;
        rest.tag(",\"request\":")?;
        let asked = rest.object()?;
        rest.tag(",\"outcome\":")?;
        let outcome = rest.text()?;
        let answer = if rest.tag(",\"response\":").is_some() {
            Some(rest.object()?)
        } else {
            rest.tag(",\"error\":")?;
            rest.fault()?;
            None
        };
        (rest.0 == "}").then_some(())?;
        let mut things = Vec::with_capacity(4);
        let mut named = |object: Option<&'a str>| {
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
            owners,
            region: region.into(),
            caller: caller.name,
            caller_id: caller.id.map(Cow::Borrowed),
            access_key: caller.access_key.map(Cow::Borrowed),
            outcome: outcome.into(),
            things,
            uses,
        })
    }

    /// `2026-11-21T20:46:13.500Z`.
    fn time(&mut self, text: &str) -> Option<Timestamp> {
        let (second, rest) = text.as_bytes().split_first_chunk::<19>()?;
        let [b'.', a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b'Z'] = *rest else {
            return None;
        };
        if *second != self.second {
            let whole = text.parse::<Timestamp>().ok()?;
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

/// Who asked, as queries name it.
struct Asker<'a> {
    name: Cow<'a, str>,
    id: Option<&'a str>,
    access_key: Option<&'a str>,
}

/// The part of a record that is not read yet.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn tag(&mut self, tag: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(tag)?;
        Some(())
    }

    /// A text without escapes.
    fn text(&mut self) -> Option<&'a str> {
        let text = self.0.strip_prefix('"')?;
        let end = memchr::memchr2(b'"', b'\\', text.as_bytes())?;
        let (text, rest) = text.split_at_checked(end)?;
        self.0 = rest.strip_prefix('"')?;
        Some(text)
    }

    /// A field that may be there; an empty text where it is not. One that is empty itself is left to the view.
    fn optional(&mut self, tag: &str) -> Option<&'a str> {
        match self.tag(tag) {
            Some(()) => self.text().filter(|text| !text.is_empty()),
            None => Some(""),
        }
    }

    fn truth(&mut self) -> Option<bool> {
        let found = self.tag("true").is_some();
        (found || self.tag("false").is_some()).then_some(found)
    }

    fn owners(&mut self) -> Option<Vec<Cow<'a, str>>> {
        let mut owners = Vec::new();
        if self.tag(",\"owners\":[").is_some() {
            owners.push(self.text()?.into());
            while self.tag(",").is_some() {
                owners.push(self.text()?.into());
            }
            self.tag("]")?;
        }
        Some(owners)
    }

    fn caller(&mut self) -> Option<Asker<'a>> {
        self.tag(",\"caller\":{\"type\":")?;
        let kind = self.text()?;
        let user = self.optional(",\"user\":")?;
        let role = self.optional(",\"role\":")?;
        let (name, id) = if !user.is_empty() {
            self.tag(",\"user_id\":")?;
            (Cow::Borrowed(user), Some(self.text()?))
        } else if !role.is_empty() {
            self.tag(",\"role_id\":")?;
            let id = self.text()?;
            self.tag(",\"session\":")?;
            let session = self.text()?;
            self.tag(",\"began\":")?;
            self.text()?;
            (Cow::Owned(format!("{role}:{session}")), Some(id))
        } else {
            let service = self.optional(",\"service\":")?;
            let name = if service.is_empty() { kind } else { service };
            (Cow::Borrowed(name), None)
        };
        let access_key = Some(self.optional(",\"access_key\":")?).filter(|key| !key.is_empty());
        self.tag("}")?;
        Some(Asker { name, id, access_key })
    }

    fn source(&mut self) -> Option<()> {
        self.tag(",\"source\":{\"address\":")?;
        self.text()?.parse::<IpAddr>().ok()?;
        self.tag(",\"agent\":")?;
        self.string()?;
        self.tag(",\"host\":")?;
        self.string()?;
        self.tag(",\"tls\":")?;
        self.truth()?;
        self.tag("}")
    }

    fn fault(&mut self) -> Option<()> {
        self.tag("{\"code\":")?;
        self.text()?;
        self.tag(",\"wire\":")?;
        self.text()?;
        self.tag("}")
    }

    /// Steps over a text, escapes and all.
    fn string(&mut self) -> Option<()> {
        let bytes = self.0.as_bytes();
        let mut at = 1;
        loop {
            let rest = bytes.get(at..)?;
            let end = at + memchr::memchr2(b'"', b'\\', rest)?;
            if bytes.get(end) == Some(&b'"') {
                self.0 = self.0.get(end + 1..)?;
                return Some(());
            }
            at = end + 2;
        }
    }

    /// Steps over an object and gives its inside.
    fn object(&mut self) -> Option<&'a str> {
        let whole = self.0;
        self.tag("{")?;
        self.brackets()?;
        let length = whole.len().checked_sub(self.0.len())?;
        whole.get(1..length.checked_sub(1)?)
    }

    /// Steps behind the bracket that closes what was opened just now. Brackets of both kinds are counted alike.
    fn brackets(&mut self) -> Option<()> {
        let mut depth = 1_usize;
        while depth > 0 {
            let is_next = |byte: &u8| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']');
            let next = self.0.as_bytes().iter().position(is_next)?;
            self.0 = self.0.get(next..)?;
            if self.0.starts_with('"') {
                self.string()?;
                continue;
            }
            if self.0.starts_with(['{', '[']) {
                depth += 1;
            } else {
                depth -= 1;
            }
            self.0 = self.0.get(1..)?;
        }
        Some(())
    }

    /// Steps over any value.
    fn value(&mut self) -> Option<()> {
        if self.0.starts_with('"') {
            return self.string();
        }
        if self.0.starts_with(['{', '[']) {
            self.0 = self.0.get(1..)?;
            return self.brackets();
        }
        let end = self.0.find([',', ']', '}']).unwrap_or(self.0.len());
        self.0 = self.0.get(end..)?;
        Some(())
    }
}

/// The fields that name something, besides those that are the word of a kind of thing.
const FURTHER: [&str; 5] = ["source_key", "previous_key", "keys", "version", "source_version"];

/// Reads what the inside of a request or response names. A field that is there twice is left to the view.
fn names<'a>(object: &'a str, things: &mut Vec<(ThingKind, Cow<'a, str>)>) -> Option<Named<'a>> {
    let mut named = Named::default();
    let mut rest = Rest(object);
    let mut seen = 0_u32;
    while !rest.0.is_empty() {
        let name = rest.text()?;
        rest.tag(":")?;
        let words = ThingKind::ALL.iter().map(|kind| kind.word()).chain(FURTHER);
        if let Some(place) = words.into_iter().position(|word| word == name) {
            (seen & 1 << place == 0).then_some(())?;
            seen |= 1 << place;
            let kind = ThingKind::ALL.get(place).copied();
            field(name, kind, &mut rest, &mut named, things)?;
        } else {
            rest.value()?;
        }
        if !rest.0.is_empty() {
            rest.tag(",")?;
        }
    }
    Some(named)
}

/// Reads the value of a field that names something.
fn field<'a>(
    name: &str,
    kind: Option<ThingKind>,
    rest: &mut Rest<'a>,
    named: &mut Named<'a>,
    things: &mut Vec<(ThingKind, Cow<'a, str>)>,
) -> Option<()> {
    if name == "keys" {
        return keys(rest, things);
    }
    let text = rest.text()?;
    match name {
        "key" => named.key = Some(text.into()),
        "source_key" => named.source_key = Some(text.into()),
        "version" => named.version = Some(text.into()),
        "source_version" => named.source_version = Some(text.into()),
        _ => {}
    }
    if !matches!(name, "version" | "source_version") {
        add(things, kind.unwrap_or(ThingKind::Key), text);
    }
    Some(())
}

/// A list of ids, or how many there were.
fn keys<'a>(rest: &mut Rest<'a>, things: &mut Vec<(ThingKind, Cow<'a, str>)>) -> Option<()> {
    if rest.tag("[").is_none() {
        let behind = rest.0.trim_start_matches(|digit: char| digit.is_ascii_digit());
        (behind.len() < rest.0.len()).then_some(())?;
        rest.0 = behind;
        return Some(());
    }
    while rest.tag("]").is_none() {
        add(things, ThingKind::Key, rest.text()?);
        let _ = rest.tag(",");
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
