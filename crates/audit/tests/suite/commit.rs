//! Appending on a good disk: group commit, order, limits, closing.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::{future::Future as _, pin::pin};

use claviger_audit::{
    AppendError, AuditLog, Clock, Health, MAX_BATCH, MAX_RECORD, OpenError, Options, RecordFault, Seq, verify,
};
use tempfile::tempdir;

use crate::disk::{Disk, Op};
use crate::support::{LOG, open, options, record, records, wait};

#[test]
fn one_sync_serves_all_who_wait() {
    let dir = tempdir().unwrap();
    let disk = Disk::new(dir.path());
    let (log, _) = AuditLog::open_in(Box::new(disk.clone()), options()).unwrap();
    let before = disk.tried(Op::Sync);
    disk.close_gate();
    let first = log.append(&record("first"), None);
    disk.await_sync();
    let waiting: Vec<_> = (0..500)
        .map(|n| log.append(&record(&n.to_string()), None))
        .collect();
    disk.open_gate();
    assert_eq!(wait(first), Ok(Seq(2)));
    for (seq, append) in (3..).zip(waiting) {
        assert_eq!(wait(append), Ok(Seq(seq)));
    }
    assert_eq!(disk.tried(Op::Sync) - before, 2);
    assert_eq!(
        disk.tried(Op::Write),
        3,
        "the header, the first record, all the others"
    );
    assert_eq!(verify(dir.path()).unwrap().records, 501);
}

#[test]
fn nothing_is_acknowledged_before_the_sync() {
    let dir = tempdir().unwrap();
    let disk = Disk::new(dir.path());
    let (log, _) = AuditLog::open_in(Box::new(disk.clone()), options()).unwrap();
    let head = log.head();
    disk.close_gate();
    let mut append = pin!(log.append(&record("a"), None));
    disk.await_sync();
    assert_eq!(verify(dir.path()).unwrap().records, 1, "written, but not durable");
    assert_eq!(
        append.as_mut().poll(&mut Context::from_waker(Waker::noop())),
        Poll::Pending
    );
    assert_eq!(log.head(), head);
    disk.open_gate();
    assert_eq!(wait(append), Ok(Seq(2)));
    assert_eq!(log.head().seq, Seq(2));
}

#[test]
fn many_threads_get_different_numbers_and_nothing_is_lost() {
    let dir = tempdir().unwrap();
    let (log, _) = open(dir.path());
    let seqs: Vec<u64> = thread::scope(|scope| {
        let append = |thread: u32| {
            let log = &log;
            move || {
                (0..50)
                    .map(|n| {
                        wait(log.append(&record(&format!("{thread}/{n}")), None))
                            .unwrap()
                            .0
                    })
                    .collect()
            }
        };
        let threads: Vec<_> = (0..8).map(|thread| scope.spawn(append(thread))).collect();
        threads
            .into_iter()
            .flat_map(|thread| -> Vec<u64> { thread.join().unwrap() })
            .collect()
    });
    assert_eq!(seqs.iter().copied().collect::<BTreeSet<_>>(), (2..402).collect());
    let kept: BTreeSet<_> = records(dir.path()).into_iter().collect();
    let made = (0..8).flat_map(|thread| (0..50).map(move |n| record(&format!("{thread}/{n}"))));
    assert_eq!(
        kept,
        made.map(|record| String::from_utf8(record).unwrap()).collect()
    );
}

#[test]
fn records_that_would_break_the_format_are_refused() {
    let dir = tempdir().unwrap();
    let (log, _) = open(dir.path());
    let longest = format!("{{\"a\":\"{}\"}}", "b".repeat(MAX_RECORD - 8)).into_bytes();
    let cases: [(&[u8], RecordFault); 11] = [
        (b"", RecordFault::NotAnObject),
        (b"{", RecordFault::NotAnObject),
        (b"[]", RecordFault::NotAnObject),
        (b" {}", RecordFault::NotAnObject),
        (b"{} ", RecordFault::NotAnObject),
        (b"{\n}", RecordFault::ControlByte),
        (b"{\"a\":\"\0\"}", RecordFault::ControlByte),
        (b"{\"kind\":\"segment\",\"format\":1}", RecordFault::Reserved),
        (b"{\"kind\":\"checkpoint\"}", RecordFault::Reserved),
        (b"{\"kind\":\"sealed\"}", RecordFault::Reserved),
        (&[&longest[..], b"}"].concat(), RecordFault::TooLong),
    ];
    for (bad, fault) in cases {
        assert_eq!(log.append_blocking(bad, None), Err(AppendError::Record(fault)));
        assert_eq!(wait(log.append(bad, None)), Err(AppendError::Record(fault)));
    }
    assert_eq!(longest.len(), MAX_RECORD);
    assert_eq!(log.append_blocking(&longest, None), Ok(Seq(2)));
    assert_eq!(log.append_blocking(b"{\"kind\":\"call\"}", None), Ok(Seq(3)));
    assert_eq!(log.health(), Health::Healthy);
    assert_eq!(verify(dir.path()).unwrap().records, 2);
}

#[test]
fn a_full_queue_refuses_and_recovers() {
    let dir = tempdir().unwrap();
    let disk = Disk::new(dir.path());
    let bound = Options {
        pending_bytes: 10 * record("0").len(),
        ..options()
    };
    let (log, _) = AuditLog::open_in(Box::new(disk.clone()), bound).unwrap();
    disk.close_gate();
    let mut waiting = vec![log.append(&record("0"), None)];
    disk.await_sync();
    // What is being written counts, too.
    waiting.extend((1..10).map(|n| log.append(&record(&n.to_string()), None)));
    assert_eq!(
        log.append_blocking(&record("x"), None),
        Err(AppendError::Overloaded)
    );
    disk.open_gate();
    for append in waiting {
        wait(append).unwrap();
    }
    assert_eq!(log.append_blocking(&record("y"), None), Ok(Seq(12)));
    assert!(!records(dir.path()).contains(&"{\"n\":\"x\"}".to_owned()));
}

#[test]
fn a_backlog_is_written_in_bounded_batches() {
    let dir = tempdir().unwrap();
    let disk = Disk::new(dir.path());
    let (log, _) = AuditLog::open_in(Box::new(disk.clone()), options()).unwrap();
    let before = disk.tried(Op::Sync);
    disk.close_gate();
    let first = log.append(&record("first"), None);
    disk.await_sync();
    let large = "x".repeat(MAX_BATCH / 8);
    let waiting: Vec<_> = (0..20).map(|_| log.append(&record(&large), None)).collect();
    disk.open_gate();
    wait(first).unwrap();
    assert!(waiting.into_iter().all(|append| wait(append).is_ok()));
    assert_eq!(
        disk.tried(Op::Sync) - before,
        4,
        "the first record, and 20 of which 7 fit at a time"
    );
}

#[test]
fn a_caller_that_goes_away_leaves_its_record() {
    let dir = tempdir().unwrap();
    let (log, _) = open(dir.path());
    drop(log.append(&record("gone"), None));
    log.append_blocking(&record("next"), None).unwrap();
    assert_eq!(records(dir.path()), ["{\"n\":\"gone\"}", "{\"n\":\"next\"}"]);
}

#[test]
fn closing_writes_what_waits_and_refuses_what_comes_later() {
    let dir = tempdir().unwrap();
    let (log, _) = open(dir.path());
    let waiting: Vec<_> = (0..100)
        .map(|n| log.append(&record(&n.to_string()), None))
        .collect();
    log.close();
    log.close();
    assert_eq!(
        log.append_blocking(&record("late"), None),
        Err(AppendError::Closed)
    );
    assert_eq!(wait(log.append(&record("late"), None)), Err(AppendError::Closed));
    assert!(waiting.into_iter().all(|append| wait(append).is_ok()));
    assert_eq!(verify(dir.path()).unwrap().head, log.head());
    assert_eq!(records(dir.path()).len(), 100);
}

#[test]
fn dropping_the_log_is_closing_it() {
    let dir = tempdir().unwrap();
    let (log, _) = open(dir.path());
    let waiting: Vec<_> = (0..100)
        .map(|n| log.append(&record(&n.to_string()), None))
        .collect();
    drop(log);
    assert_eq!(records(dir.path()).len(), 100);
    assert!(waiting.into_iter().all(|append| wait(append).is_ok()));
}

#[test]
fn only_one_log_can_write_to_a_folder() {
    let dir = tempdir().unwrap();
    let (log, _) = open(dir.path());
    let second = AuditLog::open(dir.path(), options()).unwrap_err();
    assert!(
        matches!(&second, OpenError::Locked { folder } if folder == dir.path()),
        "{second:?}"
    );
    log.append_blocking(&record("a"), None).unwrap();
    log.close();
    let (log, recovery) = open(dir.path());
    assert_eq!(recovery.head.seq, Seq(2));
    assert_eq!(log.append_blocking(&record("b"), None), Ok(Seq(3)));
}

#[test]
fn a_log_keeps_its_id() {
    let dir = tempdir().unwrap();
    open(dir.path());
    let other = Options {
        log: uuid::Uuid::nil(),
        ..options()
    };
    let (log, _) = AuditLog::open(dir.path(), other).unwrap();
    assert_eq!(log.id(), LOG);
}

#[test]
fn the_outbox_mark_rises_and_never_falls() {
    let dir = tempdir().unwrap();
    let (log, _) = open(dir.path());
    assert_eq!(log.append_blocking(&record("a"), Some(3)), Ok(Seq(2)));
    assert_eq!(log.append_blocking(&record("b"), None), Ok(Seq(3)));
    let repeated = Err(AppendError::OutboxOrder { number: 3, mark: 3 });
    assert_eq!(log.append_blocking(&record("a"), Some(3)), repeated);
    assert_eq!(log.append_blocking(&record("c"), Some(7)), Ok(Seq(4)));
    assert_eq!(log.head().outbox, 7);
    drop(log);
    let (log, recovery) = open(dir.path());
    assert_eq!(recovery.head.outbox, 7);
    assert_eq!(
        log.append_blocking(&record("d"), Some(5)),
        Err(AppendError::OutboxOrder { number: 5, mark: 7 })
    );
    assert_eq!(log.append_blocking(&record("d"), Some(u64::MAX)), Ok(Seq(5)));
    assert_eq!(
        log.append_blocking(&record("e"), Some(u64::MAX)),
        Err(AppendError::OutboxOrder {
            number: u64::MAX,
            mark: u64::MAX
        })
    );
    assert_eq!(records(dir.path()).len(), 4);
}

#[test]
fn nobody_waits_for_a_writer_that_died() {
    let dir = tempdir().unwrap();
    let broken = Arc::new(AtomicBool::new(false));
    let clock = {
        let broken = Arc::clone(&broken);
        Clock::new(move || {
            assert!(
                !broken.load(Ordering::SeqCst),
                "the clock of this test is broken on purpose"
            );
            jiff::Timestamp::UNIX_EPOCH
        })
    };
    let (log, _) = AuditLog::open(dir.path(), Options::new(LOG, clock)).unwrap();
    broken.store(true, Ordering::SeqCst);
    let kind = io::ErrorKind::Other;
    assert_eq!(
        log.append_blocking(&record("a"), None),
        Err(AppendError::Uncertain { kind })
    );
    assert_eq!(log.append_blocking(&record("b"), None), Err(AppendError::Closed));
    log.close();
}

#[cfg(unix)]
#[test]
fn others_on_the_machine_cannot_read_the_log() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let parent = tempdir().unwrap();
    let dir = parent.path().join("audit");
    open(&dir);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for entry in fs::read_dir(&dir).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}
