//! The targets of calls.

use std::sync::Arc;

use claviger_authz::policy::Policy;
use claviger_model::{
    AccountId, Certificate, Grant, KeyVersion, ProtectionLevel, Region, Role, ServiceName, Tags,
};

use crate::cache::LoadedKey;

/// A target as the pipeline found it.
#[derive(Debug)]
pub enum Loaded {
    /// A key.
    Key(Arc<LoadedKey>),
    /// A key version and its key.
    Version(Arc<KeyVersion>, Arc<LoadedKey>),
    /// The versions of a key pair, newest first, and the key. There are none of a key of another kind, and none while the
    /// key waits for its material.
    Pair(Vec<Arc<KeyVersion>>, Arc<LoadedKey>),
    /// A grant and its key.
    Grant(Box<Grant>, Arc<LoadedKey>),
    /// A certificate.
    Certificate(Arc<Certificate>),
    /// A role and its trust policy, compiled.
    Role(Box<Role>, Arc<Policy>),
    /// Something that is a name only.
    Name,
}

impl Loaded {
    /// The key that it is, or that it belongs to.
    pub(crate) fn key(&self) -> Option<&LoadedKey> {
        match self {
            Self::Key(key) | Self::Version(_, key) | Self::Pair(_, key) | Self::Grant(_, key) => Some(key),
            Self::Certificate(_) | Self::Role(..) | Self::Name => None,
        }
    }

    /// The account that it belongs to; none of a name.
    pub(super) fn owner(&self) -> Option<AccountId> {
        match self {
            Self::Certificate(certificate) => Some(certificate.scope.account),
            Self::Role(role, _) => Some(role.account),
            other => other.key().map(|loaded| loaded.key.scope.account),
        }
    }

    /// Where the material of it is held, if that is not in software.
    pub(super) fn in_hardware(&self) -> Option<(ProtectionLevel, &Region)> {
        let (level, scope) = match self {
            Self::Certificate(certificate) => (certificate.protection, &certificate.scope),
            other => other
                .key()
                .map(|loaded| (loaded.key.protection, &loaded.key.scope))?,
        };
        match level {
            ProtectionLevel::Software => None,
            ProtectionLevel::Hsm => Some((level, &scope.region)),
        }
    }

    /// The labels on it.
    pub(crate) fn tags(&self) -> Option<&Tags> {
        match self {
            Self::Certificate(certificate) => Some(&certificate.tags),
            Self::Role(role, _) => Some(&role.tags),
            other => other.key().map(|key| &key.key.tags),
        }
    }

    /// The policy on it.
    pub(crate) fn policy(&self) -> Option<&Policy> {
        match self {
            Self::Role(_, trust) => Some(trust),
            other => other.key().and_then(|key| key.policy.as_deref()),
        }
    }

    /// The service that made it.
    pub(crate) fn maker(&self) -> Option<&ServiceName> {
        self.key().and_then(LoadedKey::maker)
    }

    /// The grant that it is.
    pub(crate) fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Grant(grant, _) => Some(grant),
            _ => None,
        }
    }
}
