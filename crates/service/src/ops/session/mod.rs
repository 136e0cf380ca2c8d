//! Sessions: taking a role, and who one is.

mod assume_role;
mod caller_identity;

pub(super) use assume_role::takes_roles;
pub use assume_role::{AssumeRole, Assumed};
pub use caller_identity::GetCallerIdentity;
