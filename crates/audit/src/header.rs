//! The record that opens every segment, so that a segment can be checked alone.

use jiff::civil::Date;
use uuid::Uuid;

use crate::chain::{Hash, Head};
use crate::error::Fault;
use crate::line::{Cursor, Envelope, SEGMENT, push_number};

/// Version of the segment format this crate writes and reads.
const FORMAT: u64 = 1;

/// Longest header line. One disk sector, so that a torn one can be told from anything else.
pub(crate) const MAX_HEADER: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) log: Uuid,
    pub(crate) segment: u32,
    /// Hash of the last line of the segment before; zero for the first segment.
    pub(crate) previous: Hash,
    /// UTC day on which the segment was opened.
    pub(crate) day: Date,
}

impl Header {
    pub(crate) fn to_record(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_HEADER);
        out.extend_from_slice(SEGMENT);
        out.extend_from_slice(b",\"format\":");
        push_number(&mut out, FORMAT);
        out.extend_from_slice(b",\"log\":\"");
        out.extend_from_slice(self.log.as_hyphenated().to_string().as_bytes());
        out.extend_from_slice(b"\",\"segment\":");
        push_number(&mut out, self.segment.into());
        out.extend_from_slice(b",\"previous\":\"");
        self.previous.push_hex(&mut out);
        out.extend_from_slice(b"\",\"day\":\"");
        out.extend_from_slice(self.day.to_string().as_bytes());
        out.extend_from_slice(b"\"}");
        out
    }

    /// Reads a header record. Only the exact spelling that [`Self::to_record`] writes is one.
    pub(crate) fn parse(record: &[u8]) -> Result<Self, Fault> {
        let mut cursor = Cursor(record);
        let format = format(&mut cursor).ok_or(Fault::Header)?;
        if format != FORMAT {
            return Err(Fault::Format { found: format });
        }
        let header = fields(&mut cursor).ok_or(Fault::Header)?;
        if header.to_record() == record {
            Ok(header)
        } else {
            Err(Fault::Header)
        }
    }

    /// Takes the first line of a segment apart. `line` has passed no check of the chain yet.
    pub(crate) fn of_line(line: &Envelope<'_>) -> Result<Self, Fault> {
        if line.record.starts_with(SEGMENT) {
            Self::parse(line.record)
        } else {
            Err(Fault::Header)
        }
    }

    /// Where the chain must have stood before this header, by the header's own word.
    pub(crate) fn head_before(&self, line: &Envelope<'_>) -> Result<Head, Fault> {
        let seq = line.seq.previous().ok_or(Fault::Header)?;
        Ok(Head {
            seq,
            hash: self.previous,
            outbox: line.outbox,
        })
    }
}

fn format(cursor: &mut Cursor<'_>) -> Option<u64> {
    cursor.tag(SEGMENT)?;
    cursor.tag(b",\"format\":")?;
    cursor.number()
}

fn fields(cursor: &mut Cursor<'_>) -> Option<Header> {
    cursor.tag(b",\"log\":\"")?;
    let log = Uuid::try_parse_ascii(cursor.quoted()?).ok()?;
    cursor.tag(b"\",\"segment\":")?;
    let segment = u32::try_from(cursor.number()?).ok()?;
    cursor.tag(b",\"previous\":\"")?;
    let previous = Hash::from_hex(cursor.quoted()?)?;
    cursor.tag(b"\",\"day\":\"")?;
    let day = std::str::from_utf8(cursor.quoted()?).ok()?.parse().ok()?;
    Some(Header {
        log,
        segment,
        previous,
        day,
    })
}
