//! A log, a shipper over it, and waiting for what must come.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use claviger_audit::index::{Follower, Progress};
use claviger_audit::{AuditLog, Clock as LogClock, Options, Seq};
use claviger_audit_ship::{Setup, Shapes, Shipper, SinkConfig, Timing};
use claviger_model::{Clock, Random, RandomError, Timestamp};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const LOG: Uuid = Uuid::from_u128(0xabc);

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        "2026-11-22T10:00:03Z".parse().unwrap()
    }
}

impl Random for Fixed {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
        out.fill(7);
        Ok(())
    }
}

/// Waits short enough for tests; none of them is asserted.
pub(crate) fn quick() -> Timing {
    Timing {
        poll: Duration::from_millis(2),
        patience: Duration::from_secs(10),
        grace: Duration::from_millis(40),
        cursor: Duration::ZERO,
        backoff: Duration::from_millis(2),
        backoff_most: Duration::from_millis(10),
    }
}

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) setup: Setup,
    pub(crate) sink: SinkConfig,
}

/// A shipper with one sink.
pub(crate) struct Running {
    shipper: Shipper,
    pub(crate) follower: Arc<dyn Follower>,
}

impl World {
    /// The settings are those of the sink, but for its name.
    pub(crate) fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let audit = folder.path().join("audit");
        std::fs::create_dir(&audit).unwrap();
        let sink = toml::from_str(&format!("name = \"siem\"\n{settings}")).unwrap();
        let setup = Setup {
            log: Arc::new(open(&audit, LOG)),
            audit,
            ship: folder.path().join("ship"),
            clock: Arc::new(Fixed),
            random: Arc::new(Fixed),
            shapes: Shapes::new(),
            timing: quick(),
        };
        Self { folder, setup, sink }
    }

    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Appends a record for each number.
    pub(crate) async fn append(&self, numbers: Range<usize>) {
        for number in numbers {
            let record = format!(
                "{{\"kind\":\"server\",\"time\":\"2026-11-22T10:00:00Z\",\"event\":\"e{number}\",\"version\":\"1\"}}"
            );
            self.setup.log.append(record.as_bytes(), None).await.unwrap();
        }
    }

    pub(crate) fn start(&self) -> Running {
        let shipper = Shipper::start(&self.setup, std::slice::from_ref(&self.sink)).unwrap();
        Running::of(shipper, 0)
    }

    pub(crate) fn head(&self) -> Seq {
        self.setup.log.head().seq
    }

    /// What the file of the cursor says.
    pub(crate) fn cursor(&self) -> u64 {
        let text = std::fs::read(self.setup.ship.join("siem.json")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        json["seq"].as_u64().unwrap()
    }
}

pub(crate) fn open(folder: &std::path::Path, log: Uuid) -> AuditLog {
    let clock = LogClock::new(|| "2026-11-22T10:00:00Z".parse().unwrap());
    let mut options = Options::new(log, clock);
    options.segment_bytes = 16 << 10;
    AuditLog::open(folder, options).unwrap().0
}

impl Running {
    /// Looks at one of the sinks.
    pub(crate) fn of(shipper: Shipper, sink: usize) -> Self {
        let follower = shipper.followers().remove(sink);
        Self { shipper, follower }
    }

    /// Waits until the sink's progress is such.
    pub(crate) async fn until(&self, such: impl Fn(&Progress) -> bool) -> Progress {
        let waiting = async {
            loop {
                let progress = self.follower.progress();
                if such(&progress) {
                    return progress;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), waiting).await;
        waited.unwrap_or_else(|_| panic!("still {:?}", self.follower.progress()))
    }

    /// Waits until everything in the log is done.
    pub(crate) async fn caught_up(&self, world: &World) {
        let head = world.head();
        self.until(|progress| progress.done >= head).await;
    }

    pub(crate) async fn stop(self) {
        self.shipper.stop(Duration::from_secs(30)).await;
    }

    /// As if the process had been killed.
    pub(crate) fn kill(self) {
        drop(self.shipper);
    }
}

/// The numbers of records, in the order in which they came.
pub(crate) fn number(event: &serde_json::Value) -> usize {
    let event = event.as_str().unwrap();
    event.strip_prefix('e').unwrap().parse().unwrap()
}

/// Asserts that all numbers came, in order but for repetitions: none came before one that is below it had come.
pub(crate) fn assert_all(numbers: &[usize], expected: Range<usize>) {
    let mut next = expected.start;
    for number in numbers {
        assert!(*number <= next, "{number} came before {next}");
        next = next.max(number + 1);
    }
    assert_eq!(next, expected.end);
}
