//! Signed statements about the log: how one is spelled, made and checked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::Uuid;

use crate::chain::{Hash, Head, Seq};
use crate::error::Fault;
use crate::line::{Cursor, push_number};
use crate::signer::{Fingerprint, PublicKey, SignError, Signer};

/// Version of the statement format this crate writes and reads.
const FORMAT: u64 = 1;

/// Longest statement, its newline included. They are about 450 bytes long.
pub(crate) const MAX_STATEMENT: usize = 1024;

const CHECKPOINT: &[u8] = b"{\"kind\":\"checkpoint\"";
const SEALED: &[u8] = b"{\"kind\":\"sealed\"";
const SIGNATURE: &[u8] = b",\"signature\":\"";
const END: &[u8] = b"\"}\n";

/// A signed statement: after its line `head.seq`, which stands in segment `segment`, the log stood at `head`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// A sealed head: the line was the last of its segment, and retention has removed all segments up to that one.
    pub sealed: bool,
    /// Id of the log.
    pub log: Uuid,
    /// The segment in which the line stands.
    pub segment: u32,
    /// The chain after the line.
    pub head: Head,
    /// When the statement was made.
    pub time: Timestamp,
    /// The key that signed it.
    pub key: Fingerprint,
    /// Its Ed25519 signature.
    pub signature: [u8; 64],
}

impl Checkpoint {
    /// Reads a statement from its line, with or without the newline. Only the exact spelling that
    /// [`to_line`](Self::to_line) writes is one. The signature is not checked; see [`is_signed_by`](Self::is_signed_by).
    pub fn parse(line: &[u8]) -> Result<Self, Fault> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let mut cursor = Cursor(line);
        let sealed = kind(&mut cursor).ok_or(Fault::Statement)?;
        let format = format(&mut cursor).ok_or(Fault::Statement)?;
        if format != FORMAT {
            return Err(Fault::Format { found: format });
        }
        let statement = fields(&mut cursor, sealed).ok_or(Fault::Statement)?;
        if statement.to_line().strip_suffix(b"\n") == Some(line) {
            Ok(statement)
        } else {
            Err(Fault::Statement)
        }
    }

    /// The line with its newline, as it stands in `checkpoints.jsonl`.
    pub fn to_line(&self) -> Vec<u8> {
        let mut out = self.message();
        out.extend_from_slice(SIGNATURE);
        out.extend_from_slice(STANDARD.encode(self.signature).as_bytes());
        out.extend_from_slice(END);
        out
    }

    /// Whether the key is the one it names, and the signature is of that key.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.key == key.fingerprint() && key.vouches(&self.message(), &self.signature)
    }

    /// Signs a statement.
    pub(crate) fn sign(self, signer: &dyn Signer) -> Result<Self, SignError> {
        let key = PublicKey(signer.public_key()).fingerprint();
        let unsigned = Self { key, ..self };
        let signature = signer.sign(&unsigned.message())?;
        Ok(Self {
            signature,
            ..unsigned
        })
    }

    /// What the signature covers: the line up to `,"signature":`.
    fn message(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_STATEMENT);
        out.extend_from_slice(if self.sealed { SEALED } else { CHECKPOINT });
        out.extend_from_slice(b",\"format\":");
        push_number(&mut out, FORMAT);
        out.extend_from_slice(b",\"log\":\"");
        out.extend_from_slice(self.log.as_hyphenated().to_string().as_bytes());
        out.extend_from_slice(b"\",\"segment\":");
        push_number(&mut out, self.segment.into());
        out.extend_from_slice(b",\"seq\":");
        push_number(&mut out, self.head.seq.0);
        out.extend_from_slice(b",\"outbox\":");
        push_number(&mut out, self.head.outbox);
        out.extend_from_slice(b",\"hash\":\"");
        self.head.hash.push_hex(&mut out);
        out.extend_from_slice(b"\",\"time\":\"");
        out.extend_from_slice(self.time.to_string().as_bytes());
        out.extend_from_slice(b"\",\"key\":\"");
        out.extend_from_slice(self.key.to_string().as_bytes());
        out.extend_from_slice(b"\"");
        out
    }
}

fn kind(cursor: &mut Cursor<'_>) -> Option<bool> {
    if cursor.tag(SEALED).is_some() {
        return Some(true);
    }
    cursor.tag(CHECKPOINT).map(|()| false)
}

fn format(cursor: &mut Cursor<'_>) -> Option<u64> {
    cursor.tag(b",\"format\":")?;
    cursor.number()
}

fn fields(cursor: &mut Cursor<'_>, sealed: bool) -> Option<Checkpoint> {
    cursor.tag(b",\"log\":\"")?;
    let log = Uuid::try_parse_ascii(cursor.quoted()?).ok()?;
    cursor.tag(b"\",\"segment\":")?;
    let segment = u32::try_from(cursor.number()?).ok()?;
    cursor.tag(b",\"seq\":")?;
    let seq = Seq(cursor.number()?);
    cursor.tag(b",\"outbox\":")?;
    let outbox = cursor.number()?;
    cursor.tag(b",\"hash\":\"")?;
    let hash = Hash::from_hex(cursor.quoted()?)?;
    cursor.tag(b"\",\"time\":\"")?;
    let time = std::str::from_utf8(cursor.quoted()?).ok()?.parse().ok()?;
    cursor.tag(b"\",\"key\":\"")?;
    let key = Fingerprint(*Hash::from_hex(cursor.quoted()?)?.as_bytes());
    cursor.tag(b"\"")?;
    cursor.tag(SIGNATURE)?;
    let signature = STANDARD.decode(cursor.quoted()?).ok()?.try_into().ok()?;
    Some(Checkpoint {
        sealed,
        log,
        segment,
        head: Head { seq, hash, outbox },
        time,
        key,
        signature,
    })
}
