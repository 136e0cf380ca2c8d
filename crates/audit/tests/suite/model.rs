//! Random lives of a log, against what its callers were told: whatever was acknowledged is in the log, in order
//! and unchanged; whatever was refused is not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

use claviger_audit::{AppendError, AuditLog, Options, Seq, read, verify};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::tempdir;

use crate::disk::{Disk, Op};
use crate::support::{TestClock, wait};

#[derive(Clone, Debug)]
enum Step {
    /// Appends so many records at once and waits for all.
    Append {
        count: usize,
        size: usize,
        outbox: bool,
    },
    Fail {
        op: Op,
        times: u32,
    },
    LeaveSpace(usize),
    TakePortions(usize),
    Heal,
    NextDay,
    /// Closes the log and opens it again.
    Restart,
    /// The process dies after so many operations of the disk, in the middle of this append.
    Kill {
        operations: u64,
        count: usize,
    },
    /// The machine dies likewise, and what was not synced becomes whatever the numbers say.
    CutPower {
        operations: u64,
        count: usize,
        choices: Vec<usize>,
    },
}

fn op() -> impl Strategy<Value = Op> {
    prop::sample::select(vec![
        Op::Create,
        Op::Open,
        Op::Remove,
        Op::SyncDir,
        Op::Read,
        Op::Write,
        Op::Truncate,
        Op::Sync,
    ])
}

fn step() -> impl Strategy<Value = Step> {
    let choices = vec(0..1000_usize, 40);
    prop_oneof![
        8 => (1..8_usize, 0..600_usize, any::<bool>())
            .prop_map(|(count, size, outbox)| Step::Append { count, size, outbox }),
        4 => (op(), 1..4_u32).prop_map(|(op, times)| Step::Fail { op, times }),
        2 => (0..3000_usize).prop_map(Step::LeaveSpace),
        1 => (1..400_usize).prop_map(Step::TakePortions),
        3 => Just(Step::Heal),
        1 => Just(Step::NextDay),
        1 => Just(Step::Restart),
        2 => (0..12_u64, 1..6_usize).prop_map(|(operations, count)| Step::Kill { operations, count }),
        2 => (0..12_u64, 1..6_usize, choices)
            .prop_map(|(operations, count, choices)| Step::CutPower { operations, count, choices }),
    ]
}

/// What the callers know.
#[derive(Default)]
struct Told {
    made: u64,
    outbox: u64,
    acknowledged: BTreeMap<u64, Vec<u8>>,
    refused: BTreeSet<Vec<u8>>,
    /// Refused by a log that could not take the bytes back yet.
    uncertain: BTreeSet<Vec<u8>>,
    /// Never answered: whoever asked has died with the log.
    unanswered: BTreeSet<Vec<u8>>,
}

impl Told {
    fn record(&mut self, size: usize) -> Vec<u8> {
        self.made += 1;
        format!("{{\"id\":{},\"pad\":\"{}\"}}", self.made, "p".repeat(size)).into_bytes()
    }

    fn append(&mut self, log: &AuditLog, disk: &Disk, count: usize, size: usize, outbox: bool) {
        let first = self.outbox.max(log.head().outbox) + 1;
        let appends: Vec<_> = (first..)
            .take(count)
            .map(|number| {
                let record = self.record(size);
                let append = log.append(&record, outbox.then_some(number));
                (record, append)
            })
            .collect();
        for (record, append) in appends {
            match wait(append) {
                Ok(seq) => {
                    // Going on means that what was uncertain has been cut off.
                    self.refused.append(&mut self.uncertain);
                    assert_eq!(self.acknowledged.insert(seq.0, record), None);
                }
                Err(_) if disk.is_dead() => drop(self.unanswered.insert(record)),
                Err(AppendError::Uncertain { .. }) => drop(self.uncertain.insert(record)),
                Err(_) => drop(self.refused.insert(record)),
            }
        }
    }

    fn check(&self, dir: &Path) {
        verify(dir).unwrap();
        let lines = read(dir, Seq(0)).map(Result::unwrap).filter(|line| !line.header);
        let kept: BTreeMap<_, _> = lines.map(|line| (line.seq.0, line.record)).collect();
        for (seq, record) in &self.acknowledged {
            assert_eq!(kept.get(seq), Some(record), "acknowledged as {seq}");
        }
        let others = kept
            .iter()
            .filter(|(seq, _)| !self.acknowledged.contains_key(seq));
        for (seq, record) in others {
            assert!(
                !self.refused.contains(record),
                "{seq} was refused: {}",
                String::from_utf8_lossy(record)
            );
            assert!(self.unanswered.contains(record), "{seq} came from nowhere");
        }
    }
}

struct World {
    clock: TestClock,
    day: u32,
    disk: Disk,
    log: AuditLog,
}

fn start(disk: Disk, clock: &TestClock) -> (Disk, AuditLog) {
    let options = Options {
        segment_bytes: 1500,
        // Every other batch or so makes room, within a segment that holds a few.
        reserve_bytes: 300,
        busy_after: 1,
        ..clock.options()
    };
    let (log, _) = AuditLog::open_in(Box::new(disk.clone()), options).unwrap();
    (disk, log)
}

impl World {
    fn take(&mut self, dir: &Path, told: &mut Told, step: Step) {
        match step {
            Step::Append { count, size, outbox } => told.append(&self.log, &self.disk, count, size, outbox),
            Step::Fail { op, times } => self.disk.fail_times(op, ErrorKind::Other, times),
            Step::LeaveSpace(bytes) => self.disk.leave_space(bytes),
            Step::TakePortions(bytes) => self.disk.take_portions(bytes),
            Step::Heal => self.disk.heal(),
            Step::NextDay => {
                self.day += 1;
                self.clock.set(&format!(
                    "2026-{:02}-{:02}T00:00:00Z",
                    1 + self.day / 28,
                    1 + self.day % 28
                ));
            }
            Step::Restart => {
                self.log.close();
                self.restart(self.disk.after_the_process(), dir, told);
            }
            Step::Kill { operations, count } => {
                self.disk.die_after(operations);
                told.append(&self.log, &self.disk, count, 100, true);
                self.log.close();
                self.restart(self.disk.after_the_process(), dir, told);
            }
            Step::CutPower {
                operations,
                count,
                choices,
            } => {
                self.disk.die_after(operations);
                told.append(&self.log, &self.disk, count, 300, true);
                self.log.close();
                let mut choices = choices.into_iter().cycle();
                self.disk.cut_power(|below| choices.next().unwrap_or(0) % below);
                self.restart(Disk::new(dir), dir, told);
            }
        }
    }

    fn restart(&mut self, disk: Disk, dir: &Path, told: &mut Told) {
        told.unanswered.append(&mut told.uncertain);
        (self.disk, self.log) = start(disk, &self.clock);
        told.check(dir);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_log_keeps_its_word(steps in vec(step(), 1..40)) {
        let dir = tempdir().unwrap();
        let clock = TestClock::at("2026-01-01T00:00:00Z");
        let (disk, log) = start(Disk::new(dir.path()), &clock);
        let mut told = Told::default();
        let mut world = World { clock, day: 0, disk, log };
        for step in steps {
            world.take(dir.path(), &mut told, step);
        }
        world.disk.heal();
        told.append(&world.log, &world.disk, 1, 10, false);
        world.log.close();
        told.check(dir.path());
        prop_assert!(told.uncertain.is_empty() || world.disk.is_dead());
    }
}
