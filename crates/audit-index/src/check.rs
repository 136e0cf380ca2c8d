//! Compares an index with its log.

use std::path::Path;

use claviger_audit::Seq;
use rusqlite::types::Value;
use rusqlite::{Connection, Row};

use crate::error::{FeedError, told};
use crate::mark::beginning;
use crate::places::{self, CHUNK};
use crate::posting::{BLOCK, Bits, Position, locate};
use crate::rebuild::{beside, fill};
use crate::schema;
use crate::writer;

/// Page cache, in KiB.
const CACHE: u32 = 16 << 10;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The last line that the index holds.
    pub done: Seq,
    /// Rows that were compared.
    pub rows: u64,
    /// What differs, the first row of each table; nothing where index and log agree.
    pub faults: Vec<String>,
}

/// Compares the index `path` with the log in the folder `dir`, by making another one of the same lines beside it. Of
/// lines that retention removed nothing is compared, and then neither is how keys were used: the index remembers that
/// for longer than the log.
///
/// # Errors
/// When one of the two cannot be read, or there is no room for the other index.
pub fn check(path: &Path, dir: &Path) -> Result<Checked, FeedError> {
    let found = schema::reader(path, CACHE)?;
    let done = writer::done(&found)?;
    let other = beside(path, ".check");
    schema::remove(&other)?;
    let mut checked = Checked {
        done,
        rows: 0,
        faults: Vec::new(),
    };
    if done > Seq(0) {
        match fill(&other, dir, Some(done), &mut |_| {}) {
            Ok(made) => compare(&found, &made.connection, dir, &mut checked)?,
            Err(error @ (FeedError::Line { .. } | FeedError::Replaced(_))) => {
                checked.faults.push(told(&error));
            }
            Err(error) => return Err(error),
        }
    }
    schema::remove(&other)?;
    Ok(checked)
}

/// A table as it is compared.
struct Table {
    name: &'static str,
    /// Its rows, in an order that does not depend on numbers of terms; `?1` is the first block that counts.
    text: &'static str,
    cut: Cut,
    /// Whether it keeps what the log may have lost.
    outlives: bool,
}

/// What of a row lies before the first line, and is left out.
#[derive(Clone, Copy)]
enum Cut {
    Nothing,
    Posting,
    Chunk,
}

const TABLES: [Table; 6] = [
    Table {
        name: "posting",
        text: "SELECT t.account, t.kind, t.value, p.block, p.data FROM term t CROSS JOIN posting p
               WHERE p.term = t.id AND p.block >= ?1 ORDER BY t.account, t.kind, t.value, p.block",
        cut: Cut::Posting,
        outlives: false,
    },
    Table {
        name: "chunk",
        text: "SELECT number, data FROM chunk WHERE number >= ?1 * 16 ORDER BY number",
        cut: Cut::Chunk,
        outlives: false,
    },
    Table {
        name: "block",
        text: "SELECT number, first, last FROM block WHERE number > ?1 OR ?1 = 0 ORDER BY number",
        cut: Cut::Nothing,
        outlives: false,
    },
    Table {
        name: "use_version",
        text: "SELECT account, key, version, first, last, count FROM use_version WHERE ?1 = 0
               ORDER BY account, key, version",
        cut: Cut::Nothing,
        outlives: true,
    },
    Table {
        name: "use_last",
        text: "SELECT account, key, time, action, caller, access_key FROM use_last WHERE ?1 = 0 ORDER BY account, key",
        cut: Cut::Nothing,
        outlives: true,
    },
    Table {
        name: "use_day",
        text: "SELECT account, key, day, action, outcome, count FROM use_day WHERE ?1 = 0
               ORDER BY account, key, day, action, outcome",
        cut: Cut::Nothing,
        outlives: true,
    },
];

fn compare(
    found: &Connection,
    made: &Connection,
    dir: &Path,
    checked: &mut Checked,
) -> Result<(), FeedError> {
    let first = beginning(dir)?.map_or(1, |first| first.seq.0);
    for table in TABLES.iter().filter(|table| first == 1 || !table.outlives) {
        let (mut one, mut other) = (found.prepare(table.text)?, made.prepare(table.text)?);
        let block = (first / BLOCK).cast_signed();
        let (mut one, mut other) = (one.query([block])?, other.query([block])?);
        loop {
            let row = next(&mut one, table, first)?;
            let expected = next(&mut other, table, first)?;
            if row != expected {
                let fault = format!("{}: {row:?} instead of {expected:?}", table.name);
                checked.faults.push(fault);
                break;
            }
            if row.is_none() {
                break;
            }
            checked.rows += 1;
        }
    }
    Ok(())
}

/// The next row that has something of the log as it is.
fn next(rows: &mut rusqlite::Rows<'_>, table: &Table, first: u64) -> Result<Option<Vec<Value>>, FeedError> {
    while let Some(row) = rows.next()? {
        let row = values(row)?;
        let row = match table.cut {
            Cut::Nothing => row,
            Cut::Posting => cut_posting(row, first)?,
            Cut::Chunk => cut_chunk(&row, first)?,
        };
        if !row.is_empty() {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

fn values(row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
    (0..row.as_ref().column_count())
        .map(|column| row.get(column))
        .collect()
}

/// A posting without the lines before the first one: its places in place of its bytes. Empty where none is left.
fn cut_posting(mut row: Vec<Value>, first: u64) -> Result<Vec<Value>, FeedError> {
    let (first_block, position) = locate(first);
    let [.., Value::Integer(block), Value::Blob(data)] = row.as_mut_slice() else {
        return Err(FeedError::Damaged("a posting"));
    };
    let mut bits = Bits::decode(data).ok_or(FeedError::Damaged("a posting"))?;
    if block.cast_unsigned() == first_block {
        let last = Position::try_from(BLOCK - 1).unwrap_or(Position::MAX);
        bits.keep(&Bits::between(position, last));
    }
    *data = bits
        .positions()
        .into_iter()
        .flat_map(Position::to_le_bytes)
        .collect();
    if data.is_empty() {
        row.clear();
    }
    Ok(row)
}

/// A chunk without the lines before the first one: numbers in place of its bytes. Empty where none is left.
fn cut_chunk(row: &[Value], first: u64) -> Result<Vec<Value>, FeedError> {
    let [Value::Integer(number), Value::Blob(data)] = row else {
        return Err(FeedError::Damaged("a chunk"));
    };
    let begins = number.cast_unsigned().saturating_mul(CHUNK);
    let spots = places::decode(data)?;
    let spots = spots.iter().filter(|spot| begins + spot.position >= first);
    let cut = spots
        .flat_map(|spot| {
            [
                begins.cast_signed(),
                spot.position.cast_signed(),
                spot.time,
                spot.place.segment.into(),
                spot.place.offset.cast_signed(),
                spot.place.length.into(),
            ]
        })
        .map(Value::Integer);
    Ok(cut.collect())
}
