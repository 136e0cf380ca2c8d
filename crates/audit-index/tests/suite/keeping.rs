//! What is done to a log as time goes by: compression, and removal of what is old.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use claviger_audit::index::{EventIndex as _, Follower as _};
use claviger_audit::{Ed25519Signer, Keeping, KeepingOptions, Seq};
use claviger_audit_index::{check, rebuild};

use crate::world::{PATIENCE, World, account, block_on, everything, key, medley, start};

/// Does all that is due.
fn keep(world: &World, options: KeepingOptions, delivered: Seq) {
    let secret = Ed25519Signer::generate().unwrap();
    let signer = Ed25519Signer::from_pkcs8(secret.expose()).unwrap();
    for file in ["checkpoint.pub", "checkpoints.jsonl"] {
        let _ = fs::remove_file(world.dir().join(file));
    }
    let log = Arc::clone(world.log.as_ref().unwrap());
    let keeping = Keeping::open(&world.dir(), log, Arc::new(signer), options).unwrap();
    while keeping.round(start(), delivered).unwrap().more {}
}

fn names(dir: &Path, ending: &str) -> usize {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    names
        .filter(|name| name.to_str().unwrap().ends_with(ending))
        .count()
}

#[test]
fn compressed_segments_are_read_and_indexed_all_the_same() {
    let mut world = World::new(300 << 10);
    world.append(medley(20, 3000));
    let index = world.index();
    keep(&world, KeepingOptions::default(), Seq(0));
    assert!(names(&world.dir(), ".jsonl.gz") >= 3);
    assert_eq!(
        names(&world.dir(), ".jsonl"),
        1 + 1,
        "the live one and the checkpoints"
    );
    world.judge(&index, &everything(0));
    drop(index);
    assert_eq!(
        check(&world.file(), &world.dir()).unwrap().faults,
        Vec::<String>::new()
    );

    // From nothing, and from where it stood when the segment that it was in was compressed.
    rebuild(&world.file(), &world.dir(), &mut |_, _| {}).unwrap();
    world.append(medley(21, 2000));
    keep(&world, KeepingOptions::default(), Seq(0));
    let index = world.index();
    assert_eq!(index.progress().trouble, None);
    world.judge(&index, &everything(0));
    world.judge(&index, &everything(1));
    drop(index);
    assert_eq!(
        check(&world.file(), &world.dir()).unwrap().faults,
        Vec::<String>::new()
    );
}

#[test]
fn what_was_removed_is_not_found_and_what_is_left_is() {
    let mut world = World::new(200 << 10);
    world.append(medley(22, 12_000));
    let index = world.index();
    let head = index.progress().done;
    let used = block_on(index.usage(account(0), key(1))).unwrap();
    let options = KeepingOptions {
        compress: false,
        retain_bytes: 1 << 20,
        ..KeepingOptions::default()
    };
    keep(&world, options, head);
    let first = claviger_audit::read(&world.dir(), Seq(0))
        .next()
        .unwrap()
        .unwrap()
        .seq;
    assert!(first > Seq(4096));
    let before = world.calls.len();
    world.calls.retain(|(seq, _)| *seq >= first);
    assert!((1..before).contains(&world.calls.len()));
    world.judge(&index, &everything(0));
    drop(index);

    // It looks at once after a start.
    let rows = |table: &str| -> i64 {
        let text = format!("SELECT count(*) FROM {table}");
        let file = rusqlite::Connection::open(world.file()).unwrap();
        file.query_row(&text, [], |row| row.get(0)).unwrap()
    };
    let counted = ["posting", "chunk", "block", "term"].map(rows);
    let index = world.open();
    assert!(block_on(index.reaches(head, PATIENCE)));
    while rows("block") == counted[2] {
        std::thread::yield_now();
    }
    for (table, before) in ["posting", "chunk", "block", "term"].into_iter().zip(counted) {
        assert!(rows(table) < before, "{table}");
    }
    world.judge(&index, &everything(0));
    world.judge(&index, &everything(1));
    assert_eq!(block_on(index.usage(account(0), key(1))).unwrap(), used);
    drop(index);
    assert_eq!(
        check(&world.file(), &world.dir()).unwrap().faults,
        Vec::<String>::new()
    );
}

#[test]
fn an_index_that_was_away_while_its_lines_were_removed_goes_on_behind_them() {
    let mut world = World::new(100 << 10);
    world.append(medley(23, 300));
    drop(world.index());
    world.append(medley(24, 3000));
    let options = KeepingOptions {
        retain_bytes: 300 << 10,
        compress: false,
        ..KeepingOptions::default()
    };
    keep(&world, options, Seq(u64::MAX));
    let first = claviger_audit::read(&world.dir(), Seq(0))
        .next()
        .unwrap()
        .unwrap()
        .seq;
    world.calls.retain(|(seq, _)| *seq >= first);
    let index = world.index();
    world.judge(&index, &everything(0));
    world.judge(&index, &everything(1));
    assert!(!block_on(index.usage(account(0), key(0))).unwrap().days.is_empty());
}
