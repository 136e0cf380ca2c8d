//! Steps through the blocks of a term, in either direction.

use std::collections::VecDeque;

use rusqlite::{Connection, params};

use crate::error::FeedError;
use crate::posting::Bits;

/// Most blocks that are read at once.
const MOST: u32 = 64;

/// The blocks that are walked over, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) down: bool,
}

impl Way {
    /// The block it begins with.
    pub(crate) fn start(self) -> u64 {
        if self.down { self.last } else { self.first }
    }

    /// The block behind one; nothing at the end.
    pub(crate) fn behind(self, block: u64) -> Option<u64> {
        let next = if self.down {
            block.checked_sub(1)
        } else {
            block.checked_add(1)
        };
        next.filter(|next| (self.first..=self.last).contains(next))
    }

    /// Whether one block comes before another.
    pub(crate) fn is_before(self, one: u64, other: u64) -> bool {
        if self.down { one > other } else { one < other }
    }
}

/// The blocks of one term.
#[derive(Debug)]
pub(crate) struct Cursor {
    term: i64,
    way: Way,
    /// What was read ahead.
    ahead: VecDeque<(u64, Vec<u8>)>,
    /// How many blocks to read at once: more while each of them is wanted.
    portion: u32,
    /// Whether some of what was read last was skipped.
    skipped: bool,
    /// Whether nothing follows what was read ahead.
    over: bool,
}

impl Cursor {
    pub(crate) fn new(term: i64, way: Way) -> Self {
        Self {
            term,
            way,
            ahead: VecDeque::new(),
            portion: 1,
            skipped: false,
            over: false,
        }
    }

    /// Goes to the first block of the term that is not before `target`; nothing where there is none.
    pub(crate) fn seek(&mut self, connection: &Connection, target: u64) -> Result<Option<u64>, FeedError> {
        let mut passed = 0;
        loop {
            match self.ahead.front() {
                Some((block, _)) if self.way.is_before(*block, target) => {
                    self.ahead.pop_front();
                    passed += 1;
                    self.skipped |= passed > 1;
                }
                Some((block, _)) => return Ok(Some(*block)),
                None if self.over => return Ok(None),
                None => self.read(connection, target)?,
            }
        }
    }

    /// Whether going to `block` takes a look into the file.
    pub(crate) fn must_read(&self, block: u64) -> bool {
        let last = self.ahead.back();
        !self.over && last.is_none_or(|(last, _)| self.way.is_before(*last, block))
    }

    /// The places in the block that it stands at.
    pub(crate) fn bits(&self) -> Result<Bits, FeedError> {
        let stored = self.ahead.front().map(|(_, data)| data.as_slice());
        Bits::decode(stored.unwrap_or_default()).ok_or(FeedError::Damaged("a posting"))
    }

    fn read(&mut self, connection: &Connection, target: u64) -> Result<(), FeedError> {
        self.portion = if self.skipped {
            1
        } else {
            (self.portion * 4).min(MOST)
        };
        self.skipped = false;
        let (text, from, to) = if self.way.down {
            (
                "SELECT block, data FROM posting WHERE term = ?1 AND block BETWEEN ?2 AND ?3 ORDER BY block DESC LIMIT ?4",
                self.way.first,
                target,
            )
        } else {
            (
                "SELECT block, data FROM posting WHERE term = ?1 AND block BETWEEN ?2 AND ?3 ORDER BY block LIMIT ?4",
                target,
                self.way.last,
            )
        };
        let mut statement = connection.prepare_cached(text)?;
        let mut rows = statement.query(params![
            self.term,
            from.cast_signed(),
            to.cast_signed(),
            self.portion
        ])?;
        while let Some(row) = rows.next()? {
            self.ahead
                .push_back((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?));
        }
        self.over = self.ahead.len() < usize::try_from(self.portion).unwrap_or(usize::MAX);
        Ok(())
    }
}
