//! Files of the audit log, as a disk or an intruder may leave them.

use std::fs;
use std::path::Path;

use claviger_audit::{AuditLog, Clock, Options, Seq, read, verify};
use claviger_fuzz::{Recipe, Seeds, target};
use tempfile::TempDir;
use uuid::Uuid;

const FIRST: &[u8] = include_bytes!("../../../fixtures/audit/two-segments/00000001.jsonl");
const SECOND: &[u8] = include_bytes!("../../../fixtures/audit/two-segments/00000002.jsonl");

fn seeds() -> Seeds {
    let lines = [FIRST, SECOND]
        .into_iter()
        .flat_map(|file| file.split_inclusive(|byte| *byte == b'\n'));
    let pieces: [&[u8]; 9] = [
        b"\n",
        b"{",
        b"}",
        b"\"}\n",
        b"\0",
        &[0; 512],
        b",\"hash\":\"",
        b"{\"kind\":\"segment\"",
        b"{\"seq\":18446744073709551616",
    ];
    Seeds {
        whole: vec![FIRST.to_vec(), SECOND.to_vec()],
        words: lines.chain(pieces).map(<[u8]>::to_vec).collect(),
    }
}

/// The part up to the last newline.
fn lines(bytes: &[u8]) -> &[u8] {
    let end = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    &bytes[..end]
}

fn folder(files: &[&[u8]]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (number, bytes) in files.iter().enumerate() {
        fs::write(segment(folder.path(), number + 1), bytes).unwrap();
    }
    folder
}

fn segment(folder: &Path, number: usize) -> std::path::PathBuf {
    folder.join(format!("{number:08}.jsonl"))
}

#[test]
fn a_changed_log_does_not_verify() {
    let seeds = seeds();
    target!().with_type::<(Recipe, Option<Recipe>)>().for_each(
        |(first, second): &(Recipe, Option<Recipe>)| {
            let first = first.cook(&seeds);
            let second = second.as_ref().map(|recipe| recipe.cook(&seeds));
            let files: Vec<&[u8]> = std::iter::once(first.as_slice())
                .chain(second.as_deref())
                .collect();
            let folder = folder(&files);
            let verified = verify(folder.path());
            let given: Result<Vec<_>, _> = read(folder.path(), Seq(0)).collect();
            assert_eq!(verified.is_ok(), given.is_ok(), "reading and verifying disagree");
            if let Ok(report) = verified {
                // Nobody can make a chain by chance: what holds is the golden log, or less of it.
                let whole: Vec<u8> = files.iter().flat_map(|file| lines(file)).copied().collect();
                assert!([FIRST, SECOND].concat().starts_with(&whole));
                assert_eq!(report.bytes, whole.len() as u64);
                assert_eq!(report.head.seq.0, given.unwrap().len() as u64);
            }
        },
    );
}

#[test]
fn a_log_that_opens_is_whole_and_goes_on() {
    let seeds = seeds();
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let before = Recipe {
            seed: 0,
            edits: recipe.edits.clone(),
        }
        .cook(&seeds);
        let folder = folder(&[&before]);
        let clock = Clock::new(|| "2026-11-21T23:59:59Z".parse().unwrap());
        let Ok((log, recovery)) = AuditLog::open(folder.path(), Options::new(Uuid::from_u128(7), clock))
        else {
            // A log that is refused is left as it is.
            assert_eq!(fs::read(segment(folder.path(), 1)).unwrap(), before);
            return;
        };
        let seq = log.append_blocking(b"{\"event\":\"after\"}", None).unwrap();
        assert_eq!(seq.0, recovery.head.seq.0 + 1);
        drop(log);
        let report = verify(folder.path()).unwrap();
        assert_eq!((report.head.seq, report.tail_bytes), (seq, 0));
        if !recovery.created {
            let after = fs::read(segment(folder.path(), 1)).unwrap();
            let kept = before.len() as u64 - recovery.truncated_bytes;
            assert!(after.starts_with(&before[..usize::try_from(kept).unwrap()]));
        }
    });
}
