//! Compressed segments: what crashes leave, what damage does, and that all readers read them.

use std::fs;
use std::path::Path;

use claviger_audit::{
    AuditLog, Fault, KeepError, KeepingOptions, LineError, LineReader, OpenError, Seq, VerifyError, read,
    verify,
};
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::keeper::{Kept, copy, found, names, packed, plain_options, whole};
use crate::support::{TestClock, open, options, records, segment};

fn packing() -> KeepingOptions {
    KeepingOptions::default()
}

/// Three segments, the first two closed: a log before and after they were compressed.
fn three_segments() -> (TempDir, TempDir) {
    let mut it = Kept::new(plain_options());
    it.append(&["1a", "1b", &"long".repeat(30_000)]);
    it.next_day(&["2a"]);
    it.next_day(&["3a", "3b"]);
    it.round();
    let before = it.stop();
    let it = Kept::in_dir(copy(before.path()), packing(), "2026-11-23T20:00:00Z").unwrap();
    it.rounds();
    (before, it.stop())
}

#[test]
fn closed_segments_are_compressed_one_a_round() {
    let mut it = Kept::new(packing());
    it.append(&["1a"]);
    assert_eq!(it.round().packed, None, "the live one never is");
    it.next_day(&["2a"]);
    it.next_day(&["3a"]);
    let round = it.round();
    assert_eq!((round.packed, round.more), (Some(1), true));
    assert_eq!(
        names(it.path())[..3],
        ["00000001.jsonl.gz", "00000002.jsonl", "00000003.jsonl"]
    );
    whole(it.path());
    assert_eq!(it.round().packed, Some(2));
    let round = it.round();
    assert_eq!((round.packed, round.more), (None, false));
    assert_eq!(whole(it.path()).segments, 3);
}

#[test]
fn nothing_is_lost_and_every_reader_reads_it() {
    let (before, after) = three_segments();
    assert_eq!(
        names(after.path())[..3],
        ["00000001.jsonl.gz", "00000002.jsonl.gz", "00000003.jsonl"]
    );
    let (a, b) = (whole(before.path()), whole(after.path()));
    assert_eq!(
        (a.head, a.bytes, a.records, a.segments),
        (b.head, b.bytes, b.records, b.segments)
    );
    assert_eq!(records(before.path()), records(after.path()));
    for from in 0..=9 {
        let lines = |dir: &TempDir| {
            read(dir.path(), Seq(from))
                .map(Result::unwrap)
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(&before), lines(&after));
    }
    for number in [1, 2] {
        let gz = fs::File::open(packed(after.path(), number)).unwrap();
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(gz), &mut plain).unwrap();
        assert_eq!(plain, fs::read(segment(before.path(), number)).unwrap());
    }
    let (log, recovery) = open(after.path());
    assert!(!recovery.created);
    assert_eq!(
        log.append_blocking(b"{}", None),
        Ok(b.head.seq).map(|seq| Seq(seq.0 + 1))
    );
}

#[test]
fn a_crash_at_any_step_leaves_one_whole_file() {
    let (before, after) = three_segments();
    let gz = fs::read(packed(after.path(), 1)).unwrap();
    let steps: [&dyn Fn(&Path); 3] = [
        &|dir| fs::write(dir.join("00000001.jsonl.gz.tmp"), &gz[..gz.len() / 2]).unwrap(),
        &|dir| fs::write(packed(dir, 1), &gz).unwrap(),
        &|dir| {
            fs::write(packed(dir, 1), &gz).unwrap();
            fs::remove_file(segment(dir, 1)).unwrap();
        },
    ];
    for step in steps {
        let dir = copy(before.path());
        step(dir.path());
        assert_eq!(whole(dir.path()).head, whole(before.path()).head);
        assert_eq!(records(dir.path()), records(before.path()));
        let it = Kept::in_dir(dir, packing(), "2026-11-23T20:00:00Z").unwrap();
        it.rounds();
        assert_eq!(names(it.path()), names(after.path()));
        whole(it.path());
    }
}

#[test]
fn where_both_files_are_the_plain_one_counts() {
    let (before, _) = three_segments();
    fs::write(packed(before.path(), 1), "half of something").unwrap();
    whole(before.path());
    let it = Kept::in_dir(before, packing(), "2026-11-23T20:00:00Z").unwrap();
    it.rounds();
    whole(it.path());
}

#[test]
fn a_changed_bit_is_found_or_changes_no_line() {
    let mut it = Kept::new(packing());
    it.append(&["1a", "1b"]);
    it.next_day(&["2a"]);
    it.rounds();
    let good = fs::read(packed(it.path(), 1)).unwrap();
    let head = whole(it.path()).head;
    let mut unseen = 0;
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        fs::write(packed(it.path(), 1), bad).unwrap();
        match verify(it.path()) {
            Err(VerifyError::Bad(bad)) => {
                assert_eq!((bad.file, bad.fault), (packed(it.path(), 1), Fault::Packed));
            }
            Ok(report) => {
                assert_eq!(report.head, head);
                unseen += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    // Bits that no reader looks at, between the last code of a block and the next byte.
    assert!(unseen < 16, "{unseen}");
}

#[test]
fn the_place_of_damage_is_counted_in_plain_bytes() {
    let (before, after) = three_segments();
    let mut gz = fs::read(packed(after.path(), 1)).unwrap();
    // The second block: the long record goes on there.
    let second = usize::from(u16::from_le_bytes([gz[16], gz[17]])) + 1;
    gz[second + 40] ^= 1;
    fs::write(packed(after.path(), 1), gz).unwrap();
    let plain = fs::read_to_string(segment(before.path(), 1)).unwrap();
    let offset: usize = plain.split_inclusive('\n').take(3).map(str::len).sum();
    let bad = found(after.path());
    assert_eq!(
        (bad.line, bad.offset, bad.fault),
        (4, offset as u64, Fault::Packed)
    );
}

#[test]
fn a_cut_or_missing_file_is_found() {
    let (_, after) = three_segments();
    let gz = fs::read(packed(after.path(), 2)).unwrap();
    for length in 0..gz.len() {
        fs::write(packed(after.path(), 2), &gz[..length]).unwrap();
        let bad = found(after.path());
        assert_eq!(
            (bad.file, bad.fault),
            (packed(after.path(), 2), Fault::Packed),
            "{length}"
        );
    }
    fs::remove_file(packed(after.path(), 2)).unwrap();
    let bad = found(after.path());
    assert_eq!((bad.file, bad.fault), (segment(after.path(), 2), Fault::Missing));
}

#[test]
fn a_log_that_lost_the_segment_it_was_written_to_is_not_opened() {
    let (_, after) = three_segments();
    fs::remove_file(segment(after.path(), 3)).unwrap();
    let bad = found(after.path());
    assert_eq!(
        (&bad.file, bad.fault),
        (&segment(after.path(), 3), Fault::Missing)
    );
    match AuditLog::open(after.path(), options()) {
        Err(OpenError::Damaged(refused)) => assert_eq!(refused, bad),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        names(after.path())[..2],
        ["00000001.jsonl.gz", "00000002.jsonl.gz"]
    );
    assert!(!segment(after.path(), 1).exists());
}

#[test]
fn a_full_disk_leaves_the_plain_segment() {
    let (before, _) = three_segments();
    let it = Kept::in_dir(before, packing(), "2026-11-23T20:00:00Z").unwrap();
    // A folder in the way: the file cannot take its place, as root cannot either.
    fs::create_dir_all(packed(it.path(), 1).join("in the way")).unwrap();
    let refused = it.try_round(Seq(0)).unwrap_err();
    assert!(
        matches!(&refused, KeepError::Io { path, .. } if *path == segment(it.path(), 1)),
        "{refused:?}"
    );
    assert!(!it.path().join("00000001.jsonl.gz.tmp").exists());
    whole(it.path());
    fs::remove_dir_all(packed(it.path(), 1)).unwrap();
    it.rounds();
    assert!(!segment(it.path(), 1).exists());
    whole(it.path());
}

#[test]
fn a_segment_is_compressed_while_somebody_reads_it() {
    let mut it = Kept::new(packing());
    it.append(&["1a", "1b", "1c"]);
    it.next_day(&["2a"]);
    let mut lines = read(it.path(), Seq(0));
    assert!(lines.next().unwrap().is_ok());
    let mut reader = LineReader::open(it.path());
    let mut buffer = Vec::new();
    reader.line(1, 0, &mut buffer).unwrap();
    it.rounds();
    assert!(!segment(it.path(), 1).exists());
    assert_eq!(
        lines.map(|line| line.unwrap().seq.0).collect::<Vec<_>>(),
        [2, 3, 4, 5, 6]
    );
    assert_eq!(reader.line(1, 0, &mut buffer).unwrap().seq, Seq(1));
}

#[test]
fn single_lines_are_read_by_their_place() {
    let (before, after) = three_segments();
    for dir in [&before, &after] {
        let mut reader = LineReader::open(dir.path());
        let mut buffer = Vec::new();
        let all: Vec<_> = read(dir.path(), Seq(0)).map(Result::unwrap).collect();
        for line in all.iter().chain(all.iter().rev()) {
            let found = reader.line(line.segment, line.offset, &mut buffer).unwrap();
            assert_eq!(
                (found.seq, found.outbox, found.record, found.length),
                (line.seq, line.outbox, &line.record[..], line.length)
            );
        }
        for (number, offset, fault) in [
            (1, 1, Fault::Shape),
            (3, 1 << 40, Fault::Torn),
            (1, u64::MAX, Fault::Torn),
        ] {
            match reader.line(number, offset, &mut buffer) {
                Err(LineError::Bad(bad)) => assert_eq!((bad.offset, bad.fault), (offset, fault)),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(
            reader.line(9, 0, &mut buffer),
            Err(LineError::Gone { segment: 9 })
        ));
    }
}

#[test]
fn many_segments_are_read_in_any_order() {
    let mut it = Kept::new(packing());
    for _ in 0..70 {
        it.next_day(&["x"]);
    }
    it.rounds();
    let mut reader = LineReader::open(it.path());
    let mut buffer = Vec::new();
    let all: Vec<_> = read(it.path(), Seq(0)).map(Result::unwrap).collect();
    for step in [1, 37, 2, 69] {
        for at in 0..all.len() {
            let line = &all[at * step % all.len()];
            assert_eq!(
                reader.line(line.segment, line.offset, &mut buffer).unwrap().seq,
                line.seq
            );
        }
    }
}

#[test]
fn lines_that_are_just_written_can_be_read() {
    let mut it = Kept::new(packing());
    let mut reader = LineReader::open(it.path());
    let mut buffer = Vec::new();
    for text in ["a", "b", "c"] {
        it.append(&[text]);
        it.pass(SignedDuration::from_secs(1));
        let line = read(it.path(), it.log.head().seq).next().unwrap().unwrap();
        assert_eq!(
            reader.line(1, line.offset, &mut buffer).unwrap().record,
            line.record
        );
    }
}

#[test]
fn a_segment_that_was_made_anew_is_read_anew() {
    let it = Kept::new(packing());
    it.append(&["a", "b"]);
    let mut reader = LineReader::open(it.path());
    let mut buffer = Vec::new();
    reader.line(1, 0, &mut buffer).unwrap();
    let dir = it.die();
    fs::remove_file(segment(dir.path(), 1)).unwrap();
    let clock = TestClock::at("2026-11-25T00:00:00Z");
    let (log, _) = AuditLog::open(dir.path(), clock.options()).unwrap();
    for _ in 0..3 {
        log.append_blocking(b"{\"longer than before\":0}", None).unwrap();
    }
    let line = read(dir.path(), Seq(4)).next().unwrap().unwrap();
    assert_eq!(reader.line(1, line.offset, &mut buffer).unwrap().seq, Seq(4));
}
