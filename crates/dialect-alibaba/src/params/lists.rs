//! Lists spread over parameters with numbers in their names.
//!
//! SOURCE: TagResources, parameters `ResourceId.N` and `Tag.N.Key` (read 2026-11-21). Numbers begin at 1; gaps are
//! taken, because clients leave out what is empty.

use std::collections::BTreeMap;

use crate::error::WireError;
use crate::row::Input;

impl Input<'_> {
    /// The values of `name.1` to `name.<limit>` that are not empty, with their numbers and in their order.
    pub(crate) fn numbered(&self, name: &str, limit: usize) -> Result<BTreeMap<usize, &str>, WireError> {
        let mut values = BTreeMap::new();
        for (number, field, value) in self.members(name) {
            let number = number.filter(|number| *number <= limit);
            let (Some(number), None) = (number, field) else {
                return Err(WireError::invalid(name));
            };
            if !value.is_empty() {
                values.insert(number, value);
            }
        }
        Ok(values)
    }

    /// The pairs `name.N.<key>` and `name.N.<value>` with N from 1 to `limit`, in the order of their numbers. Other
    /// fields are unknown parameters.
    pub(crate) fn numbered_pairs(
        &self,
        name: &str,
        (key, value): (&str, &str),
        limit: usize,
    ) -> Result<Vec<NumberedPair<'_>>, WireError> {
        let mut pairs: BTreeMap<usize, NumberedPair<'_>> = BTreeMap::new();
        for (number, field, text) in self.members(name) {
            let Some(number) = number.filter(|number| *number <= limit) else {
                return Err(WireError::invalid(name));
            };
            let known = field.is_some_and(|field| field == key || field == value);
            if text.is_empty() || !known {
                continue;
            }
            let pair = pairs.entry(number).or_insert(NumberedPair {
                number,
                key: None,
                value: None,
            });
            if field == Some(key) {
                pair.key = Some(text);
            } else {
                pair.value = Some(text);
            }
        }
        Ok(pairs.into_values().collect())
    }

    /// Parameters called `name.<number>` or `name.<number>.<field>`; no number where it is not one from 1.
    fn members<'s>(&'s self, name: &str) -> impl Iterator<Item = (Option<usize>, Option<&'s str>, &'s str)> {
        self.params.iter().filter_map(move |(full, value)| {
            let rest = full.strip_prefix(name)?.strip_prefix('.')?;
            let (number, field) = match rest.split_once('.') {
                Some((number, field)) => (number, Some(field)),
                None => (rest, None),
            };
            Some((index(number), field, value))
        })
    }
}

/// A pair of a list; what is empty or absent is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberedPair<'a> {
    pub(crate) number: usize,
    pub(crate) key: Option<&'a str>,
    pub(crate) value: Option<&'a str>,
}

/// A number from 1 in its only spelling, so that no two parameters are the same entry.
fn index(text: &str) -> Option<usize> {
    let canonical = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical { text.parse().ok() } else { None }
}
