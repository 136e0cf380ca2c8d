//! When access keys were last used, to the minute. A call pays for it once a minute and key, and never with a write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use claviger_model::{AccessKeyId, Timestamp};

use super::Authenticator;
use crate::credential::Credential;

/// Uses that the store does not know yet.
#[derive(Debug, Default)]
pub(super) struct Uses(Mutex<HashMap<AccessKeyId, Timestamp>>);

impl Uses {
    /// Notes that a credential was used, unless it was in the same minute. Access keys of sessions are not remembered.
    pub(super) fn note(&self, credential: &Credential, now: Timestamp) {
        if !credential.is_first_use(now) || credential.expires().is_some() {
            return;
        }
        if let Some(id) = &credential.caller().access_key {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.insert(id.clone(), now);
        }
    }

    fn take(&self) -> Vec<(AccessKeyId, Timestamp)> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.drain().collect()
    }

    fn put_back(&self, uses: Vec<(AccessKeyId, Timestamp)>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, at) in uses {
            waiting.entry(id).or_insert(at);
        }
    }
}

impl Authenticator {
    /// Writes the uses since the last time to the store. Where that fails they wait for the next.
    pub(crate) async fn write_uses(&self) {
        let uses = self.uses.take();
        if uses.is_empty() {
            return;
        }
        if let Err(error) = self.store.note_uses(&uses).await {
            tracing::warn!(%error, "the last uses of access keys cannot be noted at the moment");
            self.uses.put_back(uses);
        }
    }
}
