//! Users, groups, roles and policies of an account, and services of the deployment.

mod login;
mod name;

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

pub use login::{Login, LoginOwner};
pub use name::{GroupName, PolicyName, RoleName, ServiceName, SessionName, UserName};

use crate::{AccountId, ParseIdError, Random, RandomError, Region, Tags};

/// The most versions of one policy. SOURCE: RAM, CreatePolicyVersion.
pub const POLICY_VERSIONS: usize = 5;
/// The shortest life of a session. SOURCE: STS, AssumeRole, DurationSeconds.
pub const SESSION_SHORTEST: SignedDuration = SignedDuration::from_mins(15);
/// The life of a session where nobody says, and the longest one of a new role. SOURCE: STS, AssumeRole; RAM, CreateRole.
pub const SESSION_DEFAULT: SignedDuration = SignedDuration::from_hours(1);
/// The longest life of a session that a role can allow. SOURCE: RAM, CreateRole, MaxSessionDuration.
pub const SESSION_LONGEST: SignedDuration = SignedDuration::from_hours(12);

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u64);

        impl $name {
            const LEAST: u64 = 100_000_000_000_000_000;
            const COUNT: u64 = 900_000_000_000_000_000;

            /// Draws a new id; the first digit is never zero.
            pub fn draw(random: &dyn Random) -> Result<Self, RandomError> {
                let mut bytes = [0; 8];
                random.fill(&mut bytes)?;
                Ok(Self(Self::LEAST + u64::from_le_bytes(bytes) % Self::COUNT))
            }

            /// The number behind the digits, as stores keep it.
            pub fn number(self) -> u64 {
                self.0
            }

            /// Reads back what [`Self::number`] gave; `None` where it has not 18 digits.
            pub fn from_number(number: u64) -> Option<Self> {
                (Self::LEAST..Self::LEAST + Self::COUNT).contains(&number).then_some(Self(number))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
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
                let digits = text.len() == 18 && text.bytes().all(|b| b.is_ascii_digit());
                let number = if digits { text.parse().ok() } else { None };
                number.and_then(Self::from_number).ok_or(ParseIdError($what))
            }
        }
    };
}

number_id!(
    /// A user, whatever its name is at the moment. Written as 18 decimal digits.
    UserId, "user id"
);
number_id!(
    /// A role, as [`UserId`].
    RoleId, "role id"
);
number_id!(
    /// A group, as [`UserId`].
    GroupId, "group id"
);
number_id!(
    /// A policy that an account wrote, as [`UserId`].
    PolicyId, "policy id"
);

/// A person or program of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The account it belongs to.
    pub account: AccountId,
    /// Stays when the name changes.
    pub id: UserId,
    /// Unique in the account.
    pub name: UserName,
    /// A name for people.
    pub display_name: String,
    /// Telephone number; not used by the server.
    pub mobile_phone: String,
    /// Address; not used by the server.
    pub email: String,
    /// Free text.
    pub comments: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// Users that share policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The account it belongs to.
    pub account: AccountId,
    /// Stays when the name changes.
    pub id: GroupId,
    /// Unique in the account.
    pub name: GroupName,
    /// Free text.
    pub comments: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// Rights that others take for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The account it belongs to.
    pub account: AccountId,
    /// Tells it from a later role of the same name: sessions end with the role.
    pub id: RoleId,
    /// Unique in the account; it never changes.
    pub name: RoleName,
    /// Free text.
    pub description: String,
    /// The trust policy: who may take it. A document that was checked when it was set.
    pub trust: String,
    /// The longest life of its sessions, in whole seconds.
    pub max_session: SignedDuration,
    /// Labels.
    pub tags: Tags,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// One text of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// From 1, never used twice in one policy.
    pub number: u32,
    /// The document, checked when it came.
    pub document: String,
    /// When it came.
    pub created: Timestamp,
}

/// In which language a policy is written. Whatever it is, the policy counts for every call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// That of the RAM service.
    Ram,
    /// That of the IAM service of the other face.
    Iam,
}

/// A policy that an account wrote, to be attached to its identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomPolicy {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its number, for faces that name policies by number.
    pub id: PolicyId,
    /// In which language its versions are written.
    pub language: Language,
    /// A name for people, which others may have too; empty where its name is all it has.
    pub title: String,
    /// Unique in the account.
    pub name: PolicyName,
    /// Free text.
    pub description: String,
    /// The number of the version that counts.
    pub default_version: u32,
    /// The highest number that was given to a version so far.
    pub last_version: u32,
    /// 1 to [`POLICY_VERSIONS`] of them, by number.
    pub versions: Vec<PolicyVersion>,
    /// Labels.
    pub tags: Tags,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

impl CustomPolicy {
    /// The version of a number.
    pub fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The version that counts.
    pub fn default(&self) -> Option<&PolicyVersion> {
        self.version(self.default_version)
    }
}

/// How a policy is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PolicyRef {
    /// One that comes with the server.
    System(PolicyName),
    /// One of the account.
    Custom(PolicyName),
}

impl PolicyRef {
    /// The name, whoever wrote it.
    pub fn name(&self) -> &PolicyName {
        match self {
            Self::System(name) | Self::Custom(name) => name,
        }
    }
}

/// What a policy can be attached to, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holder {
    /// A user.
    User(UserName),
    /// A group; its policies count for its users.
    Group(GroupName),
    /// A role; its policies count for its sessions.
    Role(RoleName),
}

/// Where the rights of an attached policy count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extent {
    /// For everything.
    Everywhere,
    /// For what lies in a region, whichever.
    Regions,
    /// For what lies in this region.
    Region(Region),
    /// For what lies in no region.
    Global,
}

impl Extent {
    /// Whether the rights count for what lies in `region`, or in none.
    pub fn covers(&self, region: Option<&Region>) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Regions => region.is_some(),
            Self::Region(own) => region == Some(own),
            Self::Global => region.is_none(),
        }
    }
}

/// A policy on an identity. The same one may be there with several extents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Where its rights count.
    pub extent: Extent,
    /// Which.
    pub policy: PolicyRef,
    /// On what.
    pub holder: Holder,
    /// Since when.
    pub attached: Timestamp,
}

/// A program that works for the accounts of the deployment: it makes keys for them and uses those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceIdentity {
    /// Unique in the deployment.
    pub name: ServiceName,
    /// The account whose administrators manage it: the first of the deployment.
    pub account: AccountId,
    /// Free text.
    pub description: String,
    /// When it was made.
    pub created: Timestamp,
}

/// Whom an access key stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeyOwner {
    /// The account itself.
    Root,
    /// A user of the account.
    User(UserId),
    /// A service that the account manages.
    Service(ServiceName),
}

/// A part of a list that is ordered by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePage {
    /// The last name of the page before; none begins.
    pub after: Option<String>,
    /// How many entries to give at the most.
    pub take: u32,
}

/// A part of a list, and whether there is more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// The entries, by name, byte by byte.
    pub items: Vec<T>,
    /// Whether entries follow.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extent_covers_what_lies_in_its_regions_or_in_none() {
        let (north, south): (Region, Region) = ("north".parse().unwrap(), "south".parse().unwrap());
        let places = [Some(&north), Some(&south), None];
        let covered = |extent: Extent| places.map(|place| extent.covers(place));
        assert_eq!(covered(Extent::Everywhere), [true, true, true]);
        assert_eq!(covered(Extent::Regions), [true, true, false]);
        assert_eq!(covered(Extent::Region(north.clone())), [true, false, false]);
        assert_eq!(covered(Extent::Global), [false, false, true]);
    }
}
