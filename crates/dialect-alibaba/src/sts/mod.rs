//! The operations on temporary credentials, version 2015-04-01: one row each.

mod assume_role;
mod caller_identity;

use crate::row::{Row, served_by};

/// Operations of version 2015-04-01 that answer `UnsupportedOperation`. The list may only shrink.
pub(crate) static NOT_SERVED: &[&str] = &[
    // There are no identity providers outside.
    "AssumeRoleWithOIDC",
    "AssumeRoleWithSAML",
];

/// Ordered by name.
pub(crate) static ROWS: &[Row] = &[
    served_by::<assume_role::AssumeRole>("AssumeRole"),
    served_by::<caller_identity::GetCallerIdentity>("GetCallerIdentity"),
];
