//! The way of state changes into the audit log.
//!
//! A change and its record become durable in one transaction of the store; that is what the caller waits for. The
//! records then move to the log in the order of their numbers. The log remembers the highest number it holds, so a
//! crash anywhere on the way neither loses a record nor writes one twice.

use std::sync::Arc;
use std::time::Duration;

use claviger_audit::{AppendError, AuditLog};
use claviger_store::{Store, StoreError};
use tokio::sync::{Mutex, Notify};

/// Records moved at a time.
const BATCH: u32 = 1024;
/// How long to wait after the log or the store refused.
const RETRY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Outbox {
    store: Arc<dyn Store>,
    audit: Arc<AuditLog>,
    arrived: Notify,
    /// Held while records move, so their order cannot be lost.
    moving: Mutex<()>,
}

/// The outbox could not be emptied now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboxError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Audit(#[from] AppendError),
}

impl Outbox {
    pub(crate) fn new(store: Arc<dyn Store>, audit: Arc<AuditLog>) -> Self {
        Self {
            store,
            audit,
            arrived: Notify::new(),
            moving: Mutex::new(()),
        }
    }

    /// Says that a record has arrived.
    pub(crate) fn wake(&self) {
        self.arrived.notify_one();
    }

    /// Forgets what the log has already, then moves the rest: what a crash left behind.
    pub(crate) async fn recover(&self) -> Result<(), StoreError> {
        self.store.settle(self.audit.head().outbox).await?;
        match self.drain().await {
            Ok(0) => Ok(()),
            Ok(moved) => {
                tracing::debug!(moved, "moved waiting records to the audit log");
                Ok(())
            }
            Err(OutboxError::Store(error)) => Err(error),
            Err(OutboxError::Audit(error)) => {
                tracing::warn!(%error, "records of the last run stay in the outbox for now");
                Ok(())
            }
        }
    }

    /// Moves what waits, and then records as they arrive, for ever.
    pub(crate) async fn carry(&self) {
        loop {
            while let Err(error) = self.drain().await {
                tracing::warn!(%error, "audit records wait in the outbox");
                tokio::time::sleep(RETRY).await;
            }
            self.arrived.notified().await;
        }
    }

    /// Moves everything that waits; gives how many records that were.
    pub(crate) async fn drain(&self) -> Result<usize, OutboxError> {
        let _moving = self.moving.lock().await;
        let mut moved = 0;
        loop {
            let after = self.audit.head().outbox;
            let waiting = self.store.outbox(after, BATCH).await?;
            let Some(last) = waiting.last().map(|draft| draft.number) else {
                return Ok(moved);
            };
            moved += waiting.len();
            let mut pending = Vec::with_capacity(waiting.len());
            for draft in waiting {
                pending.push(self.audit.append(&draft.value.0, Some(draft.number)));
            }
            for append in pending {
                match append.await {
                    // A move that was broken off had it on its way already.
                    Ok(_) | Err(AppendError::OutboxOrder { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            self.store.settle(last).await?;
        }
    }
}
