//! The block that grows: which of its lines have which terms.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::dictionary::Dictionary;
use crate::error::FeedError;
use crate::posting::{Bits, Position, encode};
use crate::skim::Skim;
use crate::terms::{self, Kind};

/// Profiles that are remembered; about 200 bytes each. Then all are forgotten and learned anew.
const PROFILES: usize = 8192;

/// The terms of one block that came since the file was opened.
#[derive(Debug)]
pub(crate) struct Block {
    number: u64,
    /// Tells blocks of this process apart, so that nobody believes a slot of another one.
    epoch: u64,
    /// Whether the file may have something of the block that is not in memory.
    resumed: bool,
    times: Option<(i64, i64)>,
    postings: Vec<Posting>,
    slots: HashMap<i64, usize, BuildHasherDefault<Spread>>,
    profiles: Vec<Profile>,
    known: HashMap<Box<[u8]>, usize>,
    key: Vec<u8>,
}

#[derive(Debug)]
struct Posting {
    term: i64,
    positions: Vec<Position>,
    changed: bool,
}

/// The terms that calls with the same caller, operation and end have in common.
#[derive(Debug, Default)]
struct Profile {
    terms: Vec<i64>,
    /// Where they are in the block of this epoch.
    slots: Vec<usize>,
    epoch: u64,
}

impl Block {
    /// The block `number`, some of which may be in the file.
    pub(crate) fn resume(connection: &Connection, number: u64) -> rusqlite::Result<Self> {
        let times = connection
            .prepare_cached("SELECT first, last FROM block WHERE number = ?1")?
            .query_row([number.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(Self {
            number,
            epoch: 1,
            resumed: true,
            times,
            postings: Vec::new(),
            slots: HashMap::default(),
            profiles: Vec::new(),
            known: HashMap::new(),
            key: Vec::new(),
        })
    }

    /// Goes to another block; the one before is stored.
    pub(crate) fn enter(&mut self, connection: &Connection, number: u64) -> Result<(), FeedError> {
        if self.number != number {
            self.store(connection)?;
            self.number = number;
            self.epoch += 1;
            self.resumed = false;
            self.times = None;
            self.postings.clear();
            self.slots.clear();
        }
        Ok(())
    }

    /// Forgets numbers of terms: some were removed.
    pub(crate) fn forget(&mut self) {
        self.profiles.clear();
        self.known.clear();
    }

    /// Adds a call to the trail of an account.
    pub(crate) fn add(
        &mut self,
        connection: &Connection,
        dictionary: &mut Dictionary,
        account: i64,
        position: Position,
        call: &Skim<'_>,
    ) -> Result<(), FeedError> {
        let time = call.time.as_millisecond();
        let (first, last) = self.times.unwrap_or((time, time));
        self.times = Some((first.min(time), last.max(time)));
        for (_, name) in &call.things {
            let term = dictionary.number(connection, account, Kind::Thing, name)?;
            let slot = self.slot(connection, term)?;
            self.push(slot, position);
        }
        let place = self.profile(connection, dictionary, account, call)?;
        // Out of its place while the block is changed.
        let mut profile = self.profiles.get_mut(place).map(mem::take).unwrap_or_default();
        if profile.epoch != self.epoch {
            profile.slots.clear();
            for term in &profile.terms {
                profile.slots.push(self.slot(connection, *term)?);
            }
            profile.epoch = self.epoch;
        }
        for slot in &profile.slots {
            self.push(*slot, position);
        }
        if let Some(empty) = self.profiles.get_mut(place) {
            *empty = profile;
        }
        Ok(())
    }

    /// The place of the profile of a call.
    fn profile(
        &mut self,
        connection: &Connection,
        dictionary: &mut Dictionary,
        account: i64,
        call: &Skim<'_>,
    ) -> Result<usize, FeedError> {
        terms::profile(account, call, &mut self.key);
        if let Some(place) = self.known.get(self.key.as_slice()) {
            return Ok(*place);
        }
        let mut profile = Profile::default();
        terms::common(call, |kind, value| {
            profile
                .terms
                .push(dictionary.number(connection, account, kind, value)?);
            Ok::<_, FeedError>(())
        })?;
        if self.profiles.len() >= PROFILES {
            self.forget();
        }
        let place = self.profiles.len();
        self.profiles.push(profile);
        self.known.insert(self.key.as_slice().into(), place);
        Ok(place)
    }

    /// Where the places of a term are kept.
    fn slot(&mut self, connection: &Connection, term: i64) -> Result<usize, FeedError> {
        if let Some(slot) = self.slots.get(&term) {
            return Ok(*slot);
        }
        let mut positions = Vec::new();
        if self.resumed
            && let Some(stored) = posting_of(connection, term, self.number)?
        {
            let bits = Bits::decode(&stored).ok_or(FeedError::Damaged("a posting"))?;
            positions = bits.positions();
        }
        let slot = self.postings.len();
        self.postings.push(Posting {
            term,
            positions,
            changed: false,
        });
        self.slots.insert(term, slot);
        Ok(slot)
    }

    fn push(&mut self, slot: usize, position: Position) {
        // A call may have a term twice.
        if let Some(posting) = self.postings.get_mut(slot)
            && posting.positions.last() != Some(&position)
        {
            posting.positions.push(position);
            posting.changed = true;
        }
    }

    /// Stores what has changed.
    pub(crate) fn store(&mut self, connection: &Connection) -> Result<(), FeedError> {
        let Some((first, last)) = self.times else {
            return Ok(());
        };
        let mut changed: Vec<_> = self
            .postings
            .iter_mut()
            .filter(|posting| posting.changed)
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        // In the order of the table, which is kinder to its pages.
        changed.sort_unstable_by_key(|posting| posting.term);
        let number = self.number.cast_signed();
        connection
            .prepare_cached("INSERT OR REPLACE INTO block (number, first, last) VALUES (?1, ?2, ?3)")?
            .execute(params![number, first, last])?;
        let mut statement = connection
            .prepare_cached("INSERT OR REPLACE INTO posting (term, block, data) VALUES (?1, ?2, ?3)")?;
        for posting in changed {
            statement.execute(params![posting.term, number, encode(&posting.positions)])?;
            posting.changed = false;
        }
        Ok(())
    }
}

/// The stored places of a term in a block.
fn posting_of(connection: &Connection, term: i64, block: u64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT data FROM posting WHERE term = ?1 AND block = ?2")?
        .query_row(params![term, block.cast_signed()], |row| row.get(0))
        .optional()
}

/// Hashes numbers of terms, which nobody outside chooses: one multiplication spreads them over the high bits, and a
/// rotation brings those to where a table looks first.
#[derive(Debug, Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn write_u64(&mut self, number: u64) {
        // SOURCE: Knuth, The Art of Computer Programming, volume 3, 6.4: 2^64 over the golden ratio.
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }
}
