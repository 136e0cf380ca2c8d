//! A long audit log made here: calls that never were, behind the lines that a server has written.
//!
//! SOURCE: docs/audit-log.md: lines, chain and segment headers.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::error::Error;

/// Size at which a segment is closed, as the server does it.
const SEGMENT_BYTES: u64 = 64 << 20;

/// How long ago the first of the calls was: less than the week that questions are about by default.
const SPAN: SignedDuration = SignedDuration::from_hours(6 * 24);

/// Users, keys and aliases that the calls are spread over.
const USERS: u64 = 40;
const KEYS: u64 = 1000;
const ALIASES: u64 = 200_000;

/// What the calls ask for, and out of a hundred how many.
const ACTIONS: [(&str, u64, bool); 6] = [
    ("GenerateDataKey", 55, false),
    ("Decrypt", 30, false),
    ("Encrypt", 10, false),
    ("DescribeKey", 3, false),
    ("CreateAlias", 1, true),
    ("TagResource", 1, true),
];

/// What was made, for questions about it.
pub(crate) struct Trail {
    /// Lines that were added.
    pub(crate) lines: u64,
    /// Bytes of the whole log.
    pub(crate) bytes: u64,
    /// Request ids of some of the calls.
    pub(crate) ids: Vec<String>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "questions are about the week before now"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Adds `count` calls of the account to the log in the folder `dir`, which no server has open.
pub(crate) fn extend(dir: &Path, account: &str, count: u64) -> Result<Trail, Error> {
    let mut chain = Chain::resume(dir)?;
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
    let begin = now() - SPAN;
    let step = SPAN.as_millis() / i128::from(count.max(1));
    let mut ids = Vec::new();
    let mut record = Vec::new();
    for number in 0..count {
        let millis = i64::try_from(step * i128::from(number)).unwrap_or_default();
        let time = begin + SignedDuration::from_millis(millis);
        record.clear();
        let id = call(&mut record, &mut draw, account, time);
        if number % (count / 50).max(1) == 0 {
            ids.push(id);
        }
        chain.append(&record)?;
    }
    let bytes = chain.finish()?;
    Ok(Trail {
        lines: count,
        bytes,
        ids,
    })
}

/// The id of a key, as the calls name it.
pub(crate) fn key(number: u64) -> String {
    format!("01890000-0000-7000-8000-{number:012x}")
}

/// The name of an alias.
pub(crate) fn alias(number: u64) -> String {
    format!("name-{number}")
}

/// The name of a user.
pub(crate) fn user(number: u64) -> String {
    format!("user-{number:02}")
}

/// A number below each bound, evenly enough: xorshift.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound.max(1)
    }
}

/// Writes the record of a call and gives its request id.
fn call(out: &mut Vec<u8>, draw: &mut Draw, account: &str, time: Timestamp) -> String {
    let mut at = draw.below(100);
    let found = ACTIONS.iter().find(|(_, share, _)| {
        let here = at < *share;
        at = at.saturating_sub(*share);
        here
    });
    let (action, _, writes) = found.copied().unwrap_or(("Decrypt", 0, false));
    // SOURCE: RFC 9562 section 5.7.
    let millis = time.as_millisecond();
    let id = format!(
        "{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
        millis >> 16,
        millis & 0xffff,
        draw.below(1 << 12),
        draw.below(1 << 12),
        draw.below(1 << 48)
    );
    let (user_number, key_number) = (draw.below(USERS), draw.below(KEYS));
    let name = match action {
        "CreateAlias" => format!(r#""alias":"{}""#, alias(draw.below(ALIASES))),
        _ => format!(
            r#""alias":"app-{key_number}","context":{{"tenant":"{}"}}"#,
            draw.below(1000)
        ),
    };
    let end = match draw.below(50) {
        0 => r#""outcome":"refused","error":{"code":"denied","wire":"Forbidden.NoPermission"}"#.to_owned(),
        _ => format!(
            r#""outcome":"served","response":{{"key":"{}","version":"01890000-0001-7000-8000-{:012x}"}}"#,
            key(key_number),
            key_number
        ),
    };
    // A vector takes every write.
    let _ = write!(
        out,
        r#"{{"kind":"call","id":"{id}","time":"{time:.3}","dialect":"rpc","api":"kms","action":"{action}","writes":{writes},"account":"{account}","region":"cn-hangzhou","caller":{{"type":"user","user":"{}","user_id":"2000000000000000{user_number:02}","access_key":"LTAI5tBenchKey{user_number:02}"}},"source":{{"address":"10.0.0.{}","agent":"AlibabaCloud (linux; amd64) Golang/1.24 Core/0.0.1 TeaDSL/1","host":"kms.cn-hangzhou.example.com","tls":true}},"request":{{{name}}},{end}}}"#,
        user(user_number),
        draw.below(250),
    );
    id
}

/// The end of the log that is written.
struct Chain {
    dir: PathBuf,
    log: String,
    day: String,
    segment: u64,
    file: BufWriter<File>,
    size: u64,
    seq: u64,
    outbox: u64,
    hash: Vec<u8>,
    line: Vec<u8>,
}

impl Chain {
    fn resume(dir: &Path) -> Result<Self, Error> {
        let unfit = |what: &str| Error::Unfit(format!("`{}`: {what}", dir.display()));
        let mut segments: Vec<PathBuf> = fs::read_dir(dir)
            .map_err(Error::file("read", dir))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.file_stem().is_some_and(|stem| stem.len() == 8))
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
            .collect();
        segments.sort();
        let path = segments.pop().ok_or_else(|| unfit("no segment"))?;
        let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        let read = |line: Option<&str>| -> Option<Value> { serde_json::from_str(line?).ok() };
        let header = read(text.lines().next()).ok_or_else(|| unfit("no header"))?;
        let last = read(text.lines().last()).ok_or_else(|| unfit("no last line"))?;
        let word = |value: &Value, pointer: &str| {
            let found = value.pointer(pointer).and_then(Value::as_str);
            found.map(str::to_owned).ok_or_else(|| unfit(pointer))
        };
        let count = |value: &Value, pointer: &str| {
            let found = value.pointer(pointer).and_then(Value::as_u64);
            found.ok_or_else(|| unfit(pointer))
        };
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(Error::file("open", &path))?;
        Ok(Self {
            dir: dir.to_owned(),
            log: word(&header, "/record/log")?,
            day: word(&header, "/record/day")?,
            segment: count(&header, "/record/segment")?,
            size: text.len() as u64,
            file: BufWriter::with_capacity(1 << 20, file),
            seq: count(&last, "/seq")?,
            outbox: count(&last, "/outbox")?,
            hash: bytes(&word(&last, "/hash")?).ok_or_else(|| unfit("hash"))?,
            line: Vec::new(),
        })
    }

    fn append(&mut self, record: &[u8]) -> Result<(), Error> {
        if self.size >= SEGMENT_BYTES {
            self.rotate()?;
        }
        self.seq += 1;
        self.line.clear();
        self.line.extend_from_slice(&self.hash);
        let _ = write!(
            self.line,
            r#"{{"seq":{},"outbox":{},"record":"#,
            self.seq, self.outbox
        );
        self.line.extend_from_slice(record);
        self.hash = digest(&SHA256, &self.line).as_ref().to_vec();
        self.line.extend_from_slice(br#","hash":""#);
        self.line.extend_from_slice(hex(&self.hash).as_bytes());
        self.line.extend_from_slice(b"\"}\n");
        // The hash before was there to be hashed.
        let line = self.line.get(32..).unwrap_or_default();
        self.size += line.len() as u64;
        let done = self.file.write_all(line);
        done.map_err(Error::file("write", &self.dir))
    }

    fn rotate(&mut self) -> Result<(), Error> {
        self.file.flush().map_err(Error::file("write", &self.dir))?;
        self.segment += 1;
        let path = self.dir.join(format!("{:08}.jsonl", self.segment));
        let file = File::create_new(&path).map_err(Error::file("create", &path))?;
        self.file = BufWriter::with_capacity(1 << 20, file);
        self.size = 0;
        let header = format!(
            r#"{{"kind":"segment","format":1,"log":"{}","segment":{},"previous":"{}","day":"{}"}}"#,
            self.log,
            self.segment,
            hex(&self.hash),
            self.day
        );
        self.append(header.as_bytes())
    }

    /// Makes it durable; gives the bytes of the whole log.
    fn finish(mut self) -> Result<u64, Error> {
        let failed = Error::file("write", &self.dir);
        self.file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(failed)?;
        let entries = fs::read_dir(&self.dir).map_err(Error::file("read", &self.dir))?;
        let sizes = entries.flatten().filter_map(|entry| entry.metadata().ok());
        Ok(sizes.map(|metadata| metadata.len()).sum())
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS.get(usize::from(value)).copied().unwrap_or_default());
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_come_back() {
        assert_eq!(hex(&[0, 0x1f, 0xff]), "001fff");
        assert_eq!(bytes("001fff"), Some(vec![0, 0x1f, 0xff]));
        assert_eq!(bytes("0g"), None);
    }

    #[test]
    fn records_are_json() {
        let mut draw = Draw(1);
        for _ in 0..200 {
            let mut record = Vec::new();
            let id = call(
                &mut record,
                &mut draw,
                "1234567890123456",
                "2026-11-20T00:00:00Z".parse().unwrap(),
            );
            let value: Value = serde_json::from_slice(&record).unwrap();
            assert_eq!(value["id"], id);
            assert_eq!(id.len(), 36);
        }
    }
}
