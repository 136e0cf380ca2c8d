//! Policy documents of version "1", as RAM writes them.
//!
//! SOURCE: RAM, "Policy structure and syntax", "Policy elements", "Conditional operators", "Limitations"; KMS, "Overview
//! of key policies"; STS, AssumeRole (read 2026-11-22). Where they are silent the choice made is written where it is
//! made.
//!
//! Documents are read strictly: a member that is not known, given twice or of the wrong kind refuses the document, for a
//! policy must not mean less than its author thinks.

mod actions;
mod conditions;
mod principals;
mod resources;
mod statements;
mod system;

pub(crate) use actions::uses_key;
pub use actions::{
    action_name, algorithm_name, algorithms_apply, foreign_accounts_may, key_tags_apply, read_action,
};
pub(super) use conditions::read_key;
pub use resources::{ResourceName, read_resource};
pub(super) use system::SYSTEM_POLICIES;

use super::PolicyError;
use super::json::Json;
use crate::policy::Policy;

/// Longest custom policy, in bytes. SOURCE: RAM, "Limitations", which counts characters.
pub const IDENTITY_LIMIT: usize = 6144;
/// Longest session policy, in bytes. SOURCE: STS, AssumeRole, Policy.
pub const SESSION_LIMIT: usize = 2048;
/// Longest policy of a key, in bytes. SOURCE: KMS, SetKeyPolicy.
pub const KEY_LIMIT: usize = 32768;
/// Longest trust policy, in bytes. No page tells; room for more principals than a role ever had.
pub const TRUST_LIMIT: usize = 6144;

/// What a document is for. It decides which members its statements have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// For users, groups and roles, and to narrow a session: no `Principal`.
    Identity,
    /// For a key: `Principal` with `RAM`, actions of the service of keys, the resource `*`, which means the key.
    Key,
    /// For a role: who may take it. `Principal` with `RAM`, `Service` or `Federated`, the action `sts:AssumeRole`, no
    /// resource.
    Trust,
}

/// Reads and compiles a document of at most `limit` bytes.
///
/// # Errors
/// The first fault, with its place.
pub fn parse(document: &str, kind: Kind, limit: usize) -> Result<Policy, PolicyError> {
    let json = Json::read(document, limit)?;
    let members = json.root().object()?;
    members.only(&["Version", "Statement"])?;
    let version = members.need("Version")?;
    match version.text()? {
        "1" => {}
        other => return Err(version.place.value(other, "the version `1`")),
    }
    let list = members.need("Statement")?.list()?;
    let statements = list.iter().map(|one| statements::read(one, kind));
    Ok(Policy::new(statements.collect::<Result<Vec<_>, _>>()?))
}
