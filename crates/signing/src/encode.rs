//! Percent-encoding as the signature schemes want it.
//!
//! SOURCE: RFC 3986 §2.1 and §2.3: letters, digits and `-` `.` `_` `~` stay; every other byte of the UTF-8 text is
//! `%XX` with upper-case digits. A space is `%20`, never `+`.

use crate::query::Params;

/// Bytes of a [`Table`] row: the longest escape is five bytes, and eight make one machine word.
pub(crate) const ROW: usize = 8;

/// What each byte becomes: a row is the text, filled up with zeros, and its length in the last place.
pub(crate) struct Table([[u8; ROW]; 256]);

/// Encoded once: `/` is `%2F`.
pub(crate) static ONCE: Table = Table::new(false);

/// Encoded, and the result encoded again: `/` is `%252F`. The RPC scheme signs this form.
pub(crate) static TWICE: Table = Table::new(true);

/// Encodes one name or value.
pub fn component(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    append(text, &mut out);
    out
}

/// Encodes one name or value onto the end of `out`.
pub fn append(text: &str, out: &mut String) {
    for byte in text.bytes() {
        let row = ONCE.row(byte);
        out.extend(row.into_iter().take(Table::used(row)).map(char::from));
    }
}

/// Encodes pairs for the wire, in their own order: `a=b&c=d`. Serves as query and as form body.
pub fn query(params: &Params<'_>) -> String {
    let mut out = String::new();
    for (name, value) in params.iter() {
        if !out.is_empty() {
            out.push('&');
        }
        append(name, &mut out);
        out.push('=');
        append(value, &mut out);
    }
    out
}

impl Table {
    #[expect(clippy::indexing_slicing, reason = "the loop ends at the length of the array")]
    const fn new(twice: bool) -> Self {
        let mut rows = [[0; ROW]; 256];
        let mut at = 0;
        let mut byte: u8 = 0;
        while at < rows.len() {
            rows[at] = escape(byte, twice);
            at += 1;
            byte = byte.wrapping_add(1);
        }
        Self(rows)
    }

    /// The row of `byte`.
    #[expect(
        clippy::indexing_slicing,
        reason = "INVARIANT: 256 rows, and an index of eight bits"
    )]
    pub(crate) fn row(&self, byte: u8) -> [u8; ROW] {
        self.0[usize::from(byte)]
    }

    /// Whether `byte` stays as it is in every table.
    #[expect(
        clippy::indexing_slicing,
        reason = "INVARIANT: 256 entries, and an index of eight bits"
    )]
    pub(crate) fn keeps(byte: u8) -> bool {
        KEPT[usize::from(byte)]
    }

    /// How many bytes of a row are text.
    pub(crate) fn used(row: [u8; ROW]) -> usize {
        let [.., used] = row;
        usize::from(used)
    }
}

/// The bytes that no encoding changes.
static KEPT: [bool; 256] = kept();

#[expect(clippy::indexing_slicing, reason = "the loop ends at the length of the array")]
const fn kept() -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    let mut byte: u8 = 0;
    while at < table.len() {
        table[at] = is_unreserved(byte);
        at += 1;
        byte = byte.wrapping_add(1);
    }
    table
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

const fn escape(byte: u8, twice: bool) -> [u8; ROW] {
    let (high, low) = (digit(byte >> 4), digit(byte & 15));
    match byte {
        _ if is_unreserved(byte) => [byte, 0, 0, 0, 0, 0, 0, 1],
        _ if twice => [b'%', b'2', b'5', high, low, 0, 0, 5],
        _ => [b'%', high, low, 0, 0, 0, 0, 3],
    }
}

/// The number a hex digit of an escape stands for.
pub(crate) fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

const fn digit(nibble: u8) -> u8 {
    if nibble < 10 {
        b'0' + nibble
    } else {
        b'A' + nibble - 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreserved_bytes_stay_and_all_others_are_escaped() {
        let mut kept = String::new();
        for byte in 0..=127_u8 {
            let text = char::from(byte).to_string();
            let encoded = component(&text);
            if encoded == text {
                kept.push_str(&text);
            } else {
                assert_eq!(encoded, format!("%{byte:02X}"));
            }
        }
        assert_eq!(
            kept,
            "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"
        );
    }

    #[test]
    fn text_beyond_ascii_is_escaped_byte_by_byte() {
        assert_eq!(component("key* 测~"), "key%2A%20%E6%B5%8B~");
        assert_eq!(component(""), "");
    }

    #[test]
    fn pairs_are_joined_in_their_own_order() {
        let params = Params::from_pairs([("b", "1 2"), ("a", ""), ("Tag.1.Key", "&=")]).unwrap();
        assert_eq!(query(&params), "b=1%202&a=&Tag.1.Key=%26%3D");
    }
}
