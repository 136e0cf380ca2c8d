//! What is compared with what.

use super::SM2_TARGET;
use super::job::Job;
use crate::parts::Sample;
use crate::report::Row;

/// Share of the bare token's rate that the provider over it must reach.
const TOKEN_TARGET: f64 = 0.85;

/// Who does a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The cryptographic library.
    Library,
    /// The provider of software keys.
    Software,
    /// The provider over the managed HSM.
    Managed,
    /// The functions of the token.
    Bare,
    /// The provider over the token.
    Token,
}

impl Who {
    /// In the order of the table.
    pub(super) const ALL: [Self; 5] = [
        Self::Library,
        Self::Software,
        Self::Managed,
        Self::Bare,
        Self::Token,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Library => "the library",
            Self::Software => "software",
            Self::Managed => "managed HSM",
            Self::Bare => "the bare token",
            Self::Token => "PKCS#11 on SoftHSM2",
        }
    }

    /// Whether it needs SoftHSM2.
    pub(super) fn needs_token(self) -> bool {
        matches!(self, Self::Bare | Self::Token)
    }

    /// Whom it is compared with in this job.
    fn yardstick(self, job: Job) -> Option<Self> {
        match (self, job) {
            (Self::Library | Self::Bare, _) => None,
            (Self::Software, _) | (Self::Managed, Job::Rsa | Job::Sm2) => Some(Self::Library),
            (Self::Managed, Job::Encrypt | Job::Decrypt | Job::Ec) => Some(Self::Software),
            (Self::Token, _) => Some(Self::Bare),
        }
    }

    fn target(self, job: Job) -> Option<f64> {
        match (self, job) {
            (Self::Token, _) => Some(TOKEN_TARGET),
            (Self::Managed, Job::Sm2) => Some(SM2_TARGET),
            _ => None,
        }
    }
}

/// What came of one job, by who did it. Without samples, it was not offered.
pub(super) struct Outcome {
    pub(super) who: Who,
    pub(super) samples: Vec<Sample>,
}

/// The rows of one job.
pub(super) fn rows(job: Job, outcomes: &[Outcome]) -> Vec<Row> {
    let samples_of = |who: Who| {
        let found = outcomes.iter().find(|outcome| outcome.who == who)?;
        (!found.samples.is_empty()).then_some((who.name(), found.samples.as_slice()))
    };
    let row = |outcome: &Outcome| {
        let (who, samples) = (outcome.who, outcome.samples.as_slice());
        let scenario = format!("{}: {}", who.name(), job.name());
        if samples.is_empty() {
            return Row {
                scenario,
                measured: "not offered".to_owned(),
                ..Row::default()
            };
        }
        let row = match who.yardstick(job).and_then(samples_of) {
            Some(others) => Sample::share(scenario, samples, others, who.target(job)),
            None => Sample::row(scenario, samples),
        };
        Row {
            load_micros: None,
            ..row
        }
    };
    outcomes.iter().map(row).collect()
}

/// What stands in place of the rows that need SoftHSM2.
pub(super) fn without_token() -> Row {
    Row {
        scenario: Who::Token.name().to_owned(),
        measured: "SoftHSM2 is not on this machine".to_owned(),
        ..Row::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict;

    fn outcome(who: Who, rate: f64) -> Outcome {
        let sample = Sample {
            rate,
            server_micros: 1e6 / rate,
            ..Sample::default()
        };
        Outcome {
            who,
            samples: vec![sample],
        }
    }

    #[test]
    fn each_is_compared_with_what_is_behind_it() {
        let outcomes = [
            outcome(Who::Library, 1000.0),
            outcome(Who::Software, 900.0),
            outcome(Who::Managed, 800.0),
            outcome(Who::Bare, 500.0),
            outcome(Who::Token, 400.0),
        ];
        let measured: Vec<_> = rows(Job::Rsa, &outcomes)
            .into_iter()
            .map(|row| (row.measured, row.verdict))
            .collect();
        let share = |text: &str| text.to_owned();
        assert_eq!(
            measured,
            [
                (share(""), None),
                (share("0.90 of the library, by processor time 0.90"), None),
                (share("0.80 of the library, by processor time 0.80"), None),
                (share(""), None),
                (
                    share("0.80 of the bare token, by processor time 0.80"),
                    Some(Verdict::Missed)
                ),
            ]
        );
        let rows = rows(Job::Encrypt, &outcomes);
        let managed = rows
            .iter()
            .find(|row| row.scenario.starts_with("managed"))
            .unwrap();
        assert_eq!(managed.measured, "0.89 of software, by processor time 0.89");
    }

    #[test]
    fn what_is_not_offered_is_said() {
        let nothing = Outcome {
            who: Who::Software,
            samples: Vec::new(),
        };
        let rows = rows(
            Job::Sm2,
            &[outcome(Who::Library, 100.0), nothing, outcome(Who::Managed, 86.0)],
        );
        let cells: Vec<_> = rows
            .iter()
            .map(|row| (row.measured.as_str(), row.verdict))
            .collect();
        assert_eq!(
            cells,
            [
                ("", None),
                ("not offered", None),
                ("0.86 of the library, by processor time 0.86", Some(Verdict::Good)),
            ]
        );
    }
}
