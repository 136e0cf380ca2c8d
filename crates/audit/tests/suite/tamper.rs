//! Whoever changes a log without the means to compute the whole rest of it anew is found out.

use std::fs;
use std::path::Path;

use claviger_audit::{Fault, MAX_RECORD, Seq, VerifyError, read, verify};
use tempfile::{TempDir, tempdir};

use crate::golden::fixture;
use crate::support::{Forge, assert_fault, fault, segment};

fn copy() -> TempDir {
    let dir = tempdir().unwrap();
    for number in [1, 2] {
        fs::copy(segment(&fixture(), number), segment(dir.path(), number)).unwrap();
    }
    dir
}

fn lines(number: u32) -> Vec<String> {
    let text = fs::read_to_string(segment(&fixture(), number)).unwrap();
    text.split_inclusive('\n').map(str::to_owned).collect()
}

fn write(dir: &Path, number: u32, lines: &[String]) {
    fs::write(segment(dir, number), lines.concat()).unwrap();
}

#[test]
fn every_changed_byte_is_found_and_its_line_named() {
    let dir = copy();
    for number in [1, 2] {
        let path = segment(dir.path(), number);
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let line = good[..at].split(|byte| *byte == b'\n').count() as u64;
            for changed in [
                good[at] ^ 1,
                good[at] ^ 0x20,
                good[at] ^ 0x80,
                0,
                b'\n',
                b'"',
                b'0',
            ] {
                if changed == good[at] {
                    continue;
                }
                let mut bad = good.clone();
                bad[at] = changed;
                fs::write(&path, bad).unwrap();
                if number == 2 && at == good.len() - 1 {
                    // Without its newline the last line cannot be told from one that is just being written.
                    let report = verify(dir.path()).unwrap();
                    let tail = lines(2)[2].len() as u64 - u64::from(changed == 0);
                    assert_eq!((report.head.seq, report.tail_bytes), (Seq(7), tail));
                    continue;
                }
                let bad = fault(dir.path());
                assert_eq!(
                    (bad.file, bad.line),
                    (path.clone(), line),
                    "byte {at} of {number} to {changed}"
                );
            }
        }
        fs::write(&path, good).unwrap();
    }
}

#[test]
fn every_missing_line_is_found_but_the_last() {
    for number in [1, 2] {
        let all = lines(number);
        for at in 0..all.len() {
            let dir = copy();
            let mut fewer = all.clone();
            fewer.remove(at);
            write(dir.path(), number, &fewer);
            if number == 2 && at == all.len() - 1 {
                // A shorter log is whole in itself; a checkpoint would have to say how long it was.
                assert_eq!(verify(dir.path()).unwrap().head.seq, Seq(7));
                continue;
            }
            let bad = fault(dir.path());
            let due = if number == 1 && at == all.len() - 1 {
                (2, 1)
            } else {
                (number, at as u64 + 1)
            };
            assert_eq!((bad.file, bad.line), (segment(dir.path(), due.0), due.1));
        }
    }
}

#[test]
fn every_repeated_or_swapped_line_is_found() {
    for number in [1, 2] {
        let all = lines(number);
        for at in 0..all.len() {
            let dir = copy();
            let mut more = all.clone();
            more.insert(at, all[at].clone());
            write(dir.path(), number, &more);
            assert_eq!(fault(dir.path()).line, at as u64 + 2);
            for other in at + 1..all.len() {
                let dir = copy();
                let mut swapped = all.clone();
                swapped.swap(at, other);
                write(dir.path(), number, &swapped);
                assert_eq!(fault(dir.path()).line, at as u64 + 1);
            }
        }
    }
}

#[test]
fn the_place_of_a_bad_line_is_told() {
    let dir = copy();
    let mut bad = lines(1);
    bad[2] = bad[2].replace("CreateKey", "CreateKez");
    write(dir.path(), 1, &bad);
    let found = fault(dir.path());
    assert_eq!(found.offset, (bad[0].len() + bad[1].len()) as u64);
    let path = segment(dir.path(), 1);
    assert_eq!(
        found.to_string(),
        format!(
            "`{}` line 3 (byte {}): the hash does not fit",
            path.display(),
            found.offset
        )
    );
}

#[test]
fn missing_segments_are_found() {
    let dir = copy();
    fs::remove_file(segment(dir.path(), 1)).unwrap();
    assert_fault(dir.path(), 1, 1, Fault::Missing);

    let dir = copy();
    fs::rename(segment(dir.path(), 2), segment(dir.path(), 3)).unwrap();
    assert_fault(dir.path(), 2, 1, Fault::Missing);
    fs::write(segment(dir.path(), 2), "").unwrap();
    assert_fault(dir.path(), 2, 1, Fault::Torn);
}

#[test]
fn a_folder_without_a_log_is_no_good_log() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("1.jsonl"), "not a segment").unwrap();
    assert!(matches!(verify(dir.path()), Err(VerifyError::Empty { .. })));
    assert!(matches!(
        verify(&dir.path().join("absent")),
        Err(VerifyError::Io { .. })
    ));
    assert_eq!(
        read(dir.path(), Seq(1))
            .map(|line| line.is_err())
            .collect::<Vec<_>>(),
        [true]
    );
}

#[test]
fn a_log_that_is_cut_short_inside_is_found() {
    let dir = copy();
    let path = segment(dir.path(), 1);
    let good = fs::read(&path).unwrap();
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).unwrap();
        fault(dir.path());
    }
}

/// What is done to a log, the line that is wrong then, and what is wrong with it.
type Case = (fn(&mut Forge), u64, Fault);

/// Lines with right hashes and wrong content: what a careless second writer would make.
fn careless_lines() -> [Case; 11] {
    [
        (
            |log| {
                log.line(3, 0, "{}");
            },
            2,
            Fault::Sequence {
                expected: Seq(2),
                found: Seq(3),
            },
        ),
        (
            |log| {
                log.line(2, 5, "{}").line(3, 4, "{}");
            },
            3,
            Fault::Mark { before: 5, found: 4 },
        ),
        (
            |log| {
                log.line(2, 0, "[]");
            },
            2,
            Fault::Shape,
        ),
        (
            |log| {
                log.line(2, 0, "");
            },
            2,
            Fault::Shape,
        ),
        (|log| log.bytes.extend(b"\n"), 2, Fault::Shape),
        (
            |log| {
                log.text(r#"{"seq":02,"outbox":0,"record":{}"#);
            },
            2,
            Fault::Shape,
        ),
        (
            |log| {
                log.text(r#"{"seq":2,"outbox":,"record":{}"#);
            },
            2,
            Fault::Shape,
        ),
        (
            |log| {
                log.text(r#"{"seq":2,"outbox":18446744073709551616,"record":{}"#);
            },
            2,
            Fault::Shape,
        ),
        (
            |log| {
                let header = log.header(1);
                log.line(2, 0, &header);
            },
            2,
            Fault::Misplaced,
        ),
        (
            |log| {
                log.line(2, 0, &format!("{{\"a\":\"{}\"}}", "b".repeat(MAX_RECORD + 100)));
            },
            2,
            Fault::TooLong,
        ),
        (|log| log.hash = [1; 32], 2, Fault::Hash),
    ]
}

#[test]
fn right_hashes_do_not_excuse_wrong_content() {
    for (spoil, line, expected) in careless_lines() {
        let dir = tempdir().unwrap();
        let mut log = Forge::new();
        let header = log.header(1);
        log.line(1, 0, &header);
        spoil(&mut log);
        log.line(2, 0, "{}");
        log.save(dir.path(), 1);
        assert_fault(dir.path(), 1, line, expected);
    }
}

#[test]
fn wrong_headers_are_found() {
    let spoil: [(&str, &str, Fault); 7] = [
        ("\"segment\":2", "\"segment\":3", Fault::Segment { found: 3 }),
        ("\"format\":1", "\"format\":2", Fault::Format { found: 2 }),
        ("9d8e", "9d8f", Fault::Log),
        ("9d8e", "9D8E", Fault::Header),
        ("\"previous\":\"", "\"previous\":\"0", Fault::Header),
        ("2026-11-21", "20261121", Fault::Header),
        ("\"kind\":\"segment\"", "\"kind\":\"other\"", Fault::Header),
    ];
    for (good, bad, expected) in spoil {
        let dir = tempdir().unwrap();
        let mut log = Forge::new();
        let header = log.header(1);
        log.line(1, 0, &header).save(dir.path(), 1);
        let header = log.header(2).replace(good, bad);
        log.line(2, 0, &header).save(dir.path(), 2);
        assert_fault(dir.path(), 2, 1, expected);
    }
}

#[test]
fn headers_continue_the_chain_and_leave_the_mark() {
    let dir = tempdir().unwrap();
    let mut log = Forge::new();
    let header = log.header(1);
    log.line(1, 0, &header).line(2, 3, "{}").save(dir.path(), 1);
    let previous = log.header(2);
    let hash = log.hash;
    log.line(3, 4, &previous).save(dir.path(), 2);
    assert_fault(dir.path(), 2, 1, Fault::Mark { before: 3, found: 4 });

    log.hash = [7; 32];
    let other = log.header(2);
    log.hash = hash;
    log.line(3, 3, &other).save(dir.path(), 2);
    assert_fault(dir.path(), 2, 1, Fault::Previous);

    log.hash = hash;
    log.line(3, 3, &previous).save(dir.path(), 2);
    verify(dir.path()).unwrap();
}

#[test]
fn a_log_has_to_begin_at_the_beginning() {
    let dir = tempdir().unwrap();
    let mut log = Forge::new();
    let header = log.header(1);
    log.line(2, 0, &header).save(dir.path(), 1);
    assert_fault(
        dir.path(),
        1,
        1,
        Fault::Sequence {
            expected: Seq(1),
            found: Seq(2),
        },
    );

    let mut log = Forge {
        hash: [1; 32],
        bytes: Vec::new(),
    };
    let header = log.header(1);
    log.line(1, 0, &header).save(dir.path(), 1);
    assert_fault(dir.path(), 1, 1, Fault::Previous);

    let mut log = Forge::new();
    log.line(1, 0, "{}").save(dir.path(), 1);
    assert_fault(dir.path(), 1, 1, Fault::Header);
}

#[test]
fn reading_ends_with_the_first_bad_line() {
    let dir = copy();
    let mut bad = lines(1);
    bad[3] = bad[3].replace("密钥", "秘钥");
    write(dir.path(), 1, &bad);
    let good: Vec<_> = read(dir.path(), Seq(0)).map(|line| line.is_ok()).collect();
    assert_eq!(good, [true, true, true, false]);
}

#[test]
fn a_long_tail_without_a_newline_is_a_tail() {
    let dir = copy();
    let mut bytes = fs::read(segment(dir.path(), 2)).unwrap();
    bytes.resize(bytes.len() + 3 * MAX_RECORD, b'x');
    bytes.resize(bytes.len() + 5 * MAX_RECORD, 0);
    fs::write(segment(dir.path(), 2), &bytes).unwrap();
    let report = verify(dir.path()).unwrap();
    assert_eq!(
        (report.head.seq, report.tail_bytes),
        (Seq(8), 3 * MAX_RECORD as u64)
    );

    bytes.push(b'\n');
    fs::write(segment(dir.path(), 2), &bytes).unwrap();
    assert_fault(dir.path(), 2, 4, Fault::TooLong);
}
