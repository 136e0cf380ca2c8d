//! How many keys, aliases and certificates a scope holds: table `counts`, which triggers keep.

use claviger_model::{Creator, Error, Quota, Scope};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Failure;
use crate::row::number;

/// What is counted per scope.
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
        }
    }

    fn quota(self) -> Quota {
        match self {
            Self::Keys | Self::ServiceKeys => Quota::Keys,
            Self::Aliases => Quota::Aliases,
            Self::Certificates => Quota::Certificates,
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
    let count: Option<i64> = connection
        .prepare_cached("SELECT number FROM counts WHERE account = ?1 AND region = ?2 AND what = ?3")?
        .query_row(
            params![number(scope.account), scope.region.as_str(), what.word()],
            |row| row.get(0),
        )
        .optional()?;
    if count.unwrap_or(0) < i64::from(quota) {
        Ok(())
    } else {
        Err(Error::Quota(what.quota()).into())
    }
}
