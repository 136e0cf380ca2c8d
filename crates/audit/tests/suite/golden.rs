//! The stored format: old bytes stay readable, and the writer still writes them.

use std::fs;
use std::path::{Path, PathBuf};

use claviger_audit::{
    AuditLog, Hash, Head, KeepingOptions, LineReader, Seq, Since, VerifyOptions, read, verify, verify_with,
};
use tempfile::{TempDir, tempdir};

use crate::keeper::{Kept, checkpoints, copy, names, outline, own_key, statements, whole};
use crate::support::{LOG, TestClock, segment};

const KEPT_HEAD: &str = "6959260f074cc32bc479ad7307affc41c09eac034ab94a250284487c1dfefc7c";

/// Four days with a segment each, of which retention has removed the first and compression has packed the next two.
pub(crate) fn kept_fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/audit/kept")
}

/// Makes the same log anew.
fn make_kept() -> TempDir {
    let options = KeepingOptions {
        retain_days: 2,
        ..KeepingOptions::default()
    };
    let mut it = Kept::new(options);
    it.append(&["1a", "1b"]);
    it.next_day(&["2a", "2b"]);
    it.rounds();
    it.next_day(&["3a"]);
    it.append(&[&"long ".repeat(20_000)]);
    it.rounds();
    it.next_day(&["4a"]);
    it.rounds();
    it.append(&["4b", "4c"]);
    it.stop()
}

const HEAD: &str = "2126e376249d0748f96a15c9341d48bc7d92171a6b8280e31d74ffd474729f94";

pub(crate) fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/audit/two-segments")
}

const RECORDS: [(&str, Option<u64>); 6] = [
    (r#"{"action":"Encrypt","key":"key-1","bytes":32}"#, None),
    (
        r#"{"action":"CreateKey","key":"key-2","note":"outbox 7"}"#,
        Some(7),
    ),
    (r#"{"action":"Décrypt","说明":"密钥","context":{"a":"b"}}"#, None),
    (
        r#"{"tricky":",\"hash\":\"0000\"}","record":{"seq":1,"outbox":2}}"#,
        Some(12),
    ),
    ("{}", None),
    (r#"{"action":"ScheduleKeyDeletion","key":"key-2"}"#, Some(13)),
];

#[test]
fn the_log_of_format_1_verifies() {
    let report = verify(&fixture()).unwrap();
    assert_eq!(report.log, Some(LOG));
    assert_eq!(
        (report.segments, report.records, report.bytes, report.tail_bytes),
        (2, 6, 929 + 549, 0)
    );
    assert_eq!(
        (report.first, report.head.seq, report.head.outbox),
        (Seq(1), Seq(8), 13)
    );
    assert_eq!(report.head.hash.to_string(), HEAD);
}

#[test]
fn its_records_come_back_byte_for_byte() {
    let lines: Vec<_> = read(&fixture(), Seq(0)).map(Result::unwrap).collect();
    let places: Vec<_> = lines
        .iter()
        .map(|line| (line.seq.0, line.segment, line.header, line.outbox))
        .collect();
    assert_eq!(
        places,
        [
            (1, 1, true, 0),
            (2, 1, false, 0),
            (3, 1, false, 7),
            (4, 1, false, 7),
            (5, 1, false, 12),
            (6, 2, true, 12),
            (7, 2, false, 12),
            (8, 2, false, 13)
        ]
    );
    let records: Vec<_> = lines
        .iter()
        .filter(|line| !line.header)
        .map(|line| line.record.as_slice())
        .collect();
    assert_eq!(records, RECORDS.map(|(record, _)| record.as_bytes()));
}

#[test]
fn reading_can_begin_at_any_line() {
    for from in 0..=9 {
        let seqs: Vec<_> = read(&fixture(), Seq(from))
            .map(|line| line.unwrap().seq.0)
            .collect();
        assert_eq!(seqs, (from.max(1)..=8).collect::<Vec<_>>());
    }
}

#[test]
fn reading_from_the_second_segment_needs_no_first_one() {
    let dir = tempdir().unwrap();
    fs::copy(segment(&fixture(), 2), segment(dir.path(), 2)).unwrap();
    let seqs: Vec<_> = read(dir.path(), Seq(7)).map(|line| line.unwrap().seq.0).collect();
    assert_eq!(seqs, [7, 8]);
}

#[test]
fn the_writer_writes_the_same_bytes() {
    let dir = tempdir().unwrap();
    let clock = TestClock::at("2026-11-21T23:59:59Z");
    let (log, recovery) = AuditLog::open(dir.path(), clock.options()).unwrap();
    assert!(recovery.created);
    for (at, (record, outbox)) in RECORDS.into_iter().enumerate() {
        if at == 4 {
            clock.set("2026-11-22T00:00:00Z");
        }
        log.append_blocking(record.as_bytes(), outbox).unwrap();
    }
    for number in [1, 2] {
        let (ours, golden) = (segment(dir.path(), number), segment(&fixture(), number));
        assert_eq!(
            fs::read_to_string(ours).unwrap(),
            fs::read_to_string(golden).unwrap()
        );
    }
    assert_eq!(log.head().hash.to_string(), HEAD);
}

#[test]
fn a_log_goes_on_where_the_golden_one_ends() {
    let dir = tempdir().unwrap();
    for number in [1, 2] {
        fs::copy(segment(&fixture(), number), segment(dir.path(), number)).unwrap();
    }
    let clock = TestClock::at("2026-11-22T08:00:00Z");
    let (log, recovery) = AuditLog::open(dir.path(), clock.options()).unwrap();
    assert!(!recovery.created);
    assert_eq!(
        (recovery.head.seq, recovery.head.outbox, recovery.truncated_bytes),
        (Seq(8), 13, 0)
    );
    assert_eq!(log.append_blocking(b"{}", Some(14)), Ok(Seq(9)));
    assert_eq!(verify(dir.path()).unwrap().head, log.head());
}

#[test]
fn nothing_stands_before_the_first_line() {
    assert_eq!(
        Head::GENESIS,
        Head {
            seq: Seq(0),
            hash: Hash::ZERO,
            outbox: 0
        }
    );
    assert_eq!(Hash::ZERO.as_bytes(), &[0; 32]);
}

#[test]
fn a_kept_log_verifies_for_ever() {
    let dir = kept_fixture();
    assert_eq!(
        names(&dir),
        [
            "00000002.jsonl.gz",
            "00000003.jsonl.gz",
            "00000004.jsonl",
            "checkpoint.pub",
            "checkpoints.jsonl"
        ]
    );
    let report = whole(&dir);
    assert_eq!(
        (report.log, report.first, report.head.seq),
        (Some(LOG), Seq(4), Seq(13))
    );
    assert_eq!((report.statements, report.unvouched, report.segments), (5, 0, 3));
    assert_eq!(report.head.hash.to_string(), KEPT_HEAD);
    assert_eq!(
        outline(&dir),
        [
            (3, 1, "sealed"),
            (6, 2, "checkpoint"),
            (9, 3, "checkpoint"),
            (11, 4, "checkpoint"),
            (13, 4, "checkpoint")
        ]
    );
    for noted in statements(&dir) {
        let options = VerifyOptions {
            since: Some(Since::Checkpoint(noted)),
            key: Some(own_key()),
            ..VerifyOptions::default()
        };
        verify_with(&dir, &options).unwrap();
    }
    let mut reader = LineReader::open(&dir);
    let mut buffer = Vec::new();
    for line in read(&dir, Seq(0)).map(Result::unwrap) {
        let found = reader.line(line.segment, line.offset, &mut buffer).unwrap();
        assert_eq!((found.seq, found.record), (line.seq, &line.record[..]));
    }
}

#[test]
fn the_keeping_writes_the_same_statements() {
    let (ours, golden) = (make_kept(), kept_fixture());
    assert_eq!(names(ours.path()), names(&golden));
    let text = |dir: &Path| fs::read_to_string(checkpoints(dir)).unwrap();
    assert_eq!(text(ours.path()), text(&golden));
    let key = |dir: &Path| fs::read_to_string(dir.join("checkpoint.pub")).unwrap();
    assert_eq!(key(ours.path()), key(&golden));
}

#[test]
fn a_kept_log_goes_on_where_the_golden_one_ends() {
    let mut it = Kept::in_dir(
        copy(&kept_fixture()),
        KeepingOptions::default(),
        "2026-11-24T20:00:00Z",
    )
    .unwrap();
    it.next_day(&["5a"]);
    it.rounds();
    assert_eq!(whole(it.path()).head.seq, Seq(15));
}
