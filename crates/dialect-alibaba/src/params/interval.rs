//! The interval of automatic rotation.
//!
//! SOURCE: UpdateRotationPolicy, parameter RotationInterval (read 2026-11-21): a whole number and a unit, `d`, `h`, `m`
//! or `s`; 7 to 730 days, so `7d` and `604800s` are the same. Answers give seconds.

use claviger_model::{ROTATION_LONGEST, ROTATION_SHORTEST, SignedDuration};

use crate::error::WireError;
use crate::row::Input;

impl Input<'_> {
    /// The interval, which must be there.
    pub(crate) fn interval(&self, name: &str) -> Result<SignedDuration, WireError> {
        let text = self.required(name)?;
        interval(text).ok_or_else(|| WireError::invalid(name))
    }
}

fn interval(text: &str) -> Option<SignedDuration> {
    let (last, unit) = text.char_indices().next_back()?;
    let digits = text.get(..last)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = match unit {
        'd' => 24 * 60 * 60,
        'h' => 60 * 60,
        'm' => 60,
        's' => 1,
        _ => return None,
    };
    let seconds = digits.parse::<i64>().ok()?.checked_mul(seconds)?;
    let interval = SignedDuration::from_secs(seconds);
    (ROTATION_SHORTEST..=ROTATION_LONGEST)
        .contains(&interval)
        .then_some(interval)
}

/// The interval as answers give it.
pub(crate) fn interval_text(interval: SignedDuration) -> String {
    format!("{}s", interval.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_reads_as_seconds() {
        for (text, seconds) in [
            ("7d", "604800s"),
            ("168h", "604800s"),
            ("10080m", "604800s"),
            ("604800s", "604800s"),
            ("007d", "604800s"),
            ("730d", "63072000s"),
            ("365d", "31536000s"),
            ("604801s", "604801s"),
        ] {
            assert_eq!(
                interval(text).map(interval_text).as_deref(),
                Some(seconds),
                "{text}"
            );
        }
    }

    #[test]
    fn other_texts_and_lengths_are_no_intervals() {
        let digits = format!("{}d", "9".repeat(40));
        for wrong in [
            "",
            "d",
            "7",
            "7D",
            "7 d",
            " 7d",
            "7d ",
            "-7d",
            "+7d",
            "7.5d",
            "1w",
            "6d",
            "604799s",
            "731d",
            "63072001s",
            "0d",
            "٧d",
            "7days",
            "9223372036854775807d",
            &digits,
            "7é",
        ] {
            assert_eq!(interval(wrong), None, "{wrong}");
        }
    }
}
