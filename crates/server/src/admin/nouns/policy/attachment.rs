//! Policies on users, groups and roles.

use clap::Args;

use super::Named;
use crate::admin::nouns::HELD_COLUMNS;
use crate::admin::task::{Call, Part, Task};

/// A policy and somebody.
#[derive(Debug, Args)]
pub(in crate::admin) struct Attached {
    #[command(flatten)]
    policy: Named,
    #[command(flatten)]
    holder: Holder,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(in crate::admin) struct Holder {
    /// The user.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The group, for all its users.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The role.
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(in crate::admin) struct HolderOrNone {
    /// Only those attached to this user.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Only those attached to this group.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Only those attached to this role.
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
}

/// The kind of holder that was named, as parameters and people name it, with its name.
fn named<'a>(
    user: Option<&'a String>,
    group: Option<&'a String>,
    role: Option<&'a String>,
) -> Option<(Kind, &'a String)> {
    let user = user.map(|name| (Kind::User, name));
    let group = group.map(|name| (Kind::Group, name));
    user.or(group).or(role.map(|name| (Kind::Role, name)))
}

#[derive(Clone, Copy)]
enum Kind {
    User,
    Group,
    Role,
}

impl Kind {
    fn parameter(self) -> &'static str {
        match self {
            Self::User => "UserName",
            Self::Group => "GroupName",
            Self::Role => "RoleName",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    /// The one of three that is for this kind.
    fn of<T>(self, [user, group, role]: [T; 3]) -> T {
        match self {
            Self::User => user,
            Self::Group => group,
            Self::Role => role,
        }
    }
}

impl HolderOrNone {
    /// Lists the policies of whom was named.
    pub(super) fn task(&self) -> Option<Task> {
        let (kind, name) = named(self.user.as_ref(), self.group.as_ref(), self.role.as_ref())?;
        let actions = [
            "ListPoliciesForUser",
            "ListPoliciesForGroup",
            "ListPoliciesForRole",
        ];
        let call = Call::ram(kind.of(actions)).with(kind.parameter(), name);
        Some(Task::new([call], [LIST]))
    }
}

impl Attached {
    pub(super) fn attach(&self) -> Task {
        let actions = ["AttachPolicyToUser", "AttachPolicyToGroup", "AttachPolicyToRole"];
        self.task(actions, "attached", "to")
    }

    pub(super) fn detach(&self) -> Task {
        let actions = [
            "DetachPolicyFromUser",
            "DetachPolicyFromGroup",
            "DetachPolicyFromRole",
        ];
        self.task(actions, "detached", "from")
    }

    fn task(&self, actions: [&'static str; 3], done: &str, preposition: &str) -> Task {
        let Holder { user, group, role } = &self.holder;
        let policy = &self.policy.name;
        // The parser sees to it that one is there; without, the server says what is missing.
        let (kind, name) = match named(user.as_ref(), group.as_ref(), role.as_ref()) {
            Some((kind, name)) => (kind, name.as_str()),
            None => (Kind::User, ""),
        };
        let call = self.policy.call(kind.of(actions)).with(kind.parameter(), name);
        let word = kind.word();
        Task::change(
            call,
            format!("{done} policy `{policy}` {preposition} {word} `{name}`"),
        )
    }
}

/// Lists who holds a policy.
pub(super) fn entities(policy: &Named) -> Task {
    Task::new([policy.call("ListEntitiesForPolicy")], [USERS, GROUPS, ROLES])
}

const LIST: Part = Part::Table {
    title: None,
    list: ["Policies", "Policy"],
    columns: HELD_COLUMNS,
    none: "no policies",
};

const USERS: Part = Part::Table {
    title: Some("users"),
    list: ["Users", "User"],
    columns: &[
        ("NAME", "UserName"),
        ("ATTACHED", "AttachDate"),
        ("DISPLAY NAME", "DisplayName"),
    ],
    none: "none",
};

const GROUPS: Part = Part::Table {
    title: Some("groups"),
    list: ["Groups", "Group"],
    columns: &[
        ("NAME", "GroupName"),
        ("ATTACHED", "AttachDate"),
        ("COMMENTS", "Comments"),
    ],
    none: "none",
};

const ROLES: Part = Part::Table {
    title: Some("roles"),
    list: ["Roles", "Role"],
    columns: &[
        ("NAME", "RoleName"),
        ("ATTACHED", "AttachDate"),
        ("DESCRIPTION", "Description"),
    ],
    none: "none",
};
