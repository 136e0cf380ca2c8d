//! Grants: the owner of a key lets somebody else use it.
//!
//! SOURCE: Huawei Cloud KMS, "Managing a Grant", `CreateGrant`.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::{AccountId, Action, Caller, Identity, KeyId, ParseIdError, Random, RandomError, Scope, UserId};

/// A grant. Written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrantId([u8; 32]);

impl GrantId {
    /// Draws a new id.
    pub fn draw(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 32];
        random.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The bytes behind the digits.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads back what [`Self::as_bytes`] gave.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GrantId({self})")
    }
}

impl FromStr for GrantId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let mut bytes = [0; 32];
        let digit = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(ParseIdError("grant id"));
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
                return Err(ParseIdError("grant id"));
            };
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

/// Somebody in a grant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// The root of an account.
    Root(AccountId),
    /// A user.
    User(AccountId, UserId),
    /// Everybody of an account: its root, its users and their sessions.
    Account(AccountId),
    /// Text that names nobody here; whether somebody is there is no condition for a grant.
    Unknown(Box<str>),
}

impl Party {
    /// The party that a caller is by itself; none for services and sessions of roles.
    pub fn of(caller: &Caller) -> Option<Self> {
        match &caller.identity {
            Identity::Root => Some(Self::Root(caller.account)),
            Identity::User { id, .. } => Some(Self::User(caller.account, *id)),
            Identity::Session { .. } | Identity::Service(_) | Identity::System => None,
        }
    }

    /// Whether the caller is meant.
    pub fn is(&self, caller: &Caller) -> bool {
        match self {
            Self::Account(account) => {
                let person = matches!(
                    caller.identity,
                    Identity::Root | Identity::User { .. } | Identity::Session { .. }
                );
                person && caller.account == *account
            }
            Self::Root(_) | Self::User(..) => Self::of(caller).as_ref() == Some(self),
            Self::Unknown(_) => false,
        }
    }
}

/// What can be granted, in the order in which lists show it.
pub const GRANTABLE: &[Action] = &[
    Action::GenerateDataKey,
    Action::GenerateDataKeyWithoutPlaintext,
    Action::EncryptDataKey,
    Action::DecryptDataKey,
    Action::DescribeKey,
    Action::CreateGrant,
    Action::RetireGrant,
    Action::Encrypt,
    Action::Decrypt,
];

/// What a grant allows: some of [`GRANTABLE`], none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedActions(Vec<Action>);

impl GrantedActions {
    /// These actions; `None` where one cannot be granted, or there is nothing, or nothing but to pass on.
    pub fn of(wanted: &[Action]) -> Option<Self> {
        let grantable = wanted.iter().all(|action| GRANTABLE.contains(action));
        let kept: Vec<_> = GRANTABLE
            .iter()
            .copied()
            .filter(|action| wanted.contains(action))
            .collect();
        let enough = !matches!(kept.as_slice(), [] | [Action::CreateGrant]);
        (grantable && enough).then_some(Self(kept))
    }

    /// The actions.
    pub fn iter(&self) -> impl Iterator<Item = Action> + '_ {
        self.0.iter().copied()
    }

    /// Whether the action is among them.
    pub fn contains(&self, action: Action) -> bool {
        self.0.contains(&action)
    }
}

/// The owner of a key lets somebody use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its name for life.
    pub id: GrantId,
    /// Account and region of the key.
    pub scope: Scope,
    /// The key.
    pub key: KeyId,
    /// A name for people; empty where it has none.
    pub name: String,
    /// Who may use the key.
    pub grantee: Party,
    /// Who may give the grant up, besides its maker and a grantee that is allowed to.
    pub retiring: Option<Party>,
    /// Who made it.
    pub issuer: Party,
    /// What the grantee may do.
    pub actions: GrantedActions,
    /// When it was made.
    pub created: Timestamp,
}

impl Grant {
    /// Whether it lets the caller do this. Data under key pairs counts as data under other keys; everything else is only
    /// granted by its own name.
    pub fn allows(&self, caller: &Caller, action: Action) -> bool {
        let action = match action {
            Action::AsymmetricEncrypt => Action::Encrypt,
            Action::AsymmetricDecrypt => Action::Decrypt,
            other => other,
        };
        self.actions.contains(action) && self.grantee.is(caller)
    }

    /// Whether the caller may give it up: who made it, who was named for that, and a grantee that is allowed to.
    pub fn may_retire(&self, caller: &Caller) -> bool {
        let named = self.retiring.as_ref().is_some_and(|party| party.is(caller));
        named || self.issuer.is(caller) || self.allows(caller, Action::RetireGrant)
    }
}

#[cfg(test)]
mod tests;
