//! Second names of keys.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::{KeyId, ParseIdError, Scope};

/// The name of an alias, without a vendor's prefix: 1 to 255 letters, digits, `_`, `-`, `/`, `:`.
/// Dialects may allow fewer.
///
/// SOURCE: Alibaba Cloud KMS, "Overview of aliases".
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AliasName(Box<str>);

impl AliasName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is kept for keys that integrated services make.
    pub fn is_reserved(&self) -> bool {
        self.0.starts_with("acs")
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AliasName({})", self.0)
    }
}

impl FromStr for AliasName {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let fits = (1..=255).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/' | b':'));
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(ParseIdError("alias name"))
        }
    }
}

/// A name that leads to a key; unique in its scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Account and region it lives in.
    pub scope: Scope,
    /// Its name.
    pub name: AliasName,
    /// Whether who made it wrote `alias/` in front of the name, which some faces ask for and others leave open.
    pub prefixed: bool,
    /// The key it leads to, in the same scope.
    pub key: KeyId,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last led to a key.
    pub updated: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_in_length_and_characters() {
        for right in ["a", "team/app_1-x", "a:b", &"x".repeat(255)] {
            assert_eq!(right.parse::<AliasName>().unwrap().as_str(), right);
        }
        for wrong in ["", "a b", "ä", "a.b", &"x".repeat(256)] {
            assert!(wrong.parse::<AliasName>().is_err(), "{wrong}");
        }
        assert!("acs/oss".parse::<AliasName>().unwrap().is_reserved());
        assert!(!"app".parse::<AliasName>().unwrap().is_reserved());
    }
}
