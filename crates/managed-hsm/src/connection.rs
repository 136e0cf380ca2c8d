//! A connection after the handshake.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use claviger_provider::Provider;
use claviger_provider_managed::protocol::{
    Answer, Buffer, Inbound, Malformed, Reply, Violation, write_answer,
};
use claviger_secret::SecretBytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::task::{self, JoinError, JoinSet};

use crate::greeting::Ended;
use crate::perform::perform;

/// Most requests in flight.
const MOST_IN_FLIGHT: usize = 1024;
/// Most bytes of them. One more request may come on top.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Most bytes of answers that the client has not taken. Those of what was read before may come on top.
const MOST_UNSENT: usize = 1024 * 1024;

/// Answers requests until the client leaves, or `stopped` says so: then until what is in flight is answered.
pub(crate) async fn carry(
    mut stream: UnixStream,
    inbound: Inbound,
    engine: &Arc<dyn Provider>,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), Ended> {
    let (mut reader, mut writer) = stream.split();
    let mut work = Work::new(inbound, Arc::clone(engine));
    let mut stopping = false;
    loop {
        // What was read may hold requests that had no room before.
        if let Err(violation) = work.start_all() {
            // What came before it was right, and is answered as far as that takes no waiting.
            let _ = writer.try_write(work.unsent());
            return Err(violation.into());
        }
        if stopping && work.is_done() {
            return Ok(());
        }
        let reads = !stopping && work.has_room();
        match work
            .next(&mut reader, &mut writer, reads, &mut stopped, stopping)
            .await?
        {
            Event::Sent(count) => work.sent(count),
            Event::Done(done) => work.answered(done)?,
            Event::Read(0) if work.inbound.has_part() => return Err(Ended::Half),
            Event::Read(0) => return Ok(()),
            Event::Read(count) => work.inbound.filled(count),
            Event::Stop => stopping = true,
        }
    }
}

/// What happens on a connection.
enum Event {
    /// So many bytes left.
    Sent(usize),
    /// A request that took long is done.
    Done(Joined),
    /// So many bytes came.
    Read(usize),
    /// The HSM stops.
    Stop,
}

/// What was asked and not yet answered, or answered and not yet sent.
struct Work {
    engine: Arc<dyn Provider>,
    inbound: Inbound,
    /// Answers, of which the client has taken so many bytes.
    out: Buffer,
    taken: usize,
    /// What does not end at once.
    slow: JoinSet<Result<Reply<Answer>, Malformed>>,
    started: HashMap<task::Id, Started>,
    bytes: usize,
}

/// A request that is being worked on.
struct Started {
    sequence: u64,
    bytes: usize,
}

impl Work {
    fn new(inbound: Inbound, engine: Arc<dyn Provider>) -> Self {
        Self {
            engine,
            inbound,
            out: Buffer::new(),
            taken: 0,
            slow: JoinSet::new(),
            started: HashMap::new(),
            bytes: 0,
        }
    }

    /// Whether more requests may be begun.
    fn has_room(&self) -> bool {
        self.slow.len() < MOST_IN_FLIGHT
            && self.bytes < MOST_BYTES
            && self.out.len() - self.taken < MOST_UNSENT
    }

    fn is_done(&self) -> bool {
        self.slow.is_empty() && self.out.is_empty()
    }

    /// Begins all that was read. Most operations end at once, and their answers leave together.
    fn start_all(&mut self) -> Result<(), Violation> {
        while self.has_room() {
            let Some((sequence, content)) = self.inbound.take()? else {
                return Ok(());
            };
            let bytes = content.len();
            let content = SecretBytes::copied(content);
            let mut work = Box::pin(perform(Arc::clone(&self.engine), content));
            match at_once(work.as_mut()) {
                Poll::Ready(reply) => self.put(sequence, &reply?),
                Poll::Pending => {
                    let id = self.slow.spawn(work).id();
                    self.started.insert(id, Started { sequence, bytes });
                    self.bytes += bytes;
                }
            }
        }
        Ok(())
    }

    /// Takes the result of what did not end at once, and of others that have ended meanwhile.
    fn answered(&mut self, mut done: Joined) -> Result<(), Ended> {
        loop {
            // Only a fault of the engine ends one without a result. The client asks again elsewhere.
            let (id, reply) = done.map_err(|_| Ended::Unanswered)?;
            let started = self.started.remove(&id).ok_or(Ended::Unanswered)?;
            self.bytes = self.bytes.saturating_sub(started.bytes);
            self.put(started.sequence, &reply.map_err(Violation::from)?);
            match self.slow.try_join_next_with_id() {
                Some(next) => done = next,
                None => return Ok(()),
            }
        }
    }

    fn put(&mut self, sequence: u64, reply: &Reply<Answer>) {
        // INVARIANT: a failure always fits into a frame, and what does not fit becomes one.
        let _ = write_answer(sequence, reply, &mut self.out);
    }

    /// Waits for the next thing to happen. Answers leave first, so that no more gather than must.
    async fn next(
        &mut self,
        reader: &mut ReadHalf<'_>,
        writer: &mut WriteHalf<'_>,
        reads: bool,
        stopped: &mut watch::Receiver<bool>,
        stopping: bool,
    ) -> io::Result<Event> {
        let unsent = self.out.bytes().get(self.taken..).unwrap_or_default();
        tokio::select! {
            biased;
            sent = writer.write(unsent), if !unsent.is_empty() => sent.map(Event::Sent),
            Some(done) = self.slow.join_next_with_id() => Ok(Event::Done(done)),
            read = reader.read(self.inbound.space()), if reads => read.map(Event::Read),
            // Whoever would say so is gone: that is a stop, too.
            _ = stopped.wait_for(|stopped| *stopped), if !stopping => Ok(Event::Stop),
        }
    }

    fn unsent(&self) -> &[u8] {
        self.out.bytes().get(self.taken..).unwrap_or_default()
    }

    fn sent(&mut self, count: usize) {
        self.taken += count;
        if self.taken >= self.out.len() {
            self.out.clear();
            self.taken = 0;
        }
    }
}

/// How a task of the set ended.
type Joined = Result<(task::Id, Result<Reply<Answer>, Malformed>), JoinError>;

/// The result, if there is one without waiting.
fn at_once<F: Future>(work: Pin<&mut F>) -> Poll<F::Output> {
    // Nobody is woken: what is not ready becomes a task, which asks again with a waker of its own.
    work.poll(&mut Context::from_waker(Waker::noop()))
}
