//! Display names of keys.

use std::fmt;
use std::str::FromStr;

use crate::ParseIdError;

/// The display name of a key, unique in its scope: 1 to 255 letters, digits, `:`, `/`, `_`, `-`. Unlike an alias it is
/// part of the key, and no call can name the key by it.
///
/// SOURCE: Huawei Cloud KMS, CreateKey, `key_alias`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Title(Box<str>);

impl Title {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name looks like that of a key that a service made.
    pub fn is_reserved(&self) -> bool {
        self.0.ends_with("/default")
    }
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Title({})", self.0)
    }
}

impl FromStr for Title {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let fits = (1..=255).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'/' | b'_' | b'-'));
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(ParseIdError("display name"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_in_length_and_characters() {
        for right in ["a", "a:b/c_d-e", &"x".repeat(255)] {
            assert_eq!(right.parse::<Title>().unwrap().as_str(), right);
        }
        for wrong in ["", "a b", "ä", "a.b", "a*", &"x".repeat(256)] {
            assert!(wrong.parse::<Title>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_the_keys_of_services_are_reserved() {
        assert!("obs/default".parse::<Title>().unwrap().is_reserved());
        assert!(!"obs/defaults".parse::<Title>().unwrap().is_reserved());
        assert!(!"default".parse::<Title>().unwrap().is_reserved());
    }
}
