//! Answers a query: walks over the blocks that have all terms, and reads what is found there from the log.

use std::path::Path;
use std::str::FromStr as _;

use claviger_audit::index::{Filter, Found, Query};
use claviger_audit::view::{Entry, Event};
use claviger_audit::{LineError, LineReader, Seq};
use claviger_model::RequestId;
use rusqlite::{Connection, params};

use crate::cursor::{Cursor, Way};
use crate::dictionary;
use crate::error::FeedError;
use crate::places::{self, CHUNK, Place, Spot};
use crate::posting::{BLOCK, Bits, Position, locate};
use crate::segments;
use crate::terms::{self, Kind};
use crate::writer;

/// One page.
pub(crate) fn lookup(connection: &Connection, dir: &Path, query: &Query) -> Result<Found, FeedError> {
    // One state of the file for the whole of the answer.
    let frame = connection.unchecked_transaction()?;
    let Some(plan) = Plan::new(&frame, query)? else {
        return Ok(Found::default());
    };
    let mut page = Page {
        connection: &frame,
        dir,
        query,
        reader: LineReader::open(dir),
        buffer: Vec::new(),
        first_segment: 0,
        chunk: None,
        found: Found::default(),
    };
    plan.walk(&mut page)?;
    Ok(page.found)
}

/// Which lines come into question.
#[derive(Debug)]
struct Plan {
    terms: Vec<i64>,
    /// Milliseconds since 1970, both included.
    from: i64,
    until: i64,
    /// Numbers of lines, both included.
    first: u64,
    last: u64,
    down: bool,
}

impl Plan {
    /// Nothing where nothing can be found.
    fn new(connection: &Connection, query: &Query) -> Result<Option<Self>, FeedError> {
        let account = query.account.number().cast_signed();
        let mut plan = Self {
            terms: Vec::new(),
            from: query.from.as_millisecond(),
            until: query.until.as_millisecond(),
            first: 0,
            last: u64::MAX,
            down: query.newest_first,
        };
        let terms = query.filters.iter().filter_map(terms::of_filter);
        for (kind, value) in terms.chain([(Kind::All, "")]) {
            // What each call has needs to be asked for only where nothing else is.
            if kind == Kind::All && !plan.terms.is_empty() {
                continue;
            }
            match dictionary::find(connection, account, kind, value)? {
                Some(term) if plan.terms.contains(&term) => {}
                Some(term) => plan.terms.push(term),
                None => return Ok(None),
            }
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

    fn walk(&self, page: &mut Page<'_>) -> Result<(), FeedError> {
        let way = Way {
            first: self.first / BLOCK,
            last: self.last / BLOCK,
            down: self.down,
        };
        let mut cursors: Vec<_> = self.terms.iter().map(|term| Cursor::new(*term, way)).collect();
        let mut target = Some(way.start());
        while let Some(wanted) = target {
            let Some(block) = agree(&mut cursors, page.connection, wanted)? else {
                return Ok(());
            };
            let mut bits = self.bounds_in(block);
            for cursor in &cursors {
                bits.keep(&cursor.bits()?);
            }
            if page.visit(self, block, &bits)? {
                return Ok(());
            }
            target = way.behind(block);
        }
        Ok(())
    }

    /// The lines of a block that come into question.
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

/// The first block, not before `target`, that all of them have.
fn agree(cursors: &mut [Cursor], connection: &Connection, target: u64) -> Result<Option<u64>, FeedError> {
    let mut wanted = target;
    loop {
        let before = wanted;
        for cursor in cursors.iter_mut() {
            match cursor.seek(connection, wanted)? {
                Some(block) => wanted = block,
                None => return Ok(None),
            }
        }
        if wanted == before {
            return Ok(Some(wanted));
        }
    }
}

/// The page as it grows.
struct Page<'a> {
    connection: &'a Connection,
    dir: &'a Path,
    query: &'a Query,
    reader: LineReader,
    buffer: Vec<u8>,
    /// The first segment that is there, once one was found missing.
    first_segment: u32,
    /// The chunk in hand.
    chunk: Option<(u64, Vec<Spot>)>,
    found: Found,
}

impl Page<'_> {
    /// Takes what is found in a block; whether the page is full.
    fn visit(&mut self, plan: &Plan, block: u64, bits: &Bits) -> Result<bool, FeedError> {
        let mut positions = bits.positions();
        if plan.down {
            positions.reverse();
        }
        for position in positions {
            let seq = block * BLOCK + u64::from(position);
            let spot = self.spot(seq)?;
            if !(plan.from..=plan.until).contains(&spot.time) {
                continue;
            }
            let Some(record) = self.record(Seq(seq), spot.place)? else {
                continue;
            };
            if self.found.events.len() >= self.query.take.max(1) {
                self.found.next = self.found.events.last().map(|(seq, _)| *seq);
                return Ok(true);
            }
            self.found.events.push((Seq(seq), record));
        }
        Ok(false)
    }

    fn spot(&mut self, seq: u64) -> Result<Spot, FeedError> {
        let number = seq / CHUNK;
        let spots = match &mut self.chunk {
            Some((found, spots)) if *found == number => spots,
            other => {
                let data = writer::chunk(self.connection, number)?.ok_or(FeedError::Damaged("a chunk"))?;
                &mut other.insert((number, places::decode(&data)?)).1
            }
        };
        let found = spots.binary_search_by_key(&(seq % CHUNK), |spot| spot.position);
        let spot = found.ok().and_then(|at| spots.get(at)).copied();
        spot.ok_or(FeedError::Damaged("a place"))
    }

    /// The record there, if it is one of those asked for; nothing also where it was removed.
    fn record(&mut self, seq: Seq, place: Place) -> Result<Option<Box<[u8]>>, FeedError> {
        if place.segment < self.first_segment {
            return Ok(None);
        }
        let line = match self.reader.line(place.segment, place.offset, &mut self.buffer) {
            Ok(line) => line,
            Err(error @ LineError::Gone { .. }) => {
                self.first_segment = segments::numbers(self.dir)?.first().copied().unwrap_or_default();
                return if place.segment < self.first_segment {
                    Ok(None)
                } else {
                    Err(error.into())
                };
            }
            Err(error) => return Err(error.into()),
        };
        let event = match Entry::parse(line.record) {
            Err(source) => return Err(FeedError::Record { seq, source }),
            Ok(Entry::Call(event)) if line.seq == seq => event,
            Ok(_) => return Err(FeedError::Damaged("a place that is not that of a call")),
        };
        Ok(asked_for(self.query, &event)?.then(|| line.record.into()))
    }
}

/// Whether a call is one of those asked for, by its own word.
fn asked_for(query: &Query, event: &Event<'_>) -> Result<bool, FeedError> {
    let terms = query
        .filters
        .iter()
        .filter(|filter| !matches!(filter, Filter::Id(_)));
    let terms: Vec<Filter> = terms.cloned().collect();
    if event.account.parse() != Ok(query.account) || !terms::passes(event, &terms) {
        return Err(FeedError::Damaged("a call that does not have its terms"));
    }
    Ok((query.from..=query.until).contains(&event.time) && terms::passes(event, &query.filters))
}
