//! Policy documents of the versions "1.0", "1.1" and "5.0", as the IAM of the other face writes them.
//!
//! SOURCE: IAM user guide, "Policy Syntax"; IAM user guide (new edition), "JSON Element Reference", for version "5.0"; IAM
//! API, custom policies, for the limits (read 2026-11-22). Where they are silent the choice made is written where it is
//! made.
//!
//! The three versions differ in their names of actions, see [`action_names`], and in few members. Documents are read as
//! strictly as those of [`ram`](super::ram): a policy must not mean less than its author thinks.

mod actions;
mod conditions;
mod resources;
mod statements;
mod system;
mod words;

pub use actions::{action_names, read_action, service_name};
pub(super) use conditions::read_key;
pub use resources::{ResourceName, domain_in, read_resource};
pub(super) use system::SYSTEM_POLICIES;
pub use words::key_words;

use super::PolicyError;
use super::json::{Json, Members, Node};
use crate::policy::Policy;

/// Longest custom policy, in bytes. SOURCE: IAM API, custom policies, which counts characters.
pub const POLICY_LIMIT: usize = 6144;
/// Most statements of a policy. SOURCE: as above, and so for the rest.
pub const STATEMENT_LIMIT: usize = 8;
/// Most actions of a statement.
pub const ACTION_LIMIT: usize = 100;
/// Most resources of a statement.
pub const RESOURCE_LIMIT: usize = 10;
/// Most conditions of a statement: pairs of an operator and a key.
pub const CONDITION_LIMIT: usize = 10;
/// Longest resource, in characters.
pub const RESOURCE_LENGTH: usize = 128;

/// What a document may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A role, version "1.0": rights in bulk, and the names of roles that the vendor wants beside it (`Depends`), which
    /// are for people and give nothing.
    Role,
    /// A policy, version "1.1".
    Policy,
    /// A policy of identities, version "5.0".
    Identity,
    /// Any of these: for what is stored already, or came with the deployment.
    Any,
}

/// The version of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Role,
    Policy,
    Identity,
}

/// Reads and compiles a document of at most `limit` bytes.
///
/// # Errors
/// The first fault, with its place.
pub fn parse(document: &str, kind: Kind, limit: usize) -> Result<Policy, PolicyError> {
    let json = Json::read(document, limit)?;
    let members = json.root().object()?;
    let version = version(&members.need("Version")?, kind)?;
    members.only(version.members())?;
    if let Some(depends) = members.find("Depends") {
        check_depends(&depends)?;
    }
    let list = members.need("Statement")?;
    let statements = list.list()?;
    list.at_most(STATEMENT_LIMIT)?;
    let statements = statements.iter().map(|one| statements::read(one, version));
    Ok(Policy::new(statements.collect::<Result<Vec<_>, _>>()?))
}

fn version(node: &Node<'_>, kind: Kind) -> Result<Version, PolicyError> {
    let text = node.text()?;
    let expected = match kind {
        Kind::Role => "the version `1.0`",
        Kind::Policy => "the version `1.1`",
        Kind::Identity => "the version `5.0`",
        Kind::Any => "the version `1.0`, `1.1` or `5.0`",
    };
    match (text, kind) {
        ("1.0", Kind::Role | Kind::Any) => Ok(Version::Role),
        ("1.1", Kind::Policy | Kind::Any) => Ok(Version::Policy),
        ("5.0", Kind::Identity | Kind::Any) => Ok(Version::Identity),
        _ => Err(node.place.value(text, expected)),
    }
}

impl Version {
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::Role => &["Version", "Statement", "Depends"],
            Self::Policy | Self::Identity => &["Version", "Statement"],
        }
    }
}

/// Roles by catalogue and title, or none.
fn check_depends(node: &Node<'_>) -> Result<(), PolicyError> {
    let one = |node: Node<'_>| {
        let members: Members<'_> = node.object()?;
        members.only(&["catalog", "display_name"])?;
        members.need("catalog")?.text()?;
        members.need("display_name")?.text().map(drop)
    };
    node.elements()?.into_iter().try_for_each(one)
}
