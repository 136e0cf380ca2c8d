//! What the log says about a call: the fields of a record, and their JSON text.
//!
//! A record never holds plaintext, data keys, random output, tokens, passwords or import material: there is no
//! way to put bytes into [`Fields`], only ids, numbers, names and the encryption context, which is public by
//! contract.

use std::io::Write as _;
use std::net::IpAddr;

use claviger_model::{
    Caller, CertificateId, EncryptionContext, Identity, KeyId, KeyVersionId, RequestId, Timestamp,
};
use jiff::fmt::StdIoWrite;
use jiff::fmt::temporal::DateTimePrinter;

use crate::line::push_number;

/// Longest text of a caller that a record keeps, in bytes; longer text is cut at a character boundary.
pub const TEXT_LIMIT: usize = 512;

/// Room that a list of fields begins with, in bytes: enough for most.
const FIELDS_LEN: usize = 256;

/// A list of named values, kept as the inside of a JSON object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<u8>);

impl Fields {
    /// Adds a text of ours or of the caller, cut at [`TEXT_LIMIT`].
    pub fn text(&mut self, name: &'static str, value: &str) {
        self.name(name);
        string(&mut self.0, cut(value));
    }

    /// Adds a list of texts, each cut at [`TEXT_LIMIT`].
    pub fn texts<'a>(&mut self, name: &'static str, values: impl IntoIterator<Item = &'a str>) {
        self.name(name);
        self.0.push(b'[');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            string(&mut self.0, cut(value));
        }
        self.0.push(b']');
    }

    /// Adds a key id.
    pub fn key(&mut self, name: &'static str, id: KeyId) {
        self.name(name);
        ascii_string(&mut self.0, &id.to_ascii());
    }

    /// Adds a key version id.
    pub fn version(&mut self, name: &'static str, id: KeyVersionId) {
        self.name(name);
        ascii_string(&mut self.0, &id.to_ascii());
    }

    /// Adds a certificate id.
    pub fn certificate(&mut self, name: &'static str, id: CertificateId) {
        self.name(name);
        ascii_string(&mut self.0, &id.to_ascii());
    }

    /// Adds a number.
    pub fn number(&mut self, name: &'static str, value: u64) {
        self.name(name);
        push_number(&mut self.0, value);
    }

    /// Adds a truth value.
    pub fn flag(&mut self, name: &'static str, value: bool) {
        self.name(name);
        put(&mut self.0, if value { "true" } else { "false" });
    }

    /// Adds an encryption context as an object; nothing where it is empty.
    pub fn context(&mut self, name: &'static str, context: &EncryptionContext) {
        if context.is_empty() {
            return;
        }
        self.name(name);
        self.0.push(b'{');
        for (index, (key, value)) in context.iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            string(&mut self.0, key);
            self.0.push(b':');
            string(&mut self.0, value);
        }
        self.0.push(b'}');
    }

    fn name(&mut self, name: &'static str) {
        if self.0.is_empty() {
            self.0.reserve(FIELDS_LEN);
        } else {
            self.0.push(b',');
        }
        self.0.push(b'"');
        put(&mut self.0, name);
        put(&mut self.0, "\":");
    }
}

/// Where a call came from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Address of the peer.
    pub address: IpAddr,
    /// What the client says it is.
    pub agent: &'a str,
    /// The host name that the client called.
    pub host: &'a str,
    /// Whether the call came over TLS.
    pub secure: bool,
}

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// It was served.
    Served,
    /// The caller was told no.
    Refused {
        /// The core's stable word for the reason.
        code: &'a str,
        /// The code on the wire.
        wire: &'a str,
    },
    /// The server was at fault.
    Failed {
        /// The core's stable word for the reason.
        code: &'a str,
        /// The code on the wire.
        wire: &'a str,
    },
}

/// One call of an authenticated caller.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The request id; answers bear it too.
    pub id: RequestId,
    /// When the call was accepted.
    pub time: Timestamp,
    /// The front door.
    pub dialect: &'a str,
    /// What was asked, in the words of the core, or of the wire where the core has no such operation.
    pub action: &'a str,
    /// Whether it changes what is stored.
    pub writes: bool,
    /// Who asked.
    pub caller: &'a Caller,
    /// The region it was asked in.
    pub region: &'a str,
    /// Where from.
    pub source: Source<'a>,
    /// What was asked for.
    pub request: &'a Fields,
    /// What was answered; empty unless served.
    pub response: &'a Fields,
    /// How it ended.
    pub outcome: Outcome<'a>,
}

impl Record<'_> {
    /// The record as one line of JSON, without a line break.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(640 + self.request.0.len() + self.response.0.len());
        put(&mut out, "{\"kind\":\"call\",\"id\":");
        ascii_string(&mut out, &self.id.to_ascii());
        put(&mut out, ",\"time\":\"");
        time(&mut out, self.time);
        put(&mut out, "\",\"dialect\":");
        string(&mut out, self.dialect);
        put(&mut out, ",\"action\":");
        string(&mut out, cut(self.action));
        put(&mut out, ",\"writes\":");
        put(&mut out, if self.writes { "true" } else { "false" });
        self.write_caller(&mut out);
        self.write_source(&mut out);
        put(&mut out, ",\"request\":{");
        out.extend_from_slice(&self.request.0);
        out.push(b'}');
        self.write_outcome(&mut out);
        out.push(b'}');
        out
    }

    fn write_caller(&self, out: &mut Vec<u8>) {
        put(out, ",\"account\":\"");
        push_number(out, self.caller.account.number());
        put(out, "\",\"region\":");
        string(out, self.region);
        put(out, ",\"caller\":{\"type\":");
        string(
            out,
            match self.caller.identity {
                Identity::Root => "root",
                Identity::System => "system",
            },
        );
        if let Some(key) = &self.caller.access_key {
            put(out, ",\"access_key\":");
            string(out, key.as_str());
        }
        out.push(b'}');
    }

    fn write_source(&self, out: &mut Vec<u8>) {
        let _ = write!(
            out,
            ",\"source\":{{\"address\":\"{}\",\"agent\":",
            self.source.address
        );
        string(out, cut(self.source.agent));
        put(out, ",\"host\":");
        string(out, cut(self.source.host));
        put(
            out,
            if self.source.secure {
                ",\"tls\":true}"
            } else {
                ",\"tls\":false}"
            },
        );
    }

    fn write_outcome(&self, out: &mut Vec<u8>) {
        let (word, code, wire) = match self.outcome {
            Outcome::Served => {
                put(out, ",\"outcome\":\"served\",\"response\":{");
                out.extend_from_slice(&self.response.0);
                out.push(b'}');
                return;
            }
            Outcome::Refused { code, wire } => ("refused", code, wire),
            Outcome::Failed { code, wire } => ("failed", code, wire),
        };
        put(out, ",\"outcome\":\"");
        put(out, word);
        put(out, "\",\"error\":{\"code\":");
        string(out, code);
        put(out, ",\"wire\":");
        string(out, wire);
        out.push(b'}');
    }
}

/// Callers without valid credentials, counted over a while.
#[derive(Debug, Clone, Copy)]
pub struct Strangers<'a> {
    /// Start of the while.
    pub since: Timestamp,
    /// End of the while.
    pub until: Timestamp,
    /// One row per reason, source and claimed access key.
    pub rows: &'a [Stranger],
    /// Refusals that found no row because too many different ones came.
    pub others: u64,
}

/// One row of [`Strangers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Why they were turned away.
    pub reason: &'static str,
    /// Address of the peer.
    pub address: IpAddr,
    /// The access key that they named, if any; cut at [`TEXT_LIMIT`].
    pub access_key: String,
    /// How often.
    pub count: u64,
}

impl Strangers<'_> {
    /// The record as one line of JSON, without a line break.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = b"{\"kind\":\"strangers\",\"since\":\"".to_vec();
        time(&mut out, self.since);
        put(&mut out, "\",\"until\":\"");
        time(&mut out, self.until);
        put(&mut out, "\",\"rows\":[");
        for (index, row) in self.rows.iter().enumerate() {
            put(
                &mut out,
                if index == 0 {
                    "{\"reason\":"
                } else {
                    ",{\"reason\":"
                },
            );
            string(&mut out, row.reason);
            let _ = write!(out, ",\"address\":\"{}\",\"access_key\":", row.address);
            string(&mut out, cut(&row.access_key));
            let _ = write!(out, ",\"count\":{}}}", row.count);
        }
        let _ = write!(out, "],\"others\":{}}}", self.others);
        out
    }
}

/// A mark of the server's own life in the log: started, stopped, writing again after a failure.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// When.
    pub time: Timestamp,
    /// What happened.
    pub event: &'a str,
    /// Version of the program.
    pub version: &'a str,
}

impl Mark<'_> {
    /// The record as one line of JSON, without a line break.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = b"{\"kind\":\"server\",\"time\":\"".to_vec();
        time(&mut out, self.time);
        put(&mut out, "\",\"event\":");
        string(&mut out, self.event);
        put(&mut out, ",\"version\":");
        string(&mut out, self.version);
        out.push(b'}');
        out
    }
}

/// UTC with milliseconds.
fn time(out: &mut Vec<u8>, at: Timestamp) {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    // A vector takes every write.
    let _ = PRINTER.print_timestamp(&at, StdIoWrite(out));
}

fn ascii_string(out: &mut Vec<u8>, text: &[u8; 36]) {
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
}

fn cut(text: &str) -> &str {
    if text.len() <= TEXT_LIMIT {
        return text;
    }
    let end = (0..=TEXT_LIMIT)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// A JSON string (RFC 8259 section 7).
fn string(out: &mut Vec<u8>, text: &str) {
    // A fold without a way out early: the compiler makes it a handful of wide instructions.
    let plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
    if text.bytes().fold(true, |all, byte| all & plain(byte)) {
        out.push(b'"');
        put(out, text);
        out.push(b'"');
        return;
    }
    // Neither text nor a vector in memory can fail to be written.
    let _ = serde_json::to_writer(out, text);
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use claviger_model::AccountId;

    use super::*;

    fn sample(outcome: Outcome<'_>) -> String {
        let caller = Caller {
            account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
            identity: Identity::Root,
            access_key: Some("LTAIexample".parse().unwrap()),
        };
        let mut request = Fields::default();
        request.text("alias", "a\"b\\c\n\u{7f}ü");
        request.number("plaintext_bytes", 64);
        let mut context = EncryptionContext::default();
        context.add("tenant".into(), "7\t".into());
        request.context("context", &context);
        request.texts("keys", ["one", "\"two\""]);
        let mut response = Fields::default();
        response.key("key", KeyId::from_bytes([1; 16]));
        let record = Record {
            id: RequestId::from_bytes([2; 16]),
            time: "2026-11-21T20:46:13.5Z".parse().unwrap(),
            dialect: "some",
            action: "Encrypt",
            writes: false,
            caller: &caller,
            region: "cn-hangzhou",
            source: Source {
                address: "::1".parse().unwrap(),
                agent: "curl/8",
                host: "localhost:8443",
                secure: true,
            },
            request: &request,
            response: &response,
            outcome,
        };
        String::from_utf8(record.to_json()).unwrap()
    }

    #[test]
    fn a_served_call_reads_back_as_json_with_every_field() {
        let text = sample(Outcome::Served);
        assert!(!text.contains('\n'));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["time"], "2026-11-21T20:46:13.500Z");
        assert_eq!(json["request"]["alias"], "a\"b\\c\n\u{7f}ü");
        assert_eq!(json["request"]["context"]["tenant"], "7\t");
        assert_eq!(json["request"]["keys"], serde_json::json!(["one", "\"two\""]));
        assert_eq!(json["response"]["key"], "01010101-0101-0101-0101-010101010101");
        assert_eq!(json["caller"]["access_key"], "LTAIexample");
        assert_eq!(json["source"]["address"], "::1");
        assert_eq!(json["outcome"], "served");
    }

    #[test]
    fn a_refused_call_has_its_codes_and_no_response() {
        let refused = sample(Outcome::Refused {
            code: "state",
            wire: "Rejected.Disabled",
        });
        let json: serde_json::Value = serde_json::from_str(&refused).unwrap();
        assert_eq!(json["error"]["wire"], "Rejected.Disabled");
        assert!(json.get("response").is_none());
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let mut fields = Fields::default();
        fields.text("agent", &"ü".repeat(400));
        assert_eq!(
            String::from_utf8(fields.0).unwrap(),
            format!("\"agent\":\"{}\"", "ü".repeat(256))
        );
    }

    #[test]
    fn counted_strangers_read_back_as_json() {
        let rows = [Stranger {
            reason: "signature",
            address: "127.0.0.1".parse().unwrap(),
            access_key: "\"x".into(),
            count: 3,
        }];
        let at = "2026-11-21T20:46:13Z".parse().unwrap();
        let text = Strangers {
            since: at,
            until: at,
            rows: &rows,
            others: 1,
        }
        .to_json();
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(
            (&json["rows"][0]["count"], &json["rows"][0]["access_key"]),
            (&3.into(), &"\"x".into())
        );
    }
}
