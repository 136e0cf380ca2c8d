//! The deletion of a key is announced: when it is scheduled, and a day before it happens.

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, Key, KeyState, Missing, SignedDuration, Timestamp};

use crate::service::Service;

/// How long before a deletion it is announced for the last time. The store looks for keys with the same measure.
const NOTICE: SignedDuration = SignedDuration::from_hours(24);

impl Service {
    /// Announces a deletion that was just scheduled, in the name of the system. The schedule is durable by now: what fails
    /// here is only logged.
    pub(crate) async fn announce_deletion(&self, key: &Key, now: Timestamp) {
        if let Err(error) = self.announce(key, now, false).await {
            tracing::warn!(%error, key = %key.id, "a deletion was not announced");
        }
    }

    /// Announces the deletion of a key for the last time if that is due, in the name of the system. Says whether it did.
    pub(crate) async fn warn_if_due(&self, key: &Key, now: Timestamp) -> Result<bool, Error> {
        if !is_due(key, now) {
            return Ok(false);
        }
        self.announce(key, now, true).await
    }

    async fn announce(&self, key: &Key, now: Timestamp, last: bool) -> Result<bool, Error> {
        let KeyState::PendingDeletion { due } = key.state else {
            return Ok(false);
        };
        let mut response = Fields::default();
        response.key("key", key.id);
        response.text("due", &due.to_string());
        let draft = self.system_draft(Action::WarnDeletion, &key.scope, now, &response)?;
        let (store, scope, id) = (Arc::clone(&self.store), key.scope.clone(), key.id);
        // The record goes the way of all changes, so that it stands behind that of the schedule.
        let note = move |key: Key| match key.state {
            KeyState::PendingDeletion { .. } if !last => Ok(Change::Changed(key)),
            KeyState::PendingDeletion { .. } if is_due(&key, now) => key.warn(),
            _ => Ok(Change::AlreadySo(key)),
        };
        let change = async move { store.update_key(&scope, id, draft, Box::new(note)).await };
        match self.make(change, move |keys| keys.forget_key(id)).await {
            Ok(change) => Ok(matches!(change, Change::Changed(_))),
            // It was deleted meanwhile.
            Err(Error::NotFound(Missing::Key)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn is_due(key: &Key, now: Timestamp) -> bool {
    match key.state {
        KeyState::PendingDeletion { due } => !key.warned && due.duration_since(now) <= NOTICE,
        KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport => false,
    }
}
