//! What an auditor can see: the whole log, a part of it, and statements that were tampered with.

use std::fs;
use std::path::Path;

use claviger_audit::{
    Fault, KeySource, PublicKey, Report, Seq, Since, VerifyError, VerifyOptions, verify, verify_with,
};
use tempfile::TempDir;

use crate::keeper::{Kept, checkpoints, own_key, plain_options, signer, statements, whole};
use crate::support::segment;

/// Three segments with lines 1 to 4, 5 to 7 and 8 to 10, and checkpoints at 2, 4, 6, 8 and 10.
pub(crate) fn log() -> TempDir {
    let mut it = Kept::new(plain_options());
    let five = jiff::SignedDuration::from_mins(5);
    it.append(&["1a"]);
    it.round();
    it.append(&["1b", "1c"]);
    it.pass(five);
    it.round();
    it.next_day(&["2a"]);
    it.round();
    it.append(&["2b"]);
    it.next_day(&[]);
    it.append(&["3a"]);
    it.round();
    it.append(&["3b"]);
    it.stop()
}

fn seqs(dir: &Path) -> Vec<u64> {
    statements(dir)
        .iter()
        .map(|statement| statement.head.seq.0)
        .collect()
}

fn part(dir: &Path, segment: Option<u32>, since: Option<Since>) -> Result<Report, VerifyError> {
    verify_with(
        dir,
        &VerifyOptions {
            segment,
            since,
            key: Some(own_key()),
        },
    )
}

#[test]
fn the_whole_log_is_reported() {
    let dir = log();
    assert_eq!(seqs(dir.path()), [2, 4, 6, 9, 10]);
    let report = verify(dir.path()).unwrap();
    assert_eq!(
        (
            report.first,
            report.head.seq,
            report.segments,
            report.records,
            report.statements
        ),
        (Seq(1), Seq(10), 3, 7, 5)
    );
    assert_eq!(report.key, Some((own_key().fingerprint(), KeySource::Folder)));
    assert_eq!(
        (report.checkpoint, report.unvouched),
        (statements(dir.path()).last().copied(), 0)
    );
    let given = part(dir.path(), None, None).unwrap();
    assert_eq!(given.key, Some((own_key().fingerprint(), KeySource::Given)));
}

#[test]
fn lines_after_the_last_checkpoint_are_counted() {
    let it = Kept::new(plain_options());
    it.round();
    it.append(&["a", "b", "c"]);
    let report = whole(it.path());
    assert_eq!(
        (report.unvouched, report.checkpoint.map(|last| last.head.seq)),
        (3, Some(Seq(1)))
    );
}

#[test]
fn each_segment_can_be_verified_alone() {
    let dir = log();
    for (number, first, last, vouched) in [(1, 1, 4, 4), (2, 5, 7, 6), (3, 8, 10, 10)] {
        let report = part(dir.path(), Some(number), None).unwrap();
        assert_eq!(
            (report.first, report.head.seq, report.segments),
            (Seq(first), Seq(last), 1)
        );
        assert_eq!(report.checkpoint.map(|last| last.head.seq), Some(Seq(vouched)));
        assert_eq!(report.unvouched, last - vouched);
    }
    for number in [0, 4] {
        let refused = part(dir.path(), Some(number), None);
        assert!(
            matches!(refused, Err(VerifyError::NoSegment { segment }) if segment == number),
            "{refused:?}"
        );
    }
}

#[test]
fn a_segment_alone_has_to_be_continued_by_the_next() {
    let dir = log();
    let text = fs::read_to_string(segment(dir.path(), 2)).unwrap();
    let shorter: String = text.split_inclusive('\n').take(2).collect();
    fs::write(segment(dir.path(), 2), shorter).unwrap();
    match part(dir.path(), Some(2), None) {
        Err(VerifyError::Bad(bad)) => assert_eq!((bad.file, bad.line), (segment(dir.path(), 3), 1)),
        other => panic!("{other:?}"),
    }
    part(dir.path(), Some(1), None).unwrap();
    part(dir.path(), Some(3), None).unwrap();
    fs::write(segment(dir.path(), 2), text).unwrap();
    fs::remove_file(segment(dir.path(), 2)).unwrap();
    match part(dir.path(), Some(1), None) {
        Err(VerifyError::Bad(bad)) => {
            assert_eq!((bad.file, bad.fault), (segment(dir.path(), 2), Fault::Missing));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn damage_elsewhere_does_not_matter_to_a_part() {
    let dir = log();
    fs::write(segment(dir.path(), 1), "nothing").unwrap();
    assert!(verify(dir.path()).is_err());
    part(dir.path(), Some(2), None).unwrap();
    let noted = statements(dir.path())[2];
    assert_eq!(
        part(dir.path(), None, Some(Since::Checkpoint(noted)))
            .unwrap()
            .first,
        Seq(5)
    );
    assert_eq!(
        part(dir.path(), None, Some(Since::Seq(Seq(9)))).unwrap().first,
        Seq(8)
    );
}

#[test]
fn a_log_can_be_verified_since_a_checkpoint_that_was_noted() {
    let dir = log();
    for noted in statements(dir.path()) {
        let report = part(dir.path(), None, Some(Since::Checkpoint(noted))).unwrap();
        assert_eq!((report.head.seq, report.unvouched), (Seq(10), 0));
        assert!(report.first <= noted.head.seq);
    }
    for (seq, first) in [(0, 1), (2, 1), (5, 1), (6, 5), (8, 5), (9, 8), (10, 8)] {
        assert_eq!(
            part(dir.path(), None, Some(Since::Seq(Seq(seq)))).unwrap().first,
            Seq(first),
            "{seq}"
        );
    }
    for beyond in [11, u64::MAX] {
        let refused = part(dir.path(), None, Some(Since::Seq(Seq(beyond)))).unwrap_err();
        let says = format!("line {beyond} is not in the log, which has lines 1 to 10");
        assert_eq!(refused.to_string(), says);
    }
}

#[test]
fn a_noted_checkpoint_finds_what_those_in_the_folder_cannot() {
    let dir = log();
    let noted = *statements(dir.path()).last().unwrap();
    // Whoever cuts lines off takes the checkpoints after them along.
    let text = fs::read_to_string(checkpoints(dir.path())).unwrap();
    let fewer: String = text.split_inclusive('\n').take(4).collect();
    fs::write(checkpoints(dir.path()), fewer).unwrap();
    let lines = fs::read_to_string(segment(dir.path(), 3)).unwrap();
    let shorter: String = lines.split_inclusive('\n').take(2).collect();
    fs::write(segment(dir.path(), 3), &shorter).unwrap();
    assert_eq!(
        whole(dir.path()).head.seq,
        Seq(9),
        "it is whole as far as the folder tells"
    );
    match part(dir.path(), None, Some(Since::Checkpoint(noted))) {
        Err(VerifyError::Bad(bad)) => {
            assert_eq!(
                (bad.file, bad.line, bad.offset),
                (segment(dir.path(), 3), 3, shorter.len() as u64)
            );
            assert_eq!(bad.fault, Fault::CutOff { checkpoint: Seq(10) });
        }
        other => panic!("{other:?}"),
    }
    fs::remove_file(segment(dir.path(), 3)).unwrap();
    let fewer: String = text.split_inclusive('\n').take(3).collect();
    fs::write(checkpoints(dir.path()), fewer).unwrap();
    match part(dir.path(), None, Some(Since::Checkpoint(noted))) {
        Err(VerifyError::Bad(bad)) => assert_eq!((bad.file, bad.line), (segment(dir.path(), 2), 4)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_noted_checkpoint_has_to_be_genuine_and_of_this_log() {
    let dir = log();
    let good = statements(dir.path())[1];
    let mut forged = good;
    forged.head.outbox += 1;
    let refused = part(dir.path(), None, Some(Since::Checkpoint(forged)));
    assert!(
        matches!(refused, Err(VerifyError::Forged { key }) if key == own_key().fingerprint()),
        "{refused:?}"
    );

    // Another log that begins on another day: signed by the same key.
    let it = Kept::in_dir(
        tempfile::tempdir().unwrap(),
        plain_options(),
        "2026-11-20T00:00:00Z",
    )
    .unwrap();
    it.append(&["x", "y", "z"]);
    let other = it.stop();
    let foreign = statements(other.path())[0];
    match part(dir.path(), None, Some(Since::Checkpoint(foreign))) {
        Err(VerifyError::Bad(bad)) => {
            assert_eq!((bad.file, bad.line), (segment(dir.path(), 1), 4));
            assert_eq!(bad.fault, Fault::Vouched { statement: 0 });
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_checkpoint_of_before_retention_says_so() {
    let dir = log();
    let (old, edge) = (statements(dir.path())[0], statements(dir.path())[1]);
    let options = claviger_audit::KeepingOptions {
        retain_days: 1,
        ..plain_options()
    };
    let it = Kept::in_dir(dir, options, "2026-11-23T12:00:00Z").unwrap();
    it.rounds();
    let refused = part(it.path(), None, Some(Since::Checkpoint(old)));
    assert!(
        matches!(
            refused,
            Err(VerifyError::Removed {
                seq: Seq(2),
                first: Seq(5)
            })
        ),
        "{refused:?}"
    );
    assert_eq!(
        part(it.path(), None, Some(Since::Checkpoint(edge)))
            .unwrap()
            .first,
        Seq(5)
    );
    assert_eq!(
        part(it.path(), None, Some(Since::Seq(Seq(3)))).unwrap().first,
        Seq(5)
    );
    assert_eq!(part(it.path(), Some(2), None).unwrap().first, Seq(5));
    let refused = part(it.path(), Some(1), None);
    assert!(
        matches!(refused, Err(VerifyError::NoSegment { segment: 1 })),
        "{refused:?}"
    );
}

#[test]
fn without_statements_a_key_has_nothing_to_check() {
    let dir = log();
    fs::remove_file(checkpoints(dir.path())).unwrap();
    let report = verify(dir.path()).unwrap();
    assert_eq!(
        (report.key, report.checkpoint, report.unvouched),
        (None, None, 10)
    );
    let refused = part(dir.path(), None, None);
    assert!(
        matches!(refused, Err(VerifyError::NoCheckpoint { .. })),
        "{refused:?}"
    );
}

#[test]
fn statements_need_a_key_and_the_right_one() {
    let dir = log();
    let path = dir.path().join("checkpoint.pub");
    fs::write(&path, signer([7; 32]).public().to_pem()).unwrap();
    let other = signer([7; 32]).public();
    let own = own_key().fingerprint();
    for key in [None, Some(other)] {
        let refused = verify_with(
            dir.path(),
            &VerifyOptions {
                key,
                ..VerifyOptions::default()
            },
        );
        match refused {
            Err(VerifyError::Bad(bad)) => {
                assert_eq!((bad.file, bad.line), (checkpoints(dir.path()), 1));
                assert_eq!(bad.fault, Fault::Key { found: own });
            }
            other => panic!("{other:?}"),
        }
    }
    whole_by(dir.path(), own_key());
    for pem in ["", "no key"] {
        fs::write(&path, pem).unwrap();
        assert!(matches!(verify(dir.path()), Err(VerifyError::NoKey { path: at }) if at == path));
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(verify(dir.path()), Err(VerifyError::NoKey { path: at }) if at == path));
    whole_by(dir.path(), own_key());
}

fn whole_by(dir: &Path, key: PublicKey) {
    let options = VerifyOptions {
        key: Some(key),
        ..VerifyOptions::default()
    };
    verify_with(dir, &options).unwrap();
}
