//! `claviger admin user`.

use clap::{Args, Subcommand};
use claviger_secret::SecretBytes;

use super::HELD;
use super::group::MEMBERSHIPS;
use super::key::KEY_COLUMNS;
use crate::admin::task::{Call, Part, Task};
use crate::output::Failure;
use crate::seal::{new_password, password_so_far};

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

const LOGIN: Part = Part::Object(
    "Login",
    &[
        ("login", "Status"),
        ("password", "HasPassword"),
        ("password set", "PasswordDate"),
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
    /// Set the password of a user, or of who asks: the root of the account, or whom `--credentials` belong to.
    ///
    /// Tokens that were given before are void from then on. A password has 8 to 128 characters, of at least two of:
    /// upper case, lower case, digits, others.
    Password {
        #[command(flatten)]
        whose: Whose,
        /// Where the password is: `prompt`, `file:PATH`, `env:NAME` or `credential:NAME`.
        #[arg(long, value_name = "SOURCE", default_value = "prompt")]
        password: String,
        /// Where the password so far is, which users need for their own.
        #[arg(long, value_name = "SOURCE")]
        original: Option<String>,
    },
    /// Let a user in again.
    Enable {
        #[command(flatten)]
        whose: Whose,
    },
    /// Let a user in no longer, whatever it comes with: password, token, access key or temporary access key. Sessions of
    /// roles that it took go on.
    Disable {
        #[command(flatten)]
        whose: Whose,
    },
    /// Delete a user that has no access keys, groups and policies any more.
    Delete {
        /// Its name.
        name: String,
    },
}

/// Whose login.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(in crate::admin) struct Whose {
    /// Name of the user.
    name: Option<String>,
    /// The login of who asks, instead of a user's: that of the root of the account, with the root's access key or without
    /// a server.
    #[arg(long)]
    root: bool,
}

impl Whose {
    fn call(&self, action: &'static str) -> Call {
        Call::admin(action).maybe("UserName", self.name.as_ref())
    }

    fn says(&self) -> String {
        match &self.name {
            Some(name) => format!("user `{name}`"),
            None => "the root".to_owned(),
        }
    }

    fn switch(&self, status: &str, word: &str) -> Task {
        let call = self.call("UpdateLogin").with("Status", status);
        Task::change(call, format!("{word} {}", self.says()))
    }

    fn password(&self, password: &str, original: Option<&String>) -> Result<Task, Failure> {
        let mut call = self
            .call("SetPassword")
            .with("Password", text(&new_password(password)?)?);
        if let Some(source) = original {
            call = call.with("OriginalPassword", text(&password_so_far(source)?)?);
        }
        Ok(Task::change(call, format!("set the password of {}", self.says())))
    }
}

fn text(password: &SecretBytes) -> Result<String, Failure> {
    let text = password.expose_str();
    text.map(str::to_owned)
        .map_err(|_| Failure::usage("a password must be UTF-8"))
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
    pub(in crate::admin) fn task(&self) -> Result<Task, Failure> {
        Ok(match self {
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
                    Call::admin("GetLogin").with("UserName", name).extra(),
                    of("ListGroupsForUser", name).extra(),
                    of("ListPoliciesForUser", name).extra(),
                    of("ListAccessKeys", name).extra(),
                ];
                Task::new(calls, [USER, LOGIN, MEMBERSHIPS, HELD, KEYS]).with_uses(Some(name))
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
            Self::Password {
                whose,
                password,
                original,
            } => whose.password(password, original.as_ref())?,
            Self::Enable { whose } => whose.switch("Active", "enabled"),
            Self::Disable { whose } => whose.switch("Inactive", "disabled"),
            Self::Delete { name } => Task::change(of("DeleteUser", name), format!("deleted user `{name}`")),
        })
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
