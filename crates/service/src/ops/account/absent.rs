//! Lists of what no deployment of this service has, for callers that look before they act.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Missing, Scope, Unsupported};

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
    /// Stores of keys of the account's own.
    KeyStores,
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
            Absent::KeyStores => Action::ListKeyStores,
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

/// Asks for a store of keys of the account's own, or wants one made or changed. There is none, and none can be made:
/// [`Missing::KeyStore`] and [`Unsupported::Protection`] to those who may ask.
#[derive(Debug)]
pub struct WantKeyStore {
    /// Where.
    pub scope: Scope,
    /// What is wanted.
    pub wish: KeyStoreWish,
}

/// What somebody wants of a store of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStoreWish {
    /// That it is made.
    Make,
    /// To see it.
    Show,
    /// That it is changed, or goes.
    Change,
}

impl Operation for WantKeyStore {
    const ACTION: Action = Action::GetKeyStore;
    type Output = ();

    fn action(&self) -> Action {
        match self.wish {
            KeyStoreWish::Show => Action::GetKeyStore,
            KeyStoreWish::Make | KeyStoreWish::Change => Action::ChangeKeyStore,
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
        Err(match self.wish {
            KeyStoreWish::Make => Error::Unsupported(Unsupported::Protection),
            KeyStoreWish::Show | KeyStoreWish::Change => Error::NotFound(Missing::KeyStore),
        })
    }
}
