//! A log that is kept: what the tests of checkpoints, retention and compression start from.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use claviger_audit::{
    AuditLog, BadLine, Checkpoint, Ed25519Signer, KeepError, Keeping, KeepingOptions, PublicKey, Report,
    Round, Seq, VerifyError, VerifyOptions, verify, verify_with,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::{TempDir, tempdir};

use crate::support::{TestClock, record};

/// Of the key of the fixtures.
pub(crate) const SEED: [u8; 32] = [0x5e; 32];

/// A key in PKCS#8, version 1 (RFC 8410, section 7).
pub(crate) fn signer(seed: [u8; 32]) -> Ed25519Signer {
    let pkcs8 = [
        &b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"[..],
        &seed,
    ]
    .concat();
    Ed25519Signer::from_pkcs8(&pkcs8).unwrap()
}

pub(crate) fn own_key() -> PublicKey {
    signer(SEED).public()
}

pub(crate) const MORNING: &str = "2026-11-21T08:00:00Z";

/// Everything is delivered.
pub(crate) const ALL: Seq = Seq(u64::MAX);

pub(crate) struct Kept {
    pub(crate) dir: TempDir,
    pub(crate) clock: TestClock,
    pub(crate) log: Arc<AuditLog>,
    pub(crate) keeping: Keeping,
    now: Timestamp,
}

pub(crate) fn plain_options() -> KeepingOptions {
    KeepingOptions {
        compress: false,
        ..KeepingOptions::default()
    }
}

impl Kept {
    pub(crate) fn new(options: KeepingOptions) -> Self {
        Self::in_dir(tempdir().unwrap(), options, MORNING).unwrap()
    }

    pub(crate) fn in_dir(dir: TempDir, options: KeepingOptions, now: &str) -> Result<Self, KeepError> {
        let clock = TestClock::at(now);
        let log = Arc::new(AuditLog::open(dir.path(), clock.options()).unwrap().0);
        let keeping = Keeping::open(dir.path(), Arc::clone(&log), Arc::new(signer(SEED)), options)?;
        Ok(Self {
            dir,
            clock,
            log,
            keeping,
            now: now.parse().unwrap(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Lets time pass; returns the new one.
    pub(crate) fn pass(&mut self, time: SignedDuration) -> Timestamp {
        self.now += time;
        self.clock.set(&self.now.to_string());
        self.now
    }

    pub(crate) fn append(&self, texts: &[&str]) {
        for text in texts {
            self.log.append_blocking(&record(text), None).unwrap();
        }
    }

    /// The next day begins, with a segment of its own.
    pub(crate) fn next_day(&mut self, texts: &[&str]) {
        self.pass(SignedDuration::from_hours(24));
        self.append(texts);
    }

    pub(crate) fn round(&self) -> Round {
        self.keeping.round(self.now, ALL).unwrap()
    }

    pub(crate) fn try_round(&self, delivered: Seq) -> Result<Round, KeepError> {
        self.keeping.round(self.now, delivered)
    }

    /// Rounds until nothing is left to do.
    pub(crate) fn rounds(&self) {
        while self.round().more {}
    }

    /// Stops as a server does.
    pub(crate) fn stop(self) -> TempDir {
        self.log.close();
        self.keeping.finish(self.now).unwrap();
        self.dir
    }

    /// Dies: no last checkpoint is written.
    pub(crate) fn die(self) -> TempDir {
        self.log.close();
        self.dir
    }
}

pub(crate) fn checkpoints(dir: &Path) -> PathBuf {
    dir.join("checkpoints.jsonl")
}

pub(crate) fn packed(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:08}.jsonl.gz"))
}

pub(crate) fn statements(dir: &Path) -> Vec<Checkpoint> {
    let text = fs::read_to_string(checkpoints(dir)).unwrap();
    text.lines()
        .map(|line| Checkpoint::parse(line.as_bytes()).unwrap())
        .collect()
}

/// Number, segment and kind of every statement.
pub(crate) fn outline(dir: &Path) -> Vec<(u64, u32, &'static str)> {
    let kind = |sealed| if sealed { "sealed" } else { "checkpoint" };
    let all = statements(dir).into_iter();
    all.map(|it| (it.head.seq.0, it.segment, kind(it.sealed)))
        .collect()
}

/// Names of the files in a folder, without the lock.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name != "lock");
    names.sort();
    names
}

pub(crate) fn copy(from: &Path) -> TempDir {
    let dir = tempdir().unwrap();
    for name in names(from) {
        fs::copy(from.join(&name), dir.path().join(&name)).unwrap();
    }
    dir
}

pub(crate) fn whole(dir: &Path) -> Report {
    let report = verify(dir).unwrap();
    let given = VerifyOptions {
        key: Some(own_key()),
        ..VerifyOptions::default()
    };
    let by_given = verify_with(dir, &given).unwrap();
    assert_eq!(
        (by_given.head, by_given.checkpoint),
        (report.head, report.checkpoint)
    );
    report
}

/// What is wrong, with a key that was brought along.
pub(crate) fn found(dir: &Path) -> BadLine {
    match verify_with(
        dir,
        &VerifyOptions {
            key: Some(own_key()),
            ..VerifyOptions::default()
        },
    ) {
        Err(VerifyError::Bad(bad)) => bad,
        other => panic!("expected a bad line, got {other:?}"),
    }
}
