//! Where calls stand in the log, and when they were: 256 lines of the log are a chunk, and a chunk is one row.
//!
//! Per call, in the order of the log, as in [`crate::numbers`]: the distance of its place in the chunk from the one before it
//! (from -1 at first); the distance of its time in milliseconds, folded; the distance of its byte offset from the
//! end of the call before it, doubled; its length in bytes. Where the call stands in another segment than the one
//! before it (and always at first), the third is 1 instead, followed by the distance of the segment and the offset.

use crate::error::FeedError;
use crate::numbers::{fold, push, take, unfold};

/// Lines of a chunk.
pub(crate) const CHUNK: u64 = 256;

/// Where a line stands in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: u32,
    /// In the plain bytes of the segment.
    pub(crate) offset: u64,
    /// Bytes, with the newline.
    pub(crate) length: u32,
}

/// A call in a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Below [`CHUNK`].
    pub(crate) position: u64,
    /// Milliseconds since 1970.
    pub(crate) time: i64,
    pub(crate) place: Place,
}

/// A chunk as it grows.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    data: Vec<u8>,
    last: Option<Spot>,
}

impl Chunk {
    pub(crate) fn new() -> Self {
        Self {
            data: Vec::new(),
            last: None,
        }
    }

    /// Goes on where the row `data` ends.
    pub(crate) fn resume(data: Vec<u8>) -> Result<Self, FeedError> {
        let last = decode(&data)?.pop();
        Ok(Self { data, last })
    }

    /// The row.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    /// Appends a call. Its position is above all before it.
    pub(crate) fn push(&mut self, spot: Spot) {
        let out = &mut self.data;
        let (position, time) = self.last.map_or((0, 0), |last| (last.position + 1, last.time));
        push(out, spot.position.saturating_sub(position));
        push(out, fold(spot.time.wrapping_sub(time)));
        let place = spot.place;
        match self.last.map(|last| last.place) {
            Some(last) if last.segment == place.segment => {
                push(out, place.offset.saturating_sub(end(last)) << 1);
            }
            last => {
                push(out, 1);
                push(
                    out,
                    u64::from(place.segment - last.map_or(0, |last| last.segment.min(place.segment))),
                );
                push(out, place.offset);
            }
        }
        push(out, place.length.into());
        self.last = Some(spot);
    }
}

fn end(place: Place) -> u64 {
    place.offset.saturating_add(place.length.into())
}

/// Reads a row.
pub(crate) fn decode(data: &[u8]) -> Result<Vec<Spot>, FeedError> {
    let mut rest = data;
    let mut spots = Vec::with_capacity(data.len() / 6);
    let mut last: Option<Spot> = None;
    while !rest.is_empty() {
        let spot = next(&mut rest, last).ok_or(FeedError::Damaged("places"))?;
        spots.push(spot);
        last = Some(spot);
    }
    Ok(spots)
}

fn next(rest: &mut &[u8], last: Option<Spot>) -> Option<Spot> {
    let (position, time) = last.map_or((0, 0), |last| (last.position + 1, last.time));
    let position = position.checked_add(take(rest)?).filter(|at| *at < CHUNK)?;
    let time = time.wrapping_add(unfold(take(rest)?));
    let before = last.map(|last| last.place).unwrap_or_default();
    let step = take(rest)?;
    let (segment, offset) = if step & 1 == 0 {
        (before.segment, end(before).checked_add(step >> 1)?)
    } else {
        let ahead = u32::try_from(take(rest)?).ok()?;
        (before.segment.checked_add(ahead)?, take(rest)?)
    };
    let length = u32::try_from(take(rest)?).ok()?;
    let place = Place {
        segment,
        offset,
        length,
    };
    Some(Spot {
        position,
        time,
        place,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Per call: lines skipped before it, time, whether a segment begins, bytes skipped, length.
    type Step = (u64, i64, bool, u64, u32);

    fn spots(steps: Vec<Step>) -> Vec<Spot> {
        let mut position = 0;
        let mut place = Place {
            segment: 1,
            ..Place::default()
        };
        let mut found = Vec::new();
        for (skipped, time, other, gap, length) in steps {
            position += skipped;
            if position >= CHUNK {
                break;
            }
            if other {
                place.segment += 1;
                place.offset = 0;
            }
            place.offset += gap;
            place.length = length;
            found.push(Spot {
                position,
                time,
                place,
            });
            place.offset += u64::from(length);
            position += 1;
        }
        found
    }

    proptest! {
        #[test]
        fn places_come_back_also_after_a_break(
            steps in prop::collection::vec((0..3_u64, any::<i64>(), prop::bool::weighted(0.1), 0..5000_u64, 1..300_000_u32), 0..200),
            split in any::<prop::sample::Index>(),
        ) {
            let spots = spots(steps);
            let (front, back) = spots.split_at(split.index(spots.len() + 1));
            let mut chunk = Chunk::new();
            for spot in front {
                chunk.push(*spot);
            }
            let mut chunk = Chunk::resume(chunk.data().to_vec()).unwrap();
            for spot in back {
                chunk.push(*spot);
            }
            prop_assert_eq!(decode(chunk.data()).unwrap(), spots);
        }

        #[test]
        fn no_bytes_are_too_bad_to_be_looked_at(bytes: Vec<u8>) {
            if let Ok(spots) = decode(&bytes) {
                prop_assert!(spots.iter().all(|spot| spot.position < CHUNK));
            }
        }
    }
}
