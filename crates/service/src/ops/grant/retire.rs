//! Give a grant up.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, GrantId};

use super::{describe_grant, take_away};
use crate::call::{KeyRef, Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted};

/// Gives a grant up: who made it, who was named for that in it, and a grantee that was granted that. All others are
/// denied, whatever policies allow.
///
/// Errors as those of [`super::RevokeGrant`].
#[derive(Debug)]
pub struct RetireGrant {
    /// The key.
    pub key: KeyRef,
    /// The grant on it.
    pub grant: GrantId,
}

impl Operation for RetireGrant {
    const ACTION: Action = Action::RetireGrant;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Grant(self.key.clone(), self.grant),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        describe_grant(request, &self.key, self.grant);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        take_away(cx, &permit, note).await
    }
}
