//! Failing closed: what was refused is not in the log, what was acknowledged is, and service comes back by itself.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use claviger_audit::{AppendError, AuditLog, Health, Options, Seq, verify};
use tempfile::{TempDir, tempdir};

use crate::disk::{Disk, Op};
use crate::support::{TestClock, open, options, record, records, segment, wait};

struct Setting {
    dir: TempDir,
    disk: Disk,
    log: AuditLog,
}

fn setting(options: Options) -> Setting {
    let dir = tempdir().unwrap();
    let disk = Disk::new(dir.path());
    let (log, _) = AuditLog::open_in(Box::new(disk.clone()), options).unwrap();
    Setting { dir, disk, log }
}

impl Setting {
    fn append(&self, text: &str) -> Result<Seq, AppendError> {
        self.log.append_blocking(&record(text), None)
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The log on disk is whole, ends at the head that callers see, and holds these records and no others.
    fn assert_holds(&self, expected: &[&str]) {
        let report = verify(self.path()).unwrap();
        assert_eq!((report.head, report.tail_bytes), (self.log.head(), 0));
        let expected: Vec<_> = expected
            .iter()
            .map(|text| String::from_utf8(record(text)).unwrap())
            .collect();
        assert_eq!(records(self.path()), expected);
    }
}

fn unavailable(kind: ErrorKind) -> Result<Seq, AppendError> {
    Err(AppendError::Unavailable { kind })
}

#[test]
fn a_failed_write_leaves_nothing_and_service_resumes() {
    for kind in [
        ErrorKind::StorageFull,
        ErrorKind::ReadOnlyFilesystem,
        ErrorKind::Other,
    ] {
        let it = setting(options());
        it.append("a").unwrap();
        it.disk.fail(Op::Write, kind);
        assert_eq!(it.append("b"), unavailable(kind));
        assert_eq!(it.append("c"), unavailable(kind));
        it.assert_holds(&["a"]);
        it.disk.heal();
        assert_eq!(it.append("d"), Ok(Seq(3)));
        it.assert_holds(&["a", "d"]);
    }
}

#[test]
fn a_disk_that_fills_up_in_the_middle_of_a_line_leaves_no_piece_of_it() {
    let it = setting(options());
    it.append("a").unwrap();
    for space in [1, 20, 100] {
        it.disk.leave_space(space);
        assert_eq!(it.append("b"), unavailable(ErrorKind::StorageFull));
        it.assert_holds(&["a"]);
    }
    it.disk.heal();
    it.append("c").unwrap();
    it.assert_holds(&["a", "c"]);
}

#[test]
fn a_failed_batch_fails_for_all_who_wait() {
    let it = setting(options());
    it.disk.close_gate();
    let first = it.log.append(&record("a"), None);
    it.disk.await_sync();
    let waiting: Vec<_> = (0..50)
        .map(|n| it.log.append(&record(&n.to_string()), None))
        .collect();
    it.disk.leave_space(3000);
    it.disk.open_gate();
    assert_eq!(wait(first), Ok(Seq(2)));
    for append in waiting {
        assert_eq!(wait(append), unavailable(ErrorKind::StorageFull));
    }
    it.assert_holds(&["a"]);
}

#[test]
fn short_writes_are_no_failures() {
    let it = setting(options());
    it.disk.take_portions(7);
    it.append("a").unwrap();
    it.disk.fail_times(Op::Write, ErrorKind::Interrupted, 3);
    it.append("b").unwrap();
    it.assert_holds(&["a", "b"]);
    assert!(it.disk.tried(Op::Write) > 20);
}

#[test]
fn a_failed_sync_is_not_tried_again_on_the_same_pages() {
    let it = setting(options());
    it.append("a").unwrap();
    // The disk of these tests loses the pages of a failed sync. Syncing again would succeed and save zeros.
    it.disk.fail_times(Op::Sync, ErrorKind::Other, 1);
    assert_eq!(it.append("b"), unavailable(ErrorKind::Other));
    it.assert_holds(&["a"]);
    assert_eq!(it.append("c"), Ok(Seq(3)));
    it.assert_holds(&["a", "c"]);
}

#[test]
fn while_the_tail_cannot_be_taken_back_every_append_fails() {
    for stubborn in [Op::Truncate, Op::Sync, Op::Open, Op::Read] {
        let it = setting(options());
        it.append("a").unwrap();
        it.disk.fail(stubborn, ErrorKind::PermissionDenied);
        // The write gets through, the sync does not, and neither does one step of the repair.
        it.disk.fail(Op::Sync, ErrorKind::Other);
        assert_eq!(
            it.append("b"),
            Err(AppendError::Uncertain {
                kind: ErrorKind::Other
            }),
            "{stubborn:?}"
        );
        for _ in 0..3 {
            let refused = it.append("c").unwrap_err();
            assert!(
                matches!(refused, AppendError::Unavailable { .. }),
                "{stubborn:?}: {refused:?}"
            );
        }
        it.disk.heal();
        assert_eq!(it.append("d"), Ok(Seq(3)));
        it.assert_holds(&["a", "d"]);
    }
}

#[test]
fn a_failed_write_whose_piece_cannot_be_cut_off_at_first_is_cut_off_later() {
    let it = setting(options());
    it.append("a").unwrap();
    it.disk.leave_space(30);
    it.disk.fail(Op::Truncate, ErrorKind::Other);
    assert_eq!(
        it.append("b"),
        Err(AppendError::Uncertain {
            kind: ErrorKind::StorageFull
        })
    );
    assert_eq!(verify(it.path()).unwrap().tail_bytes, 30);
    it.disk.heal();
    it.append("c").unwrap();
    it.assert_holds(&["a", "c"]);
}

#[test]
fn a_truncation_that_fails_once_is_repaired_at_once() {
    let it = setting(options());
    it.append("a").unwrap();
    it.disk.leave_space(30);
    it.disk.fail_times(Op::Truncate, ErrorKind::Other, 1);
    assert_eq!(it.append("b"), unavailable(ErrorKind::StorageFull));
    it.assert_holds(&["a"]);
}

#[test]
fn acknowledged_lines_that_a_failing_disk_spoiled_stop_the_log() {
    let it = setting(options());
    it.append("a").unwrap();
    let path = segment(it.path(), 1);
    let good = fs::read(&path).unwrap();
    let spoiled = String::from_utf8(good.clone())
        .unwrap()
        .replace("\"n\":\"a\"", "\"n\":\"b\"");
    fs::write(&path, spoiled).unwrap();
    it.disk.fail_times(Op::Sync, ErrorKind::Other, 1);
    assert_eq!(
        it.append("c"),
        Err(AppendError::Uncertain {
            kind: ErrorKind::Other
        })
    );
    assert_eq!(it.append("d"), unavailable(ErrorKind::InvalidData));
    // Only when the disk gives the right bytes again does the log go on.
    fs::write(&path, good).unwrap();
    it.append("e").unwrap();
    it.assert_holds(&["a", "e"]);
}

#[test]
fn acknowledged_lines_of_which_a_sector_is_gone_stop_the_log() {
    let it = setting(options());
    it.append(&"a".repeat(2000)).unwrap();
    let path = segment(it.path(), 1);
    let good = fs::read(&path).unwrap();
    let mut spoiled = good.clone();
    spoiled[1024..1536].fill(0);
    fs::write(&path, spoiled).unwrap();
    it.disk.fail_times(Op::Sync, ErrorKind::Other, 1);
    assert_eq!(
        it.append("b"),
        Err(AppendError::Uncertain {
            kind: ErrorKind::Other
        })
    );
    assert_eq!(it.append("c"), unavailable(ErrorKind::InvalidData));
    assert_eq!(fs::read(&path).unwrap()[..1024], good[..1024], "nothing is cut");
}

#[test]
fn a_log_that_lost_its_file_under_failure_stops() {
    let it = setting(options());
    it.append("a").unwrap();
    fs::remove_file(segment(it.path(), 1)).unwrap();
    it.disk.fail_times(Op::Sync, ErrorKind::Other, 1);
    assert_eq!(
        it.append("b"),
        Err(AppendError::Uncertain {
            kind: ErrorKind::Other
        })
    );
    assert_eq!(it.append("c"), unavailable(ErrorKind::NotFound));
}

#[test]
fn a_segment_that_cannot_be_begun_fails_the_batch_and_leaves_no_file() {
    let trouble: [(Op, u32); 4] = [(Op::Create, 1), (Op::Write, 1), (Op::Sync, 1), (Op::SyncDir, 1)];
    for (op, times) in trouble {
        let it = setting(Options {
            segment_bytes: 400,
            ..options()
        });
        it.append("a").unwrap();
        it.disk.fail_times(op, ErrorKind::StorageFull, times);
        assert_eq!(it.append("b"), unavailable(ErrorKind::StorageFull), "{op:?}");
        assert!(!segment(it.path(), 2).exists(), "{op:?}");
        it.assert_holds(&["a"]);
        assert_eq!(it.append("c"), Ok(Seq(4)), "{op:?}");
        it.assert_holds(&["a", "c"]);
    }
}

#[test]
fn a_header_that_does_not_fit_is_removed() {
    let it = setting(Options {
        segment_bytes: 400,
        ..options()
    });
    it.append("a").unwrap();
    for space in [0, 1, 200] {
        it.disk.leave_space(space);
        assert_eq!(it.append("b"), unavailable(ErrorKind::StorageFull));
        assert!(!segment(it.path(), 2).exists());
    }
    it.disk.heal();
    it.append("c").unwrap();
    it.assert_holds(&["a", "c"]);
}

#[test]
fn half_a_segment_that_cannot_be_removed_blocks_the_log_until_it_can() {
    for op in [Op::Write, Op::Sync, Op::SyncDir] {
        let clock = TestClock::at("2026-11-21T23:00:00Z");
        let it = setting(clock.options());
        it.append("a").unwrap();
        clock.set("2026-11-22T01:00:00Z");
        it.disk.fail(op, ErrorKind::Other);
        it.disk.fail(Op::Remove, ErrorKind::PermissionDenied);
        assert_eq!(it.append("b"), unavailable(ErrorKind::Other));
        assert!(segment(it.path(), 2).exists());
        // Even if nothing asks for a new segment any more, the old one must not grow beside the half one.
        clock.set("2026-11-21T23:30:00Z");
        assert_eq!(it.append("c"), unavailable(ErrorKind::PermissionDenied));
        it.disk.heal();
        assert_eq!(it.append("d"), Ok(Seq(3)));
        it.assert_holds(&["a", "d"]);
        clock.set("2026-11-22T01:00:00Z");
        assert_eq!(it.append("e"), Ok(Seq(5)));
        it.assert_holds(&["a", "d", "e"]);
    }
}

#[test]
fn half_a_segment_is_gone_only_when_the_folder_says_so() {
    let clock = TestClock::at("2026-11-21T23:00:00Z");
    let it = setting(clock.options());
    it.append("a").unwrap();
    clock.set("2026-11-22T01:00:00Z");
    it.disk.fail(Op::SyncDir, ErrorKind::Other);
    assert_eq!(it.append("b"), unavailable(ErrorKind::Other));
    clock.set("2026-11-21T23:30:00Z");
    // Power lost now could bring the half segment back, beside lines that the first one has got meanwhile.
    assert_eq!(it.append("c"), unavailable(ErrorKind::Other));
    it.disk.heal();
    it.append("d").unwrap();
    it.assert_holds(&["a", "d"]);
}

#[test]
fn health_tells_since_when_and_why() {
    let clock = TestClock::at("2026-11-21T10:00:00Z");
    let it = setting(clock.options());
    assert_eq!(it.log.health(), Health::Healthy);
    it.disk.fail(Op::Write, ErrorKind::StorageFull);
    it.append("a").unwrap_err();
    let since = "2026-11-21T10:00:00Z".parse().unwrap();
    assert_eq!(
        it.log.health(),
        Health::Failing {
            since,
            kind: ErrorKind::StorageFull
        }
    );
    clock.set("2026-11-21T11:00:00Z");
    it.disk.fail(Op::Write, ErrorKind::ReadOnlyFilesystem);
    it.append("b").unwrap_err();
    assert_eq!(
        it.log.health(),
        Health::Failing {
            since,
            kind: ErrorKind::ReadOnlyFilesystem
        }
    );
    it.disk.heal();
    it.append("c").unwrap();
    assert_eq!(it.log.health(), Health::Healthy);
}

#[test]
fn the_outbox_mark_does_not_pass_what_was_refused() {
    let it = setting(options());
    let append = |number: u64| it.log.append_blocking(&record(&number.to_string()), Some(number));
    append(1).unwrap();
    it.disk.fail_times(Op::Write, ErrorKind::StorageFull, 1);
    assert_eq!(append(4), unavailable(ErrorKind::StorageFull));
    // Whoever sent 6 along without waiting for 4 must not move the mark over 4.
    assert_eq!(
        append(6),
        Err(AppendError::OutboxGap {
            number: 6,
            missing: 4
        })
    );
    it.append("no outbox").unwrap();
    append(3).unwrap();
    assert_eq!(
        append(6),
        Err(AppendError::OutboxGap {
            number: 6,
            missing: 4
        })
    );
    append(4).unwrap();
    append(6).unwrap();
    it.assert_holds(&["1", "no outbox", "3", "4", "6"]);
    assert_eq!(it.log.head().outbox, 6);
}

#[test]
fn refused_outbox_records_can_come_again_in_one_batch() {
    let it = setting(options());
    let append = |number: u64| it.log.append(&record(&number.to_string()), Some(number));
    it.disk.close_gate();
    let first = append(1);
    it.disk.await_sync();
    let refused = [2, 3, 4].map(append);
    it.disk.fail_times(Op::Sync, ErrorKind::Other, 1);
    it.disk.open_gate();
    wait(first).unwrap();
    for append in refused {
        assert_eq!(wait(append), unavailable(ErrorKind::Other));
    }
    for again in [2, 3, 4, 5].map(append) {
        wait(again).unwrap();
    }
    it.assert_holds(&["1", "2", "3", "4", "5"]);
}

#[test]
fn closing_a_failing_log_answers_all_and_leaves_it_whole() {
    let it = setting(options());
    it.append("a").unwrap();
    it.disk.fail(Op::Write, ErrorKind::StorageFull);
    let waiting: Vec<_> = (0..20)
        .map(|n| it.log.append(&record(&n.to_string()), None))
        .collect();
    it.log.close();
    for append in waiting {
        assert_eq!(wait(append), unavailable(ErrorKind::StorageFull));
    }
    it.assert_holds(&["a"]);
    let (log, recovery) = open(it.path());
    assert_eq!((recovery.truncated_bytes, recovery.head), (0, it.log.head()));
    log.append_blocking(&record("b"), None).unwrap();
}

#[test]
fn closing_takes_the_last_chance_to_clean_up() {
    let it = setting(options());
    it.append("a").unwrap();
    it.disk.leave_space(30);
    // Once when the batch is taken back, once in the repair, and then no more.
    it.disk.fail_times(Op::Truncate, ErrorKind::Other, 2);
    assert_eq!(
        it.append("b"),
        Err(AppendError::Uncertain {
            kind: ErrorKind::StorageFull
        })
    );
    it.log.close();
    it.assert_holds(&["a"]);
}

#[test]
fn a_log_that_cannot_be_made_says_so() {
    for op in [Op::Create, Op::Write, Op::Sync, Op::SyncDir] {
        let dir = tempdir().unwrap();
        let disk = Disk::new(dir.path());
        disk.fail(op, ErrorKind::StorageFull);
        let error = AuditLog::open_in(Box::new(disk.clone()), options()).unwrap_err();
        let path = segment(dir.path(), 1);
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        disk.heal();
        let (log, _) = AuditLog::open_in(Box::new(disk), options()).unwrap();
        log.append_blocking(&record("a"), None).unwrap();
        verify(dir.path()).unwrap();
    }
}

#[test]
fn the_last_bytes_of_a_disk_are_for_records_and_not_for_room() {
    let it = setting(Options {
        busy_after: 0,
        ..options()
    });
    it.disk.leave_space(300);
    it.append("a").unwrap();
    it.append("b").unwrap();
    it.assert_holds(&["a", "b"]);
    it.disk.heal();
    it.append("c").unwrap();
    it.assert_holds(&["a", "b", "c"]);
    assert!(fs::metadata(segment(it.path(), 1)).unwrap().len() > 60_000);
}
