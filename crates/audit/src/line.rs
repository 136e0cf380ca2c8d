//! The envelope of a line: writing it, and taking it apart from both ends without reading the JSON inside.

use crate::chain::{Hash, Head, Linker, Seq};
use crate::error::RecordFault;

/// Longest record, in bytes. Bounds the memory of the reader and what recovery has to look at.
pub const MAX_RECORD: usize = 256 * 1024;

/// The most bytes an envelope adds to a record, its newline included.
pub(crate) const ENVELOPE: usize =
    OPEN.len() + MARK.len() + RECORD.len() + 2 * DIGITS + CLOSE.len() + 64 + END.len();

/// Longest line, its newline included.
pub(crate) const MAX_LINE: usize = MAX_RECORD + ENVELOPE;

const OPEN: &[u8] = b"{\"seq\":";
const MARK: &[u8] = b",\"outbox\":";
const RECORD: &[u8] = b",\"record\":";
const CLOSE: &[u8] = b",\"hash\":\"";
const END: &[u8] = b"\"}\n";
/// Decimal digits of the largest `u64`.
const DIGITS: usize = 20;

/// Beginnings of records that only the log itself may write.
const RESERVED: [&[u8]; 3] = [SEGMENT, b"{\"kind\":\"checkpoint\"", b"{\"kind\":\"sealed\""];

/// Beginning of the record that opens a segment.
pub(crate) const SEGMENT: &[u8] = b"{\"kind\":\"segment\"";

/// Cheap check of a record that someone else serialised. It is not a JSON parser: it keeps the log's lines lines.
pub(crate) fn check_record(record: &[u8]) -> Result<(), RecordFault> {
    if record.len() > MAX_RECORD {
        return Err(RecordFault::TooLong);
    }
    if !is_object(record) {
        return Err(RecordFault::NotAnObject);
    }
    // A fold without a way out early: the compiler makes it a handful of wide instructions.
    if record.iter().fold(u8::MAX, |lowest, byte| lowest.min(*byte)) < b' ' {
        return Err(RecordFault::ControlByte);
    }
    if RESERVED.iter().any(|reserved| record.starts_with(reserved)) {
        return Err(RecordFault::Reserved);
    }
    Ok(())
}

fn is_object(record: &[u8]) -> bool {
    record.len() >= 2 && record.starts_with(b"{") && record.ends_with(b"}")
}

/// Appends the line that carries `record` after `before` and returns the head after it.
pub(crate) fn push(
    out: &mut Vec<u8>,
    linker: &mut Linker,
    before: &Head,
    outbox: u64,
    record: &[u8],
) -> Head {
    let start = out.len();
    let seq = before.seq.next();
    out.extend_from_slice(OPEN);
    push_number(out, seq.0);
    out.extend_from_slice(MARK);
    push_number(out, outbox);
    out.extend_from_slice(RECORD);
    out.extend_from_slice(record);
    let hash = linker.link(&before.hash, out.get(start..).unwrap_or_default());
    out.extend_from_slice(CLOSE);
    hash.push_hex(out);
    out.extend_from_slice(END);
    Head { seq, hash, outbox }
}

pub(crate) fn push_number(out: &mut Vec<u8>, mut number: u64) {
    let start = out.len();
    loop {
        let [digit, ..] = (number % 10).to_le_bytes();
        out.push(b'0' + digit);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

/// A line taken apart.
pub(crate) struct Envelope<'a> {
    pub(crate) seq: Seq,
    pub(crate) outbox: u64,
    pub(crate) record: &'a [u8],
    /// What the hash covers besides the hash before: all bytes ahead of `,"hash":`.
    pub(crate) text: &'a [u8],
    pub(crate) hash: Hash,
}

impl<'a> Envelope<'a> {
    /// Takes a line with its newline apart; nothing if it is not of the one allowed shape.
    pub(crate) fn parse(line: &'a [u8]) -> Option<Self> {
        let body = line.strip_suffix(END)?;
        let (rest, hex) = body.split_at_checked(body.len().checked_sub(64)?)?;
        let text = rest.strip_suffix(CLOSE)?;
        let mut cursor = Cursor(text);
        cursor.tag(OPEN)?;
        let seq = Seq(cursor.number()?);
        cursor.tag(MARK)?;
        let outbox = cursor.number()?;
        cursor.tag(RECORD)?;
        let record = cursor.0;
        is_object(record).then_some(())?;
        Some(Self {
            seq,
            outbox,
            record,
            text,
            hash: Hash::from_hex(hex)?,
        })
    }

    pub(crate) fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash,
            outbox: self.outbox,
        }
    }
}

/// Reads fixed text front to back.
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

impl<'a> Cursor<'a> {
    /// Steps over exactly these bytes.
    pub(crate) fn tag(&mut self, tag: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(tag)?;
        Some(())
    }

    /// Reads a decimal number in its shortest form.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut value: u64 = 0;
        let mut rest = self.0;
        while let [digit @ b'0'..=b'9', tail @ ..] = rest {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            rest = tail;
        }
        let length = self.0.len() - rest.len();
        let canonical = length == 1 || (length > 1 && !self.0.starts_with(b"0"));
        self.0 = rest;
        canonical.then_some(value)
    }

    /// Reads the bytes up to the next `"`, which it leaves.
    pub(crate) fn quoted(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == b'"')?;
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        Some(text)
    }
}
