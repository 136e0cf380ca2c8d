//! The options of `claviger audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use claviger_model::{AccountId, Timestamp};

use super::moment::moment;

/// What is done with the log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check every link and every signature of the log and name the first bad line. Works beside a running server.
    ///
    /// Says up to where signed checkpoints vouch for the log. Exit code 0: whole; 1: not whole, or what was asked for is not there; 2: wrong use; 3: the
    /// files cannot be read.
    Verify(Verify),
    /// Print the public key that the checkpoints are signed for, in PEM, and its id. Hand it to your auditor.
    Key(Place),
    /// Make the index of the log anew. The log itself is not touched. No server may run on the folder.
    Reindex(Reindex),
    /// Print records as JSON, one a line. Works beside a running server.
    Export(Export),
    /// Print records as they come, like `tail -f`. Ends with Ctrl-C.
    Follow(Follow),
}

/// What to do with the index.
#[derive(Debug, Args)]
pub(crate) struct Reindex {
    #[command(flatten)]
    pub(super) place: Place,
    /// Only compare the index with the log, as far as it has come, and change nothing.
    #[arg(long)]
    pub(super) check: bool,
}

/// Where the log is.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    pub(super) data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The data folder, or the log's own folder.
    #[arg(long, value_name = "DIR")]
    pub(super) data: PathBuf,
    /// Check this segment alone.
    #[arg(long, value_name = "N", conflicts_with = "since")]
    pub(super) segment: Option<u32>,
    /// Begin at a checkpoint that was noted earlier: a file with its line, or the number of the line in the log that it
    /// vouches for. It has to be in the log still.
    #[arg(long, value_name = "FILE|SEQ")]
    pub(super) since: Option<String>,
    /// The public key that the auditor keeps, in PEM; by default the one that lies beside the log, which whoever changed
    /// the log may have changed too.
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The data folder, or the log's own folder.
    #[arg(long, value_name = "DIR")]
    pub(super) data: PathBuf,
    /// Begin at this line of the log.
    #[arg(long, value_name = "SEQ", conflicts_with = "cursor")]
    pub(super) from: Option<u64>,
    #[command(flatten)]
    pub(super) wanted: Wanted,
    /// Where to remember how far it came: the next run with the same file goes on there. Written once the output is on
    /// the disk or taken by the pipe, so after a crash lines may come twice and none is missed.
    #[arg(long, value_name = "FILE")]
    pub(super) cursor: Option<PathBuf>,
    /// Where to write instead of standard output (mode 0600). With `--cursor`, new lines go behind what is there; else the
    /// file must not be there.
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Follow {
    /// The data folder, or the log's own folder.
    #[arg(long, value_name = "DIR")]
    pub(super) data: PathBuf,
    /// Begin at this line of the log, or with what comes from `now` on.
    #[arg(long, value_name = "now|SEQ", default_value = "now", value_parser = start)]
    pub(super) from: Start,
    #[command(flatten)]
    pub(super) wanted: Wanted,
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// With what comes.
    Now,
    /// At a line.
    At(u64),
}

fn start(text: &str) -> Result<Start, String> {
    match text {
        "now" => Ok(Start::Now),
        number => number
            .parse()
            .map(Start::At)
            .map_err(|_| "it must be `now` or the number of a line".to_owned()),
    }
}

/// How records are spelled, and which ones are wanted.
#[derive(Debug, Args)]
pub(super) struct Wanted {
    /// How records are spelled: as they stand in the log, with the numbers of their lines; as events of ActionTrail; as
    /// traces of CTS. The two last show calls alone.
    #[arg(long, value_enum, default_value_t = Shape::Claviger)]
    pub(super) shape: Shape,
    /// Only what happened at this moment or later: `2026-11-22T08:00:00Z`, or a day, which begins at midnight UTC.
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Which records")]
    pub(super) since: Option<Timestamp>,
    /// Only what happened before this moment.
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Which records")]
    pub(super) until: Option<Timestamp>,
    /// Only calls of this account.
    #[arg(long, value_name = "UID", help_heading = "Which records")]
    pub(super) account: Option<AccountId>,
    /// Only this operation, such as `Decrypt`.
    #[arg(long, value_name = "NAME", help_heading = "Which records")]
    pub(super) action: Option<String>,
    /// Only calls about this key.
    #[arg(long, value_name = "ID", help_heading = "Which records")]
    pub(super) key: Option<String>,
    /// Only calls of this user, of `root`, of a service, or of a session `ROLE:SESSION`.
    #[arg(long, value_name = "NAME", help_heading = "Which records")]
    pub(super) user: Option<String>,
    /// Only calls with this access key.
    #[arg(long, value_name = "ID", help_heading = "Which records")]
    pub(super) access_key: Option<String>,
    /// Only calls that ended like this.
    #[arg(long, value_enum, help_heading = "Which records")]
    pub(super) outcome: Option<Outcome>,
}

/// How records are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shape {
    /// As in the log.
    Claviger,
    /// As events of ActionTrail.
    #[value(name = "actiontrail")]
    ActionTrail,
    /// As traces of CTS.
    Cts,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Outcome {
    /// It was served.
    Served,
    /// The caller was told no.
    Refused,
    /// The server was at fault.
    Failed,
}

impl Outcome {
    /// The word of the records.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}
