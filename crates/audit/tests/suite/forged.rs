//! Whoever changes a log with checkpoints, or its statements, is found out, and the place is named.

use std::fs;
use std::path::Path;

use claviger_audit::{Fault, KeepingOptions, Seq, verify};

use crate::keeper::{Kept, checkpoints, copy, found, packed, plain_options, whole};
use crate::proof::log;
use crate::support::{Forge, segment};

#[test]
fn every_changed_byte_of_the_statements_is_found_and_its_line_named() {
    let dir = log();
    every_changed_statement_byte(dir.path(), 4, 1);
    // With a sealed head in front.
    let options = KeepingOptions {
        retain_days: 1,
        ..plain_options()
    };
    let it = Kept::in_dir(dir, options, "2026-11-23T12:00:00Z").unwrap();
    it.rounds();
    every_changed_statement_byte(it.path(), 3, 1);
}

fn every_changed_statement_byte(dir: &Path, without_last: u64, unvouched: u64) {
    let path = checkpoints(dir);
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        let line = good[..at].split(|byte| *byte == b'\n').count() as u64;
        for changed in [good[at] ^ 1, good[at] ^ 0x20, 0, b'\n', b'"', b'0'] {
            if changed == good[at] {
                continue;
            }
            let mut bad = good.clone();
            bad[at] = changed;
            fs::write(&path, bad).unwrap();
            if at == good.len() - 1 {
                // Without its newline it cannot be told from one that is just being written; the one before counts.
                let report = verify(dir).unwrap();
                let last = statements_before(&good);
                assert_eq!(
                    (report.statements, report.unvouched, report.statement_tail_bytes),
                    (without_last, unvouched, last)
                );
                continue;
            }
            let bad = found(dir);
            assert_eq!(
                (bad.file, bad.line),
                (path.clone(), line),
                "byte {at} to {changed}"
            );
        }
    }
    fs::write(path, good).unwrap();
}

/// Bytes of the last statement.
fn statements_before(all: &[u8]) -> u64 {
    all.split_inclusive(|byte| *byte == b'\n')
        .next_back()
        .unwrap()
        .len() as u64
}

#[test]
fn repeated_swapped_and_foreign_statements_are_found() {
    let dir = log();
    let path = checkpoints(dir.path());
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    for at in 0..lines.len() {
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        fs::write(&path, more.concat()).unwrap();
        let bad = found(dir.path());
        assert_eq!((bad.line, bad.fault), (at as u64 + 2, Fault::Order));
        assert_eq!(bad.offset, lines[..=at].concat().len() as u64);
        for other in at + 1..lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(at, other);
            fs::write(&path, swapped.concat()).unwrap();
            assert_eq!(found(dir.path()).fault, Fault::Order);
        }
    }
    for spoiled in ["{}\n", "\n", &"x".repeat(5000), "\0\0\0\n"] {
        fs::write(&path, [lines[0], spoiled, lines[1]].concat()).unwrap();
        let bad = found(dir.path());
        assert_eq!((bad.line, bad.fault), (2, Fault::Statement), "{spoiled:?}");
    }
}

#[test]
fn every_missing_line_is_found_the_last_ones_too() {
    let dir = log();
    for number in [1, 2, 3] {
        let text = fs::read_to_string(segment(dir.path(), number)).unwrap();
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(at);
            fs::write(segment(dir.path(), number), fewer.concat()).unwrap();
            let bad = found(dir.path());
            let due = if number < 3 && at == lines.len() - 1 {
                (number + 1, 1)
            } else {
                (number, at as u64 + 1)
            };
            assert_eq!((bad.file, bad.line), (segment(dir.path(), due.0), due.1));
            if number == 3 && at == lines.len() - 1 {
                assert_eq!(bad.fault, Fault::CutOff { checkpoint: Seq(10) });
            }
        }
        fs::write(segment(dir.path(), number), text).unwrap();
    }
}

#[test]
fn any_number_of_lines_cut_off_the_end_is_found_with_the_place() {
    let dir = log();
    let text = fs::read_to_string(segment(dir.path(), 3)).unwrap();
    for length in 0..text.len() {
        fs::write(segment(dir.path(), 3), &text[..length]).unwrap();
        let bad = found(dir.path());
        assert_eq!(bad.file, segment(dir.path(), 3));
        assert_eq!(bad.line, text[..length].matches('\n').count() as u64 + 1);
        if bad.line > 1 {
            assert_eq!(bad.fault, Fault::CutOff { checkpoint: Seq(10) });
        }
    }
    fs::remove_file(segment(dir.path(), 3)).unwrap();
    let bad = found(dir.path());
    assert_eq!((bad.file, bad.line), (segment(dir.path(), 2), 4));
}

#[test]
fn every_changed_byte_of_the_log_is_found_the_last_one_too() {
    let dir = log();
    for number in [1, 2, 3] {
        let path = segment(dir.path(), number);
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let line = good[..at].split(|byte| *byte == b'\n').count() as u64;
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, bad).unwrap();
            let bad = found(dir.path());
            assert_eq!(
                (bad.file, bad.line),
                (path.clone(), line),
                "byte {at} of {number}"
            );
        }
        fs::write(&path, good).unwrap();
    }
}

#[test]
fn every_repeated_or_swapped_line_is_found() {
    let dir = log();
    for number in [1, 2, 3] {
        let path = segment(dir.path(), number);
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            let mut more = lines.clone();
            more.insert(at, lines[at]);
            fs::write(&path, more.concat()).unwrap();
            assert_eq!(found(dir.path()).line, at as u64 + 2);
            if at + 1 < lines.len() {
                let mut swapped = lines.clone();
                swapped.swap(at, at + 1);
                fs::write(&path, swapped.concat()).unwrap();
                assert_eq!(found(dir.path()).line, at as u64 + 1);
            }
        }
        fs::write(&path, text).unwrap();
    }
}

#[test]
fn a_log_that_was_computed_anew_is_found() {
    let it = Kept::new(plain_options());
    it.append(&["a", "b"]);
    it.round();
    it.append(&["c"]);
    let dir = it.die();
    let mut forge = Forge::new();
    let header = forge.header(1);
    forge
        .line(1, 0, &header)
        .line(2, 0, "{\"n\":\"a\"}")
        .line(3, 0, "{\"n\":\"other\"}")
        .line(4, 0, "{\"n\":\"c\"}");
    forge.save(dir.path(), 1);
    let bad = found(dir.path());
    assert_eq!((bad.file, bad.line), (segment(dir.path(), 1), 3));
    assert_eq!(bad.fault, Fault::Vouched { statement: 1 });
}

#[test]
fn the_same_holds_where_segments_are_compressed() {
    let it = Kept::in_dir(log(), KeepingOptions::default(), "2026-11-23T12:00:00Z").unwrap();
    it.rounds();
    let dir = it.stop();
    assert!(packed(dir.path(), 2).exists());
    whole(dir.path());
    let (one, two) = (
        fs::read(packed(dir.path(), 1)).unwrap(),
        fs::read(packed(dir.path(), 2)).unwrap(),
    );
    fs::write(packed(dir.path(), 1), &two).unwrap();
    let bad = found(dir.path());
    assert_eq!(
        (bad.file, bad.line, bad.fault),
        (packed(dir.path(), 1), 1, Fault::Segment { found: 2 })
    );
    fs::write(packed(dir.path(), 1), &one).unwrap();
    // A whole, well compressed segment without its last line.
    let source = log();
    let text = fs::read_to_string(segment(source.path(), 2)).unwrap();
    let shorter: String = text.split_inclusive('\n').take(2).collect();
    fs::write(segment(dir.path(), 2), shorter).unwrap();
    let bad = found(dir.path());
    assert_eq!((bad.file, bad.line), (segment(dir.path(), 3), 1));
    let other = copy(dir.path());
    fs::remove_file(segment(other.path(), 2)).unwrap();
    whole(other.path());
}
