//! A new version takes over.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Change, Error, Key, KeyVersion, Material, Missing, ProtectionLevel, SignedDuration, Timestamp,
};
use claviger_provider::Binding;
use claviger_store::VersionChange;

use crate::ops::binding;
use crate::pipeline::{Loaded, Permitted};
use crate::service::Service;

/// How long due rotations leave hardware alone that did not make a key. Any call on a key may be the one that rotates it: without
/// a pause, each would announce material that nobody makes.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// Until when due rotations leave hardware alone, in milliseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct Rest(AtomicI64);

impl Rest {
    fn is_on(&self, now: Timestamp) -> bool {
        now.as_millisecond() < self.0.load(Ordering::Relaxed)
    }

    fn begin(&self, now: Timestamp) {
        let until = now.saturating_add(PAUSE).unwrap_or(now);
        self.0.store(until.as_millisecond(), Ordering::Relaxed);
    }
}

impl Service {
    /// Rotates those targets of a call for which that is due. Says whether there were any: they have to be loaded anew.
    /// While the audit log takes no records, nothing changes.
    pub(crate) async fn rotate_targets(&self, permit: &Permitted, now: Timestamp) -> Result<bool, Error> {
        let mut any = false;
        for target in permit.targets() {
            if let Loaded::Key(loaded) = target
                && loaded.key.is_rotation_due(now)
                && self.audit_is_healthy()
            {
                match self.rotate_if_due(&loaded.key, now).await {
                    Ok(_) => any = true,
                    // What needs no provider goes on; what needs it tells by itself.
                    Err(Error::Unavailable) if loaded.key.protection == ProtectionLevel::Hsm => {
                        tracing::warn!(key = %loaded.key.id, "a due rotation has to wait for the provider");
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(any)
    }

    async fn generate_for_rotation(&self, place: &Binding<'_>) -> Result<Material, Error> {
        if place.protection != ProtectionLevel::Hsm {
            return self.generate(place).await;
        }
        if self.rotation_rest.is_on(self.clock.now()) {
            return Err(Error::Unavailable);
        }
        let made = self.generate(place).await;
        if let Err(Error::Unavailable) = made {
            self.rotation_rest.begin(self.clock.now());
        }
        made
    }

    /// Makes a new version the primary one if that is due, in the name of the system. Where several callers come at the
    /// same time, all make material and one of them changes the key. Says whether it was this one.
    pub(crate) async fn rotate_if_due(&self, key: &Key, now: Timestamp) -> Result<bool, Error> {
        if !key.is_rotation_due(now) {
            return Ok(false);
        }
        let id = self.draw_version(now)?;
        let place = binding(key, id);
        let material = self.generate_for_rotation(&place).await?;
        let version = KeyVersion {
            id,
            key: key.id,
            scope: key.scope.clone(),
            created: now,
            material: Some(material),
        };
        let mut response = Fields::default();
        response.key("key", key.id);
        response.version("version", id);
        self.name_provider(&mut response, key.protection, &key.scope.region);
        let draft = self.system_draft(Action::RotateKey, &key.scope, now, &response)?;
        let (store, scope, key) = (Arc::clone(&self.store), key.scope.clone(), key.id);
        // SOURCE: Alibaba Cloud KMS, "Automatic key rotation": old versions stay; no bound is named.
        let add = VersionChange::Add {
            version,
            quota: u32::MAX,
        };
        let rotate = move |key: Key| {
            if key.is_rotation_due(now) {
                key.rotate(id, now)
            } else {
                Ok(Change::AlreadySo(key))
            }
        };
        let change = async move {
            store
                .update_version(&scope, key, add, draft, Box::new(rotate))
                .await
        };
        let made = self.make(change, move |keys| keys.forget_key(key)).await;
        match &made {
            Ok(Change::Changed(_)) => return Ok(true),
            Ok(Change::AlreadySo(_)) | Err(_) => self.abandon(&place).await,
        }
        match made {
            // It was deleted meanwhile.
            Ok(_) | Err(Error::NotFound(Missing::Key)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
