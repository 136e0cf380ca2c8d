//! What vouches for the audit log, and its compressed segments, as a disk or an intruder may leave them.

use std::fs;
use std::path::{Path, PathBuf};

use claviger_audit::{Checkpoint, PublicKey, Seq, read, verify};
use claviger_fuzz::{Recipe, Seeds, target};

const STATEMENTS: &[u8] = include_bytes!("../../../fixtures/audit/kept/checkpoints.jsonl");
const PACKED: &[u8] = include_bytes!("../../../fixtures/audit/kept/00000003.jsonl.gz");

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/audit/kept")
}

#[test]
fn a_changed_statement_is_not_signed() {
    let pem = fs::read_to_string(kept().join("checkpoint.pub")).unwrap();
    let key = PublicKey::from_pem(&pem).unwrap();
    let lines: Vec<Vec<u8>> = STATEMENTS
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    let seeds = Seeds {
        words: lines.clone(),
        whole: lines.clone(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let line = recipe.cook(&seeds);
        let Ok(read) = Checkpoint::parse(&line) else {
            return;
        };
        // The newline is no part of it.
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        assert_eq!(read.to_line(), [line, b"\n"].concat());
        assert_eq!(read.is_signed_by(&key), lines.iter().any(|golden| golden == line));
    });
}

#[test]
fn a_changed_compressed_segment_gives_no_other_lines() {
    let golden: Vec<_> = read(&kept(), Seq(0)).map(Result::unwrap).collect();
    let head = verify(&kept()).unwrap().head;
    let seeds = Seeds {
        whole: vec![PACKED.to_vec()],
        words: vec![
            PACKED[..18].to_vec(),
            PACKED[PACKED.len() - 28..].to_vec(),
            vec![0; 8],
        ],
    };
    let folder = tempfile::TempDir::new().unwrap();
    for file in fs::read_dir(kept()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        fs::write(folder.path().join("00000003.jsonl.gz"), recipe.cook(&seeds)).unwrap();
        if let Ok(report) = verify(folder.path()) {
            assert_eq!(report.head, head);
        }
        let given = read(folder.path(), Seq(0))
            .take_while(Result::is_ok)
            .map(Result::unwrap);
        assert!(
            given
                .zip(&golden)
                .all(|(line, golden)| line.record == golden.record)
        );
    });
}
