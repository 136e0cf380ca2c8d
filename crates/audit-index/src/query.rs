//! Answers a query: reads from the log what the plan finds, line by line.

use claviger_audit::index::{Filter, Found, Query};
use claviger_audit::view::{Entry, Event};
use claviger_audit::{LineError, LineReader, Seq};
use rusqlite::Connection;
use std::path::Path;

use crate::error::FeedError;
use crate::places::{self, CHUNK, Place, Spot};
use crate::plan::{Candidates, Plan};
use crate::posting::BLOCK;
use crate::segments;
use crate::terms;
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
    plan.walk(&frame, |candidates| page.visit(&plan, candidates))?;
    Ok(page.found)
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
    fn visit(&mut self, plan: &Plan, candidates: &Candidates) -> Result<bool, FeedError> {
        let mut positions = candidates.bits.positions();
        if plan.down {
            positions.reverse();
        }
        for position in positions {
            let seq = candidates.block * BLOCK + u64::from(position);
            let spot = self.spot(seq)?;
            if !(plan.from..=plan.until).contains(&spot.time) {
                continue;
            }
            let Some(record) = self.record(Seq(seq), spot.place, candidates.sure)? else {
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
    fn record(&mut self, seq: Seq, place: Place, sure: bool) -> Result<Option<Box<[u8]>>, FeedError> {
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
        Ok(asked_for(self.query, &event, sure)?.then(|| line.record.into()))
    }
}

/// Whether a call is one of those asked for, by its own word. Where its terms are `sure`, not having them is damage; where
/// they are not, those of unions were not looked up.
fn asked_for(query: &Query, event: &Event<'_>, sure: bool) -> Result<bool, FeedError> {
    let looked_up = |filter: &&Filter| match filter {
        Filter::Id(_) => false,
        Filter::AnyOperation(_) => sure,
        _ => true,
    };
    let has_terms = terms::passes(event, query.filters.iter().filter(looked_up));
    if !event
        .accounts()
        .any(|account| account.parse() == Ok(query.account))
        || !has_terms
    {
        return Err(FeedError::Damaged("a call that does not have its terms"));
    }
    Ok((query.from..=query.until).contains(&event.time) && terms::passes(event, &query.filters))
}
