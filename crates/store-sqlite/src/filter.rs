//! Filters of key lists as conditions in SQL. Everything a caller sent is bound, never spelled out.

use claviger_model::{Creator, KeyFilter, KeyMatch};
use rusqlite::types::Value;

use crate::words::Word;

/// What follows `WHERE account = ? AND region = ?` for the table `keys`.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    /// Empty, or begins with ` AND `.
    pub(crate) sql: String,
    /// For the question marks in `sql`.
    pub(crate) values: Vec<Value>,
}

impl Condition {
    /// `None` where no key can match, whatever is in the file.
    pub(crate) fn of(filter: &KeyFilter) -> Option<Self> {
        let mut condition = Self::default();
        for row in &filter.all_of {
            let row = Row::gather(row);
            if row.is_empty() {
                return None;
            }
            condition.sql.push_str(" AND (");
            row.render(&mut condition);
            condition.sql.push(')');
        }
        Some(condition)
    }
}

/// The alternatives of one row of a filter, by what they look at: one list each keeps the statement short.
#[derive(Default)]
struct Row {
    lists: [Vec<Value>; TESTS.len()],
    of_account: bool,
    of_service: bool,
}

/// What each list of [`Row`] becomes: its items stand between two halves, with a joint between any two of them. Each
/// question mark of an item takes one value. ?1 and ?2 are the account and the region.
const TESTS: [(&str, &str, &str, &str); 11] = [
    ("id IN (", "?", ", ", ")"),
    ("state IN (", "?", ", ", ")"),
    ("spec IN (", "?", ", ", ")"),
    ("usage IN (", "?", ", ", ")"),
    ("protection IN (", "?", ", ", ")"),
    ("creator IN (", "?", ", ", ")"),
    (
        "EXISTS (SELECT 1 FROM aliases WHERE aliases.account = keys.account AND aliases.region = keys.region
                 AND aliases.key = keys.id AND aliases.name IN (",
        "?",
        ", ",
        "))",
    ),
    (
        "EXISTS (SELECT 1 FROM tags WHERE tags.account = keys.account AND tags.region = keys.region
                 AND tags.key = keys.id AND tags.name IN (",
        "?",
        ", ",
        "))",
    ),
    (
        "EXISTS (SELECT 1 FROM tags WHERE tags.account = keys.account AND tags.region = keys.region
                 AND tags.key = keys.id AND tags.value IN (",
        "?",
        ", ",
        "))",
    ),
    (
        "id IN (SELECT key FROM tags WHERE account = ?1 AND region = ?2 AND (name, value) IN (VALUES ",
        "(?, ?)",
        ", ",
        "))",
    ),
    // With an index on titles, but for other alternatives beside it.
    ("(", "title BETWEEN ? AND ?", " OR ", ")"),
];

impl Row {
    fn gather(alternatives: &[KeyMatch]) -> Self {
        let mut row = Self::default();
        let [
            ids,
            states,
            specs,
            usages,
            protections,
            creators,
            aliases,
            tag_keys,
            tag_values,
            tags,
            titles,
        ] = &mut row.lists;
        let word = |word: &str| Value::Text(word.to_owned());
        for alternative in alternatives {
            match alternative {
                KeyMatch::Id(id) => ids.push(Value::Blob(id.as_bytes().to_vec())),
                KeyMatch::State(state) => states.push(word(state.word())),
                KeyMatch::Spec(spec) => specs.push(word(spec.word())),
                KeyMatch::Usage(usage) => usages.push(word(usage.word())),
                KeyMatch::Protection(level) => protections.push(word(level.word())),
                KeyMatch::OfAccount(true) | KeyMatch::Creator(Creator::Account) => row.of_account = true,
                KeyMatch::OfAccount(false) => row.of_service = true,
                KeyMatch::Creator(Creator::Service(name)) => creators.push(word(name.as_str())),
                KeyMatch::Alias(name) => aliases.push(word(name.as_str())),
                KeyMatch::TagKey(name) => tag_keys.push(word(name)),
                KeyMatch::TagValue(value) => tag_values.push(word(value)),
                KeyMatch::Tag(name, value) => tags.extend([word(name), word(value)]),
                // All characters of a title come before the end of this one.
                KeyMatch::TitleStart(start) => titles.extend([word(start), word(&format!("{start}\u{7f}"))]),
                KeyMatch::Nothing => {}
            }
        }
        row
    }

    fn is_empty(&self) -> bool {
        !self.of_account && !self.of_service && self.lists.iter().all(Vec::is_empty)
    }

    /// Writes the alternatives, joined by `OR`.
    fn render(self, condition: &mut Condition) {
        let mut joint = "";
        for (test, wanted) in [
            ("creator IS NULL", self.of_account),
            ("creator IS NOT NULL", self.of_service),
        ] {
            if wanted {
                condition.sql.push_str(joint);
                condition.sql.push_str(test);
                joint = " OR ";
            }
        }
        for ((before, item, between, after), values) in TESTS.iter().zip(self.lists) {
            if values.is_empty() {
                continue;
            }
            condition.sql.push_str(joint);
            condition.sql.push_str(before);
            let items = values.len() / item.matches('?').count();
            condition.sql.push_str(&vec![*item; items].join(between));
            condition.sql.push_str(after);
            condition.values.extend(values);
            joint = " OR ";
        }
    }
}
