//! Request parameters: strict decoding of a query or form body, look-up, and the order they are signed in.
//!
//! SOURCE: WHATWG URL standard, "application/x-www-form-urlencoded parsing" (read 2026-11-21). Stricter where that
//! guesses: a broken escape and text that is not UTF-8 are errors here, because a guess would be signed text that
//! neither side wrote.

mod decode;
mod scratch;
#[cfg(test)]
mod tests;

use std::fmt;

pub use decode::{DecodeError, decode_pairs};
use scratch::Scratch;

/// Most pairs one request may have. No operation takes more than some dozens.
pub const MAX_PAIRS: usize = 512;

/// Decoded parameters in wire order, with an index sorted by name.
///
/// Borrows from the wire where nothing had to be decoded. Decoded text lives in one buffer, wiped on drop, since it may
/// be a plaintext. `Debug` shows names only.
#[derive(Default)]
pub struct Params<'a> {
    pairs: Vec<Pair<'a>>,
    /// Indices into `pairs`, by name in byte order; equal names in wire order.
    order: Vec<u16>,
    scratch: Scratch,
    /// The first pair whose name came before.
    duplicate: Option<u16>,
}

struct Pair<'a> {
    name: Text<'a>,
    value: Text<'a>,
    /// The first eight bytes of the name as one number: orders names as the names do, as far as it goes.
    rank: u64,
}

/// Where the text of a name or value is.
enum Text<'a> {
    /// In the request, or with the caller.
    Borrowed(&'a str),
    /// In the scratch buffer, from `start` up to `end`.
    Decoded { start: usize, end: usize },
}

impl<'a> Params<'a> {
    /// No parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parameters from text that is not encoded, for signing.
    ///
    /// # Errors
    /// [`DecodeError::TooManyPairs`] beyond [`MAX_PAIRS`].
    pub fn from_pairs(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, DecodeError> {
        let mut params = Self::new();
        for (name, value) in pairs {
            params.push(name, value)?;
        }
        Ok(params)
    }

    /// Adds one parameter from text that is not encoded.
    ///
    /// # Errors
    /// [`DecodeError::TooManyPairs`] beyond [`MAX_PAIRS`].
    pub fn push(&mut self, name: &'a str, value: &'a str) -> Result<(), DecodeError> {
        self.add(Pair {
            name: Text::Borrowed(name),
            value: Text::Borrowed(value),
            rank: 0,
        })?;
        self.index_new();
        Ok(())
    }

    /// Number of parameters, duplicates counted.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Value of the first parameter called `name`. A name without `=` has the value `""`.
    pub fn get(&self, name: &str) -> Option<&str> {
        // A request has about 15 pairs: comparing numbers all the way beats a search in the sorted index.
        let wanted = rank(name);
        let is_it = |pair: &&Pair<'_>| pair.rank == wanted && self.text(&pair.name) == name;
        let found = self.pairs.iter().find(is_it)?;
        Some(self.text(&found.value))
    }

    /// The first name, in wire order, that occurred before. Answered from a mark made while decoding.
    pub fn duplicate(&self) -> Option<&str> {
        self.duplicate.map(|index| self.name(index))
    }

    /// Names and values in wire order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|pair| (self.text(&pair.name), self.text(&pair.value)))
    }

    /// Names and values by name in byte order; equal names in wire order.
    pub fn sorted(&self) -> impl Iterator<Item = (&str, &str)> {
        self.order.iter().map(|&index| self.pair(index))
    }

    /// Appends a pair that the index does not know yet.
    fn add(&mut self, pair: Pair<'a>) -> Result<(), DecodeError> {
        if self.pairs.len() >= MAX_PAIRS {
            return Err(DecodeError::TooManyPairs);
        }
        self.pairs.push(pair);
        Ok(())
    }

    /// Puts the pairs added since the last call into the index.
    fn index_new(&mut self) {
        self.order.reserve(self.pairs.len() - self.order.len());
        // INVARIANT: MAX_PAIRS fits into the index type, so the conversion never ends the loop.
        for index in (self.order.len()..self.pairs.len()).map_while(|at| u16::try_from(at).ok()) {
            let rank = rank(self.name(index));
            if let Some(pair) = self.pairs.get_mut(usize::from(index)) {
                pair.rank = rank;
            }
            let key = self.key(index);
            let at = self.order.partition_point(|&other| self.key(other) <= key);
            let before = at.checked_sub(1).and_then(|before| self.order.get(before));
            if self.duplicate.is_none() && before.is_some_and(|&other| self.key(other) == key) {
                self.duplicate = Some(index);
            }
            self.order.insert(at, index);
        }
    }

    /// What a pair is ordered by: most names differ in the first part, which costs one comparison of numbers.
    fn key(&self, index: u16) -> (u64, &str) {
        // INVARIANT: as for `pair`.
        let found = self.pairs.get(usize::from(index));
        found
            .map(|pair| (pair.rank, self.text(&pair.name)))
            .unwrap_or_default()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    fn name(&self, index: u16) -> &str {
        // INVARIANT: as for `pair`.
        self.pairs
            .get(usize::from(index))
            .map(|pair| self.text(&pair.name))
            .unwrap_or_default()
    }

    fn pair(&self, index: u16) -> (&str, &str) {
        // INVARIANT: the index holds positions of pairs only, so the default is never taken.
        self.pairs
            .get(usize::from(index))
            .map(|pair| (self.text(&pair.name), self.text(&pair.value)))
            .unwrap_or_default()
    }

    fn text<'t>(&'t self, text: &Text<'t>) -> &'t str {
        match *text {
            Text::Borrowed(text) => text,
            Text::Decoded { start, end } => self.scratch.text(start, end),
        }
    }
}

/// The first eight bytes of a name, the first one weighing most, filled up with zeros.
fn rank(name: &str) -> u64 {
    if let Some(bytes) = name.as_bytes().first_chunk() {
        return u64::from_be_bytes(*bytes);
    }
    name.bytes()
        .chain([0; 8])
        .take(8)
        .fold(0, |all, byte| all << 8 | u64::from(byte))
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Params")?;
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}
