//! Tell who the caller is.

use claviger_audit::record::Fields;
use claviger_model::{AccountId, Action, Caller, Error};

use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted};

/// Tells a caller who it is. Needs no permission.
#[derive(Debug)]
pub struct GetCallerIdentity {
    /// The account of the caller.
    pub account: AccountId,
}

impl Operation for GetCallerIdentity {
    const ACTION: Action = Action::GetCallerIdentity;
    type Output = Caller;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Caller, Error> {
        Ok(cx.call.caller().clone())
    }
}
