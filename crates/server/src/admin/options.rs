//! The options of `claviger admin`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use claviger_model::AccountId;

use super::nouns::{account, audit, explain, group, key, policy, role, service, usage, user};
use super::task::Task;
use crate::output::Failure;

/// What people are told who named no way to the data, or two.
const ONE_WAY: &str = "say where the data is, in one way: --credentials FILE for a running server, --data DIR or \
                       --config FILE for a stopped one";

#[derive(Debug, Args)]
pub(crate) struct Admin {
    /// Print the whole answer as JSON.
    #[arg(long, global = true, help_heading = "With all commands")]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) place: Place,
    #[command(subcommand)]
    pub(super) noun: Noun,
}

/// Where the data is: behind a running server, or in the folder of a stopped one.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where the data is")]
pub(super) struct Place {
    /// Ask a running server, with the access key of this JSON file. `init`, `dev` and `--save` write such files.
    #[arg(long, global = true, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Another address of the server than that of the file, such as `https://kms.example.com:8443`.
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// Certificates to trust instead of those of the file, in PEM.
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Work on the folder of a server that does not run, as the root of an account.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The same on the folder that a settings file names, which is needed where the folder has no settings in it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The account to work in, with `--data` or `--config`; by default the first, which runs the deployment.
    #[arg(long, global = true, value_name = "UID")]
    pub(super) account: Option<AccountId>,
}

/// A way to the data.
pub(super) enum Way<'a> {
    Data(&'a Path),
    Config(&'a Path),
    Credentials {
        file: &'a Path,
        endpoint: Option<&'a str>,
        ca: Option<&'a Path>,
    },
}

impl Place {
    /// The one way that was named.
    pub(super) fn way(&self) -> Result<Way<'_>, Failure> {
        let (endpoint, ca) = (self.endpoint.as_deref(), self.ca.as_deref());
        if self.credentials.is_none() && endpoint.is_some() {
            return Err(Failure::usage(
                "--endpoint needs --credentials FILE, to sign with",
            ));
        }
        let offline = match (&self.data, &self.config, &self.credentials) {
            (None, None, Some(file)) if self.account.is_none() => {
                return Ok(Way::Credentials { file, endpoint, ca });
            }
            (None, None, Some(_)) => {
                let text =
                    "--account goes with --data and --config; a running server knows it from the credentials";
                return Err(Failure::usage(text));
            }
            (Some(data), None, None) => Way::Data(data),
            (None, Some(config), None) => Way::Config(config),
            _ => return Err(Failure::usage(ONE_WAY)),
        };
        match ca {
            None => Ok(offline),
            Some(_) => Err(Failure::usage("--ca goes with --credentials")),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Noun {
    /// Accounts: tenants with users, keys and policies of their own.
    #[command(subcommand)]
    Account(account::Command),
    /// Users: people and programs of an account.
    #[command(subcommand)]
    User(user::Command),
    /// Access keys of users, of services and of the root of an account.
    #[command(subcommand)]
    Key(key::Command),
    /// Groups of users that share policies.
    #[command(subcommand)]
    Group(group::Command),
    /// Roles: rights that others take for a while.
    #[command(subcommand)]
    Role(role::Command),
    /// Policies, and what they are attached to.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Services: programs that make keys in the accounts they work for.
    #[command(subcommand)]
    Service(service::Command),
    /// Tell whether somebody may do something, and which statements say so.
    Explain(explain::Explain),
    /// Show when, by whom and how often a key was used.
    ///
    /// Read it before a key is disabled or deleted. As far back as the index of the audit log reaches.
    Usage(usage::Usage),
    /// Show how the audit log, its index and its sinks are doing.
    Audit,
}

impl Noun {
    /// What is to be done. Documents are read here.
    pub(super) fn task(&self) -> Result<Task, Failure> {
        match self {
            Self::Account(command) => Ok(command.task()),
            Self::User(command) => command.task(),
            Self::Key(command) => Ok(command.task()),
            Self::Group(command) => Ok(command.task()),
            Self::Role(command) => command.task(),
            Self::Policy(command) => command.task(),
            Self::Service(command) => Ok(command.task()),
            Self::Explain(explain) => Ok(explain.task()),
            Self::Usage(usage) => Ok(usage.task()),
            Self::Audit => Ok(audit::task()),
        }
    }
}
