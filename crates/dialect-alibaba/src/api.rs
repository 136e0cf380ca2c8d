//! The APIs behind this door, told apart by the version that a request asks for.
//!
//! SOURCE: RAM, STS, KMS and ActionTrail API references, common parameter Version (read 2026-11-22): each is a host of its own at the
//! vendor's, and names of operations collide, such as ListPolicies of KMS and of RAM. The last one is ours, in the same
//! style.

use crate::row::Row;
use crate::{admin, ops, ram, sts, trail};

/// One set of operations, in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Api {
    /// Key management.
    Kms,
    /// Users, groups, roles, policies and access keys.
    Ram,
    /// Temporary credentials.
    Sts,
    /// The audit trail.
    ActionTrail,
    /// The same in the version before, which old clients send.
    ActionTrail2017,
    /// The administration of the deployment: accounts, services, logins, explained decisions, usage.
    /// Ours.
    Admin,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Kms,
        Self::Ram,
        Self::Sts,
        Self::ActionTrail,
        Self::ActionTrail2017,
        Self::Admin,
    ];

    /// The version that requests name.
    pub fn version(self) -> &'static str {
        match self {
            Self::Kms => "2016-01-20",
            Self::Ram => "2015-05-01",
            Self::Sts => "2015-04-01",
            Self::ActionTrail => "2020-07-06",
            Self::ActionTrail2017 => "2017-12-04",
            Self::Admin => "2026-11-22",
        }
    }

    /// What records call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::Ram => "ram",
            Self::Sts => "sts",
            Self::ActionTrail | Self::ActionTrail2017 => "actiontrail",
            Self::Admin => "claviger",
        }
    }

    /// The newest API that records call so.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.word() == word)
    }

    /// The API of a version.
    pub fn of_version(version: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.version() == version)
    }

    /// The names of the operations that are served, in order; those that are ours too.
    pub fn served(self) -> impl Iterator<Item = &'static str> {
        self.rows().iter().map(|row| row.name)
    }

    /// The names of those that answer `UnsupportedOperation`, in order. The lists may only shrink.
    pub fn not_served(self) -> &'static [&'static str] {
        match self {
            Self::Kms => ops::NOT_SERVED,
            Self::Ram => ram::NOT_SERVED,
            Self::Sts => sts::NOT_SERVED,
            Self::ActionTrail => trail::NOT_SERVED,
            Self::ActionTrail2017 => trail::NOT_SERVED_2017,
            Self::Admin => &[],
        }
    }

    /// The names of operations that are ours where the vendor has the version.
    pub fn ours(self) -> &'static [&'static str] {
        match self {
            Self::Kms => ops::OURS,
            Self::Ram | Self::Sts | Self::ActionTrail | Self::ActionTrail2017 | Self::Admin => &[],
        }
    }

    /// The row of an operation.
    pub(crate) fn row(self, name: &str) -> Option<&'static Row> {
        let rows = self.rows();
        let at = rows.binary_search_by(|row| row.name.cmp(name)).ok()?;
        rows.get(at)
    }

    fn rows(self) -> &'static [Row] {
        match self {
            Self::Kms => ops::ROWS,
            Self::Ram => ram::ROWS,
            Self::Sts => sts::ROWS,
            Self::ActionTrail => trail::ROWS,
            Self::ActionTrail2017 => trail::ROWS_2017,
            Self::Admin => admin::ROWS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_and_the_lists_cover_the_versions_once_each() {
        for (api, operations, later) in [
            (Api::Kms, 103, 42),
            (Api::Ram, 44, 1),
            (Api::Sts, 4, 2),
            (Api::ActionTrail, 46, 42),
            (Api::ActionTrail2017, 11, 7),
            (Api::Admin, 19, 0),
        ] {
            let (names, not_served): (Vec<_>, _) = (api.served().collect(), api.not_served());
            assert!(names.is_sorted() && not_served.is_sorted(), "{api:?}");
            assert!(names.iter().all(|name| api.row(name).is_some()));
            assert!(names.iter().all(|name| !not_served.contains(name)));
            let count = names.len() - api.ours().len() + not_served.len();
            assert_eq!(count, operations, "operations of version {}", api.version());
            assert!(
                not_served.len() <= later,
                "the lists of what is not served may only shrink"
            );
            assert_eq!(Api::of_version(api.version()), Some(api));
        }
        assert_eq!(Api::of_version("2020-07-07"), None);
        assert_eq!(Api::of_word("actiontrail"), Some(Api::ActionTrail));
    }
}
