//! Headers of a request, as doors and the signature code read them.

use claviger_signing::Headers;
use http::{HeaderMap, HeaderValue};

/// Headers as the signature code reads them.
#[derive(Debug, Clone, Copy)]
pub struct HeaderView<'a>(pub &'a HeaderMap);

impl Headers for HeaderView<'_> {
    #[inline]
    fn values<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        named(self.0, name).map(HeaderValue::as_bytes)
    }
}

/// The text of a header, without blanks around it; of several the first. Empty where there is none, or it holds more
/// than visible ASCII and blanks. `name` is in lower case.
#[inline]
pub fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    named(headers, name)
        .next()
        .and_then(|value| value.to_str().ok())
        .map(str::trim_ascii)
        .unwrap_or_default()
}

/// The values of the headers of a name in lower case. A request has about a dozen headers, and at most a hundred: to
/// compare them all takes less time than the hash of a name.
fn named<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h HeaderValue> {
    headers
        .iter()
        .filter(move |(own, _)| own.as_str() == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_name_counts_and_the_signature_code_sees_all() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-one", " a "), ("x-two", "b"), ("x-one", "c"), ("x-odd", "ü")] {
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let text = |name| header(&headers, name);
        assert_eq!([text("x-one"), text("x-two")], ["a", "b"]);
        assert_eq!([text("x-odd"), text("x-three")], ["", ""]);
        let view = HeaderView(&headers);
        let all: Vec<_> = view.values("x-one").collect();
        assert_eq!(all, [b" a ".as_slice(), b"c"]);
    }
}
