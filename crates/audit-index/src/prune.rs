//! Takes out what retention has removed from the log, a little at a time. How keys were used is kept.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use crate::error::FeedError;
use crate::mark::beginning;
use crate::places::CHUNK;
use crate::posting::BLOCK;
use crate::segments;
use crate::writer::Writer;

/// How often to look whether segments were removed.
const EVERY: Duration = Duration::from_secs(5);

/// Terms, and likewise chunks and blocks, that are looked at in one round.
const ROUND: i64 = 500;

/// Where the taking out stands.
#[derive(Debug, Default)]
pub(crate) struct Pruner {
    looked: Option<Instant>,
    first_segment: Option<u32>,
    /// Blocks below this one are to go.
    below: i64,
    /// The term that was looked at last.
    term: Option<(i64, i64, String)>,
    busy: bool,
}

impl Pruner {
    /// Does some of the work, if there is any; whether there is more. The writer has nothing unstored in hand.
    pub(crate) fn round(&mut self, writer: &mut Writer, dir: &Path) -> Result<bool, FeedError> {
        if !self.busy && self.looked.is_none_or(|looked| looked.elapsed() >= EVERY) {
            self.look(writer, dir)?;
        }
        if self.busy {
            writer.connection.execute_batch("BEGIN IMMEDIATE")?;
            self.busy = self.take_out(writer)?;
            writer.connection.execute_batch("COMMIT")?;
        }
        Ok(self.busy)
    }

    /// Looks whether whole blocks lie before the first line of the log.
    fn look(&mut self, writer: &Writer, dir: &Path) -> Result<(), FeedError> {
        self.looked = Some(Instant::now());
        let first = segments::numbers(dir)?.first().copied();
        if first == self.first_segment {
            return Ok(());
        }
        if let Some(beginning) = beginning(dir)? {
            self.below = (beginning.seq.0 / BLOCK).cast_signed();
            self.term = None;
            // Blocks go last, so they tell whether all else is gone.
            self.busy = writer
                .connection
                .prepare_cached("SELECT 1 FROM block WHERE number < ?1")?
                .exists([self.below])?;
        }
        self.first_segment = first;
        Ok(())
    }

    fn take_out(&mut self, writer: &mut Writer) -> Result<bool, FeedError> {
        if self.take_out_postings(writer)? {
            return Ok(true);
        }
        let chunks_below = self.below * (BLOCK / CHUNK).cast_signed();
        let chunks = "DELETE FROM chunk WHERE number IN (SELECT number FROM chunk WHERE number < ?1 ORDER BY number LIMIT ?2)";
        let blocks = "DELETE FROM block WHERE number IN (SELECT number FROM block WHERE number < ?1 ORDER BY number LIMIT ?2)";
        for (text, below) in [(chunks, chunks_below), (blocks, self.below)] {
            if writer.connection.prepare_cached(text)?.execute([below, ROUND])? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes on through the terms; false at their end.
    fn take_out_postings(&mut self, writer: &mut Writer) -> Result<bool, FeedError> {
        let (account, kind, value) = self.term.clone().unwrap_or((-1, -1, String::new()));
        let mut statement = writer.connection.prepare_cached(
            "SELECT account, kind, value, id FROM term WHERE (account, kind, value) > (?1, ?2, ?3)
             ORDER BY account, kind, value LIMIT ?4",
        )?;
        let found = statement.query_map(params![account, kind, value, ROUND], |row| {
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get::<_, i64>(3)?))
        })?;
        let found: Vec<((i64, i64, String), i64)> = found.collect::<Result<_, _>>()?;
        drop(statement);
        let mut removed = false;
        for (term, id) in &found {
            removed |= self.take_out_term(&writer.connection, term, *id)?;
        }
        if removed {
            writer.forget();
        }
        let more = !found.is_empty();
        self.term = found
            .into_iter()
            .next_back()
            .map(|(term, _)| term)
            .or(self.term.take());
        Ok(more)
    }

    /// Takes out what a term has below; whether nothing was left of it.
    fn take_out_term(
        &self,
        connection: &Connection,
        (account, kind, value): &(i64, i64, String),
        id: i64,
    ) -> Result<bool, FeedError> {
        connection
            .prepare_cached("DELETE FROM posting WHERE term = ?1 AND block < ?2")?
            .execute([id, self.below])?;
        let left = connection
            .prepare_cached("SELECT 1 FROM posting WHERE term = ?1")?
            .exists([id])?;
        if !left {
            connection
                .prepare_cached("DELETE FROM term WHERE account = ?1 AND kind = ?2 AND value = ?3")?
                .execute(params![account, kind, value])?;
        }
        Ok(!left)
    }
}
