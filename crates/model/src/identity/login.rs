//! Logins by name and password.

use jiff::Timestamp;

use crate::{AccountId, UserId};

/// Whose login it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LoginOwner {
    /// The account itself.
    Root,
    /// A user of the account.
    User(UserId),
}

/// Whether and how somebody may come in. Who has none may come with access keys and has no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The account.
    pub account: AccountId,
    /// Whose it is.
    pub owner: LoginOwner,
    /// Whether its owner may come in at all: with password, token, access key or session.
    pub enabled: bool,
    /// Whether there is a password. The store keeps it beside the login, hashed and sealed.
    pub has_password: bool,
    /// When the password was set last.
    pub changed: Option<Timestamp>,
    /// Tokens that were issued before this moment are void.
    pub tokens_from: Option<Timestamp>,
}

impl Login {
    /// What holds for an owner for whom nothing was stored.
    pub fn of(account: AccountId, owner: LoginOwner) -> Self {
        Self {
            account,
            owner,
            enabled: true,
            has_password: false,
            changed: None,
            tokens_from: None,
        }
    }
}
