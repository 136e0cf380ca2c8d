//! Take a grant back.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, GrantId};

use super::{describe_grant, take_away};
use crate::call::{KeyRef, Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted};

/// Takes a grant back. Only policies of the owner's account allow that. Grants that the grantee made meanwhile stay.
///
/// Not found where the grant is not there, and refused with [`claviger_model::Refusal::GrantOfOther`] where it is on another
/// key of the same place.
#[derive(Debug)]
pub struct RevokeGrant {
    /// The key.
    pub key: KeyRef,
    /// The grant on it.
    pub grant: GrantId,
}

impl Operation for RevokeGrant {
    const ACTION: Action = Action::RevokeGrant;
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
