//! Which lines of a block have a term: what an index is made of.
//!
//! A block is 4096 lines of the log that follow each other. Stored is the shorter of two forms: 512 bytes are a map
//! of 4096 bits, the lowest bit of the first byte for the first line; fewer bytes are the distances between the
//! places, each as in [`crate::numbers`], the first one from the beginning of the block.

use crate::numbers;

/// Lines of a block.
pub(crate) const BLOCK: u64 = 4096;

const MAP_BYTES: usize = 512;
const WORDS: usize = 64;

/// A place in a block, below [`BLOCK`].
pub(crate) type Position = u16;

/// Block and place of a line.
pub(crate) fn locate(seq: u64) -> (u64, Position) {
    // The mask leaves twelve bits.
    let position = Position::try_from(seq % BLOCK).unwrap_or(Position::MAX);
    (seq / BLOCK, position)
}

/// A set of places in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bits([u64; WORDS]);

impl Bits {
    /// No place.
    pub(crate) const NONE: Self = Self([0; WORDS]);

    /// All places from one to another, both included.
    pub(crate) fn between(first: Position, last: Position) -> Self {
        let mut bits = Self::NONE;
        for (word, base) in bits.0.iter_mut().zip((0_u32..).step_by(64)) {
            let low = u32::from(first).saturating_sub(base);
            let high = (u32::from(last) + 1).saturating_sub(base).min(64);
            let below = |end: u32| u64::MAX.checked_shr(64 - end).unwrap_or(0);
            if low < high {
                *word = below(high) & !below(low);
            }
        }
        bits
    }

    /// Reads a stored set.
    pub(crate) fn decode(stored: &[u8]) -> Option<Self> {
        let mut bits = Self::NONE;
        if stored.len() == MAP_BYTES {
            let (words, _) = stored.as_chunks::<8>();
            for (word, bytes) in bits.0.iter_mut().zip(words) {
                *word = u64::from_le_bytes(*bytes);
            }
            return Some(bits);
        }
        let mut rest = stored;
        let mut at = 0_u64;
        while !rest.is_empty() {
            at = at.checked_add(numbers::take(&mut rest)?)?;
            let word = bits.0.get_mut(usize::try_from(at / 64).ok()?)?;
            *word |= 1 << (at % 64);
        }
        Some(bits)
    }

    /// Leaves what is in both.
    pub(crate) fn keep(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word &= other;
        }
    }

    /// Adds what is in the other.
    pub(crate) fn add(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word |= other;
        }
    }

    /// How many places there are.
    pub(crate) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The places, ascending.
    pub(crate) fn positions(&self) -> Vec<Position> {
        let mut found = Vec::new();
        for (word, base) in self.0.iter().zip((0_u32..).step_by(64)) {
            let mut rest = *word;
            while rest != 0 {
                found.extend(Position::try_from(base + rest.trailing_zeros()));
                rest &= rest - 1;
            }
        }
        found
    }
}

/// Stores ascending places. The same places give the same bytes, however they came together.
pub(crate) fn encode(positions: &[Position]) -> Vec<u8> {
    let mut out = Vec::with_capacity(MAP_BYTES.min(positions.len() * 2));
    if positions.len() < MAP_BYTES {
        let mut last = 0;
        for position in positions {
            numbers::push(&mut out, u64::from(position.saturating_sub(last)));
            last = *position;
        }
        if out.len() < MAP_BYTES {
            return out;
        }
    }
    out.clear();
    out.resize(MAP_BYTES, 0);
    for position in positions {
        if let Some(byte) = out.get_mut(usize::from(position / 8)) {
            *byte |= 1 << (position % 8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn places() -> impl Strategy<Value = BTreeSet<Position>> {
        prop_oneof![
            prop::collection::btree_set(0..4096_u16, 0..40),
            prop::collection::btree_set(0..4096_u16, 200..2000),
        ]
    }

    proptest! {
        #[test]
        fn what_is_stored_comes_back_and_is_short(places in places()) {
            let list: Vec<_> = places.iter().copied().collect();
            let stored = encode(&list);
            prop_assert!(stored.len() <= 512);
            prop_assert_eq!(Bits::decode(&stored).unwrap().positions(), list);
        }

        #[test]
        fn sets_meet(one in places(), other in places()) {
            let bits = |set: &BTreeSet<u16>| Bits::decode(&encode(&set.iter().copied().collect::<Vec<_>>())).unwrap();
            let mut both = bits(&one);
            both.keep(&bits(&other));
            let expected: Vec<_> = one.intersection(&other).copied().collect();
            prop_assert_eq!(both.positions(), expected);
            let mut any = bits(&one);
            any.add(&bits(&other));
            let expected: Vec<_> = one.union(&other).copied().collect();
            prop_assert_eq!(any.positions(), expected.clone());
            prop_assert_eq!(any.count() as usize, expected.len());
        }

        #[test]
        fn ranges_hold_their_ends(first in 0..4096_u16, last in 0..4096_u16) {
            let expected: Vec<_> = (first..=last).collect();
            prop_assert_eq!(Bits::between(first, last).positions(), expected);
        }
    }

    #[test]
    fn a_place_outside_of_the_block_is_damage() {
        let mut stored = Vec::new();
        numbers::push(&mut stored, BLOCK);
        assert_eq!(Bits::decode(&stored), None);
        assert_eq!(Bits::decode(&[0x80]), None);
    }
}
