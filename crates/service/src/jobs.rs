//! What time brings about: deletions and their announcement, expiries of material, rotations.
//!
//! Nothing depends on a job: use is judged by the clock, and what is due is done before it could be missed. Jobs see to
//! it that it is also done where nobody asks. Every step is one transaction that looks again whether it is due, so any
//! number of nodes, callers and crashes in between do it once.

mod delete;
mod expire;
mod rotate;
mod warn;

use std::collections::HashSet;
use std::time::Duration;

use claviger_model::{Error, KeyId, Scope, SignedDuration, Timestamp};

pub(crate) use rotate::Rest;

use crate::pipeline::from_store;
use crate::service::Service;

/// How often to look for what is due.
pub const JOB_BEAT: Duration = Duration::from_secs(60);
/// Name of the lease.
const LEASE: &str = "jobs";
/// How long a node that went away in the middle keeps the others waiting.
const LEASE_TIME: SignedDuration = SignedDuration::from_mins(2);
/// Keys looked at a time.
const BATCH: u32 = 1000;

/// What one run of the jobs did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worked {
    /// Keys deleted.
    pub deleted: u32,
    /// Keys whose material was given up.
    pub expired: u32,
    /// Keys rotated.
    pub rotated: u32,
    /// Keys whose deletion was announced.
    pub warned: u32,
    /// Destructions in hardware that came to their end, also of what was announced and never made.
    pub destroyed: u32,
    /// Keys with which something went wrong; the next run tries them again.
    pub failed: u32,
}

impl Worked {
    /// A line in the log.
    fn tell(self) {
        tracing::info!(
            deleted = self.deleted,
            expired = self.expired,
            rotated = self.rotated,
            warned = self.warned,
            destroyed = self.destroyed,
            failed = self.failed,
            "did what was due"
        );
    }
}

impl Service {
    /// Runs the jobs at once and then every `beat`, until the future is dropped.
    pub async fn jobs(&self, beat: Duration) {
        let mut beat = tokio::time::interval(beat);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            match self.run_jobs().await {
                Ok(worked) if worked == Worked::default() => {}
                Ok(worked) => worked.tell(),
                Err(error) => tracing::warn!(%error, "what is due has to wait"),
            }
        }
    }

    /// Does what is due now, unless another node is at it.
    ///
    /// # Errors
    /// When the store or the audit log cannot serve. What went wrong with a single key is counted instead.
    pub async fn run_jobs(&self) -> Result<Worked, Error> {
        let mut worked = Worked::default();
        if !self.audit_is_healthy() {
            return Err(Error::Unavailable);
        }
        let mut failed = HashSet::new();
        loop {
            let now = self.clock.now();
            if !self.lease(now, LEASE_TIME).await? {
                return Ok(worked);
            }
            // Keys that fail stay due, and must not hide the others.
            let limit = BATCH.saturating_add(u32::try_from(failed.len()).unwrap_or(u32::MAX));
            let due = self.store.due_keys(now, limit).await.map_err(from_store)?;
            let before = (worked, failed.len());
            for (scope, id) in due {
                if !failed.contains(&id) && !self.work_on(&scope, id, now, &mut worked).await {
                    failed.insert(id);
                }
            }
            if (worked, failed.len()) == before {
                break;
            }
        }
        worked.destroyed = self.drain_destructions().await?;
        worked.failed = u32::try_from(failed.len()).unwrap_or(u32::MAX);
        self.lease(self.clock.now(), SignedDuration::ZERO).await?;
        Ok(worked)
    }

    /// Does what could be missed in a list: keys that are past their deletion and material past its expiry are still in
    /// the store until somebody does. What fails here is only logged.
    pub(crate) async fn catch_up(&self, now: Timestamp) {
        if !self.audit_is_healthy() {
            return;
        }
        let due = match self.store.due_keys(now, BATCH).await {
            Ok(due) => due,
            Err(error) => {
                from_store(error);
                return;
            }
        };
        for (scope, id) in due {
            let done = async {
                self.delete(&scope, id, now).await?;
                self.expire(&scope, id, now).await
            };
            if let Err(error) = done.await {
                tracing::warn!(%error, key = %id, "what is due has to wait");
            }
        }
    }

    /// Does what is due with one key; false where something went wrong.
    async fn work_on(&self, scope: &Scope, id: KeyId, now: Timestamp, worked: &mut Worked) -> bool {
        let done = async {
            if self.delete(scope, id, now).await? {
                worked.deleted += 1;
                return Ok(());
            }
            if self.expire(scope, id, now).await? {
                worked.expired += 1;
            }
            let key = self.store.key(scope, id).await.map_err(from_store)?;
            let Some(key) = key else {
                return Ok(());
            };
            if self.warn_if_due(&key, now).await? {
                worked.warned += 1;
            }
            if self.rotate_if_due(&key, now).await? {
                worked.rotated += 1;
            }
            Ok::<_, Error>(())
        };
        match done.await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, key = %id, "what is due has to wait");
                false
            }
        }
    }

    async fn lease(&self, now: Timestamp, time: SignedDuration) -> Result<bool, Error> {
        let until = now.saturating_add(time).unwrap_or(Timestamp::MAX);
        let lease = self.store.lease(LEASE, &self.node, now, until).await;
        lease.map_err(from_store)
    }
}
