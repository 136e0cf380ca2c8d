//! `claviger admin service`.

use clap::Subcommand;

use crate::admin::task::{Call, Part, Task};

const SERVICE: Part = Part::Object(
    "Service",
    &[
        ("name", "ServiceName"),
        ("account", "AccountId"),
        ("description", "Description"),
        ("created", "CreateDate"),
    ],
);

const KEYS: Part = Part::Table {
    title: Some("access keys"),
    list: ["AccessKeys", "AccessKey"],
    columns: &[
        ("ACCESS KEY", "AccessKeyId"),
        ("STATUS", "Status"),
        ("CREATED", "CreateDate"),
    ],
    none: "none",
};

#[derive(Debug, Subcommand)]
pub(in crate::admin) enum Command {
    /// Make a service, without an access key.
    Create {
        /// Its name, such as `oss`: letters, digits and `-`, up to 32. The aliases of its keys bear it.
        name: String,
        /// Free text.
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// List the services.
    List,
    /// Show a service with its access keys.
    Show {
        /// Its name.
        name: String,
    },
    /// Delete a service with its access keys. Keys that it made for accounts stay.
    Delete {
        /// Its name.
        name: String,
    },
}

impl Command {
    pub(in crate::admin) fn task(&self) -> Task {
        match self {
            Self::Create { name, description } => {
                let call = of("CreateService", name).maybe("Description", description.as_ref());
                Task::new([call], [SERVICE])
            }
            Self::List => Task::new([Call::admin("ListServices")], [LIST]),
            Self::Show { name } => {
                let calls = [of("GetService", name), of("ListServiceAccessKeys", name).extra()];
                Task::new(calls, [SERVICE, KEYS])
            }
            Self::Delete { name } => {
                Task::change(of("DeleteService", name), format!("deleted service `{name}`"))
            }
        }
    }
}

fn of(action: &'static str, name: &str) -> Call {
    Call::admin(action).with("ServiceName", name)
}

const LIST: Part = Part::Table {
    title: None,
    list: ["Services", "Service"],
    columns: &[
        ("NAME", "ServiceName"),
        ("CREATED", "CreateDate"),
        ("DESCRIPTION", "Description"),
    ],
    none: "no services",
};
