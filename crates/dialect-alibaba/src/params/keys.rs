//! Names of keys, of their versions, and aliases.
//!
//! SOURCE: KMS API reference, request parameter KeyId of the operations (read 2026-11-21): an id, an alias where the
//! operation takes one, or a resource name, which alone reaches another account.

use claviger_model::{AliasName, Error, KeyVersionId, Missing, Scope};
use claviger_service::{KeyName, KeyRef};

use crate::error::WireError;
use crate::params::Fault;
use crate::row::Input;

/// Longest text that names a key.
const KEY_TEXT_LIMIT: usize = 512;
/// Longest text that names a version.
const VERSION_TEXT_LIMIT: usize = 512;
/// Most resources that one call names.
const RESOURCE_LIMIT: usize = 50;

impl Input<'_> {
    /// An alias name with its prefix.
    pub(crate) fn alias(&self, name: &str) -> Result<AliasName, WireError> {
        let text = self.required(name)?;
        // The core allows colons; here they would make resource names that read in two ways.
        let bare = text.strip_prefix("alias/").filter(|bare| !bare.contains(':'));
        let bare = bare.and_then(|bare| bare.parse().ok());
        bare.ok_or_else(|| WireError::invalid(name))
    }

    /// A key, named by its id, its resource name, or an alias.
    pub(crate) fn key(&self, name: &str) -> Result<KeyRef, Fault> {
        key(self.required(name)?, self.scope, name)
    }

    /// A key where the operation does not take aliases.
    pub(crate) fn key_by_id(&self, name: &str) -> Result<KeyRef, Fault> {
        key_by_id(self.required(name)?, self.scope, name)
    }

    /// A key version; none for text that no version can have as its id.
    pub(crate) fn version(&self, name: &str) -> Result<Option<KeyVersionId>, WireError> {
        let text = self.required(name)?;
        if text.len() > VERSION_TEXT_LIMIT {
            return Err(WireError::invalid(name));
        }
        Ok(text.parse().ok())
    }

    /// The keys `ResourceId.1` to `ResourceId.50`, in order; empty where there are none.
    ///
    /// SOURCE: TagResources, parameters ResourceType and ResourceId.
    pub(crate) fn resources(&self) -> Result<Vec<KeyRef>, Fault> {
        match self.required("ResourceType")? {
            "key" => {}
            // There are no secrets here.
            "secret" => return Err(WireError::unsupported_operation().into()),
            _ => return Err(WireError::invalid("ResourceType").into()),
        }
        let texts = self.numbered("ResourceId", RESOURCE_LIMIT)?;
        let mut keys: Vec<KeyRef> = Vec::with_capacity(texts.len());
        for (number, text) in texts {
            let key = key_by_id(text, self.scope, &format!("ResourceId.{number}"))?;
            // Named twice is named once.
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(keys)
    }

    /// The same where at least one must be there.
    pub(crate) fn required_resources(&self) -> Result<Vec<KeyRef>, Fault> {
        let keys = self.resources()?;
        if keys.is_empty() {
            return Err(WireError::missing("ResourceId").into());
        }
        Ok(keys)
    }
}

fn key(text: &str, home: &Scope, parameter: &str) -> Result<KeyRef, Fault> {
    if text.len() > KEY_TEXT_LIMIT {
        return Err(WireError::invalid(parameter).into());
    }
    let (scope, tail) = match text.strip_prefix("acs:kms:") {
        None => (home.clone(), text),
        Some(rest) => resource_name(rest).ok_or_else(|| WireError::invalid(parameter))?,
    };
    let by_resource = text.len() != tail.len();
    if let Some(bare) = tail.strip_prefix("alias/") {
        // A name that no alias can have leads nowhere.
        let alias = bare.parse().map_err(|_| Error::NotFound(Missing::Alias))?;
        return Ok(KeyRef {
            scope,
            name: KeyName::Alias(alias),
        });
    }
    let id = if by_resource {
        tail.strip_prefix("key/").unwrap_or_default()
    } else {
        tail
    };
    if id.is_empty() {
        return Err(WireError::invalid(parameter).into());
    }
    let name = id
        .parse()
        .map_or_else(|_| KeyName::Unknown(id.into()), KeyName::Id);
    Ok(KeyRef { scope, name })
}

/// SOURCE: common error codes, `Unsupported.Alias`.
fn key_by_id(text: &str, home: &Scope, parameter: &str) -> Result<KeyRef, Fault> {
    let tail = text.split(':').nth(4).unwrap_or_default();
    if text.starts_with("alias/") || tail.starts_with("alias/") {
        return Err(WireError::unsupported_alias().into());
    }
    key(text, home, parameter)
}

/// Splits `<region>:<account>:<relative id>`.
pub(super) fn resource_name(rest: &str) -> Option<(Scope, &str)> {
    let mut parts = rest.splitn(3, ':');
    let (region, account, tail) = (parts.next()?, parts.next()?, parts.next()?);
    let scope = Scope {
        account: account.parse().ok()?,
        region: region.parse().ok()?,
    };
    (!tail.contains(':')).then_some((scope, tail))
}
