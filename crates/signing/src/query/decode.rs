//! From wire bytes to pairs, in one pass.

use std::fmt;
use std::iter::Peekable;

use memchr::Memchr2;

use super::scratch::Raw;
use super::{Pair, Params, Text};
use crate::encode::nibble;

/// A query or form body that is not well formed. A name is given decoded, where it could be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// `%` without two hex digits after it.
    #[error("{} has a broken percent escape", Subject(.name.as_deref()))]
    BrokenEscape {
        /// The parameter, or nothing when its name is what is broken.
        name: Option<String>,
    },
    /// Bytes that are not UTF-8, as sent or after decoding.
    #[error("{} is not UTF-8", Subject(.name.as_deref()))]
    NotUtf8 {
        /// The parameter, or nothing when its name is what is broken.
        name: Option<String>,
    },
    /// More than [`super::MAX_PAIRS`] pairs.
    #[error("the request has too many parameters")]
    TooManyPairs,
}

/// Adds the pairs of a query or form body to `out`, in wire order.
///
/// `+` and `%20` are a space; an escape may have upper-case or lower-case digits. A pair without `=` has an empty value.
/// Nothing between two `&` is no pair. Costs one allocation if anything needs decoding.
///
/// # Errors
/// [`DecodeError`]; `out` is empty then, also of what it held before.
pub fn decode_pairs<'a>(raw: &'a [u8], out: &mut Params<'a>) -> Result<(), DecodeError> {
    let result = decode(raw, out);
    match result {
        Ok(()) => out.index_new(),
        Err(_) => out.clear(),
    }
    result
}

fn decode<'a>(raw: &'a [u8], out: &mut Params<'a>) -> Result<(), DecodeError> {
    let text = std::str::from_utf8(raw).map_err(|error| not_utf8_at(raw, error.valid_up_to()))?;
    if text.is_empty() {
        return Ok(());
    }
    let known = out.pairs.len();
    if known == 0 {
        out.pairs.reserve(TYPICAL_PAIRS);
    }
    let mut pieces = Pieces::new(text, out.scratch.take());
    segments(text, |segment| {
        let name = pieces.read(segment.name);
        let name = name.ok_or(DecodeError::BrokenEscape { name: None })?;
        let value = pieces
            .read(segment.value)
            .ok_or_else(|| DecodeError::BrokenEscape {
                name: plain(segment.name),
            })?;
        out.add(Pair { name, value, rank: 0 })
    })?;
    settle(out, known, pieces.decoded)
}

/// Pairs of a usual request: room for them is made at once.
const TYPICAL_PAIRS: usize = 24;

/// One pair as sent.
struct Segment<'a> {
    name: Place<'a>,
    value: Place<'a>,
}

/// A name or value as sent, and where it begins.
#[derive(Clone, Copy)]
struct Place<'a> {
    start: usize,
    text: &'a str,
}

/// Calls `each` for every non-empty piece between `&`s.
fn segments<'a>(
    text: &'a str,
    mut each: impl FnMut(Segment<'a>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'&', text.as_bytes()).chain([text.len()]);
    for end in ends {
        // INVARIANT: both are positions of ASCII bytes or of an end, so the default is never taken.
        let pair = text.get(start..end).unwrap_or_default();
        if !pair.is_empty() {
            let equals = memchr::memchr(b'=', pair.as_bytes()).unwrap_or(pair.len());
            let (name, value) = pair.split_at(equals);
            let value = value.strip_prefix('=').unwrap_or_default();
            each(Segment {
                name: Place { start, text: name },
                value: Place {
                    start: end - value.len(),
                    text: value,
                },
            })?;
        }
        start = end + 1;
    }
    Ok(())
}

/// Reads names and values in the order they were sent. The escapes of all of them are found in one search: one for each
/// piece takes longer than all the rest.
struct Pieces<'a> {
    text: &'a str,
    escapes: Peekable<Memchr2<'a>>,
    decoded: Raw,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str, decoded: Raw) -> Self {
        Self {
            text,
            escapes: memchr::memchr2_iter(b'%', b'+', text.as_bytes()).peekable(),
            decoded,
        }
    }

    /// The next piece: borrowed, or decoded onto the end of the others. Nothing if an escape is broken.
    fn read(&mut self, place: Place<'a>) -> Option<Text<'a>> {
        let end = place.start + place.text.len();
        if self.escapes.peek().is_none_or(|&at| at >= end) {
            return Some(Text::Borrowed(place.text));
        }
        // Decoding never makes text longer: the first piece that needs it makes room for all that follow.
        self.decoded.reserve(self.text.len() - place.start);
        let start = self.decoded.bytes().len();
        let bytes = self.text.as_bytes();
        let mut rest = place.start;
        while let Some(at) = self.escapes.next_if(|&at| at < end) {
            self.decoded.push(bytes.get(rest..at)?);
            let (byte, len) = match bytes.get(at..end)? {
                [b'+', ..] => (b' ', 1),
                [b'%', high, low, ..] => ((nibble(*high)? << 4) | nibble(*low)?, 3),
                _ => return None,
            };
            self.decoded.push(&[byte]);
            rest = at + len;
        }
        self.decoded.push(bytes.get(rest..end)?);
        Some(Text::Decoded {
            start,
            end: self.decoded.bytes().len(),
        })
    }
}

/// The decoded form of a name, for a message.
fn plain(name: Place<'_>) -> Option<String> {
    let name = Place { start: 0, ..name };
    let mut pieces = Pieces::new(name.text, Raw::default());
    match pieces.read(name)? {
        Text::Borrowed(text) => Some(text.to_owned()),
        Text::Decoded { .. } => String::from_utf8(pieces.decoded.bytes().to_vec()).ok(),
    }
}

/// Makes text of the decoded bytes. Checking all at once is enough as long as every piece ends on a boundary: two
/// broken neighbours could be one whole character together.
fn settle(out: &mut Params<'_>, known: usize, decoded: Raw) -> Result<(), DecodeError> {
    if let Err(decoded) = out.scratch.put(decoded) {
        let text = |start, end| std::str::from_utf8(decoded.bytes().get(start..end)?).ok();
        // Texts of earlier calls were whole, so one of the new pairs is at fault.
        return Err(first_broken(out, known, text).unwrap_or(DecodeError::NotUtf8 { name: None }));
    }
    let scratch = &out.scratch;
    match first_broken(out, known, |start, end| scratch.whole(start, end)) {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// The error for the first new pair with a piece that is not text. `text` gives the text at a place of the decoded bytes.
fn first_broken<'t>(
    params: &'t Params<'_>,
    known: usize,
    text: impl Fn(usize, usize) -> Option<&'t str>,
) -> Option<DecodeError> {
    let read = |piece: &Text<'t>| match *piece {
        Text::Borrowed(text) => Some(text),
        Text::Decoded { start, end } => text(start, end),
    };
    let mut new = params.pairs.iter().skip(known);
    let broken = new.find(|pair| read(&pair.name).is_none() || read(&pair.value).is_none())?;
    Some(DecodeError::NotUtf8 {
        name: read(&broken.name).map(str::to_owned),
    })
}

/// The error for wire bytes that are not UTF-8 from `offset` on.
fn not_utf8_at(raw: &[u8], offset: usize) -> DecodeError {
    let before = raw.get(..offset).unwrap_or_default();
    let start = before
        .iter()
        .rposition(|&byte| byte == b'&')
        .map_or(0, |at| at + 1);
    let pair = before.get(start..).unwrap_or_default();
    // Without `=` before the bad byte, the bad byte is in the name.
    let name = pair
        .iter()
        .position(|&byte| byte == b'=')
        .and_then(|at| pair.get(..at));
    DecodeError::NotUtf8 {
        name: name
            .and_then(|name| std::str::from_utf8(name).ok())
            .and_then(|text| plain(Place { start: 0, text })),
    }
}

/// The parameter a message is about.
struct Subject<'n>(Option<&'n str>);

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, "parameter `{name}`"),
            None => f.write_str("a parameter name"),
        }
    }
}
