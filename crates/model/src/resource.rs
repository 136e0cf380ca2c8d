//! What permissions are about.

use crate::{AliasName, KeyId, Scope};

/// A thing that policies name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// One key.
    Key(Scope, KeyId),
    /// A key that was named by text that no key can have; policies may still speak of it.
    UnknownKey(Scope, Box<str>),
    /// One alias.
    Alias(Scope, AliasName),
    /// The collection of keys: making and listing.
    Keys(Scope),
    /// The collection of aliases.
    Aliases(Scope),
    /// The service as a whole.
    Service(Scope),
}

impl Resource {
    /// Account and region the thing belongs to.
    pub fn scope(&self) -> &Scope {
        match self {
            Self::Key(scope, _)
            | Self::UnknownKey(scope, _)
            | Self::Alias(scope, _)
            | Self::Keys(scope)
            | Self::Aliases(scope)
            | Self::Service(scope) => scope,
        }
    }
}
