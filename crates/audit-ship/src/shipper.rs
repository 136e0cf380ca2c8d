//! Starting and stopping the sinks.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use claviger_audit::index::Follower;
use claviger_audit::{AuditLog, Seq};
use claviger_model::{Clock, Random};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::warn;

use crate::batch::{Framing, Reader, Recipe};
use crate::config::{Kind, SinkConfig, Wrong, check};
use crate::cursor::{Cursor, Found};
use crate::fault::FileFault;
use crate::shape::{CLAVIGER, Shapes, claviger};
use crate::sink::Sink;
use crate::state::State;
use crate::syslog::message::Header;
use crate::syslog::{self, Syslog};
use crate::task::{Parts, Stop, Task};
use crate::webhook::{self, Webhook};

/// Name that messages bear where the machine's own cannot be one.
const NO_HOST: &str = "-";

/// What all sinks share.
#[derive(Clone)]
pub struct Setup {
    /// The log.
    pub log: Arc<AuditLog>,
    /// Its folder.
    pub audit: PathBuf,
    /// The folder of the cursors; made where it is missing.
    pub ship: PathBuf,
    /// Tells the time of signatures, and the lag.
    pub clock: Arc<dyn Clock>,
    /// Spreads the waits of sinks in trouble.
    pub random: Arc<dyn Random>,
    /// Shapes beside `claviger`.
    pub shapes: Shapes,
    /// Waits and bounds.
    pub timing: Timing,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("audit", &self.audit)
            .field("ship", &self.ship)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}

/// Waits and bounds of the shipping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How often the log is asked for news.
    pub poll: Duration,
    /// How long connecting, writing a batch and waiting for its answer may take, each.
    pub patience: Duration,
    /// How long a syslog connection must stay open after a batch was written, for the batch to count as taken. Four
    /// fifths of it are what the system waits for the peer to confirm bytes before it drops the connection.
    pub grace: Duration,
    /// Least time between two writes of a cursor: each is two syncs, on the disk of the log.
    pub cursor: Duration,
    /// The first wait of a sink in trouble; it doubles.
    pub backoff: Duration,
    /// The longest one.
    pub backoff_most: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(200),
            patience: Duration::from_secs(10),
            grace: Duration::from_secs(5),
            cursor: Duration::from_secs(1),
            backoff: Duration::from_secs(1),
            backoff_most: Duration::from_secs(60),
        }
    }
}

/// Why shipping did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting.
    #[error(transparent)]
    Setting(#[from] Wrong),
    /// A file that a sink's settings name.
    #[error("sink `{sink}`: {fault}")]
    File {
        /// Name of the sink.
        sink: String,
        /// The file and what is wrong with it.
        fault: FileFault,
    },
    /// The folder of the cursors, or a cursor in it.
    #[error("the cursor of sink `{sink}` in `{}` cannot be used: {source}", folder.display())]
    Cursor {
        /// Name of the sink.
        sink: String,
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// The sinks at work. Dropping it breaks them off, without harm: what they had not written down is shipped again.
#[derive(Debug)]
pub struct Shipper {
    followers: Vec<Arc<State>>,
    tasks: JoinSet<()>,
    /// When they have to be done at the latest, once they have to end.
    stop: watch::Sender<Option<Instant>>,
}

impl Shipper {
    /// Starts a task for each sink. Blocks for as long as it takes to read a few small files.
    ///
    /// # Errors
    /// [`StartError`]; no sink is at work then. That a sink does not answer is no error.
    ///
    /// # Panics
    /// Outside of a runtime of Tokio with timers and network.
    pub fn start(setup: &Setup, sinks: &[SinkConfig]) -> Result<Self, StartError> {
        let shapes: Vec<_> = setup.shapes.keys().map(String::as_str).collect();
        check(sinks, &shapes)?;
        let (stop, stopping) = watch::channel(None);
        let mut prepared = Vec::new();
        for config in sinks {
            prepared.push(prepare(setup, config, &stopping)?);
        }
        let mut shipper = Self {
            followers: Vec::new(),
            tasks: JoinSet::new(),
            stop,
        };
        for task in prepared {
            shipper.followers.push(Arc::clone(&task.state));
            shipper.tasks.spawn(task.run());
        }
        Ok(shipper)
    }

    /// The sinks, in the order of the settings. They stay readable after the stop.
    pub fn followers(&self) -> Vec<Arc<dyn Follower>> {
        let dynamic = |state: &Arc<State>| -> Arc<dyn Follower> { Arc::clone(state) as _ };
        self.followers.iter().map(dynamic).collect()
    }

    /// Ships what is in the log by now, writes the cursors and ends; within `patience`, beyond which only the cursors
    /// are still written. A sink in trouble ends at once. Meant for after the log was closed.
    pub async fn stop(mut self, patience: Duration) {
        self.stop.send_replace(Some(Instant::now() + patience));
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Reads the files that the settings of a sink name, as a start does. Blocks for as long.
///
/// # Errors
/// [`StartError::File`].
pub fn try_files(config: &SinkConfig) -> Result<(), StartError> {
    let tried = match config.kind {
        Kind::Syslog => syslog::try_files(config).map(drop),
        Kind::Webhook => webhook::try_files(config).map(drop),
    };
    tried.map_err(|fault| StartError::File {
        sink: config.name.clone(),
        fault,
    })
}

/// Makes all that a sink needs.
fn prepare(setup: &Setup, config: &SinkConfig, stop: &Stop) -> Result<Task, StartError> {
    let cursor = |source| StartError::Cursor {
        sink: config.name.clone(),
        folder: setup.ship.clone(),
        source,
    };
    let file = |fault| StartError::File {
        sink: config.name.clone(),
        fault,
    };
    let log = setup.log.id();
    let cursor_file = Cursor::new(&setup.ship, &config.name, log).map_err(cursor)?;
    let done = begin(setup, config, &cursor_file).map_err(cursor)?;
    let (sink, framing): (Box<dyn Sink>, _) = match config.kind {
        Kind::Syslog => {
            let hostname = config.hostname.clone().unwrap_or_else(machine);
            let header = Framing::Syslog(Header::new(&hostname, log));
            (Box::new(Syslog::new(config, setup.timing).map_err(file)?), header)
        }
        Kind::Webhook => {
            let webhook = Webhook::new(config, setup.timing, Arc::clone(&setup.clock), log);
            (Box::new(webhook.map_err(file)?), Framing::Lines)
        }
    };
    let shape = match setup.shapes.get(&config.shape) {
        Some(shape) if config.shape != CLAVIGER => Arc::clone(shape),
        _ => claviger(),
    };
    let recipe = Recipe {
        render: shape,
        framing,
        records: config.batch_records,
        bytes: config.batch_kibibytes << 10,
    };
    let reader = Reader::new(setup.audit.clone(), recipe, done);
    let parts = Parts {
        name: config.name.clone(),
        sink,
        reader,
        cursor: cursor_file,
        done,
    };
    Ok(Task::new(setup, parts, stop.clone()))
}

/// The line behind which a sink begins.
fn begin(setup: &Setup, config: &SinkConfig, cursor: &Cursor) -> io::Result<Seq> {
    let head = setup.log.head().seq;
    let sink = &config.name;
    let why = match cursor.load()? {
        Found::At(seq) if seq <= head => return Ok(seq),
        Found::Nothing => {
            let done = match config.from {
                crate::config::Start::Start => Seq(0),
                crate::config::Start::Now => head,
            };
            // Written at once: a sink that begins now must not begin later because it could not be reached.
            cursor.save(done)?;
            return Ok(done);
        }
        Found::At(_) => "is ahead of the log",
        Found::Other => "is that of another log",
        Found::Damaged => "is damaged",
    };
    warn!(%sink, "the cursor of sink `{sink}` {why}: it begins again with the oldest record");
    Ok(Seq(0))
}

/// The machine's name, as far as a message can bear it.
fn machine() -> String {
    let name = rustix::system::uname();
    let name = name.nodename().to_str().unwrap_or_default();
    if name.is_empty() { NO_HOST } else { name }.to_owned()
}
