//! The beginning and the end of material in hardware.
//!
//! What is gone from the store is destroyed where it is held. The store remembers what has to be, from the same
//! transaction on, so neither a crash nor a module that is away leaves anything behind. What is about to be made is told to
//! the store before: where no change ever refers to it, it is destroyed, too. Whoever destroys has claimed the destruction
//! before, and whoever brings material of the same version anew waits for its end: nothing is destroyed that came later,
//! and nothing that the store refers to.

use std::sync::atomic::{AtomicU64, Ordering};

use claviger_model::{Error, KeyVersionId, Material, ProtectionLevel, Scope, SignedDuration};
use claviger_provider::Binding;
use claviger_store::{Claim, HeldMaterial};

use crate::envelope::from_provider;
use crate::pipeline::from_store;
use crate::service::Service;

/// How long a node that went away in the middle keeps the others waiting: longer than a module with two tokens that hang takes
/// to give up.
const CLAIM_TIME: SignedDuration = SignedDuration::from_mins(5);
/// How long a call may take from the making of material to the change that refers to it. The slowest modules take a
/// minute for a large key pair.
const MAKING_TIME: SignedDuration = SignedDuration::from_mins(10);
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

fn place(material: &HeldMaterial) -> Binding<'_> {
    Binding {
        account: material.scope.account,
        region: &material.scope.region,
        key: material.key,
        version: material.version,
        spec: material.spec,
        protection: HeldMaterial::PROTECTION,
    }
}

fn held(place: &Binding<'_>) -> HeldMaterial {
    HeldMaterial {
        scope: Scope {
            account: place.account,
            region: place.region.clone(),
        },
        key: place.key,
        version: place.version,
        spec: place.spec,
    }
}

impl Service {
    /// Makes material for a change that is about to refer to it.
    ///
    /// # Errors
    /// Those of the provider; [`Error::Unavailable`] when the store cannot serve.
    pub(crate) async fn generate(&self, place: &Binding<'_>) -> Result<Material, Error> {
        let provider = self.providers.of(place)?;
        self.expect_material(place).await?;
        provider.generate(place).await.map_err(from_provider)
    }

    /// Has what is about to be made at a place destroyed, should no change come to refer to it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while what was there before is not destroyed, while somebody else makes the same, and when the
    /// store cannot serve.
    pub(crate) async fn expect_material(&self, place: &Binding<'_>) -> Result<(), Error> {
        if place.protection != HeldMaterial::PROTECTION {
            return Ok(());
        }
        let now = self.clock.now();
        let until = now.saturating_add(MAKING_TIME).unwrap_or(now);
        let expected = self.store.expect_material(held(place), now, until).await;
        if expected.map_err(from_store)? {
            Ok(())
        } else {
            Err(Error::Unavailable)
        }
    }

    /// Destroys versions after the change that ended their material. What cannot be destroyed now waits for the jobs.
    pub(crate) async fn destroy(&self, level: ProtectionLevel, versions: &[KeyVersionId]) {
        if level != HeldMaterial::PROTECTION {
            return;
        }
        for version in versions {
            if let Err(error) = self.finish_destruction(*version).await {
                tracing::warn!(%error, %version, "material that is gone here is not destroyed in its provider yet");
            }
        }
    }

    /// Destroys what may lie at a place where something is about to be made, and to which nothing in the store refers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while that is not possible, or somebody else is at it.
    pub(crate) async fn clear(&self, place: &Binding<'_>) -> Result<(), Error> {
        self.finish_destruction(place.version).await?;
        // Nothing is taken from under somebody else who makes the same.
        self.expect_material(place).await?;
        self.give_up(place).await?;
        self.finish_destruction(place.version).await.map(drop)
    }

    async fn give_up(&self, place: &Binding<'_>) -> Result<(), Error> {
        let given_up = self.store.give_up_material(held(place), self.clock.now()).await;
        given_up.map_err(from_store)
    }

    /// Destroys what was made for a change that came to nothing, without waiting for the time at which the jobs would. If
    /// the change was written all the same, nothing happens.
    pub(crate) async fn abandon(&self, place: &Binding<'_>) {
        if place.protection != HeldMaterial::PROTECTION {
            return;
        }
        match self.give_up(place).await {
            Ok(()) => self.destroy(place.protection, &[place.version]).await,
            Err(error) => {
                tracing::warn!(%error, version = %place.version, "material that nothing refers to is not destroyed yet");
            }
        }
    }

    /// Destroys one version if that is due; whether it was.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while that is not possible, or somebody else is at it.
    pub(crate) async fn finish_destruction(&self, version: KeyVersionId) -> Result<bool, Error> {
        let holder = self.claims.holder(&self.node);
        let now = self.clock.now();
        let until = now.saturating_add(CLAIM_TIME).unwrap_or(now);
        let claim = self.store.claim_destruction(version, &holder, now, until).await;
        let destruction = match claim.map_err(from_store)? {
            Claim::Nothing => return Ok(false),
            Claim::Busy => return Err(Error::Unavailable),
            Claim::Mine(destruction) => destruction,
        };
        let place = place(&destruction.material);
        let destroyed = match self.providers.of(&place) {
            Ok(provider) => provider.destroy(&place).await.map_err(from_provider),
            Err(error) => Err(error),
        };
        match destroyed {
            Ok(()) => {
                let settled = self.store.settle_destruction(version, &holder).await;
                settled.map_err(from_store)?;
                Ok(true)
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
            let due = self.store.destructions(self.clock.now(), after, BATCH).await;
            let due = due.map_err(from_store)?;
            let Some(last) = due.last() else {
                return Ok(destroyed);
            };
            after = last.number;
            for destruction in &due {
                let place = place(&destruction.material);
                if self.providers.at(place.protection, place.region).is_none() {
                    continue;
                }
                match self.finish_destruction(place.version).await {
                    Ok(due) => destroyed += u32::from(due),
                    Err(Error::Unavailable) => {
                        tracing::warn!("material that has to be destroyed in its provider waits");
                        return Ok(destroyed);
                    }
                    Err(error) => {
                        tracing::warn!(%error, version = %place.version, "material is not destroyed in its provider");
                    }
                }
            }
        }
    }
}
