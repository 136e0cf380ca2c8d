//! `claviger admin user`.

use clap::{Args, Subcommand};

use super::HELD;
use super::group::MEMBERSHIPS;
use super::key::KEY_COLUMNS;
use crate::admin::task::{Call, Part, Task};

const USER: Part = Part::Object(
    "User",
    &[
        ("name", "UserName"),
        ("id", "UserId"),
        ("display name", "DisplayName"),
        ("mobile phone", "MobilePhone"),
        ("email", "Email"),
        ("comments", "Comments"),
        ("created", "CreateDate"),
        ("changed", "UpdateDate"),
    ],
);

const KEYS: Part = Part::Table {
    title: Some("access keys"),
    list: ["AccessKeys", "AccessKey"],
    columns: KEY_COLUMNS,
    none: "none",
};

#[derive(Debug, Subcommand)]
pub(in crate::admin) enum Command {
    /// Make a user, who may do nothing until a policy is attached.
    Create {
        /// Its name: letters, digits and `.-_`, up to 64.
        name: String,
        #[command(flatten)]
        notes: Notes,
    },
    /// List the users.
    List,
    /// Show a user with its groups, policies and access keys.
    Show {
        /// Its name.
        name: String,
    },
    /// Change a user; what is not named stays, and an empty text empties.
    Change {
        /// Its name.
        name: String,
        #[command(flatten)]
        changes: Changes,
    },
    /// Delete a user that has no access keys, groups and policies any more.
    Delete {
        /// Its name.
        name: String,
    },
}

/// What is noted about a user.
#[derive(Debug, Args)]
pub(in crate::admin) struct Notes {
    /// A name for people.
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// A telephone number.
    #[arg(long, value_name = "NUMBER")]
    mobile_phone: Option<String>,
    /// An address for mail.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Free text.
    #[arg(long, value_name = "TEXT")]
    comments: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(in crate::admin) struct Changes {
    /// Another name. Groups, policies and access keys stay.
    #[arg(long = "name", value_name = "NAME")]
    new_name: Option<String>,
    /// A name for people.
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// A telephone number.
    #[arg(long, value_name = "NUMBER")]
    mobile_phone: Option<String>,
    /// An address for mail.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Free text.
    #[arg(long, value_name = "TEXT")]
    comments: Option<String>,
}

impl Command {
    pub(in crate::admin) fn task(&self) -> Task {
        match self {
            Self::Create { name, notes } => {
                let call = of("CreateUser", name)
                    .maybe("DisplayName", notes.display_name.as_ref())
                    .maybe("MobilePhone", notes.mobile_phone.as_ref())
                    .maybe("Email", notes.email.as_ref())
                    .maybe("Comments", notes.comments.as_ref());
                Task::new([call], [USER])
            }
            Self::List => Task::new([Call::ram("ListUsers").paged(["Users", "User"])], [LIST]),
            Self::Show { name } => {
                let calls = [
                    of("GetUser", name),
                    of("ListGroupsForUser", name).extra(),
                    of("ListPoliciesForUser", name).extra(),
                    of("ListAccessKeys", name).extra(),
                ];
                Task::new(calls, [USER, MEMBERSHIPS, HELD, KEYS]).with_uses(Some(name))
            }
            Self::Change { name, changes } => {
                let call = of("UpdateUser", name)
                    .maybe("NewUserName", changes.new_name.as_ref())
                    .maybe("NewDisplayName", changes.display_name.as_ref())
                    .maybe("NewMobilePhone", changes.mobile_phone.as_ref())
                    .maybe("NewEmail", changes.email.as_ref())
                    .maybe("NewComments", changes.comments.as_ref());
                Task::new([call], [USER])
            }
            Self::Delete { name } => Task::change(of("DeleteUser", name), format!("deleted user `{name}`")),
        }
    }
}

fn of(action: &'static str, name: &str) -> Call {
    Call::ram(action).with("UserName", name)
}

const LIST: Part = Part::Table {
    title: None,
    list: ["Users", "User"],
    columns: &[
        ("NAME", "UserName"),
        ("ID", "UserId"),
        ("CREATED", "CreateDate"),
        ("DISPLAY NAME", "DisplayName"),
        ("COMMENTS", "Comments"),
    ],
    none: "no users",
};
