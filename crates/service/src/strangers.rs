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

#[derive(Debug)]
struct Counts {
    since: Timestamp,
    rows: HashMap<(&'static str, IpAddr, String), u64>,
    others: u64,
}

impl Tally {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            inner: Mutex::new(Counts {
                since: now,
                rows: HashMap::new(),
                others: 0,
            }),
        }
    }

    /// Counts one refusal.
    pub(crate) fn count(&self, reason: &'static str, address: IpAddr, access_key: Option<&str>) {
        let access_key = access_key.map(shown).unwrap_or_default().to_owned();
        let mut counts = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let full = counts.rows.len() >= ROWS;
        match counts.rows.get_mut(&(reason, address, access_key.clone())) {
            Some(count) => *count += 1,
            None if full => counts.others += 1,
            None => {
                counts.rows.insert((reason, address, access_key), 1);
            }
        }
    }

    /// Takes the batch as a record; `None` when nobody was refused.
    pub(crate) fn take(&self, now: Timestamp) -> Option<Vec<u8>> {
        let mut counts = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let since = std::mem::replace(&mut counts.since, now);
        let (rows, others) = (
            std::mem::take(&mut counts.rows),
            std::mem::take(&mut counts.others),
        );
        drop(counts);
        if rows.is_empty() {
            return None;
        }
        let rows: Vec<_> = rows
            .into_iter()
            .map(|((reason, address, access_key), count)| Stranger {
                reason,
                address,
                access_key,
                count,
            })
            .collect();
        Some(
            Strangers {
                since,
                until: now,
                rows: &rows,
                others,
            }
            .to_json(),
        )
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
        let text = String::from_utf8(tally.take(now).unwrap()).unwrap();
        assert!(text.contains("\"access_key\":\"LTAI1\",\"count\":2"), "{text}");
        assert_eq!(text.matches("\"count\"").count(), ROWS);
        assert!(text.ends_with("\"others\":145}"), "{}", &text[text.len() - 40..]);
        assert!(tally.take(now).is_none());
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
        let text = String::from_utf8(tally.take(now).unwrap()).unwrap();
        assert!(
            !text.contains("emxsHuut") && text.contains("(not an access key id)"),
            "{text}"
        );
    }
}
