//! The administration of the deployment, in a version of our own: one row each.
//!
//! The vendor has nothing like it: it makes accounts on its web pages and services by hand. Style, signatures and errors
//! are those of the other APIs. `docs/alibaba.md` describes parameters and answers.

mod accounts;
mod explain;
mod logins;
mod service_keys;
mod services;
mod usage;

use crate::row::{Row, served_by};

/// Ordered by name.
pub(crate) static ROWS: &[Row] = &[
    served_by::<accounts::CreateAccount>("CreateAccount"),
    served_by::<services::CreateService>("CreateService"),
    served_by::<service_keys::CreateServiceAccessKey>("CreateServiceAccessKey"),
    served_by::<accounts::DeleteAccount>("DeleteAccount"),
    served_by::<services::DeleteService>("DeleteService"),
    served_by::<service_keys::DeleteServiceAccessKey>("DeleteServiceAccessKey"),
    served_by::<explain::Explain>("Explain"),
    served_by::<accounts::GetAccount>("GetAccount"),
    served_by::<usage::GetAuditStatus>("GetAuditStatus"),
    served_by::<usage::GetKeyUsage>("GetKeyUsage"),
    served_by::<logins::GetLogin>("GetLogin"),
    served_by::<services::GetService>("GetService"),
    served_by::<accounts::ListAccounts>("ListAccounts"),
    served_by::<service_keys::ListServiceAccessKeys>("ListServiceAccessKeys"),
    served_by::<services::ListServices>("ListServices"),
    served_by::<logins::SetPassword>("SetPassword"),
    served_by::<accounts::UpdateAccount>("UpdateAccount"),
    served_by::<logins::UpdateLogin>("UpdateLogin"),
    served_by::<service_keys::UpdateServiceAccessKey>("UpdateServiceAccessKey"),
];
