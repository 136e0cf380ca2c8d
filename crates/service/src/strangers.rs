//! Callers without valid credentials: counted, and written to the audit log in batches, or a flood of them would buy
//! a disk write each.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use claviger_audit::record::{Stranger, Strangers};
use claviger_model::Timestamp;

/// How many different rows one batch holds; the rest is counted together.
const ROWS: usize = 256;
/// How access key ids begin here and at the vendor. What begins otherwise may be a secret that was put in the wrong
/// place, and is not written down.
///
/// SOURCE: RAM, access keys; STS, temporary credentials.
const KEY_STARTS: [&str; 2] = ["LTAI", "STS."];
/// Longest text that is taken for an access key id, in bytes.
const KEY_TEXT: usize = 64;

/// Refusals since the last batch.
#[derive(Debug)]
pub(crate) struct Tally {
    inner: Mutex<Counts>,
}

/// What refusals are counted by: reason, source, claimed access key.
type Row = (&'static str, IpAddr, String);

/// Refusals of a while.
#[derive(Debug)]
pub(crate) struct Counts {
    since: Timestamp,
    rows: HashMap<Row, u64>,
    others: u64,
}

impl Tally {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            inner: Mutex::new(Counts::new(now)),
        }
    }

    /// Counts one refusal.
    pub(crate) fn count(&self, reason: &'static str, address: IpAddr, access_key: Option<&str>) {
        let access_key = access_key.map(shown).unwrap_or_default().to_owned();
        let mut counts = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        counts.add((reason, address, access_key), 1);
    }

    /// Takes the batch; `None` when nobody was refused.
    pub(crate) fn take(&self, now: Timestamp) -> Option<Counts> {
        let mut counts = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::replace(&mut *counts, Counts::new(now));
        (!taken.rows.is_empty()).then_some(taken)
    }

    /// Takes a batch back that could not be written. The next one tells of both.
    pub(crate) fn put_back(&self, batch: Counts) {
        let mut counts = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let later = std::mem::replace(&mut *counts, batch);
        later
            .rows
            .into_iter()
            .for_each(|(row, count)| counts.add(row, count));
        counts.others += later.others;
    }
}

impl Counts {
    fn new(since: Timestamp) -> Self {
        Self {
            since,
            rows: HashMap::new(),
            others: 0,
        }
    }

    fn add(&mut self, row: Row, count: u64) {
        let full = self.rows.len() >= ROWS;
        match self.rows.get_mut(&row) {
            Some(known) => *known += count,
            None if full => self.others += count,
            None => {
                self.rows.insert(row, count);
            }
        }
    }

    /// The record of the batch, which ended at `until`. Who came most often stands first.
    pub(crate) fn record(&self, until: Timestamp) -> Vec<u8> {
        let mut rows: Vec<_> = self
            .rows
            .iter()
            .map(|((reason, address, access_key), count)| Stranger {
                reason,
                address: *address,
                access_key: access_key.clone(),
                count: *count,
            })
            .collect();
        rows.sort_by(|one, other| {
            let order = |row: &Stranger| (row.address, row.reason);
            let by_count = other.count.cmp(&one.count);
            by_count
                .then_with(|| order(one).cmp(&order(other)))
                .then_with(|| one.access_key.cmp(&other.access_key))
        });
        Strangers {
            since: self.since,
            until,
            rows: &rows,
            others: self.others,
        }
        .to_json()
    }
}

/// What may be written down of the access key that a stranger named.
fn shown(access_key: &str) -> &str {
    let shaped = access_key.len() <= KEY_TEXT && KEY_STARTS.iter().any(|start| access_key.starts_with(start));
    if shaped {
        access_key
    } else {
        "(not an access key id)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next batch as it would be written.
    fn text(tally: &Tally) -> String {
        let now = "2026-11-21T00:00:10Z".parse().unwrap();
        String::from_utf8(tally.take(now).unwrap().record(now)).unwrap()
    }

    #[test]
    fn equal_refusals_share_a_row_and_rows_are_bounded() {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let tally = Tally::new(now);
        let address = "127.0.0.1".parse().unwrap();
        assert!(tally.take(now).is_none());
        tally.count("signature", address, Some("LTAI1"));
        tally.count("signature", address, Some("LTAI1"));
        for n in 0..400 {
            tally.count("unknown_key", address, Some(&format!("LTAIk{n}")));
        }
        let text = text(&tally);
        assert!(text.contains("\"access_key\":\"LTAI1\",\"count\":2"), "{text}");
        assert_eq!(text.matches("\"count\"").count(), ROWS);
        assert!(text.ends_with("\"others\":145}"), "{}", &text[text.len() - 40..]);
        assert!(tally.take(now).is_none());
    }

    #[test]
    fn a_batch_that_is_taken_back_is_told_with_the_next() {
        let [first, second] =
            ["2026-11-21T00:00:00Z", "2026-11-21T00:00:10Z"].map(|time| time.parse().unwrap());
        let tally = Tally::new(first);
        let address = "127.0.0.1".parse().unwrap();
        tally.count("signature", address, Some("LTAI1"));
        let batch = tally.take(second).unwrap();
        tally.count("signature", address, Some("LTAI1"));
        tally.count("skewed", address, None);
        tally.put_back(batch);
        let text = text(&tally);
        assert!(text.contains(r#""since":"2026-11-21T00:00:00.000Z""#), "{text}");
        assert!(text.contains(r#""access_key":"LTAI1","count":2"#), "{text}");
        assert!(
            text.contains(r#""reason":"skewed","address":"127.0.0.1","access_key":"","count":1"#),
            "{text}"
        );
    }

    #[test]
    fn a_secret_in_the_place_of_the_id_is_not_written_down() {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let tally = Tally::new(now);
        tally.count(
            "unknown_key",
            "127.0.0.1".parse().unwrap(),
            Some("emxsHuut0EpROdMehgnENjxOwMYw1i"),
        );
        let text = text(&tally);
        assert!(
            !text.contains("emxsHuut") && text.contains("(not an access key id)"),
            "{text}"
        );
    }
}
