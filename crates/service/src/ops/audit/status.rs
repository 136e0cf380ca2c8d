//! How the log and its followers are doing.

use std::sync::Arc;

use claviger_audit::index::{Follower, Progress};
use claviger_audit::record::Fields;
use claviger_audit::{Head, Health, Seq};
use claviger_model::{Action, Error};

use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted};

/// Tells how the audit log of this server and all that follows it are doing.
#[derive(Debug)]
pub struct GetAuditStatus;

/// How they are doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditStatus {
    /// The id of the log.
    pub log: String,
    /// Its last durable line.
    pub head: Head,
    /// Whether it takes records.
    pub health: Health,
    /// The index.
    pub index: Followed,
    /// Where else records go.
    pub followers: Vec<Followed>,
}

/// A follower, and how far it is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// How far it has come.
    pub progress: Progress,
    /// Lines of the log that it has not done yet.
    pub behind: u64,
}

impl Operation for GetAuditStatus {
    const ACTION: Action = Action::GetAuditStatus;
    type Output = AuditStatus;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Deployment,
        }])
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<AuditStatus, Error> {
        let service = cx.service;
        let head = service.audit.head();
        let follower = |follower: &Arc<dyn Follower>| followed(follower.progress(), head.seq);
        note.response.number("seq", head.seq.0);
        Ok(AuditStatus {
            log: service.audit.id().to_string(),
            health: service.audit.health(),
            index: followed(service.index.progress(), head.seq),
            followers: service.followers.iter().map(follower).collect(),
            head,
        })
    }
}

fn followed(progress: Progress, head: Seq) -> Followed {
    Followed {
        behind: head.0.saturating_sub(progress.done.0),
        progress,
    }
}
