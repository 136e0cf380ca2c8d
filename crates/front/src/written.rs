//! An answer written by hand, for what the HTTP library has refused already.

use claviger_model::Timestamp;
use http::{Response, header};
use jiff::fmt::rfc2822::DateTimePrinter;

/// What is left to say when not even an id can be drawn.
pub(crate) const FAULT: &[u8] =
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// The bytes of an answer, the last one of its connection.
///
/// SOURCE: RFC 9112 sections 4 and 9.6; RFC 9110 section 6.6.1 for the date.
pub(crate) fn write(mut response: Response<Vec<u8>>, time: Timestamp) -> Vec<u8> {
    let length = response.body().len();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    if let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&time)
        && let Ok(date) = date.try_into()
    {
        headers.insert(header::DATE, date);
    }
    let mut text = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(response.body());
    text
}
