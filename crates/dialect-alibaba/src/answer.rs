//! Answers in JSON and XML.
//!
//! SOURCE: KMS API reference, "Response parameters" (read 2026-11-21): flat JSON, lists wrapped as `Keys.Key[]`; XML
//! with the operation and `Response` as its root. Errors in XML have the root `Error`, the only one that clients
//! read.

use std::io::Write as _;

use claviger_model::{Resource, Timestamp};
use claviger_secret::SecretBytes;
use claviger_service::ResourceName;
use serde_json::Value;

/// Which form an answer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
}

impl Format {
    /// Exactly what clients look for.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json;charset=utf-8",
            Self::Xml => "text/xml;charset=utf-8",
        }
    }
}

/// Writes one answer, field by field.
#[derive(Debug)]
pub(crate) struct Answer {
    format: Format,
    out: Vec<u8>,
    /// Whether the next JSON member needs a comma in front.
    comma: bool,
}

impl Answer {
    /// Opens an answer. Its parts, put together, name the root that XML needs.
    pub(crate) fn open(format: Format, root: [&str; 2]) -> Self {
        let mut out = Vec::with_capacity(512);
        match format {
            Format::Json => out.push(b'{'),
            Format::Xml => {
                let [name, kind] = root;
                let _ = write!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><{name}{kind}>");
            }
        }
        Self {
            format,
            out,
            comma: false,
        }
    }

    /// Closes it.
    pub(crate) fn close(mut self, [name, kind]: [&str; 2]) -> Vec<u8> {
        match self.format {
            Format::Json => self.out.push(b'}'),
            Format::Xml => {
                let _ = write!(self.out, "</{name}{kind}>");
            }
        }
        self.out
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.member(name);
        match self.format {
            Format::Json => json_string(&mut self.out, value),
            Format::Xml => xml_text(&mut self.out, value),
        }
        self.end(name);
    }

    /// A text of letters, digits and `+ / = - _` only, such as base64: nothing in it needs a second look.
    pub(crate) fn plain(&mut self, name: &str, value: &str) {
        self.member(name);
        let quote: &[u8] = if self.format == Format::Json { b"\"" } else { b"" };
        for part in [quote, value.as_bytes(), quote] {
            self.out.extend_from_slice(part);
        }
        self.end(name);
    }

    /// A secret of letters, digits and `+ / = - _`; nothing where it is not one.
    pub(crate) fn secret(&mut self, name: &str, value: &SecretBytes) {
        self.plain(name, std::str::from_utf8(value.expose()).unwrap_or_default());
    }

    /// An identifier in its canonical text.
    pub(crate) fn id(&mut self, name: &str, id: [u8; 36]) {
        self.plain(name, std::str::from_utf8(&id).unwrap_or_default());
    }

    /// A resource by the name that policies have for it.
    pub(crate) fn resource(&mut self, name: &str, resource: &Resource) {
        self.text(name, &ResourceName(resource).to_string());
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str, value: u64) {
        self.member(name);
        let _ = write!(self.out, "{value}");
        self.end(name);
    }

    /// A truth value.
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.member(name);
        let _ = write!(self.out, "{value}");
        self.end(name);
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.member(name);
        self.nested(fill);
        self.end(name);
    }

    /// A wrapped list: an object `name` with the one member `item`, an array of objects.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        item: &str,
        values: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(&mut Self, T),
    ) {
        self.object(name, |answer| match answer.format {
            Format::Json => {
                answer.member(item);
                answer.out.push(b'[');
                let mut first = true;
                for value in values {
                    if !std::mem::take(&mut first) {
                        answer.out.push(b',');
                    }
                    answer.nested(|answer| fill(answer, value));
                }
                answer.out.push(b']');
            }
            Format::Xml => {
                for value in values {
                    answer.object(item, |answer| fill(answer, value));
                }
            }
        });
    }

    /// An array of texts; in XML, an element for each.
    pub(crate) fn texts(&mut self, name: &str, values: &[String]) {
        match self.format {
            Format::Json => {
                self.member(name);
                // Neither texts nor a vector in memory can fail to be written.
                let _ = serde_json::to_writer(&mut self.out, values);
            }
            Format::Xml => {
                for value in values {
                    self.text(name, value);
                }
            }
        }
    }

    /// An array of values of any form; in XML, an element for each.
    pub(crate) fn values(&mut self, name: &str, values: impl IntoIterator<Item = Value>) {
        match self.format {
            Format::Json => {
                self.member(name);
                self.out.push(b'[');
                for (index, value) in values.into_iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    // A vector in memory takes every write.
                    let _ = write!(self.out, "{value}");
                }
                self.out.push(b']');
            }
            Format::Xml => {
                for value in values {
                    xml_value(&mut self.out, name, &value);
                }
            }
        }
    }

    fn nested(&mut self, fill: impl FnOnce(&mut Self)) {
        if self.format == Format::Xml {
            return fill(self);
        }
        self.out.push(b'{');
        self.comma = false;
        fill(self);
        self.out.push(b'}');
        self.comma = true;
    }

    fn member(&mut self, name: &str) {
        let parts: [&[u8]; 3] = match self.format {
            Format::Json if std::mem::replace(&mut self.comma, true) => [b",\"", name.as_bytes(), b"\":"],
            Format::Json => [b"\"", name.as_bytes(), b"\":"],
            Format::Xml => [b"<", name.as_bytes(), b">"],
        };
        for part in parts {
            self.out.extend_from_slice(part);
        }
    }

    fn end(&mut self, name: &str) {
        if self.format == Format::Xml {
            let _ = write!(self.out, "</{name}>");
        }
    }
}

/// Dates are UTC with seconds.
pub(crate) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// SOURCE: RFC 8259 section 7.
fn json_string(out: &mut Vec<u8>, text: &str) {
    // Neither text nor a vector in memory can fail to be written.
    let _ = serde_json::to_writer(out, text);
}

/// A value as elements of a name. A colon has a meaning in names of XML: `ACS::KMS::Key` becomes `ACS.KMS.Key`.
fn xml_value(out: &mut Vec<u8>, name: &str, value: &Value) {
    let name = name.replace("::", ".");
    if let Value::Array(values) = value {
        return values.iter().for_each(|value| xml_value(out, &name, value));
    }
    let _ = write!(out, "<{name}>");
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| xml_value(out, name, value)),
        Value::String(text) => xml_text(out, text),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            let _ = write!(out, "{value}");
        }
    }
    let _ = write!(out, "</{name}>");
}

/// SOURCE: XML 1.0, section 2.2: most control characters cannot stand in XML at all; they become U+FFFD here, so
/// that the answer still parses.
fn xml_text(out: &mut Vec<u8>, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '&' => out.extend_from_slice(b"&amp;"),
            '\r' => out.extend_from_slice(b"&#13;"),
            '\t' | '\n' => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            '\u{fffe}' | '\u{ffff}' => out.extend_from_slice("\u{fffd}".as_bytes()),
            c if c < ' ' => out.extend_from_slice("\u{fffd}".as_bytes()),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(format: Format) -> String {
        let mut answer = Answer::open(format, ["ListKeys", "Response"]);
        answer.list("Keys", "Key", ["a", "b"], |answer, id| answer.text("KeyId", id));
        answer.texts("Names", &["<".to_owned(), "b".to_owned()]);
        answer.texts("NoNames", &[]);
        answer.list("None", "One", [], |answer, id: &str| answer.text("KeyId", id));
        answer.object("Meta", |answer| {
            answer.text("Text", "<a>&\"\\\n\r\u{1}ü]]>");
            answer.number("Count", 2);
            answer.boolean("Right", true);
        });
        answer.text("RequestId", "r");
        String::from_utf8(answer.close(["ListKeys", "Response"])).unwrap()
    }

    #[test]
    fn json_reads_back() {
        let json: serde_json::Value = serde_json::from_str(&sample(Format::Json)).unwrap();
        let expected = serde_json::json!({
            "Keys": {"Key": [{"KeyId": "a"}, {"KeyId": "b"}]},
            "Names": ["<", "b"],
            "NoNames": [],
            "None": {"One": []},
            "Meta": {"Text": "<a>&\"\\\n\r\u{1}ü]]>", "Count": 2, "Right": true},
            "RequestId": "r",
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn xml_escapes_what_it_must_and_replaces_what_it_cannot_hold() {
        assert_eq!(
            sample(Format::Xml),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListKeysResponse>\
             <Keys><Key><KeyId>a</KeyId></Key><Key><KeyId>b</KeyId></Key></Keys>\
             <Names>&lt;</Names><Names>b</Names><None></None>\
             <Meta><Text>&lt;a&gt;&amp;\"\\\n&#13;\u{fffd}ü]]&gt;</Text><Count>2</Count><Right>true</Right></Meta>\
             <RequestId>r</RequestId></ListKeysResponse>"
        );
    }
}
