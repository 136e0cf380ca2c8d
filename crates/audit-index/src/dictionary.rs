//! Numbers of terms: stored in a table, the busy ones kept in memory.

use std::collections::HashMap;
use std::mem;

use rusqlite::{Connection, OptionalExtension, params};

use crate::terms::Kind;

/// Terms that each of the two generations in memory may hold; about 100 bytes each.
const GENERATION: usize = 32 * 1024;

/// Gives terms their numbers.
#[derive(Debug)]
pub(crate) struct Dictionary {
    /// The number that the next new term gets.
    next: i64,
    /// Terms that came since the generations changed, and those of the generation before. What is asked for moves to
    /// the young ones, so the old ones that are dropped are those that were not.
    young: HashMap<Box<[u8]>, i64>,
    old: HashMap<Box<[u8]>, i64>,
    name: Vec<u8>,
}

impl Dictionary {
    pub(crate) fn new(next: i64) -> Self {
        Self {
            next,
            young: HashMap::new(),
            old: HashMap::new(),
            name: Vec::new(),
        }
    }

    /// The number that the next new term gets.
    pub(crate) fn next(&self) -> i64 {
        self.next
    }

    /// Forgets what is in memory: rows were removed.
    pub(crate) fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    /// The number of a term, a new one if there is none.
    pub(crate) fn number(
        &mut self,
        connection: &Connection,
        account: i64,
        kind: Kind,
        value: &str,
    ) -> rusqlite::Result<i64> {
        self.name.clear();
        self.name.extend_from_slice(&account.to_le_bytes());
        self.name.push(kind.number());
        self.name.extend_from_slice(value.as_bytes());
        if let Some(id) = self.young.get(self.name.as_slice()) {
            return Ok(*id);
        }
        let known = match self.old.get(self.name.as_slice()) {
            Some(id) => Some(*id),
            None => find(connection, account, kind, value)?,
        };
        let id = match known {
            Some(id) => id,
            None => self.add(connection, account, kind, value)?,
        };
        if self.young.len() >= GENERATION {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(self.name.as_slice().into(), id);
        Ok(id)
    }

    fn add(
        &mut self,
        connection: &Connection,
        account: i64,
        kind: Kind,
        value: &str,
    ) -> rusqlite::Result<i64> {
        let id = self.next;
        connection
            .prepare_cached("INSERT INTO term (account, kind, value, id) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![account, kind.number(), value, id])?;
        self.next += 1;
        Ok(id)
    }
}

/// The number of a term, if it has one.
pub(crate) fn find(
    connection: &Connection,
    account: i64,
    kind: Kind,
    value: &str,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM term WHERE account = ?1 AND kind = ?2 AND value = ?3")?
        .query_row(params![account, kind.number(), value], |row| row.get(0))
        .optional()
}
