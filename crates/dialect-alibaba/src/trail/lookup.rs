//! SOURCE: ActionTrail 2020-07-06, LookupEvents (read 2026-11-22): one attribute or several, all of which must fit; the last
//! seven days where no time is named; 20 events of a page, 50 at the most; newest first. Version 2017-12-04 has the
//! attributes as parameters of their own, with other names for two of them: aliyun-python-sdk-actiontrail 2.0.0.

use claviger_audit::index::Filter;
use claviger_audit::view::Entry;
use claviger_model::{SignedDuration, Timestamp};
use claviger_service::ops::audit as core;
use serde_json::Value;

use super::event::event;
use super::names::{api_word, thing_kind};
use super::token::Place;
use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// How far back the question goes where nobody says.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Events of a page where nobody says, and the most.
const PAGE_DEFAULT: u32 = 20;
const PAGE_LARGEST: u32 = 50;
/// Most attributes of a question.
const ATTRIBUTE_LIMIT: usize = 10;
/// Longest value of an attribute, in bytes.
const VALUE_LIMIT: usize = 512;
/// What the server does by itself, as `EventType` calls it.
const BY_ITSELF: &str = "AliyunServiceEvent";

/// In version 2020-07-06.
pub(super) struct LookupEvents;
/// In version 2017-12-04.
pub(super) struct LookupEvents2017;

impl WireOp for LookupEvents {
    type Op = core::LookupEvents;

    fn decode(input: &Input<'_>) -> Result<core::LookupEvents, Fault> {
        Ok(Question::read(input, listed(input)?)?.ask(input)?)
    }

    fn encode(input: &Input<'_>, events: core::Events, answer: &mut Answer) {
        encode(input, listed(input), &events, answer);
    }
}

impl WireOp for LookupEvents2017 {
    type Op = core::LookupEvents;

    fn decode(input: &Input<'_>) -> Result<core::LookupEvents, Fault> {
        Ok(Question::read(input, named(input))?.ask(input)?)
    }

    fn encode(input: &Input<'_>, events: core::Events, answer: &mut Answer) {
        encode(input, Ok(named(input)), &events, answer);
    }
}

/// Attributes and their values.
type Attributes<'a> = Vec<(&'a str, &'a str)>;

fn listed<'a>(input: &'a Input<'_>) -> Result<Attributes<'a>, WireError> {
    let wrong = || WireError::query_parameter("LookupAttribute");
    let pairs = input.numbered_pairs("LookupAttribute", ("Key", "Value"), ATTRIBUTE_LIMIT);
    let pairs = pairs.map_err(|_| wrong())?.into_iter();
    pairs
        .map(|pair| Some((pair.key?, pair.value?)))
        .collect::<Option<_>>()
        .ok_or_else(wrong)
}

fn named<'a>(input: &'a Input<'_>) -> Attributes<'a> {
    let named = [
        ("Event", "EventId"),
        ("EventAccessKeyId", "EventAccessKeyId"),
        ("EventName", "EventName"),
        ("EventRW", "EventRW"),
        ("EventType", "EventType"),
        ("ResourceName", "ResourceName"),
        ("ResourceType", "ResourceType"),
        ("ServiceName", "ServiceName"),
        ("User", "User"),
    ];
    let value = |(parameter, attribute)| Some((attribute, input.optional(parameter)?));
    named.into_iter().filter_map(value).collect()
}

/// What is asked, all but the page.
struct Question<'a> {
    attributes: Attributes<'a>,
    account: String,
    times: Option<(Timestamp, Timestamp)>,
    newest_first: bool,
}

impl<'a> Question<'a> {
    fn read(input: &Input<'_>, attributes: Attributes<'a>) -> Result<Self, WireError> {
        Ok(Self {
            attributes,
            account: input.scope.account.to_string(),
            times: times(input)?,
            newest_first: match input.optional("Direction") {
                None | Some("BACKWARD") => true,
                Some("FORWARD") => false,
                Some(_) => return Err(WireError::query_parameter("Direction")),
            },
        })
    }

    /// The operation of the core.
    fn ask(&self, input: &Input<'_>) -> Result<core::LookupEvents, WireError> {
        let filters = self.attributes.iter().map(|attribute| filters(*attribute));
        let filters = filters.collect::<Option<Vec<_>>>();
        let filters = filters.ok_or_else(|| WireError::query_parameter("LookupAttribute"))?;
        let most = input.integer("MaxResults").ok();
        let most = most.map(|most| most.unwrap_or(PAGE_DEFAULT));
        let most = most.filter(|most| (1..=PAGE_LARGEST).contains(most));
        let most = most.ok_or_else(|| WireError::query_parameter("MaxResults"))?;
        let place = self.place(input)?;
        let (from, until) = self.range(input, place);
        Ok(core::LookupEvents {
            scope: input.scope.clone(),
            filters: filters.into_iter().flatten().collect(),
            from,
            until,
            newest_first: self.newest_first,
            after: place.map(|place| place.after),
            take: usize::try_from(most).unwrap_or(usize::MAX),
        })
    }

    /// Where it goes on.
    fn place(&self, input: &Input<'_>) -> Result<Option<Place>, WireError> {
        let Some(token) = input.optional("NextToken") else {
            return Ok(None);
        };
        let place = Place::of(token, &self.texts(input));
        place
            .map(Some)
            .ok_or_else(|| WireError::query_parameter("NextToken"))
    }

    /// The range that is looked at: that of the first page, where this is another one.
    fn range(&self, input: &Input<'_>, place: Option<Place>) -> (Timestamp, Timestamp) {
        let asked = place.map(|place| (place.from, place.until)).or(self.times);
        asked.unwrap_or_else(|| {
            (
                input.time.saturating_sub(WEEK).unwrap_or(Timestamp::MIN),
                input.time,
            )
        })
    }

    /// Whether an event that the index gives is meant. The index finds an operation by the name that the core has for it,
    /// too, and does not tell calls from what the server does by itself: then a page is shorter than asked for.
    fn wants(&self, event: &Value) -> bool {
        self.attributes.iter().all(|(name, value)| {
            let member = match *name {
                "EventName" => "eventName",
                "EventType" => "eventType",
                _ => return true,
            };
            event.get(member).and_then(Value::as_str) == Some(value)
        })
    }

    /// What a token is bound to.
    fn texts<'t>(&'t self, input: &'t Input<'_>) -> Vec<&'t str> {
        let order = if self.newest_first { "BACKWARD" } else { "FORWARD" };
        let times = ["StartTime", "EndTime"].map(|name| input.optional(name).unwrap_or_default());
        let attributes = self.attributes.iter().flat_map(|(name, value)| [*name, *value]);
        [&self.account, order]
            .into_iter()
            .chain(times)
            .chain(attributes)
            .collect()
    }
}

/// Both times, or none.
fn times(input: &Input<'_>) -> Result<Option<(Timestamp, Timestamp)>, WireError> {
    let start = input.optional("StartTime").map(time);
    let end = input.optional("EndTime").map(time);
    match (start, end) {
        (None, None) => Ok(None),
        (None | Some(None), Some(_)) | (Some(None), None) => Err(WireError::start_time()),
        (Some(Some(_)), None | Some(None)) => Err(WireError::end_time()),
        (Some(Some(start)), Some(Some(end))) if start < end => Ok(Some((start, end))),
        (Some(Some(_)), Some(Some(_))) => Err(WireError::time_range()),
    }
}

/// `yyyy-MM-ddTHH:mm:ssZ` and nothing else.
fn time(text: &str) -> Option<Timestamp> {
    let time: Timestamp = text.parse().ok()?;
    (date(time) == text).then_some(time)
}

/// What must be so where an attribute has a value; nothing where there is no such attribute, or no such value can be.
fn filters((name, value): (&str, &str)) -> Option<Vec<Filter>> {
    if value.len() > VALUE_LIMIT {
        return None;
    }
    // No API is called so: nothing is found.
    let nothing = || Filter::Api(String::new());
    let text = || value.to_owned();
    Some(vec![match name {
        "ServiceName" => api_word(value).map_or_else(nothing, |word| Filter::Api(word.to_owned())),
        "EventName" => Filter::Operation(text()),
        "User" => Filter::Caller(text()),
        "EventId" => Filter::Id(value.to_ascii_lowercase()),
        "ResourceType" => thing_kind(value).map_or_else(nothing, Filter::Kind),
        // Records name aliases without their prefix.
        "ResourceName" => Filter::Thing(value.strip_prefix("alias/").unwrap_or(value).to_owned()),
        "EventRW" => Filter::Writes(match value {
            "Write" => true,
            "Read" => false,
            _ => return None,
        }),
        "EventAccessKeyId" => Filter::AccessKey(text()),
        "EventType" if value == "ApiCall" => return Some(Vec::new()),
        "EventType" if value == BY_ITSELF => Filter::Caller("system".into()),
        "EventType" => nothing(),
        _ => return None,
    }])
}

fn encode(
    input: &Input<'_>,
    attributes: Result<Attributes<'_>, WireError>,
    events: &core::Events,
    answer: &mut Answer,
) {
    // What was decoded once can be decoded again.
    let question = attributes.and_then(|attributes| Question::read(input, attributes));
    let Ok(question) = question else { return };
    let Ok(place) = question.place(input) else { return };
    let shown = events.found.events.iter().filter_map(|(seq, record)| {
        let Ok(Entry::Call(call)) = Entry::parse(record) else {
            tracing::error!(%seq, "the audit index gives something that is no call");
            return None;
        };
        Some(event(&call, &question.account)).filter(|event| question.wants(event))
    });
    answer.values("Events", shown);
    let (from, until) = question.range(input, place);
    if let Some(after) = events.found.next {
        let next = Place { from, until, after };
        answer.plain("NextToken", &next.token(&question.texts(input)));
    }
    answer.text("StartTime", &date(from));
    answer.text("EndTime", &date(until));
}
