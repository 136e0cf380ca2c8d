//! No files and no networks, by Landlock.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError,
    RulesetStatus, Scope,
};

use super::Enforcement;

/// The newest that was tested here. Older kernels know a part of it.
const NEWEST: ABI = ABI::V6;

/// Takes away all access to files, TCP, abstract sockets and signals to others. What is open stays open.
pub(super) fn close() -> Enforcement {
    let restricted = || -> Result<_, RulesetError> {
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?
            .create()?
            // No rule: nothing is allowed.
            .restrict_self()
    };
    match restricted() {
        Ok(status) => match status.ruleset {
            RulesetStatus::FullyEnforced => Enforcement::Full,
            RulesetStatus::PartiallyEnforced => Enforcement::Part,
            RulesetStatus::NotEnforced => Enforcement::None("the kernel does not have it".to_owned()),
        },
        Err(error) => Enforcement::None(error.to_string()),
    }
}
