//! `claviger admin group`.

use clap::{Args, Subcommand};

use super::HELD;
use crate::admin::task::{Call, Part, Task};

const GROUP: Part = Part::Object(
    "Group",
    &[
        ("name", "GroupName"),
        ("comments", "Comments"),
        ("created", "CreateDate"),
        ("changed", "UpdateDate"),
    ],
);

/// The groups of a user, below what was shown of it.
pub(super) const MEMBERSHIPS: Part = Part::Table {
    title: Some("groups"),
    list: LISTED,
    columns: JOINED,
    none: "none",
};

const LISTED: [&str; 2] = ["Groups", "Group"];
const MEMBERS: [&str; 2] = ["Users", "User"];
const JOINED: &[(&str, &str)] = &[
    ("NAME", "GroupName"),
    ("JOINED", "JoinDate"),
    ("COMMENTS", "Comments"),
];
const MEMBER_COLUMNS: &[(&str, &str)] = &[
    ("NAME", "UserName"),
    ("JOINED", "JoinDate"),
    ("DISPLAY NAME", "DisplayName"),
];

#[derive(Debug, Subcommand)]
pub(in crate::admin) enum Command {
    /// Make a group.
    Create {
        /// Its name: letters, digits and `.-_`, up to 64.
        name: String,
        /// Free text.
        #[arg(long, value_name = "TEXT")]
        comments: Option<String>,
    },
    /// List the groups, or those of a user.
    List {
        /// Only groups that this user is in.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// Show a group with its users and policies.
    Show {
        /// Its name.
        name: String,
    },
    /// Change a group; what is not named stays, and an empty text empties.
    Change {
        /// Its name.
        name: String,
        #[command(flatten)]
        changes: Changes,
    },
    /// Delete a group that has no users and policies any more.
    Delete {
        /// Its name.
        name: String,
    },
    /// Put a user into a group.
    AddUser {
        /// The group.
        group: String,
        /// The user.
        user: String,
    },
    /// Take a user out of a group.
    RemoveUser {
        /// The group.
        group: String,
        /// The user.
        user: String,
    },
    /// List the users of a group.
    Users {
        /// The group.
        name: String,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(in crate::admin) struct Changes {
    /// Another name. Users and policies stay.
    #[arg(long = "name", value_name = "NAME")]
    new_name: Option<String>,
    /// Free text.
    #[arg(long, value_name = "TEXT")]
    comments: Option<String>,
}

impl Command {
    pub(in crate::admin) fn task(&self) -> Task {
        match self {
            Self::Create { name, comments } => {
                let call = of("CreateGroup", name).maybe("Comments", comments.as_ref());
                Task::new([call], [GROUP])
            }
            Self::List { user: None } => Task::new([Call::ram("ListGroups").paged(LISTED)], [LIST]),
            Self::List { user: Some(user) } => {
                let call = Call::ram("ListGroupsForUser").with("UserName", user);
                Task::new([call], [table(LISTED, JOINED, "in no group")])
            }
            Self::Show { name } => {
                let calls = [
                    of("GetGroup", name),
                    of("ListUsersForGroup", name).paged(MEMBERS).extra(),
                    of("ListPoliciesForGroup", name).extra(),
                ];
                Task::new(calls, [GROUP, USERS, HELD])
            }
            Self::Change { name, changes } => {
                let call = of("UpdateGroup", name)
                    .maybe("NewGroupName", changes.new_name.as_ref())
                    .maybe("NewComments", changes.comments.as_ref());
                Task::new([call], [GROUP])
            }
            Self::Delete { name } => Task::change(of("DeleteGroup", name), format!("deleted group `{name}`")),
            Self::AddUser { group, user } => {
                let call = of("AddUserToGroup", group).with("UserName", user);
                Task::change(call, format!("added user `{user}` to group `{group}`"))
            }
            Self::RemoveUser { group, user } => {
                let call = of("RemoveUserFromGroup", group).with("UserName", user);
                Task::change(call, format!("removed user `{user}` from group `{group}`"))
            }
            Self::Users { name } => Task::new(
                [of("ListUsersForGroup", name).paged(MEMBERS)],
                [table(MEMBERS, MEMBER_COLUMNS, "no users")],
            ),
        }
    }
}

fn of(action: &'static str, name: &str) -> Call {
    Call::ram(action).with("GroupName", name)
}

fn table(
    list: [&'static str; 2],
    columns: &'static [(&'static str, &'static str)],
    none: &'static str,
) -> Part {
    Part::Table {
        title: None,
        list,
        columns,
        none,
    }
}

const USERS: Part = Part::Table {
    title: Some("users"),
    list: MEMBERS,
    columns: MEMBER_COLUMNS,
    none: "none",
};

const LIST: Part = Part::Table {
    title: None,
    list: LISTED,
    columns: &[
        ("NAME", "GroupName"),
        ("CREATED", "CreateDate"),
        ("COMMENTS", "Comments"),
    ],
    none: "no groups",
};
