//! What permissions are about.

use crate::{AliasName, CertificateId, KeyId, Scope};

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
    /// One certificate.
    Certificate(Scope, CertificateId),
    /// A certificate that was named by text that no certificate can have.
    UnknownCertificate(Scope, Box<str>),
    /// The collection of certificates.
    Certificates(Scope),
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
            | Self::Certificate(scope, _)
            | Self::UnknownCertificate(scope, _)
            | Self::Certificates(scope)
            | Self::Service(scope) => scope,
        }
    }
}
