//! What came of a measurement.

use std::time::Duration;

use crate::library::Pace;
use crate::load::Outcome;
use crate::report::{Row, Verdict};
use crate::stats::{median, number};

/// One measurement.
#[derive(Clone, Default)]
pub(super) struct Sample {
    /// Right answers a second.
    pub(super) rate: f64,
    /// Processor time of the server for one request, in microseconds.
    pub(super) server_micros: f64,
    /// The generator's.
    pub(super) load_micros: f64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) p999: Duration,
    pub(super) first_error: Option<String>,
}

impl Sample {
    pub(super) fn new(outcome: &Outcome, server_seconds: f64) -> Self {
        let requests = number((outcome.answers + outcome.errors).max(1));
        Self {
            rate: number(outcome.answers) / outcome.elapsed.as_secs_f64().max(f64::MIN_POSITIVE),
            server_micros: server_seconds / requests * 1e6,
            load_micros: outcome.load_seconds / requests * 1e6,
            p50: outcome.latencies.quantile(0.5),
            p99: outcome.latencies.quantile(0.99),
            p999: outcome.latencies.quantile(0.999),
            first_error: outcome.first_error.clone(),
        }
    }

    /// Whether the generator had no time left while the server had.
    pub(super) fn is_limited_by_load(&self) -> bool {
        self.rate * self.load_micros > 0.97e6 && self.rate * self.server_micros < 0.9e6
    }

    /// A row with the middle values of some samples.
    pub(super) fn row(scenario: impl Into<String>, samples: &[Self]) -> Row {
        let middle = |field: fn(&Self) -> f64| Some(median(&samples.iter().map(field).collect::<Vec<_>>()));
        Row {
            scenario: scenario.into(),
            rate: middle(|sample| sample.rate),
            server_micros: middle(|sample| sample.server_micros),
            load_micros: middle(|sample| sample.load_micros),
            ..Row::default()
        }
    }

    /// Such a row, with the share that these have of the rate of others, and the verdict if there is a target.
    ///
    /// The worst and the best round stand behind it, to show how far the rounds lie apart: two runs that differ by less may
    /// well be of the same program. The second ratio, of processor times, is less moved by others who use the machine.
    pub(super) fn share(
        scenario: impl Into<String>,
        samples: &[Self],
        (name, others): (&str, &[Self]),
        target: Option<f64>,
    ) -> Row {
        let ratio = Self::by_rate(samples, others);
        let cpu = Self::by_cpu(samples, others);
        let rounds = Self::ratios(samples, others, Self::rates);
        let (worst, best) = rounds.iter().fold((ratio, ratio), |(worst, best), round| {
            (round.min(worst), round.max(best))
        });
        let spread = if rounds.len() > 1 {
            format!(" ({worst:.2} to {best:.2})")
        } else {
            String::new()
        };
        Row {
            measured: format!("{ratio:.2} of {name}{spread}, by processor time {cpu:.2}"),
            target: target.map_or_else(String::new, |target| format!(">= {target:.2}")),
            verdict: target.map(|target| Verdict::from(ratio >= target)),
            ..Self::row(scenario, samples)
        }
    }

    /// What share of the rate of others some samples have: the middle of [`Self::ratios`].
    pub(super) fn by_rate(samples: &[Self], others: &[Self]) -> f64 {
        median(&Self::ratios(samples, others, Self::rates))
    }

    /// The same from the server's processor time for one request: more time is a smaller share.
    pub(super) fn by_cpu(samples: &[Self], others: &[Self]) -> f64 {
        median(&Self::ratios(samples, others, |sample, other| {
            other.server_micros / sample.server_micros
        }))
    }

    fn rates(sample: &Self, other: &Self) -> f64 {
        sample.rate / other.rate
    }

    /// The ratios of all rounds. The two samples of a round were taken one right after the other, so a machine that is
    /// slower for a minute is slower for both.
    fn ratios(samples: &[Self], others: &[Self], ratio: fn(&Self, &Self) -> f64) -> Vec<f64> {
        let rounds = samples.iter().zip(others);
        rounds.map(|(sample, other)| ratio(sample, other)).collect()
    }

    /// The middle of one time of some samples, in milliseconds.
    pub(super) fn millis(samples: &[Self], field: fn(&Self) -> Duration) -> f64 {
        median(
            &samples
                .iter()
                .map(|sample| field(sample).as_secs_f64() * 1e3)
                .collect::<Vec<_>>(),
        )
    }
}

impl From<Pace> for Sample {
    fn from(pace: Pace) -> Self {
        Self {
            rate: pace.rate,
            server_micros: pace.micros,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(rates: &[f64], server_micros: f64) -> Vec<Sample> {
        let sample = |rate: &f64| Sample {
            rate: *rate,
            server_micros,
            ..Sample::default()
        };
        rates.iter().map(sample).collect()
    }

    #[test]
    fn the_ratio_is_the_middle_of_the_rounds() {
        let (ours, alone) = (
            samples(&[10.0, 95.0, 99.0], 500.0),
            samples(&[1.0, 100.0, 900.0], 400.0),
        );
        let share = |target| Sample::share("x", &ours, ("the library", &alone), target);
        let row = share(Some(0.90));
        assert_eq!(
            row.measured,
            "0.95 of the library (0.11 to 10.00), by processor time 0.80"
        );
        assert_eq!(
            (row.target.as_str(), row.verdict),
            (">= 0.90", Some(Verdict::Good))
        );
        assert_eq!(share(Some(0.96)).verdict, Some(Verdict::Missed));
    }

    #[test]
    fn without_a_target_there_is_no_verdict() {
        let row = Sample::share("x", &samples(&[1.0], 1.0), ("y", &samples(&[2.0], 1.0)), None);
        assert_eq!((row.target.as_str(), row.verdict), ("", None));
        assert_eq!(
            row.measured, "0.50 of y, by processor time 1.00",
            "one round is no range"
        );
    }
}
