//! The index follows the log through stops, breaks and damage.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use claviger_audit::index::{EventIndex as _, Filter, Follower as _, Query};
use claviger_audit::{AuditLog, Seq};
use claviger_audit_index::{SqliteIndex, check, rebuild};
use claviger_model::SignedDuration;
use proptest::prelude::*;

use crate::world::{Call, PATIENCE, Still, World, block_on, everything, medley, open_log, start};

fn agrees(world: &World) {
    let checked = check(&world.file(), &world.dir()).unwrap();
    assert_eq!(checked.faults, Vec::<String>::new());
    assert_eq!(checked.done, world.log.as_ref().unwrap().head().seq);
    assert!(checked.rows > 0);
}

fn rows(seed: u64, counts: &[u32]) -> Vec<Vec<Call>> {
    let mut calls = medley(seed, counts.iter().sum()).into_iter();
    let batches = counts
        .iter()
        .map(|count| calls.by_ref().take(*count as usize).collect());
    batches.collect()
}

#[test]
fn what_is_appended_later_is_found_and_the_lag_is_told() {
    let mut world = World::new(64 << 20);
    let index = world.index();
    for batch in rows(2, &[1, 1, 300, 5000, 1]) {
        world.append(batch);
        let head = world.log.as_ref().unwrap().head().seq;
        assert!(block_on(index.reaches(head, PATIENCE)));
        world.judge(&index, &everything(0));
        world.judge(&index, &everything(2));
        let progress = index.progress();
        assert_eq!((progress.done, progress.trouble), (head, None));
        // The clock stands at the beginning of all times.
        let (_, last) = world.calls.last().unwrap();
        assert_eq!(progress.lag, Some(start().duration_since(last.time)));
    }
    drop(index);
    agrees(&world);
}

#[test]
fn what_was_appended_while_it_was_away_is_caught_up() {
    let mut world = World::new(100 << 10);
    for batch in rows(3, &[700, 4000, 1, 0, 900]) {
        world.append(batch);
        let index = world.index();
        world.judge(&index, &everything(0));
        drop(index);
        agrees(&world);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn however_the_log_grows_the_index_equals_one_made_at_once(
        seed: u64,
        counts in prop::collection::vec(prop_oneof![0..5_u32, 100..400_u32, Just(4096)], 1..6),
        segment_bytes in prop::sample::select(vec![30_000_u64, 1 << 20]),
    ) {
        let mut world = World::new(segment_bytes);
        for batch in rows(seed, &counts) {
            world.append(batch);
            drop(world.index());
        }
        let grown = check(&world.file(), &world.dir()).unwrap();
        prop_assert_eq!(grown.faults, Vec::<String>::new());
        rebuild(&world.file(), &world.dir(), &mut |_, _| {}).unwrap();
        let index = SqliteIndex::open(&world.file(), &world.dir(), None, Arc::new(Still(start()))).unwrap();
        world.judge(&index, &everything(0));
        world.judge(&index, &everything(1));
    }
}

/// The index file with what stands beside it, as a machine that dies would leave it.
fn copy(from: &Path, to: &Path) {
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        let _ = fs::remove_file(name(to));
        if fs::exists(name(from)).unwrap() {
            fs::copy(name(from), name(to)).unwrap();
        }
    }
    let _ = fs::remove_file(format!("{}-shm", to.display()));
}

#[test]
fn a_file_of_any_moment_catches_up() {
    let mut world = World::new(200 << 10);
    let kept = world.folder().join("kept.db");
    let index = world.index();
    let mut copies = Vec::new();
    for (number, batch) in rows(4, &[10, 500, 3586, 4096, 1, 900]).into_iter().enumerate() {
        let one = kept.with_extension(number.to_string());
        copy(&world.file(), &one);
        copies.push(one);
        world.append(batch);
        assert!(block_on(
            index.reaches(world.log.as_ref().unwrap().head().seq, PATIENCE)
        ));
    }
    drop(index);
    for one in copies {
        copy(&one, &world.file());
        let index = world.index();
        world.judge(&index, &everything(1));
        drop(index);
        agrees(&world);
    }
}

#[test]
fn a_damaged_file_is_made_anew() {
    let mut world = World::new(64 << 20);
    world.append(medley(5, 5000));
    drop(world.index());
    let whole = fs::read(world.file()).unwrap();
    let middle = whole.len() / 2;
    let mut torn = whole.clone();
    torn[middle..].fill(0xa5);
    let mut other_format = whole.clone();
    // SOURCE: sqlite.org/fileformat2.html: the user version stands at byte 60.
    other_format[60..64].copy_from_slice(&77_u32.to_be_bytes());
    let mut older_format = whole.clone();
    older_format[60..64].copy_from_slice(&1_u32.to_be_bytes());
    for bytes in [
        b"no database".as_slice(),
        &[0; 8192],
        &torn,
        &other_format,
        &older_format,
    ] {
        fs::write(world.file(), bytes).unwrap();
        let index = world.open();
        let head = world.log.as_ref().unwrap().head().seq;
        // Damage deep inside shows itself only to those who come across it.
        let query = Query {
            filters: vec![Filter::Outcome("refused".into())],
            ..everything(0)
        };
        for _ in 0..100 {
            assert!(block_on(index.reaches(head, PATIENCE)));
            if block_on(index.lookup(&query)).is_ok() && block_on(index.lookup(&everything(1))).is_ok() {
                break;
            }
        }
        world.judge(&index, &query);
        world.judge(&index, &everything(1));
    }
}

#[test]
fn another_log_means_another_index() {
    let mut world = World::new(64 << 20);
    world.append(medley(6, 600));
    drop(world.index());

    let mut longer = World::new(32 << 20);
    longer.append(medley(7, 700));
    let mut shorter = World::new(16 << 20);
    shorter.append(medley(8, 20));
    // The same id, as after going back to an older copy of the log.
    let mut parted = World::new(64 << 20);
    parted.append(medley(9, 650));
    for other in [longer, shorter, parted] {
        fs::create_dir(other.file().parent().unwrap()).unwrap();
        copy(&world.file(), &other.file());
        let index = other.open();
        // It first says how far it thinks it is.
        let head = other.log.as_ref().unwrap().head().seq;
        for _ in 0..100 {
            assert!(block_on(index.reaches(head, PATIENCE)));
            if index.progress().done == head && block_on(index.lookup(&everything(0))).is_ok() {
                break;
            }
        }
        other.judge(&index, &everything(0));
        other.judge(&index, &everything(1));
        drop(index);
        agrees(&other);
    }
}

#[test]
fn a_disk_that_refuses_is_told_and_tried_again() {
    let mut world = World::new(64 << 20);
    world.append(medley(10, 50));
    let folder = world.file().parent().unwrap().to_owned();
    // A file where the folder should be.
    fs::write(&folder, b"").unwrap();
    let index = world.open();
    let head = world.log.as_ref().unwrap().head().seq;
    while index.progress().trouble.is_none() {
        assert!(!block_on(
            index.reaches(head, SignedDuration::from_millis(20).unsigned_abs())
        ));
    }
    assert!(block_on(index.lookup(&everything(0))).is_err());
    fs::remove_file(&folder).unwrap();
    assert!(block_on(index.reaches(head, PATIENCE)));
    while index.progress().trouble.is_some() {
        std::thread::yield_now();
    }
    world.judge(&index, &everything(0));
}

#[test]
fn rebuilding_tells_how_far_it_is_and_leaves_nothing_beside() {
    let mut world = World::new(100 << 10);
    world.append(medley(11, 3000));
    let head = world.log.take().map(|log| log.head().seq).unwrap();
    let mut told = Vec::new();
    assert_eq!(
        rebuild(&world.file(), &world.dir(), &mut |done, of| told.push((done, of))).unwrap(),
        head
    );
    assert_eq!(told.last(), Some(&(head, head)));
    let names: Vec<_> = fs::read_dir(world.file().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["audit.db"]);
    let checked = check(&world.file(), &world.dir()).unwrap();
    assert_eq!((checked.done, checked.faults), (head, Vec::new()));
}

#[test]
fn no_log_makes_an_empty_index() {
    let folder = tempfile::tempdir().unwrap();
    let (file, dir) = (folder.path().join("audit.db"), folder.path().join("audit"));
    fs::create_dir(&dir).unwrap();
    assert_eq!(rebuild(&file, &dir, &mut |_, _| {}).unwrap(), Seq(0));
    let index = SqliteIndex::open(&file, &dir, None, Arc::new(Still(start()))).unwrap();
    assert!(block_on(index.lookup(&everything(0))).unwrap().events.is_empty());
}

#[test]
fn a_comparison_finds_what_the_index_has_wrong() {
    let mut world = World::new(64 << 20);
    world.append(medley(12, 500));
    drop(world.index());
    for change in [
        "DELETE FROM posting WHERE rowid_of = 1",
        "UPDATE use_day SET count = count + 1",
        "UPDATE use_last SET caller = 'nobody'",
        "DELETE FROM chunk",
        "UPDATE block SET first = first - 1",
        "UPDATE term SET account = account + 1000000 WHERE kind = 8",
    ] {
        let change = change.replace("rowid_of = 1", "term = (SELECT max(id) FROM term)");
        let kept = world.folder().join("kept.db");
        copy(&world.file(), &kept);
        rusqlite::Connection::open(world.file())
            .unwrap()
            .execute_batch(&change)
            .unwrap();
        assert_eq!(
            check(&world.file(), &world.dir()).unwrap().faults.len(),
            1,
            "{change}"
        );
        copy(&kept, &world.file());
        agrees(&world);
    }
}

#[test]
fn a_record_that_cannot_be_read_is_an_error() {
    let mut world = World::new(64 << 20);
    world.append(medley(13, 40));
    drop(world.index());
    let segment = world.dir().join("00000001.jsonl");
    let text = fs::read_to_string(&segment).unwrap();
    let log: Option<Arc<AuditLog>> = None;
    let index = SqliteIndex::open(&world.file(), &world.dir(), log, Arc::new(Still(start()))).unwrap();
    world.judge(&index, &everything(0));
    fs::write(&segment, text.replace("\"kind\":\"call\"", "\"kind\":\"cal.\"")).unwrap();
    assert!(block_on(index.lookup(&everything(0))).is_err());
    fs::write(&segment, &text[..text.len() / 2]).unwrap();
    assert!(block_on(index.lookup(&everything(0))).is_err());
}

#[test]
fn a_log_that_goes_on_elsewhere_is_followed_by_a_new_handle() {
    let mut world = World::new(64 << 20);
    world.append(medley(14, 100));
    drop(world.index());
    // A server that stops and starts again.
    world.log.take().unwrap().close();
    world.log = Some(open_log(&world.dir(), 64 << 20));
    world.append(medley(15, 100));
    let index = world.index();
    world.judge(&index, &everything(0));
}
