//! What is left after a crash: whole lines stay, torn ones go, damage is refused.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use claviger_audit::{AuditLog, BadLine, Fault, MAX_BATCH, OpenError, Options, Recovery, Seq, verify};
use tempfile::{TempDir, tempdir};

use crate::disk::Disk;
use crate::support::{Forge, TestClock, open, options, record, records, segment};

/// A log with these records in one segment, and its bytes.
fn written(texts: &[&str]) -> (TempDir, Vec<u8>) {
    let dir = tempdir().unwrap();
    let (log, _) = open(dir.path());
    for text in texts {
        log.append_blocking(&record(text), None).unwrap();
    }
    drop(log);
    let bytes = fs::read(segment(dir.path(), 1)).unwrap();
    (dir, bytes)
}

/// Puts these bytes in place of the first segment and opens the log, which must then go on and verify.
fn reopen(dir: &Path, bytes: &[u8]) -> Recovery {
    fs::write(segment(dir, 1), bytes).unwrap();
    let (log, recovery) = open(dir);
    let report = verify(dir).unwrap();
    assert_eq!((report.head, report.tail_bytes), (recovery.head, 0));
    let next = Seq(recovery.head.seq.0 + 1);
    assert_eq!(log.append_blocking(&record("next"), None), Ok(next));
    assert_eq!(verify(dir).unwrap().head.seq, next);
    recovery
}

fn damage(dir: &Path) -> BadLine {
    match AuditLog::open(dir, options()) {
        Err(OpenError::Damaged(bad)) => bad,
        other => panic!("expected damage, got {other:?}"),
    }
}

fn line_ends(bytes: &[u8]) -> Vec<usize> {
    (1..=bytes.len()).filter(|end| bytes[end - 1] == b'\n').collect()
}

#[test]
fn every_prefix_of_the_last_batch_is_recovered() {
    let (dir, bytes) = written(&["acknowledged", "batch 1", "batch 2", "batch 3"]);
    let ends = line_ends(&bytes);
    for cut in ends[1]..=bytes.len() {
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let recovery = reopen(dir.path(), &bytes[..cut]);
        assert_eq!(recovery.head.seq, Seq(whole as u64), "cut at {cut}");
        assert_eq!(
            recovery.truncated_bytes,
            (cut - ends[whole - 1]) as u64,
            "cut at {cut}"
        );
        assert!(!recovery.created);
        assert_eq!(records(dir.path()).len(), whole);
    }
}

#[test]
fn zeros_at_the_end_are_torn_off() {
    let (dir, bytes) = written(&["a", "b"]);
    let end = line_ends(&bytes)[1];
    for zeros in [1, 511, 512, 4096, 70_000, 3 * MAX_BATCH] {
        for cut in [bytes.len(), end + 40, bytes.len() - 1, end] {
            let mut torn = bytes[..cut].to_vec();
            torn.resize(cut + zeros, 0);
            let recovery = reopen(dir.path(), &torn);
            let (seq, kept) = if cut == bytes.len() {
                (3, bytes.len())
            } else {
                (2, end)
            };
            // The zeros are room for lines to come, or a batch that nobody was told of.
            assert_eq!(
                (recovery.head.seq, recovery.truncated_bytes),
                (Seq(seq), (cut - kept) as u64)
            );
        }
    }
}

#[test]
fn sectors_that_came_out_of_order_leave_a_hole_that_is_torn_off() {
    let long = "x".repeat(2000);
    let (dir, bytes) = written(&["acknowledged", "in the batch", &long, "after the hole"]);
    let ends = line_ends(&bytes);
    let sector = |at: usize| at.div_ceil(512) * 512;
    // One hole in the long line; one from the durable end to the next sector; one over several lines.
    let holes = [
        (sector(ends[2]), sector(ends[2]) + 512, 2),
        (ends[1], sector(ends[1] + 1), 1),
        (ends[1], sector(ends[2]), 1),
    ];
    for (start, end, good) in holes {
        let mut torn = bytes.clone();
        torn[start..end].fill(0);
        let recovery = reopen(dir.path(), &torn);
        assert_eq!(recovery.head.seq, Seq(good as u64 + 1));
        assert_eq!(recovery.truncated_bytes, (bytes.len() - ends[good]) as u64);
    }
    let mut damaged = bytes.clone();
    damaged[ends[2] + 300] = 0;
    fs::write(segment(dir.path(), 1), damaged).unwrap();
    let bad = damage(dir.path());
    assert_eq!(
        (bad.line, bad.fault),
        (4, Fault::Hash),
        "one zeroed byte is no hole"
    );
}

#[test]
fn a_changed_line_near_the_end_is_damage_and_stays() {
    let (dir, bytes) = written(&["a", "b", "c"]);
    let path = segment(dir.path(), 1);
    let ends = line_ends(&bytes);
    for line in 0..ends.len() {
        let start = if line == 0 { 0 } else { ends[line - 1] };
        for at in start..ends[line] - 1 {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            fs::write(&path, &bad).unwrap();
            let found = damage(dir.path());
            assert_eq!(
                (found.file, found.line, found.offset),
                (path.clone(), line as u64 + 1, start as u64)
            );
            assert_eq!(fs::read(&path).unwrap(), bad, "nothing may be cut");
        }
    }
}

#[test]
fn the_last_line_is_never_cut_for_a_wrong_hash() {
    let (dir, bytes) = written(&["a", "b"]);
    let bad = String::from_utf8(bytes)
        .unwrap()
        .replace("\"n\":\"b\"", "\"n\":\"c\"");
    fs::write(segment(dir.path(), 1), bad).unwrap();
    let found = damage(dir.path());
    assert_eq!((found.line, found.fault), (3, Fault::Hash));
}

#[test]
fn a_torn_first_header_makes_a_new_log() {
    let (_, bytes) = written(&[]);
    for cut in 0..bytes.len() {
        for zeros in [0, 100, 5000] {
            let dir = tempdir().unwrap();
            let mut torn = bytes[..cut].to_vec();
            torn.resize(cut + zeros, 0);
            fs::write(segment(dir.path(), 1), torn).unwrap();
            let (log, recovery) = open(dir.path());
            assert_eq!((recovery.created, recovery.removed_segment), (true, Some(1)));
            assert_eq!(log.append_blocking(&record("a"), None), Ok(Seq(2)));
            verify(dir.path()).unwrap();
        }
    }
}

#[test]
fn a_torn_later_header_is_removed_and_the_log_goes_on_before_it() {
    let dir = tempdir().unwrap();
    let clock = TestClock::at("2026-11-21T08:00:00Z");
    let (log, _) = AuditLog::open(dir.path(), clock.options()).unwrap();
    log.append_blocking(&record("a"), Some(4)).unwrap();
    let first = fs::read(segment(dir.path(), 1)).unwrap();
    clock.set("2026-11-22T08:00:00Z");
    log.append_blocking(&record("b"), None).unwrap();
    drop(log);
    let second = fs::read(segment(dir.path(), 2)).unwrap();
    for cut in 0..line_ends(&second)[0] {
        fs::write(segment(dir.path(), 1), &first).unwrap();
        fs::write(segment(dir.path(), 2), &second[..cut]).unwrap();
        let (log, recovery) = AuditLog::open(dir.path(), clock.options()).unwrap();
        assert_eq!(
            (recovery.removed_segment, recovery.head.seq, recovery.head.outbox),
            (Some(2), Seq(2), 4)
        );
        assert_eq!(
            log.append_blocking(&record("c"), None),
            Ok(Seq(4)),
            "after a new header"
        );
        assert_eq!(verify(dir.path()).unwrap().segments, 2);
    }
    // A header without records is a good end.
    fs::write(segment(dir.path(), 1), &first).unwrap();
    fs::write(segment(dir.path(), 2), &second[..line_ends(&second)[0]]).unwrap();
    let (_, recovery) = AuditLog::open(dir.path(), clock.options()).unwrap();
    assert_eq!((recovery.removed_segment, recovery.head.seq), (None, Seq(3)));
}

#[test]
fn a_torn_header_in_a_place_where_none_can_be_is_damage() {
    let (dir, _) = written(&["a"]);
    fs::write(segment(dir.path(), 3), "{\"seq\":").unwrap();
    let bad = damage(dir.path());
    assert_eq!((bad.file, bad.fault), (segment(dir.path(), 3), Fault::Torn));
    assert!(segment(dir.path(), 3).exists());

    fs::write(segment(dir.path(), 2), "").unwrap();
    let bad = damage(dir.path());
    assert_eq!((bad.file, bad.fault), (segment(dir.path(), 2), Fault::Torn));
}

#[test]
fn a_file_that_is_no_segment_is_damage() {
    let dir = tempdir().unwrap();
    fs::write(segment(dir.path(), 1), "x".repeat(1000)).unwrap();
    assert_eq!(damage(dir.path()).fault, Fault::Header);
    fs::write(segment(dir.path(), 1), "not a line\n").unwrap();
    assert_eq!(damage(dir.path()).fault, Fault::Shape);
    let (other, bytes) = written(&["a"]);
    fs::remove_file(segment(other.path(), 1)).unwrap();
    fs::write(segment(other.path(), 2), bytes).unwrap();
    assert_eq!(damage(other.path()).fault, Fault::Segment { found: 1 });
}

#[test]
fn lines_that_a_dead_process_left_in_the_cache_are_made_durable() {
    let dir = tempdir().unwrap();
    let clock = TestClock::at("2026-11-21T08:00:00Z");
    let disk = Disk::new(dir.path());
    let (log, _) = AuditLog::open_in(Box::new(disk.clone()), clock.options()).unwrap();
    log.append_blocking(&record("a"), None).unwrap();
    // The write gets through, and the process dies before the sync.
    disk.die_after(1);
    log.append_blocking(&record("b"), None).unwrap_err();
    log.close();
    let disk = disk.after_the_process();
    let (log, recovery) = AuditLog::open_in(Box::new(disk.clone()), clock.options()).unwrap();
    assert_eq!(recovery.head.seq, Seq(3));
    // What follows goes to another file, whose sync does nothing for the first one.
    clock.set("2026-11-22T08:00:00Z");
    log.append_blocking(&record("c"), None).unwrap();
    disk.cut_power(|_| 0);
    log.close();
    assert_eq!(verify(dir.path()).unwrap().head.seq, Seq(5));
    assert_eq!(records(dir.path()).len(), 3);
}

#[test]
fn a_header_inside_a_segment_is_damage() {
    let dir = tempdir().unwrap();
    let mut log = Forge::new();
    let header = log.header(1);
    log.line(1, 0, &header).line(2, 0, &header);
    log.save(dir.path(), 1);
    let bad = damage(dir.path());
    assert_eq!((bad.line, bad.fault), (2, Fault::Misplaced));
}

/// A segment several times as long as what recovery looks at.
fn long_segment() -> (TempDir, Vec<u8>) {
    let large = "x".repeat(200_000);
    let texts: Vec<&str> = (0..30).map(|_| large.as_str()).chain(["last"]).collect();
    written(&texts)
}

#[test]
fn recovery_reads_only_the_end_of_a_long_segment() {
    let (dir, _) = long_segment();
    let disk = Disk::new(dir.path());
    let (log, recovery) = AuditLog::open_in(Box::new(disk.clone()), options()).unwrap();
    assert_eq!((recovery.head.seq, recovery.truncated_bytes), (Seq(32), 0));
    assert!(disk.read_bytes() < 2 << 20, "{} bytes", disk.read_bytes());
    log.append_blocking(&record("next"), None).unwrap();
    assert_eq!(verify(dir.path()).unwrap().head.seq, Seq(33));
}

#[test]
fn the_end_of_a_long_segment_is_recovered() {
    let (dir, bytes) = long_segment();
    let ends = line_ends(&bytes);
    for lost in [1, 100, 1000, 200_000, 500_000] {
        let cut = bytes.len() - lost;
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let recovery = reopen(dir.path(), &bytes[..cut]);
        assert_eq!(recovery.head.seq, Seq(whole as u64));
        assert_eq!(recovery.truncated_bytes, (cut - ends[whole - 1]) as u64);
    }
    // A hole so long that what follows it is longer than a line can be.
    let start = ends[26].div_ceil(512) * 512;
    let mut torn = bytes.clone();
    torn[start..start + 1024 * 400].fill(0);
    let recovery = reopen(dir.path(), &torn);
    assert_eq!(recovery.head.seq, Seq(27));
}

#[test]
fn damage_near_the_end_of_a_long_segment_is_found_and_further_back_left_to_the_verifier() {
    let (dir, bytes) = long_segment();
    let ends = line_ends(&bytes);
    let path = segment(dir.path(), 1);
    let mut bad = bytes.clone();
    bad[ends[28] + 100] ^= 1;
    fs::write(&path, &bad).unwrap();
    let found = damage(dir.path());
    assert_eq!(
        (found.line, found.offset, found.fault),
        (30, ends[28] as u64, Fault::Hash)
    );

    let mut bad = bytes;
    bad[ends[3] + 100] ^= 1;
    fs::write(&path, &bad).unwrap();
    open(dir.path());
    assert!(verify(dir.path()).is_err());
}

#[test]
fn the_verifier_sees_a_torn_end_as_a_tail() {
    let (dir, bytes) = written(&["a", "b"]);
    let ends = line_ends(&bytes);
    for cut in 0..=bytes.len() {
        fs::write(segment(dir.path(), 1), &bytes[..cut]).unwrap();
        let report = verify(dir.path()).unwrap();
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let kept = if whole == 0 { 0 } else { ends[whole - 1] };
        assert_eq!(
            (report.head.seq, report.tail_bytes),
            (Seq(whole as u64), (cut - kept) as u64)
        );
        assert_eq!(report.log.is_some(), whole > 0);
    }
}

#[test]
fn verifying_beside_a_writer_finds_nothing_wrong() {
    let dir = tempdir().unwrap();
    let small = Options {
        segment_bytes: 20_000,
        ..options()
    };
    let (log, _) = AuditLog::open_in(Box::new(Disk::new(dir.path())), small).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..2000 {
                log.append_blocking(&record(&n.to_string()), None).unwrap();
            }
        });
        let mut seen = Seq(0);
        while !writer.is_finished() {
            let report = verify(dir.path()).unwrap();
            assert!(report.head.seq >= seen);
            seen = report.head.seq;
        }
    });
    assert_eq!(verify(dir.path()).unwrap().records, 2000);
}

/// A batch fills the room behind the last line piece by piece.
#[test]
fn verifying_beside_a_busy_writer_finds_nothing_wrong() {
    let dir = tempdir().unwrap();
    let busy = Options {
        busy_after: 0,
        reserve_bytes: 1 << 20,
        ..options()
    };
    let (log, _) = AuditLog::open(dir.path(), busy).unwrap();
    let done = AtomicBool::new(false);
    let folder = dir.path().to_owned();
    std::thread::scope(|scope| {
        let looker = scope.spawn(|| {
            let mut seen = Seq(0);
            while !done.load(Ordering::Relaxed) {
                let report = verify(&folder).unwrap();
                assert!(report.head.seq >= seen);
                seen = report.head.seq;
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let text = record(&"x".repeat(8000));
            for _ in 0..60 {
                let batch: Vec<_> = (0..60).map(|_| log.append(&text, None)).collect();
                for append in batch {
                    append.await.unwrap();
                }
            }
        });
        done.store(true, Ordering::Relaxed);
        looker.join().unwrap();
    });
    assert_eq!(verify(&folder).unwrap().records, 3600);
}

#[test]
fn a_busy_log_has_room_behind_its_lines_that_no_reader_and_no_crash_minds() {
    let dir = tempdir().unwrap();
    let (log, _) = AuditLog::open(dir.path(), options()).unwrap();
    let mut expected = Vec::new();
    for n in 0..100 {
        let text = format!("record {n}");
        log.append_blocking(&record(&text), None).unwrap();
        expected.push(String::from_utf8(record(&text)).unwrap());
    }
    let busy = fs::read(segment(dir.path(), 1)).unwrap();
    assert!(busy.ends_with(&[0; 4096]), "{} bytes", busy.len());
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.records, report.tail_bytes), (100, 0));
    assert_eq!(records(dir.path()), expected);
    log.close();
    assert!(fs::read(segment(dir.path(), 1)).unwrap().ends_with(b"}\n"));

    let recovery = reopen(dir.path(), &busy);
    assert_eq!((recovery.head.seq, recovery.truncated_bytes), (Seq(101), 0));
    expected.push(String::from_utf8(record("next")).unwrap());
    assert_eq!(records(dir.path()), expected);
}

#[test]
fn no_room_is_left_behind_a_segment_that_is_full() {
    let dir = tempdir().unwrap();
    let small = Options {
        segment_bytes: 4096,
        ..options()
    };
    let (log, _) = AuditLog::open(dir.path(), small).unwrap();
    for n in 0..200 {
        log.append_blocking(&record(&format!("{n}")), None).unwrap();
    }
    log.close();
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.records, report.tail_bytes), (200, 0));
    assert!(report.segments > 3, "{} segments", report.segments);
    for number in 1..=u32::try_from(report.segments).unwrap() {
        assert!(fs::read(segment(dir.path(), number)).unwrap().ends_with(b"}\n"));
    }
}
