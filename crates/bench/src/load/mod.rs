//! The generator: one thread, many kept-alive connections, one request on each.
//!
//! It has one core against the server's one and must leave the server to be the limit. So it talks to epoll itself,
//! parses no more of an answer than it must, and sends requests that are patched together from templates.

mod answer;
mod connection;

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::retry_on_intr;
use rustix::time::{ClockId, clock_gettime};

pub(crate) use answer::Answer;
pub(crate) use connection::Target;

use crate::error::Error;
use crate::stats::Latencies;
use connection::Connection;

/// How long an answer may take.
const PATIENCE: Timespec = Timespec {
    tv_sec: 30,
    tv_nsec: 0,
};

/// Without waiting: an open loop watches the clock as well as its connections.
const AT_ONCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

/// An open loop gives up when it lags this far behind.
const HOPELESS: Duration = Duration::from_secs(10);

/// What is asked, and which answers are right.
pub(crate) trait Script {
    /// Appends the next request.
    fn request(&mut self, out: &mut Vec<u8>);
    /// Whether the answer is right. One that is not counts as an error.
    fn accepts(&mut self, answer: &Answer<'_>) -> bool;
}

/// When a closed loop ends.
#[derive(Clone, Copy)]
pub(crate) enum Until<'a> {
    /// After this time.
    Time(Duration),
    /// After this many requests.
    Count(usize),
    /// Once this is set.
    Set(&'a AtomicBool),
}

/// What came of a loop.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Right answers.
    pub(crate) answers: u64,
    /// Other answers.
    pub(crate) errors: u64,
    /// The first of those, in words.
    pub(crate) first_error: Option<String>,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// Time of each right answer: since it was sent or, in an open loop, since it should have been sent.
    pub(crate) latencies: Latencies,
    /// Processor time of the generator, in seconds.
    pub(crate) load_seconds: f64,
}

/// Connections to one door.
pub(crate) struct Load {
    epoll: OwnedFd,
    connections: Vec<Connection>,
    /// Since when the request on each connection counts.
    since: Vec<Instant>,
    events: Vec<epoll::Event>,
}

impl Load {
    /// Opens `count` connections.
    pub(crate) fn connect(target: &Target, count: usize) -> Result<Self, Error> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(Error::system("create an epoll"))?;
        let mut connections = Vec::with_capacity(count);
        for index in 0..count {
            let connection = Connection::open(target)?;
            let data = epoll::EventData::new_u64(u64::try_from(index).unwrap_or_default());
            epoll::add(&epoll, &connection, data, epoll::EventFlags::IN)
                .map_err(Error::system("watch a connection"))?;
            connections.push(connection);
        }
        Ok(Self {
            epoll,
            connections,
            since: vec![Instant::now(); count],
            events: Vec::with_capacity(count),
        })
    }

    /// Closed loop: each connection sends its next request when it has its answer.
    pub(crate) fn closed(&mut self, script: &mut dyn Script, until: Until<'_>) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        let cpu = own_cpu_seconds();
        let start = Instant::now();
        let mut sent = 0;
        let mut wanted = |now: Instant| {
            sent += 1;
            match until {
                Until::Time(duration) => now - start < duration,
                Until::Count(count) => sent <= count,
                Until::Set(flag) => !flag.load(Ordering::Relaxed),
            }
        };
        let mut waiting = 0_usize;
        for index in 0..self.connections.len() {
            let now = Instant::now();
            if wanted(now) {
                self.send(index, script, now)?;
                waiting += 1;
            }
        }
        while waiting > 0 {
            let mut events = self.wait(&PATIENCE)?;
            if events.is_empty() {
                return Err(Error::Protocol(format!(
                    "did not answer within {} s",
                    PATIENCE.tv_sec
                )));
            }
            for index in events.drain(..).map(|event| position(&event)) {
                if let Some(now) = self.receive(index, script, &mut outcome)? {
                    if wanted(now) {
                        self.send(index, script, now)?;
                    } else {
                        waiting -= 1;
                    }
                }
            }
            self.events = events;
        }
        outcome.elapsed = start.elapsed();
        outcome.load_seconds = own_cpu_seconds() - cpu;
        Ok(outcome)
    }

    /// Open loop: `rate` requests a second are due whatever the server does. A request that finds no free connection
    /// waits for one, and its time counts from when it was due.
    pub(crate) fn open(
        &mut self,
        script: &mut dyn Script,
        rate: u32,
        length: Duration,
    ) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        let cpu = own_cpu_seconds();
        let mut free: VecDeque<usize> = (0..self.connections.len()).collect();
        let interval = Duration::from_secs(1) / rate.max(1);
        let start = Instant::now();
        let mut due = start;
        while due - start < length || free.len() < self.connections.len() {
            let now = Instant::now();
            if now.saturating_duration_since(due) > HOPELESS {
                outcome.first_error = Some(format!("cannot keep up with {rate} requests a second"));
                break;
            }
            while due <= now
                && due - start < length
                && let Some(index) = free.pop_front()
            {
                self.send(index, script, due)?;
                due += interval;
            }
            let mut events = self.wait(&AT_ONCE)?;
            for index in events.drain(..).map(|event| position(&event)) {
                if self.receive(index, script, &mut outcome)?.is_some() {
                    free.push_back(index);
                }
            }
            self.events = events;
        }
        outcome.elapsed = start.elapsed();
        outcome.load_seconds = own_cpu_seconds() - cpu;
        Ok(outcome)
    }

    fn send(&mut self, index: usize, script: &mut dyn Script, since: Instant) -> Result<(), Error> {
        let (Some(connection), Some(slot)) = (self.connections.get_mut(index), self.since.get_mut(index))
        else {
            return Ok(());
        };
        *slot = since;
        connection.out.clear();
        script.request(&mut connection.out);
        connection.send()
    }

    /// Takes what has arrived; gives the time when it completed the answer.
    fn receive(
        &mut self,
        index: usize,
        script: &mut dyn Script,
        outcome: &mut Outcome,
    ) -> Result<Option<Instant>, Error> {
        let (Some(connection), Some(since)) = (self.connections.get_mut(index), self.since.get(index)) else {
            return Ok(None);
        };
        let Some(answer) = connection.receive()? else {
            return Ok(None);
        };
        let now = Instant::now();
        if script.accepts(&answer) {
            outcome.answers += 1;
            outcome.latencies.push(now - *since);
        } else {
            outcome.errors += 1;
            let describe = || format!("{}: {}", answer.status, String::from_utf8_lossy(answer.body));
            outcome.first_error.get_or_insert_with(describe);
        }
        Ok(Some(now))
    }

    /// Connections with something to read. The vector goes back into `self.events` for the next time.
    fn wait(&mut self, timeout: &Timespec) -> Result<Vec<epoll::Event>, Error> {
        let mut events = std::mem::take(&mut self.events);
        retry_on_intr(|| epoll::wait(&self.epoll, spare_capacity(&mut events), Some(timeout)))
            .map_err(Error::system("wait for answers"))?;
        Ok(events)
    }
}

fn position(event: &epoll::Event) -> usize {
    usize::try_from(event.data.u64()).unwrap_or(usize::MAX)
}

/// Processor time of the calling thread so far.
pub(crate) fn own_cpu_seconds() -> f64 {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    let used = Duration::try_from(used).unwrap_or_default();
    used.as_secs_f64()
}

#[cfg(test)]
mod tests;
