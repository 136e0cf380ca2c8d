//! How many keys, aliases and certificates a scope holds, and identities and policies an account: table `counts`, which
//! triggers keep.

use claviger_model::{AccountId, Creator, Error, Quota, Scope};
use claviger_store::StoreError;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Failure, Fault};
use crate::row::number;

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted {
    /// Keys that the account made.
    Keys,
    /// Keys that services made.
    ServiceKeys,
    /// Aliases.
    Aliases,
    /// Certificates.
    Certificates,
    /// Users of an account.
    Users,
    /// Groups of an account.
    Groups,
    /// Roles of an account.
    Roles,
    /// Policies that an account wrote.
    Policies,
}

impl Counted {
    /// The count that a key of this creator belongs to.
    pub(crate) fn of(creator: &Creator) -> Self {
        match creator {
            Creator::Account => Self::Keys,
            Creator::Service(_) => Self::ServiceKeys,
        }
    }

    /// As the triggers of the schema spell it.
    fn word(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::ServiceKeys => "service-keys",
            Self::Aliases => "aliases",
            Self::Certificates => "certificates",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Roles => "roles",
            Self::Policies => "policies",
        }
    }

    fn quota(self) -> Quota {
        match self {
            Self::Keys | Self::ServiceKeys => Quota::Keys,
            Self::Aliases => Quota::Aliases,
            Self::Certificates => Quota::Certificates,
            Self::Users => Quota::Users,
            Self::Groups => Quota::Groups,
            Self::Roles => Quota::Roles,
            Self::Policies => Quota::Policies,
        }
    }
}

/// Whether one more fits into the scope.
pub(crate) fn admit(
    connection: &Connection,
    scope: &Scope,
    what: Counted,
    quota: u32,
) -> Result<(), Failure> {
    look(connection, scope.account, scope.region.as_str(), what, quota)
}

/// Whether one more fits into the account, whatever the region.
pub(crate) fn admit_anywhere(
    connection: &Connection,
    account: AccountId,
    what: Counted,
    quota: u32,
) -> Result<(), Failure> {
    look(connection, account, "", what, quota)
}

fn look(
    connection: &Connection,
    account: AccountId,
    region: &str,
    what: Counted,
    quota: u32,
) -> Result<(), Failure> {
    let count = read(connection, account, region, what)?;
    fits(count, quota, what.quota())
}

/// How many there are; `region` is empty for what belongs to an account as a whole.
pub(crate) fn read(
    connection: &Connection,
    account: AccountId,
    region: &str,
    what: Counted,
) -> Result<i64, Fault> {
    let count: Option<i64> = connection
        .prepare_cached("SELECT number FROM counts WHERE account = ?1 AND region = ?2 AND what = ?3")?
        .query_row(params![number(account), region, what.word()], |row| row.get(0))
        .optional()?;
    Ok(count.unwrap_or(0))
}

/// See `Store::key_count`.
pub(crate) fn keys(connection: &Connection, scope: &Scope) -> Result<u64, Fault> {
    let count = read(connection, scope.account, scope.region.as_str(), Counted::Keys)?;
    Ok(u64::try_from(count).map_err(|_| StoreError::Database("a negative count".into()))?)
}

/// Whether there may be one more.
pub(crate) fn fits(count: i64, quota: u32, what: Quota) -> Result<(), Failure> {
    if count < i64::from(quota) {
        Ok(())
    } else {
        Err(Error::Quota(what).into())
    }
}
