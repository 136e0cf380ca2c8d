//! The canonical request.

use super::{Authorization, Refusal};
use crate::encode::{ONCE, Table, nibble};
use crate::hash::{Hash, hex};
use crate::headers::Headers;
use crate::query::Params;
use crate::request::Request;
use crate::sink::{Sink, Writer, stream};

/// How the path stands in the canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignedPath {
    /// As documented: each piece decoded once and encoded again.
    Decoded,
    /// Encoded as it was sent.
    AsSent,
}

/// What to do with a body that the client says it did not sign. An empty body is always signed.
///
/// Clients of the vendor do so for content that is neither JSON nor BSON, and rely on TLS then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsignedPayload {
    /// Refuse the request.
    Refuse,
    /// Take the body as it came.
    Accept,
}

impl Authorization<'_> {
    /// The canonical request in full: the vendor quotes it in the message of a mismatch. Header values may not be
    /// UTF-8. An unsigned payload is not refused.
    ///
    /// # Errors
    /// As [`super::StringToSign::new`], but for the day of a scope.
    pub fn canonical_request<H: Headers + ?Sized>(
        &self,
        request: &Request<'_, H>,
    ) -> Result<Vec<u8>, Refusal> {
        let mut text = Vec::new();
        write_canonical_request(
            &mut text,
            self,
            request,
            UnsignedPayload::Accept,
            SignedPath::Decoded,
        )?;
        Ok(text)
    }
}

/// Writes the canonical request, and returns the time of the request as sent, which has the right form.
pub(super) fn write_canonical_request<'r, S: Sink, H: Headers + ?Sized>(
    sink: &mut S,
    authorization: &Authorization<'_>,
    request: &Request<'r, H>,
    unsigned: UnsignedPayload,
    path: SignedPath,
) -> Result<&'r str, Refusal> {
    stream(sink, |writer| {
        writer.raw(request.method.as_bytes());
        writer.raw(b"\n");
        match path {
            SignedPath::Decoded => write_path(writer, request.path)?,
            SignedPath::AsSent => write_sent_path(writer, request.path),
        }
        writer.raw(b"\n");
        write_query(writer, request.query);
        writer.raw(b"\n");
        let date = write_headers(writer, authorization, request.headers)?;
        writer.raw(b"\n");
        writer.raw(authorization.signed_headers.as_str().as_bytes());
        writer.raw(b"\n");
        write_payload(writer, authorization.algorithm.hash(), request, unsigned)?;
        Ok(date)
    })
}

/// The path, decoded once and each of its pieces encoded again, with a slash at its end.
///
/// An escaped slash is a slash afterwards. Clients join pieces and encode the whole, so they come out the same.
fn write_path<S: Sink>(writer: &mut Writer<'_, S>, path: &str) -> Result<(), Refusal> {
    let mut rest = path.as_bytes();
    let mut last = None;
    loop {
        let stays = |byte: &&u8| Table::keeps(**byte) || **byte == b'/';
        let run = rest.iter().take_while(stays).count();
        let (plain, tail) = rest.split_at_checked(run).unwrap_or_default();
        writer.raw(plain);
        last = plain.last().copied().or(last);
        let byte;
        (byte, rest) = match tail {
            [] => break,
            [b'%', high, low, tail @ ..] => (unescape(*high, *low)?, tail),
            [b'%', ..] => return Err(Refusal::Path),
            [byte, tail @ ..] => (*byte, tail),
        };
        match byte {
            b'/' => writer.raw(b"/"),
            _ => writer.encoded_byte(byte, &ONCE),
        }
        last = Some(byte);
    }
    if last != Some(b'/') {
        writer.raw(b"/");
    }
    Ok(())
}

/// The path, each byte of its pieces encoded, with a slash at its end.
fn write_sent_path<S: Sink>(writer: &mut Writer<'_, S>, path: &str) {
    for byte in path.bytes() {
        match byte {
            b'/' => writer.raw(b"/"),
            _ => writer.encoded_byte(byte, &ONCE),
        }
    }
    if !path.ends_with('/') {
        writer.raw(b"/");
    }
}

fn unescape(high: u8, low: u8) -> Result<u8, Refusal> {
    let byte = nibble(high).zip(nibble(low));
    byte.map(|(high, low)| high << 4 | low).ok_or(Refusal::Path)
}

/// Pairs by name, those of one name by value.
fn write_query<S: Sink>(writer: &mut Writer<'_, S>, query: &Params<'_>) {
    if query.duplicate().is_none() {
        return writer.pairs(query.sorted());
    }
    let mut pairs: Vec<(&str, &str)> = query.sorted().collect();
    pairs.sort_unstable();
    writer.pairs(pairs.into_iter());
}

/// `name:value` and a line feed for each signed header. Returns the value of `X-Sdk-Date`, the only one that clients
/// always sign.
fn write_headers<'h, S: Sink, H: Headers + ?Sized>(
    writer: &mut Writer<'_, S>,
    authorization: &Authorization<'_>,
    headers: &'h H,
) -> Result<&'h str, Refusal> {
    let mut date = None;
    for name in authorization.signed_headers.names() {
        let value = once(headers, name)?.ok_or_else(|| Refusal::AbsentHeader(name.to_owned()))?;
        writer.raw(name.as_bytes());
        writer.raw(b":");
        writer.raw(value);
        writer.raw(b"\n");
        if name == DATE_HEADER {
            date = Some(value);
        }
    }
    let date = date.ok_or(Refusal::UnsignedHeader(DATE_HEADER))?;
    time(date).ok_or(Refusal::Date)
}

const DATE_HEADER: &str = "x-sdk-date";

/// Length of a time: `yyyymmddThhmmssZ`.
pub(super) const TIME: usize = 16;

/// The text of a time, if it has the one form that clients send. Whether there is such a day is not looked at.
fn time(value: &[u8]) -> Option<&str> {
    let shape = |(at, byte): (usize, &u8)| match at {
        8 => *byte == b'T',
        15 => *byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    let right = value.len() == TIME && value.iter().enumerate().all(shape);
    right.then(|| std::str::from_utf8(value).ok()).flatten()
}

/// The value of a header, trimmed, if it is there.
fn once<'h, H: Headers + ?Sized>(headers: &'h H, name: &str) -> Result<Option<&'h [u8]>, Refusal> {
    let mut values = headers.values(name);
    let first = values.next();
    match values.next() {
        None => Ok(first.map(<[u8]>::trim_ascii)),
        Some(_) => Err(Refusal::RepeatedHeader(name.to_owned())),
    }
}

/// The hash of the body. A client may announce it in a header, or announce there that it did not sign the body.
fn write_payload<S: Sink, H: Headers + ?Sized>(
    writer: &mut Writer<'_, S>,
    hash: Hash,
    request: &Request<'_, H>,
    unsigned: UnsignedPayload,
) -> Result<(), Refusal> {
    let header = match hash {
        Hash::Sha256 => "x-sdk-content-sha256",
        Hash::Sm3 => "x-sdk-content-sm3",
    };
    // Clients do not look at the header when there is no body.
    let announced = match request.body {
        [] => None,
        _ => once(request.headers, header)?,
    };
    if announced == Some(UNSIGNED) {
        return match unsigned {
            UnsignedPayload::Refuse => Err(Refusal::UnsignedPayload),
            UnsignedPayload::Accept => {
                writer.raw(UNSIGNED);
                Ok(())
            }
        };
    }
    let own = hex(&hash.digest(request.body));
    let written = announced.unwrap_or(&own);
    // The text of the header is what was signed, in whichever case its digits are.
    if !written.eq_ignore_ascii_case(&own) {
        return Err(Refusal::BodyHash(header));
    }
    writer.raw(written);
    Ok(())
}

const UNSIGNED: &[u8] = b"UNSIGNED-PAYLOAD";
