//! Identifiers: one type per thing, parsed once at the edge.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Random, RandomError};

/// The text is not an identifier of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed {0}")]
pub struct ParseIdError(pub(crate) &'static str);

/// A tenant. Written as 16 decimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(u64);

impl AccountId {
    const LEAST: u64 = 1_000_000_000_000_000;
    const COUNT: u64 = 9_000_000_000_000_000;

    /// Draws a new account id; the first digit is never zero.
    pub fn draw(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 8];
        random.fill(&mut bytes)?;
        Ok(Self(Self::LEAST + u64::from_le_bytes(bytes) % Self::COUNT))
    }

    /// The number behind the digits, as stores keep it.
    pub fn number(self) -> u64 {
        self.0
    }

    /// Reads back what [`Self::number`] gave; `None` where it has not 16 digits.
    pub fn from_number(number: u64) -> Option<Self> {
        (Self::LEAST..Self::LEAST + Self::COUNT)
            .contains(&number)
            .then_some(Self(number))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

impl FromStr for AccountId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        number
            .and_then(Self::from_number)
            .ok_or(ParseIdError("account id"))
    }
}

/// The same tenant as the other face names it: 128 bits in 32 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainId(Uuid);

impl DomainId {
    /// Draws a new id.
    pub fn draw(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        Ok(Self(uuid::Builder::from_random_bytes(bytes).into_uuid()))
    }

    /// The 16 bytes behind the digits.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Reads back what [`Self::as_bytes`] gave.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for DomainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

/// One account in one region, as the other face names it: 128 bits in 32 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectId(Uuid);

impl ProjectId {
    /// Draws a new id.
    pub fn draw(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        Ok(Self(uuid::Builder::from_random_bytes(bytes).into_uuid()))
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

impl FromStr for ProjectId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        read_hex(text)
            .map(|bytes| Self(Uuid::from_bytes(bytes)))
            .ok_or(ParseIdError("project id"))
    }
}

impl FromStr for DomainId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        read_hex(text)
            .map(Self::from_bytes)
            .ok_or(ParseIdError("domain id"))
    }
}

/// An identity of an account as the other face names it: the numbers of the account and of the identity, 16 lower-case
/// hex digits each. The root of an account has the number 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdentityHex {
    /// The account.
    pub account: AccountId,
    /// The number of a user, group, role or policy; 0 is the root.
    pub number: u64,
}

impl fmt::Display for IdentityHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.account.number(), self.number)
    }
}

impl FromStr for IdentityHex {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let numbers = |bytes: [u8; 16]| {
            let (halves, _) = bytes.as_chunks::<8>();
            let [account, number] = halves else { return None };
            Some(Self {
                account: AccountId::from_number(u64::from_be_bytes(*account))?,
                number: u64::from_be_bytes(*number),
            })
        };
        read_hex(text)
            .and_then(numbers)
            .ok_or(ParseIdError("identity id"))
    }
}

/// 32 lower-case hex digits as 16 bytes.
fn read_hex(text: &str) -> Option<[u8; 16]> {
    let plain = text.len() == 32
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let id = if plain { Uuid::try_parse(text).ok() } else { None };
    id.map(Uuid::into_bytes)
}

/// A part of the deployment with a name such as `cn-hangzhou`: 1 to 40 of `a-z`, `0-9` and `-`.
///
/// Cheap to clone. Never holds a colon, so a resource name can be cut at its colons.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(Arc<str>);

impl Region {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({})", self.0)
    }
}

impl FromStr for Region {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let fits = (1..=40).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(ParseIdError("region"))
        }
    }
}

/// Where keys and aliases live: one account in one region.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// The tenant.
    pub account: AccountId,
    /// The part of the deployment.
    pub region: Region,
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// Draws a new id: UUID version 7 (RFC 9562 section 5.7), so ids sort by their time of birth and
            /// neighbours in time are neighbours on disk. 74 bits are random.
            pub fn draw(now: Timestamp, random: &dyn Random) -> Result<Self, RandomError> {
                let mut bytes = [0; 10];
                random.fill(&mut bytes)?;
                let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
                Ok(Self(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()))
            }

            /// The 16 bytes of the UUID.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads back what [`Self::as_bytes`] gave.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The canonical text, 36 lower-case ASCII characters, without an allocation.
            pub fn to_ascii(self) -> [u8; 36] {
                let mut text = [0; 36];
                self.0.hyphenated().encode_lower(&mut text);
                text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            /// Takes the canonical form only: 36 characters, lower case.
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let canonical = text.len() == 36 && !text.bytes().any(|b| b.is_ascii_uppercase());
                let parsed = if canonical { Uuid::try_parse(text).ok() } else { None };
                parsed.map(Self).ok_or(ParseIdError($what))
            }
        }
    };
}

uuid_id!(
    /// A key.
    KeyId,
    "key id"
);
uuid_id!(
    /// One piece of material of a key. Its text is exactly 36 bytes: clients cut ciphertexts there.
    KeyVersionId,
    "key version id"
);
uuid_id!(
    /// A certificate with its key pair.
    CertificateId,
    "certificate id"
);
uuid_id!(
    /// One call, in the answer, the audit trail and the log.
    RequestId,
    "request id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
            out.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn account_ids_have_sixteen_digits_and_read_back() {
        for seed in [0, 1, 127, 255] {
            let id = AccountId::draw(&Fixed(seed)).unwrap();
            assert_eq!(id.to_string().len(), 16);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(AccountId::from_number(id.number()), Some(id));
        }
        for wrong in [
            "",
            "123",
            "0123456789012345",
            "12345678901234567",
            "123456789012345x",
        ] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn key_ids_sort_by_birth_and_read_back_in_canonical_form_only() {
        let early = KeyId::draw(Timestamp::from_second(1_700_000_000).unwrap(), &Fixed(255)).unwrap();
        let late = KeyId::draw(Timestamp::from_second(1_700_000_001).unwrap(), &Fixed(0)).unwrap();
        assert!(early < late);
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!(std::str::from_utf8(&early.to_ascii()).unwrap(), early.to_string());
        assert!(early.to_string().to_uppercase().parse::<KeyId>().is_err());
        assert!(early.to_string().replace('-', "").parse::<KeyId>().is_err());
        assert!("key-hzz630494463ejqjx0001".parse::<KeyId>().is_err());
    }

    #[test]
    fn ids_of_identities_hold_both_numbers_and_read_back() {
        let id = IdentityHex {
            account: AccountId::draw(&Fixed(7)).unwrap(),
            number: 123_456_789_012_345_678,
        };
        assert_eq!(id.to_string().len(), 32);
        assert_eq!(id.to_string().parse(), Ok(id));
        let root = IdentityHex { number: 0, ..id };
        assert!(root.to_string().ends_with("0000000000000000"));
        for wrong in [
            "",
            &"0".repeat(32),
            &id.to_string().to_uppercase(),
            &"g".repeat(32),
            &"a".repeat(33),
        ] {
            assert!(wrong.parse::<IdentityHex>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn domains_and_projects_read_back() {
        let domain = DomainId::draw(&Fixed(9)).unwrap();
        assert_eq!(domain.to_string().parse(), Ok(domain));
        let project = ProjectId::draw(&Fixed(9)).unwrap();
        assert_eq!(project.to_string().parse(), Ok(project));
        assert!("0123".parse::<ProjectId>().is_err());
    }

    #[test]
    fn regions_hold_no_separators() {
        assert!("cn-hangzhou".parse::<Region>().is_ok());
        for wrong in ["", "cn:hangzhou", "CN", "a b", &"x".repeat(41)] {
            assert!(wrong.parse::<Region>().is_err(), "{wrong}");
        }
    }
}
