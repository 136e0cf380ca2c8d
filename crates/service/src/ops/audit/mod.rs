//! The audit trail, asked: who did what, how a key was used, and how the log itself is doing.
//!
//! Nothing here changes anything. The trail is never a reason to refuse a call that is about something else.

mod lookup;
mod status;
mod usage;

pub use lookup::{DescribeTrails, Events, LookupEvents};
pub use status::{AuditStatus, Followed, GetAuditStatus};
pub(crate) use usage::recent_use;
pub use usage::{GetKeyUsage, KeyUsage};

use std::time::Duration;

use claviger_audit::index::IndexError;
use claviger_model::Error;

use crate::service::Service;

/// How long a question waits for what happened just before it.
const PATIENCE: Duration = Duration::from_secs(2);

impl Service {
    /// Lets the index come as far as the log is now, within the patience there is; what it then has is good enough.
    async fn let_index_follow(&self, patience: Duration) {
        // A change is in the outbox first. Its caller may ask for it at once.
        if let Err(error) = self.outbox.drain().await {
            tracing::warn!(%error, "audit records wait in the outbox");
        }
        let head = self.audit.head().seq;
        if !self.index.reaches(head, patience).await {
            tracing::debug!(%head, "the audit index is behind");
        }
    }
}

/// What a silent index means to a caller. The operator finds the reason in the server's log.
#[expect(clippy::needless_pass_by_value, reason = "it stands behind `map_err`")]
fn from_index(error: IndexError) -> Error {
    tracing::warn!(%error, "a question about the audit trail stays open");
    Error::Unavailable
}
