//! Names of resources.

use std::fmt;

use claviger_model::Resource;

/// A resource as policies name it: `acs:kms:<region>:<account>:<relative-id>`.
///
/// SOURCE: KMS, "Use RAM to control access to KMS resources" (read 2026-11-22): collections are named
/// without a slash.
#[derive(Debug, Clone, Copy)]
pub struct ResourceName<'a>(pub &'a Resource);

impl fmt::Display for ResourceName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = self.0.scope();
        write!(f, "acs:kms:{}:{}:", scope.region, scope.account)?;
        match self.0 {
            Resource::Key(_, id) => write!(f, "key/{id}"),
            Resource::UnknownKey(_, text) => write!(f, "key/{text}"),
            Resource::Alias(_, name) => write!(f, "alias/{name}"),
            Resource::Keys(_) => f.write_str("key"),
            Resource::Aliases(_) => f.write_str("alias"),
            Resource::Certificate(_, id) => write!(f, "certificate/{id}"),
            Resource::UnknownCertificate(_, text) => write!(f, "certificate/{text}"),
            Resource::Certificates(_) => f.write_str("certificate"),
            Resource::Service(_) => f.write_str("*"),
        }
    }
}
