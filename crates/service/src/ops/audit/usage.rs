//! How a key was used.

use std::time::Duration;

use claviger_audit::index::{LastUse, Usage};
use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Key, SignedDuration};

use super::{PATIENCE, from_index};
use crate::call::{KeyRef, Need, Note};
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted};

/// A key that was used within this while is missed when it is gone.
const RECENT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a call that is about something else looks for the last use of a key.
const GLANCE: Duration = Duration::from_millis(200);

/// Tells how a key was used, as far back as the index reaches. Without the index it is refused with
/// [`Error::Unavailable`].
#[derive(Debug)]
pub struct GetKeyUsage {
    /// The key.
    pub key: KeyRef,
}

/// A key and how it was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUsage {
    /// The key: its state tells when it is to be deleted.
    pub key: Key,
    /// How it was used, with the calls that were refused.
    pub usage: Usage,
    /// Whether it was used within the last 30 days.
    pub recently_used: bool,
}

impl Operation for GetKeyUsage {
    const ACTION: Action = Action::GetKeyUsage;
    type Output = KeyUsage;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<KeyUsage, Error> {
        let key = key(&permit, 0)?.key.clone();
        note.response.key("key", key.id);
        cx.service.let_index_follow(PATIENCE).await;
        let usage = cx.service.index.usage(key.scope.account, key.id).await;
        let usage = usage.map_err(from_index)?;
        let recently_used = usage.last.as_ref().is_some_and(|last| is_recent(cx, last));
        Ok(KeyUsage {
            key,
            usage,
            recently_used,
        })
    }
}

/// The last use of a key, if it was within the last 30 days and the index tells soon. An index that is behind tells what
/// it has.
pub(crate) async fn recent_use(cx: &Context<'_>, key: &Key) -> Option<LastUse> {
    let service = cx.service;
    let found = tokio::time::timeout(GLANCE, async {
        let head = service.audit.head().seq;
        service.index.reaches(head, GLANCE / 2).await;
        service.index.usage(key.scope.account, key.id).await
    });
    match found.await {
        Ok(Ok(usage)) => usage.last.filter(|last| is_recent(cx, last)),
        Ok(Err(error)) => {
            tracing::warn!(%error, key = %key.id, "it is not known when the key was last used");
            None
        }
        Err(_) => {
            tracing::warn!(key = %key.id, "the audit index takes too long to tell when the key was last used");
            None
        }
    }
}

fn is_recent(cx: &Context<'_>, last: &LastUse) -> bool {
    cx.call.time.duration_since(last.time) <= RECENT
}
