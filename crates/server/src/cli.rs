//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::admin::Admin;
use crate::commands::{AuditCommand, HsmProcess, RootCommand};
use crate::seal::{SealKind, SealOptions};

/// A key management service on your own machines, for programs written for Alibaba Cloud KMS or Huawei Cloud KMS.
#[derive(Debug, Parser)]
#[command(name = "claviger", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done; 1 the check found something; 2 wrong use or wrong settings; \
                        3 the command failed."
)]
pub(crate) struct Cli {
    /// What goes to the log on standard error.
    ///
    /// A level (error, warn, info, debug, trace) or a filter such as `info,claviger::request=debug`, which logs a line
    /// per request. By default `info`, and `warn` with `admin`, `audit`, `root` and `doctor`.
    #[arg(
        long,
        global = true,
        value_name = "FILTER",
        env = "CLAVIGER_LOG",
        hide_env_values = true,
        help_heading = "With all commands"
    )]
    log: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    pub(crate) fn log_filter(&self) -> &str {
        let usual = match self.command {
            Command::Admin(_) | Command::Audit(_) | Command::Root(_) | Command::Doctor(_) => "warn",
            _ => "info",
        };
        self.log.as_deref().unwrap_or(usual)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything in one process, making what is missing; prints how to connect.
    ///
    /// For development and first steps: the root key is sealed by a key file that lies beside the data.
    Dev(Dev),
    /// Make the data folder of a server: root key, private CA, account, access key, settings.
    Init(Init),
    /// Serve with the settings of a file.
    Serve(WithConfig),
    /// Run the managed HSM: the process that holds the keys of protection level HSM.
    ///
    /// `serve` and `dev` start it and look after it by themselves. By hand it is run as a service of its own, for servers
    /// with `hsm.kind = "connect"`. Stops at SIGTERM and SIGINT.
    #[command(
        after_help = "Examples:\n  claviger hsm --config /etc/claviger-hsm/hsm.toml --make\n  \
                            claviger hsm --data /var/lib/claviger\n\nExit codes: 0 stopped by a signal; 2 wrong use or wrong \
                            settings; 3 the HSM failed."
    )]
    Hsm(HsmProcess),
    /// The root key and the HSM's master key: versions, seals, recovery. Works beside a running server.
    ///
    /// Changes go into the file in one piece, and a running server takes them up within a second or two.
    Root(RootCommand),
    /// Administer accounts, users, access keys, groups, roles, policies and services; see how keys are used.
    ///
    /// Works on a running server, as whom the credentials belong to, or on the data folder of a stopped one, as the root
    /// of an account. All of it is in the audit log.
    Admin(Admin),
    /// The audit log: check it, copy it to other programs, make its index anew.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Check settings, data folder, clock, randomness, disk, TLS and database of a server.
    Doctor(WithConfig),
    /// Print all settings with their meaning and defaults, as Markdown.
    Settings,
}

impl Command {
    /// Where to write what the stages of the calls took.
    pub(crate) fn stage_times(&self) -> Option<PathBuf> {
        match self {
            Self::Dev(dev) => dev.stage_times.clone(),
            _ => None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Data folder; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "claviger-data")]
    pub(crate) data: PathBuf,
    /// Address for HTTPS.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8443")]
    pub(crate) https: SocketAddr,
    /// Loopback address for plain HTTP.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) http: SocketAddr,
    /// Where to write endpoints and credentials, as JSON; by default `credentials.json` in the data folder. A file that is
    /// there already is replaced only if `dev` wrote it.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// Where to write at the end what each stage of the calls took, as JSON; slows every call.
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) stage_times: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Data folder to make.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// What seals the root key.
    #[arg(long, value_enum)]
    pub(crate) seal: SealKind,
    #[command(flatten)]
    pub(crate) seal_options: SealOptions,
    /// The key file that seals the master key of the HSM; made if it is not there. By default it lies beside that of the root
    /// key, with `hsm-` in front of its name; with other seals the master key has the same seal as the root key.
    #[arg(long, value_name = "FILE")]
    pub(crate) hsm_key_file: Option<PathBuf>,
    /// Make that many recovery shares, which open the root key and the HSM's master key without their seals, and print them
    /// once.
    #[arg(long, value_name = "N", requires = "recovery_threshold", value_parser = clap::value_parser!(u8).range(2..=255))]
    pub(crate) recovery_shares: Option<u8>,
    /// How many of the shares are needed.
    #[arg(long, value_name = "K", requires = "recovery_shares", value_parser = clap::value_parser!(u8).range(2..=255))]
    pub(crate) recovery_threshold: Option<u8>,
    /// Name of the first account, for people.
    #[arg(long, default_value = "default")]
    pub(crate) account: String,
    /// Region that the server serves.
    #[arg(long, default_value = "cn-hangzhou")]
    pub(crate) region: String,
    /// A new file for the access key, as JSON (mode 0600); by default it is printed.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct WithConfig {
    /// The settings file.
    #[arg(long, value_name = "FILE", default_value = "claviger.toml")]
    pub(crate) config: PathBuf,
}
