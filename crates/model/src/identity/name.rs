//! Names of identities and of what belongs to them: one type per thing, parsed once at the edge.

use std::fmt;
use std::str::FromStr;

use crate::ParseIdError;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $lengths:expr, $also:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let fits = $lengths.contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || $also.contains(&b));
                if fits { Ok(Self(text.into())) } else { Err(ParseIdError($what)) }
            }
        }
    };
}

name!(
    /// A user of an account: 1 to 64 letters, digits, `.`, `_`, `-`. Letter case counts.
    ///
    /// SOURCE: RAM, CreateUser, UserName.
    UserName, "user name", (1..=64), b"._-"
);
name!(
    /// A group of users: 1 to 64 letters, digits, `.`, `_`, `-`. SOURCE: RAM, CreateGroup, GroupName.
    GroupName, "group name", (1..=64), b"._-"
);
name!(
    /// A role: 1 to 64 letters, digits, `.`, `_`, `-`. SOURCE: RAM, CreateRole, RoleName.
    RoleName, "role name", (1..=64), b"._-"
);
name!(
    /// A policy: 1 to 128 letters, digits, `-`. SOURCE: RAM, CreatePolicy, PolicyName.
    PolicyName, "policy name", (1..=128), b"-"
);
name!(
    /// What who takes a role calls the session: 2 to 64 letters, digits, `.`, `@`, `_`, `-`.
    ///
    /// SOURCE: STS, AssumeRole, RoleSessionName.
    SessionName, "session name", (2..=64), b".@_-"
);
name!(
    /// A program that works for the accounts of the deployment, such as an object store: 1 to 32 letters, digits, `-`.
    /// Its keys bear its name.
    ServiceName, "service name", (1..=32), b"-"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_length_and_an_alphabet() {
        assert_eq!(
            "alice.b_c-1".parse::<UserName>().map(|name| name.to_string()),
            Ok("alice.b_c-1".into())
        );
        for wrong in ["", "a b", "a/b", "a@b", "ä", &"x".repeat(65)] {
            assert!(wrong.parse::<UserName>().is_err(), "{wrong}");
        }
        assert!("alice@example.com".parse::<SessionName>().is_ok());
        assert!("a".parse::<SessionName>().is_err());
        assert!("read_only".parse::<PolicyName>().is_err() && "x".repeat(128).parse::<PolicyName>().is_ok());
    }
}
