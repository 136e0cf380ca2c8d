//! Lists of what no deployment of this service has, for callers that look before they act.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Scope};

use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted};

/// What other deployments may have and this one never has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Instances of the service for one account alone.
    Instances,
    /// Doors for applications that do not sign as callers do.
    AccessPoints,
    /// What such applications sign with.
    ClientKeys,
    /// Where they may come from.
    NetworkRules,
    /// What they may do.
    AccessRules,
}

/// Lists one of them. The answer is always that there is none.
#[derive(Debug)]
pub struct ListAbsent {
    /// Where.
    pub scope: Scope,
    /// What.
    pub what: Absent,
}

impl Operation for ListAbsent {
    const ACTION: Action = Action::ListInstances;
    type Output = ();

    fn action(&self) -> Action {
        match self.what {
            Absent::Instances => Action::ListInstances,
            Absent::AccessPoints => Action::ListAccessPoints,
            Absent::ClientKeys => Action::ListClientKeys,
            Absent::NetworkRules => Action::ListNetworkRules,
            Absent::AccessRules => Action::ListAccessRules,
        }
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: self.action(),
            target: Target::Service(self.scope.clone()),
        }])
    }

    fn describe(&self, _request: &mut Fields) {}

    async fn run(self, _: &Context<'_>, _: Permitted, _: &mut Note) -> Result<(), Error> {
        Ok(())
    }
}
