//! Segments end by size and by day.

use std::fs;

use claviger_audit::{AuditLog, Options, Seq, verify};
use tempfile::tempdir;

use crate::support::{TestClock, record, segment};

fn segments(dir: &std::path::Path) -> u64 {
    let report = verify(dir).unwrap();
    assert_eq!(report.tail_bytes, 0);
    report.segments
}

#[test]
fn a_segment_ends_when_it_has_passed_its_size() {
    let dir = tempdir().unwrap();
    let clock = TestClock::at("2026-11-21T12:00:00Z");
    let (log, _) = AuditLog::open(
        dir.path(),
        Options {
            segment_bytes: 1000,
            ..clock.options()
        },
    )
    .unwrap();
    for n in 0..40 {
        log.append_blocking(&record(&n.to_string()), None).unwrap();
    }
    drop(log);
    let report = verify(dir.path()).unwrap();
    assert_eq!(report.records, 40);
    assert_eq!(report.head.seq, Seq(40 + report.segments));
    for number in 1..report.segments {
        let size = fs::metadata(segment(dir.path(), u32::try_from(number).unwrap()))
            .unwrap()
            .len();
        assert!((1000..1300).contains(&size), "segment {number} has {size} bytes");
    }
    assert!(report.segments > 3);
}

#[test]
fn a_segment_ends_with_the_day_in_utc() {
    let dir = tempdir().unwrap();
    let clock = TestClock::at("2026-11-21T00:00:00Z");
    let (log, _) = AuditLog::open(dir.path(), clock.options()).unwrap();
    let append = |time: &str| {
        clock.set(time);
        log.append_blocking(&record(time), None).unwrap();
        segments(dir.path())
    };
    assert_eq!(append("2026-11-21T23:59:59.999999999Z"), 1);
    assert_eq!(append("2026-11-22T00:00:00Z"), 2);
    assert_eq!(append("2026-11-22T13:00:00Z"), 2);
    assert_eq!(append("2026-12-01T01:00:00Z"), 3);
    // A clock that is set back ends no segment, and neither does its way forward to where it was.
    assert_eq!(append("2026-11-30T01:00:00Z"), 3);
    assert_eq!(append("2026-12-01T02:00:00Z"), 3);
    assert_eq!(append("2026-12-02T02:00:00Z"), 4);
}

#[test]
fn the_day_of_a_segment_outlives_the_process() {
    let dir = tempdir().unwrap();
    let clock = TestClock::at("2026-11-21T08:00:00Z");
    for (time, expected) in [
        ("2026-11-21T08:00:00Z", 1),
        ("2026-11-21T20:00:00Z", 1),
        ("2026-11-22T00:00:01Z", 2),
        ("2026-11-22T09:00:00Z", 2),
    ] {
        clock.set(time);
        let (log, recovery) = AuditLog::open(dir.path(), clock.options()).unwrap();
        assert_eq!(recovery.truncated_bytes, 0);
        log.append_blocking(&record(time), None).unwrap();
        assert_eq!(segments(dir.path()), expected);
    }
}

#[test]
fn a_day_without_records_leaves_no_segment() {
    let dir = tempdir().unwrap();
    let clock = TestClock::at("2026-11-21T08:00:00Z");
    for time in [
        "2026-11-21T08:00:00Z",
        "2026-11-22T08:00:00Z",
        "2026-11-23T08:00:00Z",
    ] {
        clock.set(time);
        AuditLog::open(dir.path(), clock.options()).unwrap();
    }
    assert_eq!(segments(dir.path()), 1);
}

#[test]
fn days_do_not_run_backwards_in_the_log() {
    let dir = tempdir().unwrap();
    let clock = TestClock::at("2026-11-22T00:00:00Z");
    let options = Options {
        segment_bytes: 1,
        ..clock.options()
    };
    let (log, _) = AuditLog::open(dir.path(), options).unwrap();
    clock.set("2026-11-21T23:00:00Z");
    log.append_blocking(&record("a"), None).unwrap();
    let text = fs::read_to_string(segment(dir.path(), 2)).unwrap();
    assert!(
        text.lines().next().unwrap().contains("\"day\":\"2026-11-22\""),
        "{text}"
    );
}
