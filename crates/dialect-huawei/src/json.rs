//! Answers: JSON, member by member, in the order in which it is written.

use std::io::Write as _;

use base64::Engine as _;
use claviger_model::Timestamp;
use claviger_secret::SecretBytes;
use claviger_service::BASE64;
use http::{HeaderName, HeaderValue};

/// Writes one answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Further headers of the answer.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    out: Vec<u8>,
    /// Whether the next member needs a comma in front.
    comma: bool,
}

impl Answer {
    /// An object without members.
    pub(crate) fn new() -> Self {
        let mut out = Vec::with_capacity(512);
        out.push(b'{');
        Self {
            headers: Vec::new(),
            out,
            comma: false,
        }
    }

    /// Its bytes.
    pub(crate) fn close(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.member(name);
        self.string(value);
    }

    /// A text of letters, digits and `+ / = - _ . :` only, such as base64: nothing in it needs a second look.
    pub(crate) fn plain(&mut self, name: &str, value: &str) {
        self.member(name);
        for part in [b"\"", value.as_bytes(), b"\""] {
            self.out.extend_from_slice(part);
        }
    }

    /// A secret that is text; nothing where it is not. It goes where it is sent from and nowhere else.
    pub(crate) fn secret(&mut self, name: &str, value: &SecretBytes) {
        self.text(name, value.expose_str().unwrap_or_default());
    }

    /// Bytes as upper-case hex digits, as this face shows data keys and random bytes.
    pub(crate) fn hex(&mut self, name: &str, bytes: &[u8]) {
        self.digits(name, bytes, b"0123456789ABCDEF");
    }

    /// Bytes as lower-case hex digits, as it shows message authentication codes.
    pub(crate) fn lower_hex(&mut self, name: &str, bytes: &[u8]) {
        self.digits(name, bytes, b"0123456789abcdef");
    }

    fn digits(&mut self, name: &str, bytes: &[u8], digits: &[u8; 16]) {
        self.member(name);
        self.out.reserve(2 * bytes.len() + 2);
        self.out.push(b'"');
        let digit = |nibble: u8| digits.get(usize::from(nibble & 15)).copied().unwrap_or(b'0');
        for byte in bytes {
            self.out.extend_from_slice(&[digit(byte >> 4), digit(*byte)]);
        }
        self.out.push(b'"');
    }

    /// Bytes in base64.
    pub(crate) fn base64(&mut self, name: &str, bytes: &[u8]) {
        self.member(name);
        self.out.push(b'"');
        let start = self.out.len();
        let length = base64::encoded_len(bytes.len(), true).unwrap_or(0);
        self.out.resize(start + length, 0);
        // INVARIANT: there is exactly as much room as the text needs.
        if let Some(room) = self.out.get_mut(start..) {
            let _ = BASE64.encode_slice(bytes, room);
        }
        self.out.push(b'"');
    }

    /// An identifier in its canonical text.
    pub(crate) fn id(&mut self, name: &str, id: [u8; 36]) {
        self.plain(name, std::str::from_utf8(&id).unwrap_or_default());
    }

    /// A moment in milliseconds since 1970, as text; empty where there is none.
    pub(crate) fn millis(&mut self, name: &str, at: Option<Timestamp>) {
        self.member(name);
        let _ = match at {
            Some(at) => write!(self.out, "\"{}\"", at.as_millisecond()),
            None => write!(self.out, "\"\""),
        };
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str, value: u64) {
        self.member(name);
        let _ = write!(self.out, "{value}");
    }

    /// A number as text, as most numbers of this face are.
    pub(crate) fn number_text(&mut self, name: &str, value: u64) {
        self.member(name);
        let _ = write!(self.out, "\"{value}\"");
    }

    /// A truth value.
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.member(name);
        let _ = write!(self.out, "{value}");
    }

    /// `null`.
    pub(crate) fn null(&mut self, name: &str) {
        self.member(name);
        self.out.extend_from_slice(b"null");
    }

    /// What is JSON text already.
    pub(crate) fn json(&mut self, name: &str, text: &str) {
        self.member(name);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.member(name);
        self.nested(fill);
    }

    /// An array of objects.
    pub(crate) fn objects<T>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(&mut Self, T),
    ) {
        self.array(name, values, |answer, value| {
            answer.nested(|answer| fill(answer, value));
        });
    }

    /// An array of texts.
    pub(crate) fn texts<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        self.array(name, values, |answer, value| answer.string(value.as_ref()));
    }

    /// An array of values that are built already.
    pub(crate) fn values(&mut self, name: &str, values: impl IntoIterator<Item = serde_json::Value>) {
        self.array(name, values, |answer, value| {
            // Neither a value nor a vector in memory can fail to be written.
            let _ = serde_json::to_writer(&mut answer.out, &value);
        });
    }

    fn array<T>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.member(name);
        self.out.push(b'[');
        let mut first = true;
        for value in values {
            if !std::mem::take(&mut first) {
                self.out.push(b',');
            }
            write(self, value);
        }
        self.out.push(b']');
        self.comma = true;
    }

    fn nested(&mut self, fill: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        self.comma = false;
        fill(self);
        self.out.push(b'}');
        self.comma = true;
    }

    fn string(&mut self, text: &str) {
        // Neither text nor a vector in memory can fail to be written.
        let _ = serde_json::to_writer(&mut self.out, text);
    }

    fn member(&mut self, name: &str) {
        if std::mem::replace(&mut self.comma, true) {
            self.out.push(b',');
        }
        for part in [b"\"", name.as_bytes(), b"\":"] {
            self.out.extend_from_slice(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_in_the_order_in_which_they_are_written() {
        let mut answer = Answer::new();
        answer.object("b", |answer| {
            answer.text("text", "<a>&\"\\\n\u{1}ü");
            answer.hex("hex", &[0x0a, 0xff]);
            answer.base64("base64", b"a");
            answer.secret("secret", &SecretBytes::copied(b"a\"b"));
            answer.objects("none", [(); 0], |_, ()| {});
        });
        answer.objects("a", [1, 2], |answer, number| answer.number_text("n", number));
        answer.texts("t", ["x", "\""]);
        answer.millis("never", None);
        answer.millis("once", Some(Timestamp::UNIX_EPOCH));
        answer.null("null");
        answer.boolean("yes", true);
        let expected = concat!(
            r#"{"b":{"text":"<a>&\"\\\n\u0001ü","hex":"0AFF","base64":"YQ==","secret":"a\"b","none":[]},"#,
            r#""a":[{"n":"1"},{"n":"2"}],"t":["x","\""],"never":"","once":"0","null":null,"yes":true}"#
        );
        assert_eq!(String::from_utf8(answer.close()).unwrap(), expected);
        assert_eq!(Answer::new().close(), b"{}");
    }
}
