//! The loop of a sink, over a log on disk and with a sink in memory; time stands still unless it is moved.

use std::path::Path;

use async_trait::async_trait;
use claviger_audit::index::Follower as _;
use claviger_audit::{Clock as LogClock, Options};
use claviger_model::RandomError;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::batch::{Framing, Recipe};
use crate::shape::{Render, Shapes, claviger};

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        "2026-11-22T10:00:03Z".parse().unwrap()
    }
}

impl Random for Fixed {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
        out.fill(u8::MAX);
        Ok(())
    }
}

/// What a sink in memory was given, and how often it is to fail before.
#[derive(Default)]
struct Seen {
    failures: usize,
    attempts: Vec<Instant>,
    lines: Vec<String>,
    ranges: Vec<(u64, u64)>,
}

struct Memory {
    seen: Arc<Mutex<Seen>>,
    taken: Option<Seq>,
}

#[async_trait]
impl Sink for Memory {
    async fn send(&mut self, batch: &Batch) -> Result<(), Fault> {
        let mut seen = self.seen.lock().unwrap();
        seen.attempts.push(Instant::now());
        if seen.failures > 0 {
            seen.failures -= 1;
            return Err(Fault::Closed);
        }
        let text = String::from_utf8(batch.bytes.to_vec()).unwrap();
        seen.lines.extend(text.lines().map(str::to_owned));
        seen.ranges.push((batch.first.0, batch.last.0));
        self.taken = Some(batch.last);
        Ok(())
    }

    async fn taken(&mut self) -> Result<Option<Seq>, Fault> {
        Ok(self.taken.take())
    }

    async fn finish(&mut self) -> Result<Option<Seq>, Fault> {
        Ok(None)
    }

    fn reset(&mut self) {
        self.taken = None;
    }
}

struct World {
    folder: TempDir,
    setup: Setup,
    seen: Arc<Mutex<Seen>>,
}

impl World {
    fn new(records: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = LogClock::new(|| "2026-11-22T10:00:00Z".parse().unwrap());
        let mut options = Options::new(Uuid::from_u128(1), clock);
        options.segment_bytes = 4096;
        let audit = folder.path().join("audit");
        std::fs::create_dir(&audit).unwrap();
        let (log, _) = AuditLog::open(&audit, options).unwrap();
        let setup = Setup {
            log: Arc::new(log),
            audit,
            ship: folder.path().join("ship"),
            clock: Arc::new(Fixed),
            random: Arc::new(Fixed),
            shapes: Shapes::new(),
            timing: Timing::default(),
        };
        let world = Self {
            folder,
            setup,
            seen: Arc::default(),
        };
        world.append(0..records);
        world
    }

    fn append(&self, numbers: std::ops::Range<usize>) {
        let log = Arc::clone(&self.setup.log);
        let append = move || {
            for number in numbers {
                let record = format!(
                    "{{\"kind\":\"server\",\"time\":\"2026-11-22T10:00:00Z\",\"event\":\"e{number}\",\"version\":\"1\"}}"
                );
                log.append_blocking(record.as_bytes(), None).unwrap();
            }
        };
        std::thread::spawn(append).join().unwrap();
    }

    fn task(&self, render: Render, stop: Stop) -> Task {
        let cursor = Cursor::new(&self.setup.ship, "memory", self.setup.log.id()).unwrap();
        let recipe = Recipe {
            render,
            framing: Framing::Lines,
            records: 7,
            bytes: 1 << 20,
        };
        let parts = Parts {
            name: "memory".to_owned(),
            sink: Box::new(Memory {
                seen: Arc::clone(&self.seen),
                taken: None,
            }),
            reader: Reader::new(self.setup.audit.clone(), recipe, Seq(0)),
            cursor,
            done: Seq(0),
        };
        Task::new(&self.setup, parts, stop)
    }

    /// Runs a task until it has nothing to do any more.
    async fn run(&self, render: Render) -> Arc<State> {
        let (stop, stopping) = watch::channel(None);
        let task = self.task(render, stopping);
        let state = Arc::clone(&task.state);
        let running = tokio::spawn(task.run());
        let head = self.setup.log.head().seq;
        while state.progress().done < head {
            sleep(Duration::from_millis(100)).await;
        }
        stop.send_replace(Some(Instant::now() + Duration::from_secs(1)));
        running.await.unwrap();
        state
    }

    fn cursor(&self) -> String {
        std::fs::read_to_string(Path::new(self.folder.path()).join("ship/memory.json")).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn every_record_arrives_once_in_order_and_batches_join() {
    let world = World::new(100);
    let state = world.run(claviger()).await;
    let seen = world.seen.lock().unwrap();
    let events: Vec<_> = seen
        .lines
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["record"]["event"].clone())
        .collect();
    let expected: Vec<_> = (0..100).map(|number| format!("e{number}")).collect();
    assert_eq!(events, expected);
    let first: Vec<_> = seen.ranges.iter().map(|(first, _)| *first).collect();
    let after: Vec<_> = seen.ranges.iter().map(|(_, last)| *last + 1).collect();
    assert_eq!(first.first(), Some(&1));
    assert_eq!(first.get(1..), after.get(..after.len() - 1));
    let head = world.setup.log.head().seq;
    assert!(head.0 > 102, "the records fill more than one segment");
    let progress = state.progress();
    assert_eq!((progress.done, progress.trouble), (head, None));
    assert_eq!(progress.lag, Some(claviger_model::SignedDuration::from_secs(3)));
    assert!(world.cursor().contains(&format!("\"seq\":{head}}}")));
}

#[tokio::test(start_paused = true)]
async fn a_sink_in_trouble_is_asked_again_later_and_later_and_nothing_is_lost() {
    let world = World::new(3);
    world.seen.lock().unwrap().failures = 8;
    world.run(claviger()).await;
    let seen = world.seen.lock().unwrap();
    let waits: Vec<_> = seen
        .attempts
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_millis().div_ceil(1000))
        .map(|seconds| seconds.saturating_sub(1))
        .collect();
    // Timers have a grain of a millisecond, so each wait is a little more than the full one.
    for (wait, full) in waits.iter().zip([1, 2, 4, 8, 16, 32, 60, 60]) {
        assert!((full - 1..=full).contains(wait), "{waits:?}");
    }
    assert_eq!(seen.lines.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn trouble_is_told_while_it_lasts_and_a_stop_does_not_wait_for_it() {
    let world = World::new(3);
    world.seen.lock().unwrap().failures = usize::MAX;
    let (stop, stopping) = watch::channel(None);
    let task = world.task(claviger(), stopping);
    let state = Arc::clone(&task.state);
    let running = tokio::spawn(task.run());
    while state.progress().trouble.is_none() {
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(state.progress().done, Seq(0));
    let asked = Instant::now();
    stop.send_replace(Some(asked + Duration::from_secs(3600)));
    running.await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(1), "the clock stands still");
}

#[tokio::test(start_paused = true)]
async fn a_stop_ships_what_is_in_the_log_by_then() {
    let world = World::new(50);
    let (stop, stopping) = watch::channel(None);
    stop.send_replace(Some(Instant::now() + Duration::from_secs(60)));
    world.task(claviger(), stopping).run().await;
    assert_eq!(world.seen.lock().unwrap().lines.len(), 50);
    let head = world.setup.log.head().seq;
    assert!(world.cursor().contains(&format!("\"seq\":{head}}}")));
}

#[tokio::test(start_paused = true)]
async fn a_shape_may_leave_records_out_and_the_cursor_goes_past_them() {
    let world = World::new(30);
    let odd: Render = Arc::new(|seq, _| (seq.0 % 2 == 1).then(|| format!("{{\"n\":{seq}}}").into_bytes()));
    let state = world.run(odd).await;
    let seen = world.seen.lock().unwrap();
    assert!(seen.lines.iter().all(|line| line.starts_with("{\"n\":")));
    assert!((10..20).contains(&seen.lines.len()), "{:?}", seen.lines);
    assert_eq!(state.progress().done, world.setup.log.head().seq);
}

#[tokio::test(start_paused = true)]
async fn a_shape_that_panics_is_trouble_and_no_end() {
    let world = World::new(3);
    let panics = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let first = Arc::clone(&panics);
    let render: Render = Arc::new(move |seq, _| {
        assert!(
            !first.swap(false, std::sync::atomic::Ordering::Relaxed),
            "the shape has a fault"
        );
        Some(seq.to_string().into_bytes())
    });
    world.run(render).await;
    assert_eq!(world.seen.lock().unwrap().lines, ["2", "3", "4"]);
}

#[tokio::test(start_paused = true)]
async fn records_that_come_later_are_shipped_later() {
    let world = World::new(1);
    world.run(claviger()).await;
    world.append(1..4);
    let head = world.setup.log.head().seq;
    // A second life: it begins where the cursor is.
    let mut task = world.task(claviger(), watch::channel(None).1);
    let Ok(crate::cursor::Found::At(done)) = task.cursor.load() else {
        panic!("there is a cursor")
    };
    task.reader.lock().unwrap().rewind(done);
    (task.sent, task.taken, task.saved) = (done, done, done);
    while task.sent < head {
        task.round().await.unwrap();
    }
    assert_eq!(world.seen.lock().unwrap().lines.len(), 4);
}
