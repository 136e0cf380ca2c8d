//! The accounts and services of the deployment. The account that runs it, the first one, has them in its hands.

mod account;
mod service;

pub use account::{CreateAccount, DeleteAccount, Domicile, GetAccount, ListAccounts, UpdateAccount};
pub use service::{CreateService, DeleteService, GetService, ListServices};

use claviger_model::Action;

use crate::call::{Need, Target};

/// The permission to do that in the deployment.
fn need(action: Action) -> Vec<Need> {
    vec![Need {
        action,
        target: Target::Deployment,
    }]
}
