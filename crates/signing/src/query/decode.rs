//! From wire bytes to pairs, in one pass.

use std::fmt;

use super::scratch::Raw;
use super::{Pair, Params, Text};

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
    let mut decoded = out.scratch.take();
    segments(text, |segment| {
        // Decoding never makes text longer: the first piece that needs it makes room for all that follow.
        let rest = text.len() - segment.start;
        let name = piece(segment.name, segment.name_escaped, rest, &mut decoded)
            .ok_or(DecodeError::BrokenEscape { name: None })?;
        let rest = rest - segment.name.len();
        let value = piece(segment.value, segment.value_escaped, rest, &mut decoded).ok_or_else(|| {
            DecodeError::BrokenEscape {
                name: plain(segment.name),
            }
        })?;
        out.add(Pair { name, value })
    })?;
    settle(out, known, decoded)
}

/// Pairs of a usual request: room for them is made at once.
const TYPICAL_PAIRS: usize = 24;

/// One pair as sent.
struct Segment<'a> {
    start: usize,
    name: &'a str,
    value: &'a str,
    name_escaped: bool,
    value_escaped: bool,
}

/// What is known about a pair whose end is not reached yet.
#[derive(Default)]
struct Open {
    start: usize,
    equals: Option<usize>,
    name_escaped: bool,
    value_escaped: bool,
}

impl Open {
    /// Ends the pair before `at` and begins the next one after it. Nothing if the pair is empty.
    fn close<'a>(&mut self, text: &'a str, at: usize) -> Option<Segment<'a>> {
        let Self {
            start,
            equals,
            name_escaped,
            value_escaped,
        } = std::mem::replace(
            self,
            Self {
                start: at + 1,
                ..Self::default()
            },
        );
        if start == at {
            return None;
        }
        // INVARIANT: both ends are positions of ASCII bytes or of the end, so the defaults are never taken.
        let name = text.get(start..equals.unwrap_or(at)).unwrap_or_default();
        let value = equals
            .and_then(|equals| text.get(equals + 1..at))
            .unwrap_or_default();
        Some(Segment {
            start,
            name,
            value,
            name_escaped,
            value_escaped,
        })
    }
}

/// Calls `each` for every non-empty piece between `&`s; one look at each byte.
fn segments<'a>(
    text: &'a str,
    mut each: impl FnMut(Segment<'a>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut open = Open::default();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'&' => open.close(text, at).map_or(Ok(()), &mut each)?,
            b'=' if open.equals.is_none() => open.equals = Some(at),
            b'%' | b'+' if open.equals.is_none() => open.name_escaped = true,
            b'%' | b'+' => open.value_escaped = true,
            _ => {}
        }
    }
    open.close(text, text.len()).map_or(Ok(()), each)
}

/// A name or value: borrowed, or decoded onto the end of `decoded`. Nothing if an escape is broken.
fn piece<'a>(text: &'a str, escaped: bool, room: usize, decoded: &mut Raw) -> Option<Text<'a>> {
    if !escaped {
        return Some(Text::Borrowed(text));
    }
    decoded.reserve(room);
    let start = decoded.bytes().len();
    unescape(text, |byte| decoded.push(byte))?;
    Some(Text::Decoded {
        start,
        end: decoded.bytes().len(),
    })
}

fn unescape(text: &str, mut push: impl FnMut(u8)) -> Option<()> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        push(match byte {
            b'+' => b' ',
            b'%' => (nibble(bytes.next()?)? << 4) | nibble(bytes.next()?)?,
            _ => byte,
        });
    }
    Some(())
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
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
            .and_then(plain),
    }
}

/// The decoded form of a name, for a message.
fn plain(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    unescape(name, |byte| bytes.push(byte))?;
    String::from_utf8(bytes).ok()
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
