//! Steps through the blocks that any of several terms has, in either direction.

use rusqlite::Connection;

use crate::cursor::{Cursor, Way};
use crate::error::FeedError;
use crate::posting::Bits;

/// The blocks of several terms.
#[derive(Debug)]
pub(crate) struct Union {
    way: Way,
    /// Each stands at the last block that it was asked for, or before it.
    cursors: Vec<Cursor>,
}

impl Union {
    pub(crate) fn new(terms: &[i64], way: Way) -> Self {
        Self {
            way,
            cursors: terms.iter().map(|term| Cursor::new(*term, way)).collect(),
        }
    }

    /// Goes to the first block of any term that is not before `target`; nothing where there is none.
    pub(crate) fn seek(&mut self, connection: &Connection, target: u64) -> Result<Option<u64>, FeedError> {
        let mut first: Option<u64> = None;
        for place in 0..self.cursors.len() {
            let cursor = self.cursors.get_mut(place);
            let found = cursor.map(|cursor| cursor.seek(connection, target)).transpose()?;
            let Some(block) = found.flatten() else {
                continue;
            };
            if block == target {
                // No other one can be earlier, so they may stay where they are. This one is asked first the next time.
                self.cursors.swap(0, place);
                return Ok(Some(target));
            }
            if first.is_none_or(|first| self.way.is_before(block, first)) {
                first = Some(block);
            }
        }
        Ok(first)
    }

    /// How many look-ups in the file [`Union::bits`] would take.
    pub(crate) fn lookups(&self, block: u64) -> usize {
        let cursors = self.cursors.iter();
        cursors.filter(|cursor| cursor.must_read(block)).count()
    }

    /// The places in a block that any of the terms has. The block is not before what was sought last.
    pub(crate) fn bits(&mut self, connection: &Connection, block: u64) -> Result<Bits, FeedError> {
        let mut bits = Bits::NONE;
        for cursor in &mut self.cursors {
            if cursor.seek(connection, block)? == Some(block) {
                bits.add(&cursor.bits()?);
            }
        }
        Ok(bits)
    }
}
