//! `claviger admin key`.

use clap::{Args, Subcommand};

use super::Save;
use crate::admin::task::{Call, Part, Task};

/// An access key at its birth.
pub(super) const NEW_KEY: Part = Part::Object(
    "AccessKey",
    &[
        ("access key", "AccessKeyId"),
        ("secret", "AccessKeySecret"),
        ("created", "CreateDate"),
    ],
);

pub(super) const KEY_COLUMNS: &[(&str, &str)] = &[
    ("ACCESS KEY", "AccessKeyId"),
    ("STATUS", "Status"),
    ("CREATED", "CreateDate"),
    ("LAST USED", "LastUsedDate"),
];

#[derive(Debug, Subcommand)]
pub(in crate::admin) enum Command {
    /// Make an access key that works at once. Its secret is shown this once.
    Create {
        #[command(flatten)]
        owner: Owner,
        #[command(flatten)]
        save: Save,
    },
    /// List access keys, oldest first, and when they were last used.
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Switch an access key off. It can be switched on again.
    Disable {
        /// The access key.
        id: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Switch an access key on again.
    Enable {
        /// The access key.
        id: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Delete an access key for good.
    Delete {
        /// The access key.
        id: String,
        #[command(flatten)]
        owner: Owner,
    },
}

/// Whose access keys. Without either option, those of who asks: the root of the account, or whom `--credentials` belong
/// to.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(in crate::admin) struct Owner {
    /// Access keys of this user, instead of those of who asks.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Access keys of this service.
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
}

impl Owner {
    fn call(&self, of_user: &'static str, of_service: &'static str) -> Call {
        match &self.service {
            Some(name) => Call::admin(of_service).with("ServiceName", name),
            None => Call::ram(of_user).maybe("UserName", self.user.as_ref()),
        }
    }

    fn switch(&self, id: &str, status: &str, word: &str) -> Task {
        let call = self.call("UpdateAccessKey", "UpdateServiceAccessKey");
        let call = call.with("UserAccessKeyId", id).with("Status", status);
        Task::change(call, format!("{word} access key `{id}`"))
    }
}

impl Command {
    pub(in crate::admin) fn task(&self) -> Task {
        match self {
            Self::Create { owner, save } => {
                let call = owner.call("CreateAccessKey", "CreateServiceAccessKey");
                Task::new([call], [NEW_KEY]).with_secret(save.save.as_deref())
            }
            Self::List { owner } => {
                let task = Task::new([owner.call("ListAccessKeys", "ListServiceAccessKeys")], [LIST]);
                // Nobody counts the uses of a service's.
                match owner.service {
                    None => task.with_uses(owner.user.as_ref()),
                    Some(_) => task,
                }
            }
            Self::Disable { id, owner } => owner.switch(id, "Inactive", "disabled"),
            Self::Enable { id, owner } => owner.switch(id, "Active", "enabled"),
            Self::Delete { id, owner } => {
                let call = owner.call("DeleteAccessKey", "DeleteServiceAccessKey");
                let call = call.with("UserAccessKeyId", id);
                Task::change(call, format!("deleted access key `{id}`"))
            }
        }
    }
}

const LIST: Part = Part::Table {
    title: None,
    list: ["AccessKeys", "AccessKey"],
    columns: KEY_COLUMNS,
    none: "no access keys",
};
