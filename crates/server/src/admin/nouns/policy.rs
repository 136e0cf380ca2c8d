//! `claviger admin policy`.

mod attachment;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::attachment::{Attached, HolderOrNone, entities};
use super::{Tagged, document};
use crate::admin::task::{Call, Part, Task};
use crate::output::Failure;

const POLICY: Part = Part::Object(
    "Policy",
    &[
        ("name", "PolicyName"),
        ("type", "PolicyType"),
        ("description", "Description"),
        ("default version", "DefaultVersion"),
        ("attached to", "AttachmentCount"),
        ("created", "CreateDate"),
        ("changed", "UpdateDate"),
    ],
);

const VERSION: Part = Part::Object(
    "PolicyVersion",
    &[
        ("version", "VersionId"),
        ("default", "IsDefaultVersion"),
        ("created", "CreateDate"),
    ],
);

#[derive(Debug, Subcommand)]
pub(in crate::admin) enum Command {
    /// Make a policy.
    Create {
        /// Its name: letters, digits and `-`, up to 128.
        name: String,
        /// What it allows and denies. `-` is standard input.
        #[arg(long, value_name = "FILE")]
        document: PathBuf,
        /// Free text.
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        #[command(flatten)]
        tagged: Tagged,
    },
    /// List the policies, or those on somebody.
    List(List),
    /// Show a policy with its document.
    Show {
        #[command(flatten)]
        policy: Named,
        /// Another version than the default one, such as `v2`.
        #[arg(long, value_name = "VERSION")]
        version: Option<String>,
    },
    /// List the versions of a policy.
    Versions {
        #[command(flatten)]
        policy: Named,
    },
    /// Add a version to a policy.
    AddVersion {
        /// The policy.
        name: String,
        /// What it allows and denies. `-` is standard input.
        #[arg(long, value_name = "FILE")]
        document: PathBuf,
        /// Let it count from now on.
        #[arg(long)]
        default: bool,
        /// Where there are five versions already, delete the oldest that does not count.
        #[arg(long)]
        drop_oldest: bool,
    },
    /// Let another version count.
    SetDefault {
        /// The policy.
        name: String,
        /// The version, such as `v2`.
        version: String,
    },
    /// Delete a version that does not count.
    DeleteVersion {
        /// The policy.
        name: String,
        /// The version, such as `v2`.
        version: String,
    },
    /// Delete a policy that is attached to nobody and has one version.
    Delete {
        /// Its name.
        name: String,
        /// Delete its other versions too.
        #[arg(long)]
        with_versions: bool,
    },
    /// Attach a policy to a user, a group or a role.
    Attach(Attached),
    /// Take a policy off a user, a group or a role.
    Detach(Attached),
    /// List the users, groups and roles that a policy is attached to.
    Entities {
        #[command(flatten)]
        policy: Named,
    },
}

/// A policy of either kind.
#[derive(Debug, Args)]
pub(in crate::admin) struct Named {
    /// The policy.
    name: String,
    /// It is one that comes with the server.
    #[arg(long)]
    system: bool,
}

#[derive(Debug, Args)]
pub(in crate::admin) struct List {
    /// Only those that come with the server.
    #[arg(long, conflicts_with_all = ["custom", "user", "group", "role"])]
    system: bool,
    /// Only those that the account wrote.
    #[arg(long, conflicts_with_all = ["user", "group", "role"])]
    custom: bool,
    #[command(flatten)]
    holder: HolderOrNone,
}

impl Named {
    fn call(&self, action: &'static str) -> Call {
        let kind = if self.system { "System" } else { "Custom" };
        of(action, &self.name).with("PolicyType", kind)
    }
}

impl List {
    fn task(&self) -> Task {
        if let Some(task) = self.holder.task() {
            return task;
        }
        let kind = match (self.system, self.custom) {
            (true, _) => Some("System".to_owned()),
            (_, true) => Some("Custom".to_owned()),
            _ => None,
        };
        let call = Call::ram("ListPolicies").maybe("PolicyType", kind.as_ref());
        Task::new([call.paged(["Policies", "Policy"])], [LIST])
    }
}

impl Command {
    pub(in crate::admin) fn task(&self) -> Result<Task, Failure> {
        Ok(match self {
            Self::Create {
                name,
                document: file,
                description,
                tagged,
            } => {
                let call = of("CreatePolicy", name)
                    .with("PolicyDocument", document(file)?)
                    .maybe("Description", description.as_ref())
                    .pairs("Tag", &tagged.tags);
                Task::new([call], [POLICY])
            }
            Self::List(list) => list.task(),
            Self::Show {
                policy,
                version: None,
            } => {
                let document = Part::Document("Policy", "PolicyDocument");
                Task::new([policy.call("GetPolicy")], [POLICY, document])
            }
            Self::Show {
                policy,
                version: Some(version),
            } => {
                let document = Part::Document("PolicyVersion", "PolicyDocument");
                let call = policy.call("GetPolicyVersion").with("VersionId", version);
                Task::new([call], [VERSION, document])
            }
            Self::Versions { policy } => Task::new([policy.call("ListPolicyVersions")], [VERSIONS]),
            Self::AddVersion {
                name,
                document,
                default,
                drop_oldest,
            } => return add_version(name, document, *default, *drop_oldest),
            Self::SetDefault { name, version } => Task::change(
                of("SetDefaultPolicyVersion", name).with("VersionId", version),
                format!("version `{version}` of policy `{name}` counts now"),
            ),
            Self::DeleteVersion { name, version } => Task::change(
                of("DeletePolicyVersion", name).with("VersionId", version),
                format!("deleted version `{version}` of policy `{name}`"),
            ),
            Self::Delete { name, with_versions } => Task::change(
                of("DeletePolicy", name).with("CascadingDelete", with_versions.to_string()),
                format!("deleted policy `{name}`"),
            ),
            Self::Attach(attached) => attached.attach(),
            Self::Detach(attached) => attached.detach(),
            Self::Entities { policy } => entities(policy),
        })
    }
}

fn add_version(
    name: &str,
    file: &std::path::Path,
    default: bool,
    drop_oldest: bool,
) -> Result<Task, Failure> {
    let strategy = drop_oldest.then(|| "DeleteOldestNonDefaultVersionWhenLimitExceeded".to_owned());
    let call = of("CreatePolicyVersion", name)
        .with("PolicyDocument", document(file)?)
        .with("SetAsDefault", default.to_string())
        .maybe("RotateStrategy", strategy.as_ref());
    Ok(Task::new([call], [VERSION]))
}

fn of(action: &'static str, name: &str) -> Call {
    Call::ram(action).with("PolicyName", name)
}

const LIST: Part = Part::Table {
    title: None,
    list: ["Policies", "Policy"],
    columns: &[
        ("NAME", "PolicyName"),
        ("TYPE", "PolicyType"),
        ("DEFAULT", "DefaultVersion"),
        ("ATTACHED TO", "AttachmentCount"),
        ("DESCRIPTION", "Description"),
    ],
    none: "no policies",
};

const VERSIONS: Part = Part::Table {
    title: None,
    list: ["PolicyVersions", "PolicyVersion"],
    columns: &[
        ("VERSION", "VersionId"),
        ("CREATED", "CreateDate"),
        ("DEFAULT", "IsDefaultVersion"),
    ],
    none: "no versions",
};
