//! Requests that wait to be sent, and calls that wait for answers.

use std::collections::HashMap;

use claviger_secret::SecretBytes;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::protocol::{Buffer, Reply, Request, TooLong};

/// What a call waits for. It fails when the connection is lost.
pub(super) type Awaited = oneshot::Receiver<Reply<SecretBytes>>;

/// A call in flight. It may have been dropped meanwhile; its place is free when the answer comes.
pub(super) struct Waiting {
    reply: oneshot::Sender<Reply<SecretBytes>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Waiting {
    /// Hands the answer over, if anybody still wants it.
    pub(super) fn give(self, reply: Reply<SecretBytes>) {
        let _ = self.reply.send(reply);
    }
}

/// Of one connection at a time.
#[derive(Default)]
pub(super) struct Queue {
    open: bool,
    sent: u64,
    gathered: Buffer,
    waiting: HashMap<u64, Waiting>,
}

/// What became of a request.
pub(super) enum Put {
    /// It will be sent.
    Gathered {
        /// What to wait for.
        awaited: Awaited,
        /// Whether it is the first that the writer has not taken.
        first: bool,
    },
    /// There is no connection.
    Closed,
}

impl Queue {
    /// A new connection.
    pub(super) fn open(&mut self) {
        self.close();
        self.open = true;
    }

    /// No connection any more. Whoever waited is told when what this gives is dropped.
    pub(super) fn close(&mut self) -> HashMap<u64, Waiting> {
        self.open = false;
        self.sent = 0;
        self.gathered.clear();
        std::mem::take(&mut self.waiting)
    }

    /// Takes a request.
    pub(super) fn put(
        &mut self,
        request: &Request<'_>,
        place: Option<OwnedSemaphorePermit>,
    ) -> Result<Put, TooLong> {
        if !self.open {
            return Ok(Put::Closed);
        }
        let first = self.gathered.is_empty();
        let sequence = self.sent + 1;
        request.write(sequence, &mut self.gathered)?;
        self.sent = sequence;
        let (reply, awaited) = oneshot::channel();
        self.waiting.insert(sequence, Waiting { reply, _place: place });
        Ok(Put::Gathered { awaited, first })
    }

    /// Swaps what has gathered for an empty buffer. Whether there was anything.
    pub(super) fn take(&mut self, empty: &mut Buffer) -> bool {
        std::mem::swap(&mut self.gathered, empty);
        !empty.is_empty()
    }

    /// The call that waits for the answer to this request.
    pub(super) fn answered(&mut self, sequence: u64) -> Option<Waiting> {
        self.waiting.remove(&sequence)
    }
}
