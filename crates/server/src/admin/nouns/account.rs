//! `claviger admin account`.

use clap::Subcommand;

use super::Save;
use super::key::NEW_KEY;
use crate::admin::task::{Call, Part, Task};

const ACCOUNT: Part = Part::Object(
    "Account",
    &[
        ("account", "AccountId"),
        ("name", "AccountName"),
        ("domain", "DomainId"),
        ("created", "CreateDate"),
    ],
);

/// What programs name that speak with the face of the other vendor.
const PROJECTS: Part = Part::Table {
    title: Some("projects"),
    list: ["Projects", "Project"],
    columns: &[("REGION", "RegionId"), ("PROJECT", "ProjectId")],
    none: "none",
};

#[derive(Debug, Subcommand)]
pub(in crate::admin) enum Command {
    /// Make an account, with an access key for its root.
    Create {
        /// A name for people.
        name: String,
        #[command(flatten)]
        save: Save,
    },
    /// List the accounts, oldest first; the first runs the deployment.
    List,
    /// Show an account.
    Show {
        /// Its number.
        uid: String,
    },
    /// Give an account another name.
    Change {
        /// Its number.
        uid: String,
        /// The new name.
        #[arg(long = "name", value_name = "NAME")]
        new_name: String,
    },
    /// Delete an account that has nothing left in it.
    Delete {
        /// Its number.
        uid: String,
    },
}

impl Command {
    pub(in crate::admin) fn task(&self) -> Task {
        match self {
            Self::Create { name, save } => {
                let call = Call::admin("CreateAccount").with("AccountName", name);
                Task::new([call], [ACCOUNT, PROJECTS, NEW_KEY]).with_secret(save.save.as_deref())
            }
            Self::List => Task::new([Call::admin("ListAccounts")], [LIST]),
            Self::Show { uid } => {
                let call = Call::admin("GetAccount").with("AccountId", uid);
                Task::new([call], [ACCOUNT, PROJECTS])
            }
            Self::Change { uid, new_name } => {
                let call = Call::admin("UpdateAccount").with("AccountId", uid);
                Task::new([call.with("AccountName", new_name)], [ACCOUNT])
            }
            Self::Delete { uid } => {
                let call = Call::admin("DeleteAccount").with("AccountId", uid);
                Task::change(call, format!("deleted account `{uid}`"))
            }
        }
    }
}

const LIST: Part = Part::Table {
    title: None,
    list: ["Accounts", "Account"],
    columns: &[
        ("ACCOUNT", "AccountId"),
        ("CREATED", "CreateDate"),
        ("NAME", "AccountName"),
    ],
    none: "no accounts",
};
