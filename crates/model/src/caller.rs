//! Who asks.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::{
    AccountId, DomainId, ParseIdError, RoleId, RoleName, ServiceName, SessionName, UserId, UserName,
};

/// A tenant of the deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// The same tenant in the words of the other face.
    pub domain: DomainId,
    /// A name for people.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
}

/// The public half of an access key: 1 to 128 of letters, digits, `.`, `_`, `-`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccessKeyId(Box<str>);

impl AccessKeyId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessKeyId({})", self.0)
    }
}

impl FromStr for AccessKeyId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let fits = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(ParseIdError("access key id"))
        }
    }
}

/// Whether an access key opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKeyStatus {
    /// It does.
    Active,
    /// Its owner has switched it off.
    Inactive,
}

/// Who a caller is inside its account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The account itself; it may do everything with its own resources.
    Root,
    /// A user.
    User {
        /// Its id.
        id: UserId,
        /// Its name when the call came.
        name: UserName,
    },
    /// Somebody who took a role for a while.
    Session {
        /// The role.
        role: RoleId,
        /// The name of the role.
        role_name: RoleName,
        /// What the session was called by who took the role.
        name: SessionName,
        /// When it began.
        began: Timestamp,
    },
    /// A service of the deployment.
    Service(ServiceName),
    /// The server's own jobs. No credential leads here.
    System,
}

/// An authenticated caller. Only authentication makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account it belongs to.
    pub account: AccountId,
    /// Who it is in there.
    pub identity: Identity,
    /// The access key it showed.
    pub access_key: Option<AccessKeyId>,
}
