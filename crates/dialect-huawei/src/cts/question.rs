//! What is asked of the traces, and where the page behind a page begins.
//!
//! SOURCE: Cloud Trace Service API reference, "Querying a Trace List" (read 2026-11-22): `trace_type` must be there; 10 traces of a
//! page, 200 at the most; `from` and `to` in milliseconds, both or none, the last hour without them; `trace_id` overrides all
//! others; `next` is the `marker` of the page before.

use claviger_audit::Seq;
use claviger_model::{SignedDuration, Timestamp};

use crate::error::WireError;
use crate::error::codes;
use crate::row::Input;
use crate::trace::Question;

/// The one tracker, its type, and the type of traces of what was done to the services themselves.
pub(super) const SYSTEM: &str = "system";
/// Traces of what was done to objects in storage services. There are none.
const DATA: &str = "data";
/// The enterprise project of everything.
const NO_ENTERPRISE_PROJECT: &str = "0";
/// How far back the question goes where nobody says.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Traces of a page where nobody says, and the most.
const PAGE_DEFAULT: usize = 10;
const PAGE_LARGEST: usize = 200;
/// Longest value of a parameter, in bytes.
const VALUE_LIMIT: usize = 512;

/// A parameter of the query; none where it is absent or empty.
pub(super) fn parameter<'a>(input: &'a Input<'_>, name: &str) -> Option<&'a str> {
    input.query.get(name).filter(|value| !value.is_empty())
}

/// A question.
pub(super) struct Asked<'a> {
    /// What chooses traces.
    pub(super) question: Question<'a>,
    /// Whether it is about a tracker, a type or a project that there is not: then there are no traces.
    pub(super) nowhere: bool,
    /// First and last moment.
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    /// Where it goes on.
    pub(super) after: Option<Seq>,
    /// Most traces of the page.
    pub(super) take: usize,
}

impl<'a> Asked<'a> {
    /// The question, about traces of one type.
    ///
    /// # Errors
    /// A parameter that is missing or cannot be.
    pub(super) fn typed(input: &'a Input<'_>) -> Result<Self, WireError> {
        let kind = parameter(input, "trace_type").ok_or_else(|| codes::K0204.on("trace_type"))?;
        if kind != SYSTEM && kind != DATA {
            return Err(codes::K0308.on("trace_type"));
        }
        let tracker = parameter(input, "tracker_name").unwrap_or(SYSTEM);
        Self::read(input, kind == SYSTEM && tracker == SYSTEM)
    }

    /// The same, about the tracker of the path.
    ///
    /// # Errors
    /// A parameter that cannot be.
    pub(super) fn of_tracker(input: &'a Input<'_>) -> Result<Self, WireError> {
        Self::read(input, input.path("tracker_name") == SYSTEM)
    }

    fn read(input: &'a Input<'_>, here: bool) -> Result<Self, WireError> {
        let is = |name, wanted| parameter(input, name).is_none_or(|value| value == wanted);
        let question = question(input)?;
        let take = match question.moment() {
            // One of those of that moment.
            Some(_) => PAGE_LARGEST,
            None => take(input)?,
        };
        let times = times(input)?;
        let place = place(input)?;
        let nowhere =
            !here || !is("tracker_type", SYSTEM) || !is("enterprise_project_id", NO_ENTERPRISE_PROJECT);
        let (from, until, after) = if let Some(moment) = question.moment() {
            (moment, moment, place.map(|place| place.after))
        } else if question.trace_id.is_some() {
            (Timestamp::MIN, Timestamp::MAX, None)
        } else {
            let after = place.map(|place| place.after);
            let (from, until) = times
                .or(place.map(|place| (place.from, place.until)))
                .unwrap_or_else(|| {
                    (
                        input.time.saturating_sub(HOUR).unwrap_or(Timestamp::MIN),
                        input.time,
                    )
                });
            (from, until, after)
        };
        Ok(Self {
            question,
            nowhere,
            from,
            until,
            after,
            take,
        })
    }

    /// The marker of the page behind this one.
    pub(super) fn marker(&self, next: Seq) -> String {
        let place = Place {
            after: next,
            from: self.from,
            until: self.until,
        };
        place.marker()
    }
}

fn question<'a>(input: &'a Input<'_>) -> Result<Question<'a>, WireError> {
    let text = |name| match parameter(input, name) {
        Some(value) if value.len() > VALUE_LIMIT => Err(codes::K0308.on(name)),
        value => Ok(value),
    };
    let trace_rating = text("trace_rating")?;
    if trace_rating.is_some_and(|rating| !matches!(rating, "normal" | "warning" | "incident")) {
        return Err(codes::K0308.on("trace_rating"));
    }
    Ok(Question {
        trace_id: text("trace_id")?,
        trace_name: text("trace_name")?,
        trace_rating,
        service_type: text("service_type")?,
        resource_type: text("resource_type")?,
        resource_id: text("resource_id")?,
        resource_name: text("resource_name")?,
        user: text("user")?,
        access_key_id: text("access_key_id")?,
    })
}

fn take(input: &Input<'_>) -> Result<usize, WireError> {
    let Some(limit) = parameter(input, "limit") else {
        return Ok(PAGE_DEFAULT);
    };
    let limit = digits(limit).and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.filter(|limit| (1..=PAGE_LARGEST).contains(limit));
    limit.ok_or_else(|| codes::K0308.on("limit"))
}

/// Both times, or none.
fn times(input: &Input<'_>) -> Result<Option<(Timestamp, Timestamp)>, WireError> {
    let time = |name| match parameter(input, name) {
        None => Ok(None),
        Some(text) => moment(text).map(Some).ok_or_else(|| codes::K0308.on(name)),
    };
    match (time("from")?, time("to")?) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) if from <= to => Ok(Some((from, to))),
        (Some(_), _) => Err(codes::K0308.on("to")),
        (None, Some(_)) => Err(codes::K0308.on("from")),
    }
}

/// The place that the page before this one named.
fn place(input: &Input<'_>) -> Result<Option<Place>, WireError> {
    match parameter(input, "next") {
        None => Ok(None),
        Some(text) => Place::of(text).map(Some).ok_or_else(|| codes::K0308.on("next")),
    }
}

/// Milliseconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(digits(text)?).ok()
}

fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

/// Where a list goes on: behind which line of the log, and within which times, which nobody may have said. Whoever makes one
/// up begins elsewhere in traces that are theirs to see anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    after: Seq,
    from: Timestamp,
    until: Timestamp,
}

impl Place {
    fn marker(self) -> String {
        let Self { after, from, until } = self;
        format!("{}-{}-{}", after.0, from.as_millisecond(), until.as_millisecond())
    }

    fn of(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        Some(Self {
            after: Seq(u64::try_from(digits(parts.next()?)?).ok()?),
            from: moment(parts.next()?)?,
            until: moment(parts.next()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_reads_back() {
        let place = Place {
            after: Seq(7),
            from: Timestamp::UNIX_EPOCH,
            until: "2026-11-22T12:00:00.001Z".parse().unwrap(),
        };
        assert_eq!(place.marker(), "7-0-1795348800001");
        assert_eq!(Place::of(&place.marker()), Some(place));
        for wrong in [
            "",
            "7",
            "7-0",
            "7-0-",
            "-7-0-1",
            "7-0-1-2",
            "+7-0-1",
            "7-0-99999999999999999",
        ] {
            assert_eq!(Place::of(wrong), None, "{wrong}");
        }
    }
}
