//! Adds lines of the log to the index: collects in memory, stores in one transaction.

use std::path::Path;

use claviger_audit::Seq;
use claviger_audit::view::Entry;
use claviger_model::{AccountId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::block::Block;
use crate::dictionary::Dictionary;
use crate::error::FeedError;
use crate::mark::Mark;
use crate::places::{CHUNK, Chunk, Place, Spot};
use crate::posting::locate;
use crate::schema;
use crate::skim::{Skim, Skimmer};
use crate::tail::{Line, Tail};
use crate::usage::Tally;

/// The connection that writes, and what it has in hand.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    mark: Option<Mark>,
    terms: Dictionary,
    skimmer: Skimmer,
    block: Block,
    chunk: Open,
    tally: Tally,
}

/// The chunk that grows.
#[derive(Debug)]
struct Open {
    number: u64,
    chunk: Chunk,
    changed: bool,
}

/// What a batch has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fed {
    /// Lines of the log.
    pub(crate) lines: u64,
    /// When the last call of them was.
    pub(crate) last: Option<Timestamp>,
}

impl Writer {
    /// Opens the file, or makes it.
    pub(crate) fn open(path: &Path, cache_kib: u32) -> Result<Self, FeedError> {
        let connection = schema::writer(path, cache_kib)?;
        let (mark, next_term) = state(&connection)?;
        let seq = mark.as_ref().map_or(0, |mark| mark.seq.0);
        let (number, _) = locate(seq);
        let chunk_number = seq / CHUNK;
        let stored = chunk(&connection, chunk_number)?.unwrap_or_default();
        Ok(Self {
            mark,
            terms: Dictionary::new(next_term),
            skimmer: Skimmer::default(),
            block: Block::resume(&connection, number)?,
            chunk: Open {
                number: chunk_number,
                chunk: Chunk::resume(stored)?,
                changed: false,
            },
            tally: Tally::new(),
            connection,
        })
    }

    /// The last line that is in.
    pub(crate) fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }

    /// The number of that line; 0 before the first one.
    pub(crate) fn done(&self) -> Seq {
        self.mark.as_ref().map_or(Seq(0), |mark| mark.seq)
    }

    /// Adds at most `most` lines in one transaction.
    ///
    /// # Errors
    /// After an error what is in memory is of no use any more, and the file is as it was: open it again.
    pub(crate) fn feed(
        &mut self,
        tail: &mut Tail,
        log: Uuid,
        until: Option<Seq>,
        most: u64,
    ) -> Result<Fed, FeedError> {
        let mut fed = Fed::default();
        while fed.lines < most {
            let Some(line) = tail.next(until)? else { break };
            if fed.lines == 0 {
                self.connection.execute_batch("BEGIN IMMEDIATE")?;
            }
            fed.lines += 1;
            fed.last = self.add(&line)?.or(fed.last);
            self.passed(log, &line);
        }
        if fed.lines > 0 {
            self.store()?;
            self.connection.execute_batch("COMMIT")?;
        }
        Ok(fed)
    }

    fn passed(&mut self, log: Uuid, line: &Line<'_>) {
        let mark = self.mark.get_or_insert_with(|| Mark {
            log,
            seq: Seq(0),
            place: Place::default(),
            record: Vec::new(),
        });
        mark.log = log;
        mark.seq = line.parts.seq;
        mark.place = line.place;
        mark.record.clear();
        mark.record.extend_from_slice(line.parts.record);
    }

    /// Forgets numbers of terms: some were removed.
    pub(crate) fn forget(&mut self) {
        self.terms.forget();
        self.block.forget();
    }

    /// Adds a line; gives the time of a call.
    fn add(&mut self, line: &Line<'_>) -> Result<Option<Timestamp>, FeedError> {
        let record = line.parts.record;
        if let Some(call) = self.skimmer.read(record) {
            return self.add_call(line, &call);
        }
        match Entry::parse(record) {
            Ok(Entry::Call(event)) => self.add_call(line, &Skim::of(&event)),
            Ok(_) => Ok(None),
            Err(error) => {
                tracing::warn!(seq = line.parts.seq.0, %error, "a record of the audit log cannot be read, so it is not indexed");
                Ok(None)
            }
        }
    }

    fn add_call(&mut self, line: &Line<'_>, call: &Skim<'_>) -> Result<Option<Timestamp>, FeedError> {
        let seq = line.parts.seq.0;
        let accounts = [&call.account].into_iter().chain(&call.owners);
        let Ok(accounts) = accounts
            .map(|account| account.parse::<AccountId>())
            .collect::<Result<Vec<_>, _>>()
        else {
            tracing::warn!(
                seq,
                "a record of the audit log has no account, so it is not indexed"
            );
            return Ok(None);
        };
        let (number, position) = locate(seq);
        self.chunk.enter(&self.connection, seq / CHUNK)?;
        self.chunk.push(Spot {
            position: seq % CHUNK,
            time: call.time.as_millisecond(),
            place: line.place,
        });
        self.block.enter(&self.connection, number)?;
        for account in accounts {
            let account = account.number().cast_signed();
            self.block
                .add(&self.connection, &mut self.terms, account, position, call)?;
            self.tally.count(account, call);
        }
        Ok(Some(call.time))
    }

    fn store(&mut self) -> Result<(), FeedError> {
        self.chunk.store(&self.connection)?;
        self.block.store(&self.connection)?;
        self.tally.store(&self.connection)?;
        if let Some(mark) = &self.mark {
            self.connection
                .prepare_cached(
                    "UPDATE state SET log = ?1, seq = ?2, segment = ?3, offset = ?4, length = ?5, record = ?6, next_term = ?7",
                )?
                .execute(params![
                    mark.log.as_bytes(),
                    mark.seq.0.cast_signed(),
                    mark.place.segment,
                    mark.place.offset.cast_signed(),
                    mark.place.length,
                    mark.record,
                    self.terms.next(),
                ])?;
        }
        Ok(())
    }
}

/// The row of a chunk.
pub(crate) fn chunk(connection: &Connection, number: u64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT data FROM chunk WHERE number = ?1")?
        .query_row([number.cast_signed()], |row| row.get(0))
        .optional()
}

/// The last line that an index holds; 0 before the first one.
pub(crate) fn done(connection: &Connection) -> Result<Seq, FeedError> {
    let (mark, _) = state(connection)?;
    Ok(mark.map_or(Seq(0), |mark| mark.seq))
}

fn state(connection: &Connection) -> Result<(Option<Mark>, i64), FeedError> {
    let (log, seq, place, record, next) = connection.query_row(
        "SELECT log, seq, segment, offset, length, record, next_term FROM state",
        [],
        |row| {
            let log: Vec<u8> = row.get(0)?;
            let seq: i64 = row.get(1)?;
            let place = Place {
                segment: row.get(2)?,
                offset: row.get::<_, i64>(3)?.cast_unsigned(),
                length: row.get(4)?,
            };
            Ok((log, seq, place, row.get(5)?, row.get(6)?))
        },
    )?;
    if log.is_empty() {
        return Ok((None, next));
    }
    let mark = Mark {
        log: Uuid::from_slice(&log).map_err(|_| FeedError::Damaged("the id of the log"))?,
        seq: Seq(seq.cast_unsigned()),
        place,
        record,
    };
    Ok((Some(mark), next))
}

impl Open {
    /// Goes to another chunk; the one before is stored.
    fn enter(&mut self, connection: &Connection, number: u64) -> Result<(), FeedError> {
        if self.number != number {
            self.store(connection)?;
            *self = Self {
                number,
                chunk: Chunk::new(),
                changed: false,
            };
        }
        Ok(())
    }

    fn push(&mut self, spot: Spot) {
        self.chunk.push(spot);
        self.changed = true;
    }

    fn store(&mut self, connection: &Connection) -> Result<(), FeedError> {
        if self.changed {
            connection
                .prepare_cached("INSERT OR REPLACE INTO chunk (number, data) VALUES (?1, ?2)")?
                .execute(params![self.number.cast_signed(), self.chunk.data()])?;
            self.changed = false;
        }
        Ok(())
    }
}
