//! Retention: what goes, what stays, what is left as proof, and what a crash in the middle leaves.

use std::fs;
use std::sync::Arc;

use claviger_audit::{Fault, KeepError, Keeping, KeepingOptions, Seq, VerifyError, read, verify};
use jiff::SignedDuration;

use crate::keeper::{
    ALL, Kept, SEED, checkpoints, copy, found, names, outline, packed, plain_options, signer, statements,
    whole,
};
use crate::support::{open, records, segment};

fn days(days: u32) -> KeepingOptions {
    KeepingOptions {
        retain_days: days,
        ..plain_options()
    }
}

/// Four days with a segment each: lines 1 to 3, 4 and 5, 6 to 8, 9 and 10.
fn four_days(options: KeepingOptions) -> Kept {
    let mut it = Kept::new(options);
    it.append(&["1a", "1b"]);
    it.next_day(&["2a"]);
    it.next_day(&["3a", "3b"]);
    it.next_day(&["4a"]);
    it
}

#[test]
fn segments_past_their_days_go_and_a_sealed_head_stays() {
    let it = four_days(days(1));
    let first = it.round();
    let sealed = first.sealed.unwrap();
    assert_eq!(
        (sealed.sealed, sealed.segment, sealed.head.seq, first.more),
        (true, 1, Seq(3), true)
    );
    let second = it.round();
    assert_eq!(second.sealed.map(|sealed| sealed.segment), Some(2));
    let third = it.round();
    assert_eq!((third.sealed, third.more), (None, false));
    assert_eq!(
        names(it.path()),
        [
            "00000003.jsonl",
            "00000004.jsonl",
            "checkpoint.pub",
            "checkpoints.jsonl"
        ]
    );
    assert_eq!(outline(it.path()), [(5, 2, "sealed"), (10, 4, "checkpoint")]);
    assert_eq!(
        records(it.path()),
        ["{\"n\":\"3a\"}", "{\"n\":\"3b\"}", "{\"n\":\"4a\"}"]
    );

    let report = whole(it.path());
    assert_eq!(
        (report.first, report.segments, report.sealed),
        (Seq(6), 2, Some(statements(it.path())[0]))
    );
}

#[test]
fn a_log_whose_beginning_was_removed_goes_on() {
    let it = four_days(days(1));
    it.rounds();
    let dir = it.stop();
    let mut it = Kept::in_dir(dir, days(1), "2026-11-24T20:00:00Z").unwrap();
    it.next_day(&["5a"]);
    it.rounds();
    assert_eq!(
        outline(it.path()),
        [(8, 3, "sealed"), (10, 4, "checkpoint"), (12, 5, "checkpoint")]
    );
    whole(it.path());
}

#[test]
fn the_oldest_go_when_there_are_too_many_bytes() {
    let it = four_days(plain_options());
    it.round();
    let sizes: Vec<u64> = (1..=4)
        .map(|number| fs::metadata(segment(it.path(), number)).unwrap().len())
        .collect();
    let dir = it.stop();
    let bound = |bytes| KeepingOptions {
        retain_bytes: bytes,
        ..plain_options()
    };
    let all: u64 = sizes.iter().sum();
    for (bytes, first) in [
        (all, 1),
        (all - 1, 2),
        (all - sizes[0], 2),
        (all - sizes[0] - 1, 3),
        (1, 4),
    ] {
        let it = Kept::in_dir(copy(dir.path()), bound(bytes), "2026-11-24T20:00:00Z").unwrap();
        it.rounds();
        assert_eq!(
            names(it.path())[0],
            format!("{first:08}.jsonl"),
            "{bytes} of {all}"
        );
        whole(it.path());
    }
}

#[test]
fn nothing_goes_that_a_follower_has_not_done() {
    let it = four_days(days(1));
    for (delivered, sealed) in [
        (0, None),
        (2, None),
        (3, Some(1)),
        (4, None),
        (5, Some(2)),
        (10, None),
    ] {
        let round = it.try_round(Seq(delivered)).unwrap();
        assert_eq!(round.sealed.map(|sealed| sealed.segment), sealed, "{delivered}");
        whole(it.path());
    }
}

#[test]
fn for_ever_is_for_ever_and_the_live_segment_stays() {
    let mut it = four_days(plain_options());
    it.pass(SignedDuration::from_hours(24 * 1000));
    it.rounds();
    assert_eq!(whole(it.path()).segments, 4);

    let mut it = Kept::new(days(1));
    it.append(&["a"]);
    it.pass(SignedDuration::from_hours(24 * 1000));
    it.rounds();
    assert_eq!(whole(it.path()).segments, 1);
}

/// A log before and after its first segment was removed.
fn before_and_after() -> (tempfile::TempDir, tempfile::TempDir) {
    let it = four_days(plain_options());
    it.round();
    let before = it.stop();
    let it = Kept::in_dir(copy(before.path()), days(2), "2026-11-24T20:00:00Z").unwrap();
    it.rounds();
    (before, it.stop())
}

#[test]
fn a_crash_at_any_step_leaves_a_log_that_verifies_and_goes_on() {
    let (before, after) = before_and_after();
    assert_eq!(outline(after.path()), [(3, 1, "sealed"), (10, 4, "checkpoint")]);
    let steps: [&dyn Fn(&std::path::Path); 3] = [
        // The statement was being written: only its temporary file is there.
        &|dir| {
            let all = fs::read(checkpoints(after.path())).unwrap();
            fs::write(dir.join("checkpoints.jsonl.tmp"), &all[..all.len() / 2]).unwrap();
        },
        // It is there, the segment still is, too.
        &|dir| {
            fs::copy(checkpoints(after.path()), checkpoints(dir)).unwrap();
        },
        // The segment is gone.
        &|dir| {
            fs::copy(checkpoints(after.path()), checkpoints(dir)).unwrap();
            fs::remove_file(segment(dir, 1)).unwrap();
        },
    ];
    for (at, step) in steps.iter().enumerate() {
        let dir = copy(before.path());
        step(dir.path());
        let report = whole(dir.path());
        assert_eq!(report.first, if at == 0 { Seq(1) } else { Seq(4) });
        assert_eq!(
            read(dir.path(), Seq(0)).next().unwrap().unwrap().seq,
            report.first
        );

        let it = Kept::in_dir(dir, days(2), "2026-11-24T20:00:00Z").unwrap();
        it.rounds();
        assert_eq!(names(it.path()), names(after.path()), "step {at}");
        whole(it.path());
    }
}

#[test]
fn leftovers_in_any_order_are_no_part_of_the_log() {
    let it = four_days(plain_options());
    it.round();
    let before = it.stop();
    let it = Kept::in_dir(copy(before.path()), days(1), "2026-11-24T20:00:00Z").unwrap();
    it.rounds();
    let after = it.stop();
    for left in [&[1][..], &[2], &[1, 2]] {
        let dir = copy(after.path());
        for number in left {
            fs::copy(segment(before.path(), *number), segment(dir.path(), *number)).unwrap();
        }
        assert_eq!(whole(dir.path()).first, Seq(6));
        let seqs: Vec<_> = read(dir.path(), Seq(0)).map(|line| line.unwrap().seq.0).collect();
        assert_eq!(seqs, [6, 7, 8, 9, 10]);
    }
}

#[test]
fn without_a_sealed_head_the_beginning_is_missing() {
    let (_, after) = before_and_after();
    let text = fs::read_to_string(checkpoints(after.path())).unwrap();
    let later: String = text.split_inclusive('\n').skip(1).collect();
    fs::write(checkpoints(after.path()), later).unwrap();
    let bad = found(after.path());
    assert_eq!((bad.file, bad.fault), (segment(after.path(), 1), Fault::Missing));
}

#[test]
fn more_than_was_sealed_must_not_be_gone() {
    let (_, after) = before_and_after();
    fs::remove_file(segment(after.path(), 2)).unwrap();
    let bad = found(after.path());
    assert_eq!(
        (bad.file, bad.line, bad.fault),
        (segment(after.path(), 2), 1, Fault::Missing)
    );
    for number in [3, 4] {
        fs::remove_file(segment(after.path(), number)).unwrap();
    }
    assert_eq!(found(after.path()).file, segment(after.path(), 2));
}

#[test]
fn a_sealed_head_has_to_fit_the_segment_after_it() {
    let (before, after) = before_and_after();
    // That of another run: signed by the right key, about the right log, and not on this chain.
    let it = Kept::in_dir(copy(before.path()), days(1), "2026-11-24T20:00:00Z").unwrap();
    it.rounds();
    let other = fs::read_to_string(checkpoints(it.path())).unwrap();
    let own = fs::read_to_string(checkpoints(after.path())).unwrap();
    let mixed: String = other
        .split_inclusive('\n')
        .take(1)
        .chain(own.split_inclusive('\n').skip(1))
        .collect();
    fs::write(checkpoints(after.path()), mixed).unwrap();
    // It says that segment 2 is gone as well: then that is no part of the log, and what follows holds.
    assert_eq!(whole(after.path()).first, Seq(6));
    fs::remove_file(segment(after.path(), 3)).unwrap();
    assert_eq!(found(after.path()).file, segment(after.path(), 3));
}

#[test]
fn what_was_tampered_with_is_kept_as_evidence() {
    for (number, from, to) in [
        (1, "1b", "1c"),
        (1, "\"seq\":2", "\"seq\":3"),
        (2, "2a", "2b"),
        (4, "4a", "4b"),
    ] {
        let mut it = four_days(plain_options());
        it.round();
        it.pass(SignedDuration::from_hours(1));
        let dir = it.stop();
        let it = Kept::in_dir(dir, days(1), "2026-11-24T20:00:00Z").unwrap();
        let path = segment(it.path(), number);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        match it.try_round(ALL) {
            Err(KeepError::Damaged(VerifyError::Bad(bad))) => assert_eq!(bad.file, path),
            other => panic!("{number} {from}: {other:?}"),
        }
        assert!(segment(it.path(), 1).exists());
        assert!(verify(it.path()).is_err());
    }
}

#[test]
fn nothing_is_removed_on_the_word_of_a_statement_that_is_not_signed() {
    let (_, after) = before_and_after();
    let text = fs::read_to_string(checkpoints(after.path())).unwrap();
    fs::write(
        checkpoints(after.path()),
        text.replacen("\"segment\":1", "\"segment\":3", 1),
    )
    .unwrap();
    let before = names(after.path());
    let log = Arc::new(open(after.path()).0);
    let refused = Keeping::open(after.path(), log, Arc::new(signer(SEED)), days(2)).unwrap_err();
    assert!(
        matches!(refused, KeepError::Damaged(VerifyError::Bad(_))),
        "{refused:?}"
    );
    assert_eq!(names(after.path()), before);
}

#[test]
fn packed_segments_go_like_plain_ones() {
    let it = four_days(KeepingOptions {
        compress: true,
        ..days(1)
    });
    it.rounds();
    assert_eq!(names(it.path())[..2], ["00000003.jsonl.gz", "00000004.jsonl"]);
    let dir = it.stop();
    let mut it = Kept::in_dir(
        dir,
        KeepingOptions {
            compress: true,
            ..days(1)
        },
        "2026-11-24T20:00:00Z",
    )
    .unwrap();
    it.next_day(&["5a"]);
    it.rounds();
    assert!(!packed(it.path(), 3).exists());
    assert_eq!(whole(it.path()).first, Seq(9));
}

#[test]
fn verifying_and_reading_beside_the_keeping_finds_nothing_wrong() {
    let mut it = Kept::new(plain_options());
    for _ in 0..24 {
        it.next_day(&["a", "b"]);
        it.rounds();
    }
    let end = it.log.head().seq;
    let options = KeepingOptions {
        compress: true,
        ..days(2)
    };
    let it = Kept::in_dir(it.stop(), options, "2026-12-15T20:00:00Z").unwrap();
    std::thread::scope(|scope| {
        let keeping = scope.spawn(|| it.rounds());
        let mut rounds = 0;
        while !keeping.is_finished() || rounds == 0 {
            assert_eq!(whole(it.path()).head.seq, end);
            rounds += 1;
        }
    });
    assert_eq!(whole(it.path()).segments, 3);
}
