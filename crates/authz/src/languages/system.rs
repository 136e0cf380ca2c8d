//! Policies that every account has and nobody can change, in whichever language.

use claviger_model::Language;

use super::{iam, ram};

/// A policy that comes with the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemPolicy {
    /// Its name.
    pub name: &'static str,
    /// In which language it is written.
    pub language: Language,
    /// What it is for.
    pub description: &'static str,
    /// The document, for [`parse`](super::parse).
    pub document: &'static str,
    /// What [`Language::Iam`] tells of its own policies beyond that; none for those of other languages.
    pub role: Option<SystemRole>,
}

/// How a system policy is shown where policies are roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemRole {
    /// What people know it by.
    pub title: &'static str,
    /// Its id, 32 hex digits, the same in every deployment.
    pub id: &'static str,
    /// Where it is given.
    pub layer: Layer,
    /// The vendor's word for what it belongs to.
    pub catalog: &'static str,
}

/// Where a role is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// In projects: what it is about lies in regions.
    Project,
    /// For the account as a whole.
    Global,
}

/// The system policy of a name. No name is there in two languages.
pub fn system_policy(name: &str) -> Option<&'static SystemPolicy> {
    let mut all = [Language::Ram, Language::Iam]
        .into_iter()
        .flat_map(system_policies);
    all.find(|policy| policy.name == name)
}

/// All system policies of a language, ordered by name.
pub fn system_policies(language: Language) -> &'static [SystemPolicy] {
    match language {
        Language::Ram => ram::SYSTEM_POLICIES,
        Language::Iam => iam::SYSTEM_POLICIES,
    }
}
