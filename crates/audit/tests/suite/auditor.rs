//! The verifier in Python, which shares no code with this one, comes to the same verdicts.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use claviger_audit::{Fault, KeepingOptions};

use crate::golden::kept_fixture;
use crate::keeper::{Kept, checkpoints, copy, found, own_key, packed, plain_options, whole};
use crate::support::segment;

/// What the verifier prints and its exit code, with the public key brought along.
fn audit(dir: &Path) -> (String, Option<i32>) {
    let key = tempfile::NamedTempFile::new().unwrap();
    fs::write(key.path(), own_key().to_pem()).unwrap();
    run(&[dir, key.path()])
}

/// The same with any arguments: it prints a line, whatever they are.
fn run(arguments: &[&Path]) -> (String, Option<i32>) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verify_audit.py");
    let mut python = Command::new("python3");
    let run = python.arg(script).args(arguments).output().unwrap();
    let text = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
    assert!(text.lines().count() == 1, "python3 printed: {text}");
    (text.trim_end().to_owned(), run.status.code())
}

/// Both find the log whole, and the same end.
fn assert_both_whole(dir: &Path) {
    let report = whole(dir);
    let (text, code) = audit(dir);
    let expected = format!(
        "whole: log {}, last line {}, hash {}, vouched for up to line {}",
        report.log.unwrap(),
        report.head.seq,
        report.head.hash,
        report.checkpoint.unwrap().head.seq
    );
    assert_eq!((text, code), (expected, Some(0)));
}

/// Both name the same file and line; inside a compressed file, only the one here counts lines.
fn assert_both_find(what: &str, dir: &Path) -> PathBuf {
    let bad = found(dir);
    let (text, code) = audit(dir);
    assert_eq!(code, Some(1), "{what}: {text}");
    let name = bad.file.file_name().unwrap().to_str().unwrap();
    let line = if bad.fault == Fault::Packed { 1 } else { bad.line };
    let place = format!("BAD {name} line {line}: ");
    assert!(
        text.starts_with(&place),
        "{what}: {place} is due, and this is {text}"
    );
    bad.file
}

#[test]
fn both_find_good_logs_whole() {
    assert_both_whole(&kept_fixture());

    let mut it = Kept::new(plain_options());
    it.append(&["a", "b"]);
    it.next_day(&["c"]);
    it.round();
    it.append(&["d"]);
    assert_both_whole(it.path());

    let options = KeepingOptions {
        retain_days: 1,
        ..KeepingOptions::default()
    };
    let mut it = Kept::in_dir(it.stop(), options, "2026-11-22T08:00:00Z").unwrap();
    it.next_day(&["密钥", &"long".repeat(40_000)]);
    it.next_day(&["e"]);
    it.rounds();
    assert_both_whole(it.path());

    // A line that is being written, and a statement.
    let dir = it.stop();
    for path in [segment(dir.path(), 4), checkpoints(dir.path())] {
        let half = [fs::read(&path).unwrap(), b"{\"se".to_vec()].concat();
        fs::write(path, half).unwrap();
    }
    assert_both_whole(dir.path());
}

#[test]
fn what_cannot_be_checked_is_said_in_a_line() {
    let not_checked = |arguments: &[&Path], why: &str| {
        assert_eq!(run(arguments), (format!("not checked: {why}"), Some(2)));
    };
    let folder = tempfile::tempdir().unwrap();
    let (empty, log) = (folder.path(), kept_fixture());
    let (nowhere, file) = (empty.join("nowhere"), log.join("checkpoints.jsonl"));
    not_checked(&[], "say what: verify_audit.py FOLDER [KEY.pem]");
    not_checked(&[empty], &format!("{} holds no audit log", empty.display()));
    let missing = format!("{}: No such file or directory", nowhere.display());
    not_checked(&[&nowhere], &missing);
    not_checked(&[&log, &nowhere], &missing);
    not_checked(&[&file], &format!("{}: Not a directory", file.display()));
    let no_key = |key: &Path| format!("{} is no Ed25519 public key in PEM", key.display());
    not_checked(&[&log, &file], &no_key(&file));
    let key = empty.join("key.pem");
    for text in ["-----BEGIN-----ä-----", "-----BEGIN-----\nAAAA\n-----END-----"] {
        fs::write(&key, text).unwrap();
        not_checked(&[&log, &key], &no_key(&key));
    }
    let dir = copy(&log);
    fs::remove_file(checkpoints(dir.path())).unwrap();
    let bad = "BAD checkpoints.jsonl line 1: no statement".to_owned();
    assert_eq!(audit(dir.path()), (bad, Some(1)));
}

/// Changes a text file of a log.
type Change = fn(&mut Vec<String>);

#[test]
fn both_find_the_same_line_where_text_was_tampered_with() {
    let live: &[(&str, Change)] = &[
        ("a changed record", |lines| {
            lines[1] = lines[1].replace("4a", "4b");
        }),
        ("a changed number", |lines| {
            lines[2] = lines[2].replace(":12,", ":13,");
        }),
        ("a number that is too long", |lines| {
            lines[2] = lines[2].replace(":12,", &format!(":12{},", "0".repeat(5000)));
        }),
        ("a changed mark", |lines| {
            lines[3] = lines[3].replace("\"outbox\":0", "\"outbox\":1");
        }),
        ("a changed header", |lines| {
            lines[0] = lines[0].replace("2026", "2025");
        }),
        ("another log", |lines| lines[0] = lines[0].replace("9d8e", "9d8f")),
        ("a changed hash", |lines| {
            lines[1] = lines[1].replace("\"hash\":\"", "\"hash\":\"0");
        }),
        ("a line removed", |lines| drop(lines.remove(1))),
        ("the header removed", |lines| drop(lines.remove(0))),
        ("the last line removed", |lines| drop(lines.pop())),
        ("all lines removed", Vec::clear),
        ("a line repeated", |lines| lines.insert(2, lines[1].clone())),
        ("lines swapped", |lines| lines.swap(1, 2)),
        ("a foreign line", |lines| lines.insert(1, "{}\n".to_owned())),
    ];
    let said: &[(&str, Change)] = &[
        ("a changed statement", |lines| {
            lines[1] = lines[1].replace("\"seq\":6", "\"seq\":5");
        }),
        ("a changed seal", |lines| {
            lines[0] = lines[0].replace("\"segment\":1", "\"segment\":2");
        }),
        ("a changed time", |lines| {
            lines[4] = lines[4].replace("T08", "T09");
        }),
        ("another key", |lines| {
            lines[3] = lines[3].replace("\"key\":\"8", "\"key\":\"9");
        }),
        ("a changed signature", |lines| {
            lines[2] = lines[2].replace("\"signature\":\"G", "\"signature\":\"H");
        }),
        ("statements swapped", |lines| lines.swap(2, 3)),
        ("a statement repeated", |lines| lines.push(lines[4].clone())),
        ("a foreign statement", |lines| lines.insert(2, "{}\n".to_owned())),
    ];
    for (name, changes) in [("00000004.jsonl", live), ("checkpoints.jsonl", said)] {
        for (what, change) in changes {
            let dir = copy(&kept_fixture());
            let path = dir.path().join(name);
            let text = fs::read_to_string(&path).unwrap();
            let mut lines: Vec<_> = text.split_inclusive('\n').map(str::to_owned).collect();
            change(&mut lines);
            assert_ne!(lines.concat(), text, "{what}");
            fs::write(&path, lines.concat()).unwrap();
            assert_eq!(assert_both_find(what, dir.path()), path, "{what}");
        }
    }
}

/// Changes the files of a log.
type Damage = fn(&Path);

#[test]
fn both_find_the_same_file_where_files_were_tampered_with() {
    let cases: &[(&str, &str, Damage)] = &[
        ("a segment missing", "00000003.jsonl", |dir| {
            fs::remove_file(packed(dir, 3)).unwrap();
        }),
        ("the first one missing", "00000002.jsonl", |dir| {
            fs::remove_file(packed(dir, 2)).unwrap();
        }),
        ("the live one missing", "00000004.jsonl", |dir| {
            fs::remove_file(segment(dir, 4)).unwrap();
        }),
        ("the seal missing", "00000001.jsonl", |dir| {
            let text = fs::read_to_string(checkpoints(dir)).unwrap();
            fs::write(
                checkpoints(dir),
                text.split_inclusive('\n').skip(1).collect::<String>(),
            )
            .unwrap();
        }),
        ("one in the place of another", "00000003.jsonl.gz", |dir| {
            fs::copy(packed(dir, 2), packed(dir, 3)).unwrap();
        }),
        ("a changed byte", "00000003.jsonl.gz", |dir| {
            let mut bytes = fs::read(packed(dir, 3)).unwrap();
            bytes[100] ^= 1;
            fs::write(packed(dir, 3), bytes).unwrap();
        }),
        ("half a file", "00000002.jsonl.gz", |dir| {
            let bytes = fs::read(packed(dir, 2)).unwrap();
            fs::write(packed(dir, 2), &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("an empty file", "00000003.jsonl", |dir| {
            fs::write(segment(dir, 3), "").unwrap();
        }),
        ("an end cut off in the middle", "00000003.jsonl", |dir| {
            let mut plain = String::new();
            let packed = fs::File::open(packed(dir, 3)).unwrap();
            flate2::read::MultiGzDecoder::new(packed)
                .read_to_string(&mut plain)
                .unwrap();
            fs::write(segment(dir, 3), plain.trim_end()).unwrap();
        }),
    ];
    for (what, name, damage) in cases {
        let dir = copy(&kept_fixture());
        damage(dir.path());
        assert_eq!(
            assert_both_find(what, dir.path()),
            dir.path().join(name),
            "{what}"
        );
    }
}
