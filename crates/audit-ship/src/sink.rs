//! What a kind of sink has to do.

use async_trait::async_trait;
use claviger_audit::Seq;

use crate::batch::Batch;
use crate::fault::Fault;

/// A sink. After a fault nothing is remembered of what was sent and not taken: it will be sent again.
#[async_trait]
pub(crate) trait Sink: Send {
    /// Sends a batch. Bounded in time. A batch may be without records; then nothing is sent, and its lines are taken
    /// once all before are.
    async fn send(&mut self, batch: &Batch) -> Result<(), Fault>;

    /// The last line that is now known to be taken, if that is news. Does not wait.
    async fn taken(&mut self) -> Result<Option<Seq>, Fault>;

    /// Ends the connection in order; the last line that is then known to be taken, if that is news. May wait for the
    /// peer for long: the caller bounds it.
    async fn finish(&mut self) -> Result<Option<Seq>, Fault>;

    /// Drops the connection, and with it what was sent and not taken.
    fn reset(&mut self);
}
