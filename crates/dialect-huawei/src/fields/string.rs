//! Strings of JSON, turned into text in place that the caller gives.

/// What stands between the quotes of a string; none where the value is not a string.
pub(super) fn quoted(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}

/// Whether it holds escapes.
pub(super) fn is_escaped(quoted: &str) -> bool {
    memchr::memchr(b'\\', quoted.as_bytes()).is_some()
}

/// Writes the text of a string to `out`, and gives its length. Text is never longer than its escaped form, so `out` has
/// to be as long as that. None for half a surrogate pair; escapes that are none were refused when the body was read.
///
/// SOURCE: RFC 8259 section 7.
pub(super) fn unescape(quoted: &str, out: &mut [u8]) -> Option<usize> {
    let mut rest = quoted.as_bytes();
    let mut length = 0;
    let mut push = |bytes: &[u8]| {
        out.get_mut(length..length + bytes.len())?.copy_from_slice(bytes);
        length += bytes.len();
        Some(())
    };
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at_checked(at)?;
        push(plain)?;
        let (letter, tail) = escape.get(1..)?.split_first()?;
        rest = tail;
        let c = match letter {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (c, tail) = unicode(rest)?;
                rest = tail;
                c
            }
            other => char::from(*other),
        };
        push(c.encode_utf8(&mut [0; 4]).as_bytes())?;
    }
    push(rest)?;
    Some(length)
}

/// The character behind `\u`, with the second half of a pair.
fn unicode(rest: &[u8]) -> Option<(char, &[u8])> {
    let (first, rest) = unit(rest)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, rest));
    }
    let (second, rest) = unit(rest.strip_prefix(b"\\u")?)?;
    if !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    let c = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    Some((char::from_u32(c)?, rest))
}

fn unit(rest: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = rest.split_at_checked(4)?;
    let digit = |all: u32, byte: &u8| Some(all << 4 | char::from(*byte).to_digit(16)?);
    Some((digits.iter().try_fold(0, digit)?, rest))
}
