//! Moments on the command line.

use claviger_model::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A moment as RFC 3339 spells it, or a day, which stands for its beginning in UTC.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    // A civil date would be read from a moment without its zone, too.
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    let begin = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    begin.map(|begin| begin.timestamp()).ok_or_else(|| {
        "it must be a moment such as 2026-11-22T08:00:00Z, or a day such as 2026-11-22".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_a_zone_and_days_begin_at_midnight_utc() {
        let shown = |text| moment(text).map(|moment| moment.to_string()).ok();
        assert_eq!(shown("2026-11-22").as_deref(), Some("2026-11-22T00:00:00Z"));
        assert_eq!(
            shown("2026-11-22T09:00:00+01:00").as_deref(),
            Some("2026-11-22T08:00:00Z")
        );
        for wrong in ["", "2026-11-22T08:00:00", "2026-11-31", "yesterday", "22.11.2026"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}
