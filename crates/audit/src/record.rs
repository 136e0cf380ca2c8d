//! What the log says about a call: the fields of a record, and their JSON text.
//!
//! A record never holds plaintext, data keys, random output, tokens, passwords or import material: there is no
//! way to put bytes into [`Fields`], only ids, numbers, names and the encryption context, which is public by
//! contract.

use std::io::Write as _;
use std::net::IpAddr;

use claviger_model::{
    AccountId, Caller, CertificateId, EncryptionContext, Identity, KeyId, KeyVersionId, RequestId, Timestamp,
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
    /// The API behind it, such as `kms`.
    pub api: &'a str,
    /// What was asked, in the words of the core, or of the wire where the core has no such operation.
    pub action: &'a str,
    /// The same in the words of the wire; written where they differ.
    pub operation: &'a str,
    /// Whether it changes what is stored.
    pub writes: bool,
    /// Who asked.
    pub caller: &'a Caller,
    /// Other accounts than that of the caller, whose keys, certificates or roles the call was about, once it was allowed.
    pub owners: &'a [AccountId],
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
        put(&mut out, ",\"api\":");
        string(&mut out, self.api);
        put(&mut out, ",\"action\":");
        string(&mut out, cut(self.action));
        if self.operation != self.action {
            put(&mut out, ",\"operation\":");
            string(&mut out, cut(self.operation));
        }
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
        put(out, "\"");
        self.write_owners(out);
        put(out, ",\"region\":");
        string(out, self.region);
        put(out, ",\"caller\":{\"type\":");
        write_identity(out, &self.caller.identity);
        if let Some(key) = &self.caller.access_key {
            put(out, ",\"access_key\":");
            string(out, key.as_str());
        }
        out.push(b'}');
    }

    fn write_owners(&self, out: &mut Vec<u8>) {
        for (index, owner) in self.owners.iter().enumerate() {
            put(out, if index == 0 { ",\"owners\":[\"" } else { ",\"" });
            push_number(out, owner.number());
            out.push(b'"');
        }
        if !self.owners.is_empty() {
            out.push(b']');
        }
    }

    fn write_source(&self, out: &mut Vec<u8>) {
        put(out, ",\"source\":{\"address\":\"");
        write_address(out, self.source.address);
        put(out, "\",\"agent\":");
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

/// An address as everybody writes it; the usual kind without the detour over the formatter.
fn write_address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => {
            for (at, octet) in address.octets().into_iter().enumerate() {
                if at > 0 {
                    out.push(b'.');
                }
                push_number(out, u64::from(octet));
            }
        }
        IpAddr::V6(address) => {
            let _ = write!(out, "{address}");
        }
    }
}

/// The kind of a caller and its names.
fn write_identity(out: &mut Vec<u8>, identity: &Identity) {
    match identity {
        Identity::Root => put(out, "\"root\""),
        Identity::System => put(out, "\"system\""),
        Identity::User { id, name } => {
            put(out, "\"user\",\"user\":");
            string(out, name.as_str());
            put(out, ",\"user_id\":\"");
            push_number(out, id.number());
            out.push(b'"');
        }
        Identity::Session {
            role,
            role_name,
            name,
            began,
        } => {
            put(out, "\"session\",\"role\":");
            string(out, role_name.as_str());
            put(out, ",\"role_id\":\"");
            push_number(out, role.number());
            put(out, "\",\"session\":");
            string(out, name.as_str());
            put(out, ",\"began\":\"");
            time(out, *began);
            out.push(b'"');
        }
        Identity::Service(name) => {
            put(out, "\"service\",\"service\":");
            string(out, name.as_str());
        }
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
mod tests;
