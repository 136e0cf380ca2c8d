//! Which lines come into question for a query, and the way over their blocks.

use std::str::FromStr as _;

use claviger_audit::Seq;
use claviger_audit::index::{Filter, Query};
use claviger_model::RequestId;
use rusqlite::{Connection, params};

use crate::cursor::{Cursor, Way};
use crate::dictionary;
use crate::error::FeedError;
use crate::posting::{BLOCK, Bits, Position, locate};
use crate::terms::{self, Kind, Wanted};
use crate::union::Union;

/// Terms of a union that may be looked up for each line that they could rule out. A line is read from the log, which may
/// be packed there; a look-up is one row of the index.
const LOOKUPS_PER_LINE: usize = 8;

/// Which lines come into question.
#[derive(Debug)]
pub(crate) struct Plan {
    /// All of these.
    terms: Vec<i64>,
    /// Of each of these, any.
    unions: Vec<Vec<i64>>,
    /// Milliseconds since 1970, both included.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// Numbers of lines, both included.
    first: u64,
    last: u64,
    pub(crate) down: bool,
}

/// The lines of a block that come into question.
#[derive(Debug)]
pub(crate) struct Candidates {
    pub(crate) block: u64,
    pub(crate) bits: Bits,
    /// Whether each of them has all terms. Otherwise the unions were left to who reads the lines.
    pub(crate) sure: bool,
}

impl Plan {
    /// Nothing where nothing can be found.
    pub(crate) fn new(connection: &Connection, query: &Query) -> Result<Option<Self>, FeedError> {
        let mut plan = Self {
            terms: Vec::new(),
            unions: Vec::new(),
            from: query.from.as_millisecond(),
            until: query.until.as_millisecond(),
            first: 0,
            last: u64::MAX,
            down: query.newest_first,
        };
        if !plan.take_terms(connection, query)? {
            return Ok(None);
        }
        for filter in &query.filters {
            if let Filter::Id(id) = filter
                && !plan.narrow_to(id)
            {
                return Ok(None);
            }
        }
        let fits = plan.bound_by_time(connection)? && plan.bound_by_page(query.after);
        Ok(fits.then_some(plan))
    }

    /// Looks the terms up; false where no call has one of them.
    fn take_terms(&mut self, connection: &Connection, query: &Query) -> Result<bool, FeedError> {
        let account = query.account.number().cast_signed();
        let find = |kind, value: &str| dictionary::find(connection, account, kind, value);
        for filter in &query.filters {
            let mut any = Vec::new();
            match terms::of_filter(filter) {
                Wanted::Nothing => continue,
                Wanted::Term(kind, value) => any.extend(find(kind, value)?),
                Wanted::AnyOf(kind, values) => {
                    for value in values {
                        any.extend(find(kind, value)?);
                    }
                }
            }
            any.sort_unstable();
            any.dedup();
            match any.as_slice() {
                [] => return Ok(false),
                [term] => self.terms.push(*term),
                _ => self.unions.push(any),
            }
        }
        // What each call has needs to be asked for only where nothing else is.
        if self.terms.is_empty() && self.unions.is_empty() {
            self.terms.extend(find(Kind::All, "")?);
        }
        self.terms.sort_unstable();
        self.terms.dedup();
        Ok(!self.terms.is_empty() || !self.unions.is_empty())
    }

    /// Leaves the moment at which a request id was drawn, which is that of its call; false for what is no such id.
    fn narrow_to(&mut self, id: &str) -> bool {
        let Ok(id) = RequestId::from_str(id) else {
            return false;
        };
        // SOURCE: RFC 9562 section 5.7: the first 48 bits are milliseconds since 1970.
        let time = u128::from_be_bytes(*id.as_bytes()) >> 80;
        let millis = i64::try_from(time).unwrap_or(i64::MAX - 1);
        // A record may have rounded.
        self.from = self.from.max(millis - 1);
        self.until = self.until.min(millis + 1);
        true
    }

    fn bound_by_time(&mut self, connection: &Connection) -> Result<bool, FeedError> {
        let bounds: (Option<i64>, Option<i64>) = connection
            .prepare_cached("SELECT min(number), max(number) FROM block WHERE last >= ?1 AND first <= ?2")?
            .query_row(params![self.from, self.until], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let (Some(first), Some(last)) = bounds else {
            return Ok(false);
        };
        self.first = first.cast_unsigned().saturating_mul(BLOCK);
        self.last = last
            .cast_unsigned()
            .saturating_mul(BLOCK)
            .saturating_add(BLOCK - 1);
        Ok(true)
    }

    fn bound_by_page(&mut self, after: Option<Seq>) -> bool {
        match after {
            Some(Seq(0)) if self.down => return false,
            Some(after) if self.down => self.last = self.last.min(after.0 - 1),
            Some(after) => self.first = self.first.max(after.0.saturating_add(1)),
            None => {}
        }
        self.first <= self.last
    }

    /// Hands the blocks that all terms have to `visit`, until it says that it has enough.
    pub(crate) fn walk(
        &self,
        connection: &Connection,
        mut visit: impl FnMut(&Candidates) -> Result<bool, FeedError>,
    ) -> Result<(), FeedError> {
        let way = Way {
            first: self.first / BLOCK,
            last: self.last / BLOCK,
            down: self.down,
        };
        let terms = self.terms.iter();
        let mut walkers = Walkers {
            cursors: terms.map(|term| Cursor::new(*term, way)).collect(),
            unions: self.unions.iter().map(|terms| Union::new(terms, way)).collect(),
        };
        let mut target = Some(way.start());
        while let Some(wanted) = target {
            let Some(block) = walkers.agree(connection, wanted)? else {
                return Ok(());
            };
            if visit(&walkers.candidates(connection, block, self.bounds_in(block))?)? {
                return Ok(());
            }
            target = way.behind(block);
        }
        Ok(())
    }

    /// The lines of a block that are within the bounds.
    fn bounds_in(&self, block: u64) -> Bits {
        let (first, from) = locate(self.first);
        let (last, until) = locate(self.last);
        let whole = Position::try_from(BLOCK - 1).unwrap_or(Position::MAX);
        Bits::between(
            if block == first { from } else { 0 },
            if block == last { until } else { whole },
        )
    }
}

/// The steps through the blocks of all terms.
struct Walkers {
    cursors: Vec<Cursor>,
    unions: Vec<Union>,
}

impl Walkers {
    /// The first block, not before `target`, that all of them have.
    fn agree(&mut self, connection: &Connection, target: u64) -> Result<Option<u64>, FeedError> {
        let mut wanted = target;
        loop {
            let before = wanted;
            for cursor in &mut self.cursors {
                match cursor.seek(connection, wanted)? {
                    Some(block) => wanted = block,
                    None => return Ok(None),
                }
            }
            // Last, as each has many terms to ask for.
            for union in &mut self.unions {
                match union.seek(connection, wanted)? {
                    Some(block) => wanted = block,
                    None => return Ok(None),
                }
            }
            if wanted == before {
                return Ok(Some(wanted));
            }
        }
    }

    fn candidates(
        &mut self,
        connection: &Connection,
        block: u64,
        mut bits: Bits,
    ) -> Result<Candidates, FeedError> {
        for cursor in &self.cursors {
            bits.keep(&cursor.bits()?);
        }
        let mut sure = true;
        for union in &mut self.unions {
            let lines = usize::try_from(bits.count()).unwrap_or(usize::MAX);
            if lines.saturating_mul(LOOKUPS_PER_LINE) < union.lookups(block) {
                sure = false;
            } else {
                bits.keep(&union.bits(connection, block)?);
            }
        }
        Ok(Candidates { block, bits, sure })
    }
}
