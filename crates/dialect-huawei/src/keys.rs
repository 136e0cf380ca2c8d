//! How requests name keys.
//!
//! SOURCE: Key Management Service API reference, parameter `key_id` (read 2026-11-22): 36 characters of `0-9a-z` in the groups
//! of a UUID; later editions let calls that use or show a key take `alias/NAME` and `kms:REGION:DOMAIN:alias:NAME`. A name
//! alone is of a wrong form: one client looks for the key by its name then.

use claviger_model::{AliasName, Scope, ServiceName};
use claviger_service::{KeyName, KeyRef};

use crate::error::WireError;
use crate::error::codes;
use crate::fields::Fields;
use crate::route;
use crate::row::{Input, Row};

/// What most calls name their key with.
const KEY: &str = "key_id";

/// The services whose keys this face makes at their first use, as `<service>/default`. There has to be an end to them: such
/// keys do not count. Those of other services are found where they are there.
///
/// SOURCE: Data Encryption Workshop user guide, "Default Master Keys" (read 2026-11-22); later guides name more, which are here as
/// far as we found them.
const SERVICES: [&str; 11] = [
    "csms", "dds", "dlf", "dws", "ecs", "evs", "ims", "kps", "obs", "rds", "sfs",
];

/// Those services by name.
pub(crate) fn services() -> impl Iterator<Item = ServiceName> {
    SERVICES.iter().filter_map(|name| name.parse().ok())
}

impl Input<'_> {
    /// A key by its id in the body.
    ///
    /// # Errors
    /// KMS.0204, KMS.0205.
    pub(crate) fn key(&self, name: &str) -> Result<KeyRef, WireError> {
        let text = self.fields.required(name)?;
        self.by_id(&text).ok_or_else(|| codes::K0205.on(name))
    }

    /// A key by its id in the path.
    ///
    /// # Errors
    /// KMS.0205.
    pub(crate) fn key_of_path(&self, name: &str) -> Result<KeyRef, WireError> {
        self.by_id(self.path(name)).ok_or_else(|| codes::K0205.on(name))
    }

    /// A key by its id, an alias, or as the key of a service, in the body.
    ///
    /// # Errors
    /// KMS.0204, KMS.0205.
    pub(crate) fn key_or_alias(&self, name: &str) -> Result<KeyRef, WireError> {
        let text = self.fields.required(name)?;
        let found = self.by_id(&text).or_else(|| self.by_name(&text));
        found.ok_or_else(|| codes::K0205.on(name))
    }

    /// A key by its id in the query; none where it is absent or empty.
    ///
    /// # Errors
    /// KMS.0205.
    pub(crate) fn key_of_query(&self, name: &str) -> Result<Option<KeyRef>, WireError> {
        let text = self.query.get(name).filter(|text| !text.is_empty());
        text.map(|text| self.by_id(text).ok_or_else(|| codes::K0205.on(name)))
            .transpose()
    }

    /// The key that the call names, for the record of a refusal.
    pub(crate) fn named_key(&self) -> Option<KeyRef> {
        let of_query = || {
            let name = known(self.query.get(KEY)?)?;
            Some(self.named(name))
        };
        named_key(self.row, self.segments, Some(self.fields), self.scope).or_else(of_query)
    }

    fn by_id(&self, text: &str) -> Option<KeyRef> {
        let name = match text.parse() {
            Ok(id) => KeyName::Anywhere(id),
            // Right by its form, but nobody's.
            Err(_) if has_form_of_id(text) => KeyName::Unknown(text.into()),
            Err(_) => return None,
        };
        Some(self.named(name))
    }

    fn named(&self, name: KeyName) -> KeyRef {
        KeyRef {
            scope: self.scope.clone(),
            name,
        }
    }

    fn by_name(&self, text: &str) -> Option<KeyRef> {
        let name = if let Some(name) = text.strip_prefix("alias/") {
            KeyName::Alias(name.parse().ok()?)
        } else if let Some(rest) = text.strip_prefix("kms:") {
            let mut parts = rest.splitn(4, ':');
            let place = (parts.next()?, parts.next()?, parts.next()?);
            let here = (self.scope.region.as_str(), &*self.home.domain, "alias");
            let name = parts.next().filter(|_| place == here)?;
            KeyName::Alias(name.parse().ok()?)
        } else {
            of_service(text.strip_suffix("/default")?.parse().ok()?)?
        };
        Some(self.named(name))
    }
}

/// The key that a refused call names in its path or its body. What cannot be one is not repeated.
pub(crate) fn named_key(
    row: &Row,
    segments: &str,
    fields: Option<&Fields<'_>>,
    scope: &Scope,
) -> Option<KeyRef> {
    let of_body = || {
        let fields = fields?;
        let text = |name: &&str| fields.text(name).ok().flatten();
        known(
            &[KEY, "target_key_id", "destination_key_id"]
                .iter()
                .find_map(text)?,
        )
    };
    let name = known(route::variable(row, segments, KEY)).or_else(of_body)?;
    Some(KeyRef {
        scope: scope.clone(),
        name,
    })
}

/// An id, an alias, or the key of a service.
fn known(text: &str) -> Option<KeyName> {
    if let Ok(id) = text.parse() {
        return Some(KeyName::Anywhere(id));
    }
    match (text.strip_prefix("alias/"), text.strip_suffix("/default")) {
        (Some(name), _) => Some(KeyName::Alias(name.parse().ok()?)),
        (None, Some(service)) => of_service(service.parse().ok()?),
        (None, None) => None,
    }
}

/// The key of a service.
fn of_service(service: ServiceName) -> Option<KeyName> {
    if SERVICES.contains(&service.as_str()) {
        return Some(KeyName::OfService(service));
    }
    // A key that another front door's callers may have had made.
    let alias: AliasName = format!("acs/{service}").parse().ok()?;
    Some(KeyName::Alias(alias))
}

/// Whether text has the form of an id of this face, whatever it is of.
pub(crate) fn has_form_of_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || byte.is_ascii_lowercase(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_an_id_is_the_documented_one() {
        assert!(has_form_of_id("0d0466b0-e727-4d9c-b35d-f84bb474a37f"));
        assert!(has_form_of_id("zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"));
        for wrong in [
            "",
            "0d0466b0e7274d9cb35df84bb474a37f",
            "0D0466B0-E727-4D9C-B35D-F84BB474A37F",
            "0d0466b0-e727-4d9c-b35d_f84bb474a37f",
            "0d0466b0-e727-4d9c-b35d-f84bb474a37fa",
        ] {
            assert!(!has_form_of_id(wrong), "{wrong}");
        }
    }
}
