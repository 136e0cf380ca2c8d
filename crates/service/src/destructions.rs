//! The end of material in hardware.
//!
//! What is gone from the store is destroyed where it is held. The store remembers what has to be, from the same
//! transaction on, so neither a crash nor a module that is away leaves anything behind. Whoever destroys has claimed the
//! destruction before, and whoever brings material of the same version anew waits for its end: nothing is destroyed that
//! came later.

use std::sync::atomic::{AtomicU64, Ordering};

use claviger_model::{Error, KeyVersionId, ProtectionLevel, SignedDuration};
use claviger_provider::Binding;
use claviger_store::{Claim, Destruction};

use crate::envelope::from_provider;
use crate::pipeline::from_store;
use crate::service::Service;

/// How long a node that went away in the middle keeps the others waiting. No provider takes longer.
const CLAIM_TIME: SignedDuration = SignedDuration::from_mins(2);
/// Destructions looked at a time.
const BATCH: u32 = 1000;

/// Tells the holders of claims apart.
#[derive(Debug, Default)]
pub(crate) struct Claims(AtomicU64);

impl Claims {
    fn holder(&self, node: &str) -> String {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        format!("{node}/{number}")
    }
}

fn place(destruction: &Destruction) -> Binding<'_> {
    Binding {
        account: destruction.scope.account,
        region: &destruction.scope.region,
        key: destruction.key,
        version: destruction.version,
        spec: destruction.spec,
        protection: Destruction::PROTECTION,
    }
}

impl Service {
    /// Destroys versions after the change that ended their material. What cannot be destroyed now waits for the jobs.
    pub(crate) async fn destroy(&self, level: ProtectionLevel, versions: &[KeyVersionId]) {
        if level != Destruction::PROTECTION {
            return;
        }
        for version in versions {
            if let Err(error) = self.finish_destruction(*version).await {
                tracing::warn!(%error, %version, "material that is gone here is not destroyed in its provider yet");
            }
        }
    }

    /// Destroys what was made for a change that came to nothing: `refusal` is why, if anything. Where it is not sure that
    /// nothing was written, it stays.
    pub(crate) async fn abandon(&self, place: &Binding<'_>, refusal: Option<&Error>) {
        if place.protection != Destruction::PROTECTION || refusal.is_some_and(Error::is_fault) {
            return;
        }
        let Ok(provider) = self.providers.of(place) else {
            return;
        };
        if let Err(error) = provider.destroy(place).await {
            tracing::warn!(%error, version = %place.version, "material that nothing refers to stays in its provider");
        }
    }

    /// Destroys one version if that is due.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while that is not possible, or somebody else is at it.
    pub(crate) async fn finish_destruction(&self, version: KeyVersionId) -> Result<(), Error> {
        let holder = self.claims.holder(&self.node);
        let now = self.clock.now();
        let until = now.saturating_add(CLAIM_TIME).unwrap_or(now);
        let claim = self.store.claim_destruction(version, &holder, now, until).await;
        let destruction = match claim.map_err(from_store)? {
            Claim::Nothing => return Ok(()),
            Claim::Busy => return Err(Error::Unavailable),
            Claim::Mine(destruction) => destruction,
        };
        let place = place(&destruction);
        let destroyed = match self.providers.of(&place) {
            Ok(provider) => provider.destroy(&place).await.map_err(from_provider),
            Err(error) => Err(error),
        };
        match destroyed {
            Ok(()) => {
                let settled = self.store.settle_destruction(version, &holder).await;
                settled.map_err(from_store)
            }
            Err(error) => {
                let given_back = self.store.claim_destruction(version, &holder, now, now).await;
                given_back.map_err(from_store)?;
                Err(error)
            }
        }
    }

    /// Destroys all that is due; gives how much that was. Stops where a provider is away: the next run goes on.
    ///
    /// # Errors
    /// When the store cannot serve.
    pub(crate) async fn drain_destructions(&self) -> Result<u32, Error> {
        let (mut after, mut destroyed) = (0, 0);
        loop {
            let due = self.store.destructions(after, BATCH).await.map_err(from_store)?;
            let Some(last) = due.last() else {
                return Ok(destroyed);
            };
            after = last.number;
            for destruction in &due {
                let place = place(destruction);
                if self.providers.at(place.protection, place.region).is_none() {
                    continue;
                }
                match self.finish_destruction(destruction.version).await {
                    Ok(()) => destroyed += 1,
                    Err(Error::Unavailable) => {
                        tracing::warn!("material that has to be destroyed in its provider waits");
                        return Ok(destroyed);
                    }
                    Err(error) => {
                        tracing::warn!(%error, version = %destruction.version, "material is not destroyed in its provider");
                    }
                }
            }
        }
    }
}
