//! What permissions are about.

use crate::{AccountId, AliasName, CertificateId, KeyId, Region, Scope};

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
    /// Something of the administration of identities, which is in no region.
    Identity(AccountId, IdentityResource),
    /// The accounts and services of the deployment. The account is the one that runs it.
    Deployment(AccountId),
    /// The audit trail of an account, as it is asked for in a region.
    Trail(Scope),
}

/// Part of a [`Resource`]: identities and what belongs to them. Names are as they were asked for: policies may speak of
/// what is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityResource {
    /// The collection of users.
    Users,
    /// One user.
    User(Box<str>),
    /// The collection of groups.
    Groups,
    /// One group.
    Group(Box<str>),
    /// The collection of roles.
    Roles,
    /// One role.
    Role(Box<str>),
    /// The collection of policies.
    Policies,
    /// One policy of the account.
    Policy(Box<str>),
    /// One policy that comes with the server.
    SystemPolicy(Box<str>),
}

impl Resource {
    /// The account the thing belongs to.
    pub fn account(&self) -> AccountId {
        match self {
            Self::Key(scope, _)
            | Self::UnknownKey(scope, _)
            | Self::Alias(scope, _)
            | Self::Keys(scope)
            | Self::Aliases(scope)
            | Self::Certificate(scope, _)
            | Self::UnknownCertificate(scope, _)
            | Self::Certificates(scope)
            | Self::Service(scope)
            | Self::Trail(scope) => scope.account,
            Self::Identity(account, _) | Self::Deployment(account) => *account,
        }
    }

    /// The region the thing lies in, where it lies in one.
    pub fn region(&self) -> Option<&Region> {
        match self {
            Self::Key(scope, _)
            | Self::UnknownKey(scope, _)
            | Self::Alias(scope, _)
            | Self::Keys(scope)
            | Self::Aliases(scope)
            | Self::Certificate(scope, _)
            | Self::UnknownCertificate(scope, _)
            | Self::Certificates(scope)
            | Self::Service(scope)
            | Self::Trail(scope) => Some(&scope.region),
            Self::Identity(..) | Self::Deployment(_) => None,
        }
    }
}
