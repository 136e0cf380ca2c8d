//! The table.

use std::ops::RangeInclusive;

use crate::stats::number;

/// What a row says about its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is no target: a fact.
    Fact,
    /// Reached.
    Good,
    /// Reached, and the further goal too.
    Better,
    /// Not reached.
    Missed,
    /// Some answers were wrong, so the numbers mean nothing.
    Wrong,
}

impl Verdict {
    /// `Good` or `Missed`.
    pub(crate) fn from(reached: bool) -> Self {
        if reached { Self::Good } else { Self::Missed }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Fact => "",
            Self::Good => "ok",
            Self::Better => "ok, goal",
            Self::Missed => "MISSED",
            Self::Wrong => "ERRORS",
        }
    }
}

/// One line of the table.
#[derive(Default)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) scenario: String,
    /// Requests a second.
    pub(crate) rate: Option<f64>,
    /// Processor time of the server for one request, in microseconds.
    pub(crate) server_micros: Option<f64>,
    /// The generator's.
    pub(crate) load_micros: Option<f64>,
    /// The number that the target is about, with its unit.
    pub(crate) measured: String,
    /// The target.
    pub(crate) target: String,
    /// How it went.
    pub(crate) verdict: Option<Verdict>,
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let cell =
            |value: Option<f64>, digits| value.map_or_else(String::new, |value| format!("{value:.digits$}"));
        [
            self.scenario.clone(),
            cell(self.rate, 0),
            cell(self.server_micros, 1),
            cell(self.load_micros, 1),
            self.measured.clone(),
            self.target.clone(),
            self.verdict.unwrap_or(Verdict::Fact).text().to_owned(),
        ]
    }
}

/// All rows, aligned: names to the left, numbers to the right.
pub(crate) fn table(rows: &[Row]) -> String {
    let head = [
        "scenario",
        "req/s",
        "server µs",
        "load µs",
        "measured",
        "target",
        "verdict",
    ]
    .map(str::to_owned);
    let lines: Vec<[String; 7]> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    aligned(&lines, 1..=3)
}

/// Lines of cells, aligned: the columns of numbers to the right, all others to the left.
pub(crate) fn aligned<const N: usize>(lines: &[[String; N]], numbers: RangeInclusive<usize>) -> String {
    let mut widths = [0; N];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for line in lines {
        let cells = line
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                if numbers.contains(&column) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Bytes in millions, as disks are sold.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    number(bytes) / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = [
            Row {
                scenario: "long name".into(),
                rate: Some(12345.6),
                ..Row::default()
            },
            Row {
                scenario: "x".into(),
                rate: Some(1.0),
                verdict: Some(Verdict::Missed),
                ..Row::default()
            },
        ];
        let text = table(&rows);
        let ends: Vec<_> = text
            .lines()
            .map(|line| line.get(..18).unwrap_or(line).trim_end().len())
            .collect();
        assert_eq!(ends, [16, 16, 16], "{text}");
        assert!(text.lines().nth(2).unwrap().ends_with("MISSED"), "{text}");
    }
}
