//! `claviger admin role`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{HELD, Tagged, document};
use crate::admin::task::{Call, Part, Task};
use crate::output::Failure;

const ROLE: Part = Part::Object(
    "Role",
    &[
        ("name", "RoleName"),
        ("id", "RoleId"),
        ("ARN", "Arn"),
        ("description", "Description"),
        ("longest session, in seconds", "MaxSessionDuration"),
        ("created", "CreateDate"),
        ("changed", "UpdateDate"),
    ],
);

const TRUST: Part = Part::Document("Role", "AssumeRolePolicyDocument");

#[derive(Debug, Subcommand)]
pub(in crate::admin) enum Command {
    /// Make a role, which may do nothing until a policy is attached.
    Create {
        /// Its name: letters, digits and `.-_`, up to 64. It never changes.
        name: String,
        /// The trust policy: who may take the role. `-` is standard input.
        #[arg(long, value_name = "FILE")]
        trust: PathBuf,
        /// The longest life of its sessions; 3600 where it is not named.
        #[arg(long, value_name = "SECONDS")]
        max_session: Option<u32>,
        /// Free text.
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        #[command(flatten)]
        tagged: Tagged,
    },
    /// List the roles.
    List,
    /// Show a role with its policies and its trust policy.
    Show {
        /// Its name.
        name: String,
    },
    /// Change a role; what is not named stays, and an empty text empties.
    Change {
        /// Its name.
        name: String,
        #[command(flatten)]
        changes: Changes,
    },
    /// Delete a role that has no policies any more. Its sessions end at once.
    Delete {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(in crate::admin) struct Changes {
    /// Another trust policy. `-` is standard input.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// The longest life of its sessions.
    #[arg(long, value_name = "SECONDS")]
    max_session: Option<u32>,
    /// Free text.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

impl Command {
    pub(in crate::admin) fn task(&self) -> Result<Task, Failure> {
        Ok(match self {
            Self::Create {
                name,
                trust,
                max_session,
                description,
                tagged,
            } => {
                let seconds = max_session.map(|seconds| seconds.to_string());
                let call = of("CreateRole", name)
                    .with("AssumeRolePolicyDocument", document(trust)?)
                    .maybe("MaxSessionDuration", seconds.as_ref())
                    .maybe("Description", description.as_ref())
                    .pairs("Tag", &tagged.tags);
                Task::new([call], [ROLE])
            }
            Self::List => Task::new([Call::ram("ListRoles").paged(["Roles", "Role"])], [LIST]),
            Self::Show { name } => {
                let calls = [of("GetRole", name), of("ListPoliciesForRole", name).extra()];
                Task::new(calls, [ROLE, TRUST, HELD])
            }
            Self::Change { name, changes } => {
                let trust = changes.trust.as_deref().map(document).transpose()?;
                let seconds = changes.max_session.map(|seconds| seconds.to_string());
                let call = of("UpdateRole", name)
                    .maybe("NewAssumeRolePolicyDocument", trust.as_ref())
                    .maybe("NewMaxSessionDuration", seconds.as_ref())
                    .maybe("NewDescription", changes.description.as_ref());
                Task::new([call], [ROLE, TRUST])
            }
            Self::Delete { name } => Task::change(of("DeleteRole", name), format!("deleted role `{name}`")),
        })
    }
}

fn of(action: &'static str, name: &str) -> Call {
    Call::ram(action).with("RoleName", name)
}

const LIST: Part = Part::Table {
    title: None,
    list: ["Roles", "Role"],
    columns: &[
        ("NAME", "RoleName"),
        ("ID", "RoleId"),
        ("CREATED", "CreateDate"),
        ("DESCRIPTION", "Description"),
    ],
    none: "no roles",
};
