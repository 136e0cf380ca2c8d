//! Logs in temporary folders, a clock to set, and a second writing of the chain to forge lines with.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use aws_lc_rs::digest::{SHA256, digest};
use claviger_audit::{
    AuditLog, BadLine, Clock, Fault, Line, Options, Recovery, Seq, VerifyError, read, verify,
};
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) const LOG: Uuid = Uuid::from_u128(0x6f1c_2c1e_8a6b_4d0e_9c57_3f2a_1b0c_9d8e);

/// A clock that stands until it is set.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    pub(crate) fn at(time: &str) -> Self {
        Self(Arc::new(Mutex::new(time.parse().unwrap())))
    }

    pub(crate) fn set(&self, time: &str) {
        *self.0.lock().unwrap() = time.parse().unwrap();
    }

    pub(crate) fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Clock::new(move || *now.lock().unwrap())
    }

    pub(crate) fn options(&self) -> Options {
        Options::new(LOG, self.clock())
    }
}

pub(crate) fn options() -> Options {
    TestClock::at("2026-11-21T12:00:00Z").options()
}

pub(crate) fn open(dir: &Path) -> (AuditLog, Recovery) {
    AuditLog::open(dir, options()).unwrap()
}

pub(crate) fn record(text: &str) -> Vec<u8> {
    format!("{{\"n\":\"{text}\"}}").into_bytes()
}

pub(crate) fn segment(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:08}.jsonl"))
}

/// The records that were appended, in order; fails if any line does not hold.
pub(crate) fn records(dir: &Path) -> Vec<String> {
    let lines: Vec<Line> = read(dir, Seq(0)).map(Result::unwrap).collect();
    let records = lines.into_iter().filter(|line| !line.header);
    records
        .map(|line| String::from_utf8(line.record).unwrap())
        .collect()
}

/// Waits for a future on this thread.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// The fault that verification finds, with file and line.
pub(crate) fn fault(dir: &Path) -> BadLine {
    match verify(dir) {
        Err(VerifyError::Bad(bad)) => bad,
        other => panic!("expected a bad line, got {other:?}"),
    }
}

pub(crate) fn assert_fault(dir: &Path, number: u32, line: u64, fault_there: Fault) {
    let bad = fault(dir);
    assert_eq!(
        (bad.file, bad.line, bad.fault),
        (segment(dir, number), line, fault_there)
    );
}

/// Writes the chain as the documentation describes it, but whatever content it is told to.
pub(crate) struct Forge {
    pub(crate) hash: [u8; 32],
    pub(crate) bytes: Vec<u8>,
}

impl Forge {
    pub(crate) fn new() -> Self {
        Self {
            hash: [0; 32],
            bytes: Vec::new(),
        }
    }

    pub(crate) fn hash_hex(&self) -> String {
        let bytes = self.hash.iter();
        bytes.fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    pub(crate) fn line(&mut self, seq: u64, outbox: u64, record: &str) -> &mut Self {
        self.text(&format!(
            "{{\"seq\":{seq},\"outbox\":{outbox},\"record\":{record}"
        ))
    }

    /// A line of which everything but the hash is given.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        let joined = [&self.hash[..], text.as_bytes()].concat();
        self.hash = digest(&SHA256, &joined).as_ref().try_into().unwrap();
        self.bytes
            .extend(format!("{text},\"hash\":\"{}\"}}\n", self.hash_hex()).into_bytes());
        self
    }

    pub(crate) fn header(&self, segment: u32) -> String {
        let previous = self.hash_hex();
        format!(
            "{{\"kind\":\"segment\",\"format\":1,\"log\":\"{LOG}\",\"segment\":{segment},\"previous\":\"{previous}\",\"day\":\"2026-11-21\"}}"
        )
    }

    /// Puts the lines so far into a segment file and begins the next one.
    pub(crate) fn save(&mut self, dir: &Path, number: u32) {
        fs::write(segment(dir, number), std::mem::take(&mut self.bytes)).unwrap();
    }
}
