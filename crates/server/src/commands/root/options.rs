//! The options of `claviger root`.

use std::path::PathBuf;

use clap::{Args, Subcommand, value_parser};

use crate::seal::{SealKind, SealOptions};

/// What is done with a root key.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    claviger root show --config /var/lib/claviger/claviger.toml\n  \
    claviger root seal add tpm2 --data /var/lib/claviger\n  \
    claviger root recovery create --shares 5 --threshold 3 --data /var/lib/claviger\n  \
    claviger root recovery drill --from /backup/root.json --share alice.txt --share bob.txt --share carol.txt\n\n\
    Exit codes: 0 done; 1 the drill proved nothing; 2 wrong use or wrong settings; 3 the command failed.")]
pub(crate) struct RootCommand {
    #[command(flatten)]
    pub(super) place: Place,
    #[command(subcommand)]
    pub(super) task: Task,
}

/// Where the key is.
#[derive(Debug, Args)]
#[command(next_help_heading = "With all of them")]
pub(super) struct Place {
    /// The settings file of the server, which says what opens the key.
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The data folder, which has the settings in it or was made by `dev`.
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// The HSM's master key instead of the root key.
    #[arg(long, global = true)]
    pub(super) hsm: bool,
    /// Print the answer as JSON.
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Task {
    /// Open the key and print its versions and its seals.
    Show,
    /// Add a version, which wraps from then on. The older ones open what they wrapped.
    ///
    /// Needs none of the other seals, and a running server follows. It does not shut out somebody who has an old copy of the
    /// file and opens that: see `renew`.
    Rotate,
    /// Remove a version that nothing is wrapped by any more. Version 1 and the newest one stay.
    ///
    /// A server wraps anew by itself what older versions wrapped: at its start, and after each `rotate`. This command looks
    /// whether it is done, and refuses before. It also waits a day after the version was replaced: so long are tokens good
    /// that it may have sealed. Backups from before need a copy of the key file from before.
    #[command(after_help = "Examples:\n  \
        claviger root retire 2 --data /var/lib/claviger\n  \
        claviger root retire 2 --hsm --data /var/lib/claviger\n\n\
        Exit codes: 0 done; 2 wrong use or wrong settings; 3 it is needed still, or the command failed.")]
    Retire(Retire),
    /// Add a version that nothing old leads to: when the key, or what opens a seal, may be in wrong hands.
    ///
    /// The seal of the settings and the recovery shares are kept, all other seals are gone. The server has to be started
    /// again.
    Renew,
    /// Write a copy for another machine, which one new seal opens and nothing else.
    #[command(after_help = "Example:\n  \
        claviger root copy --to /media/stick/root.json --seal passphrase --data /var/lib/claviger")]
    Copy(Copy),
    /// The seals, each of which opens the key alone.
    #[command(subcommand)]
    Seal(SealTask),
    /// Shares that open the key when its seals are lost.
    #[command(subcommand)]
    Recovery(RecoveryTask),
}

#[derive(Debug, Subcommand)]
pub(super) enum SealTask {
    /// Add a seal. To let the server use it, name it in `[seal]` of the settings (`[hsm.seal]` for the master key).
    #[command(after_help = "Examples:\n  \
        claviger root seal add key-file --key-file /mnt/stick/seal.key --data /var/lib/claviger\n  \
        claviger root seal add passphrase --hsm --data /var/lib/claviger\n  \
        claviger root seal add tpm2 --pcrs 0,7 --data /var/lib/claviger\n  \
        claviger root seal add pkcs11 --module /usr/lib/libx.so --token kms --data /var/lib/claviger")]
    Add(Add),
    /// Remove a seal, by the id that `list` prints. The last one that opens the key without shares stays.
    ///
    /// Who used it may still have the key: rotate after it, if that is why you remove it.
    #[command(visible_alias = "rm")]
    Remove {
        /// The id of the seal.
        id: String,
    },
    /// Print the seals.
    #[command(visible_alias = "ls")]
    List,
}

#[derive(Debug, Args)]
pub(super) struct Retire {
    /// The number of the version, as `show` prints it.
    pub(super) version: u32,
    /// Do not wait for tokens that it may have sealed: those for imports, sessions and sign-ins end at once.
    #[arg(long)]
    pub(super) at_once: bool,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// What it is.
    #[arg(value_enum)]
    pub(super) kind: SealKind,
    #[command(flatten)]
    pub(super) options: SealOptions,
}

#[derive(Debug, Args)]
pub(super) struct Copy {
    /// The file to make.
    #[arg(long, value_name = "FILE")]
    pub(super) to: PathBuf,
    /// What the seal of the copy is.
    #[arg(long, value_enum, value_name = "KIND")]
    pub(super) seal: SealKind,
    #[command(flatten)]
    pub(super) options: SealOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum RecoveryTask {
    /// Make a set of shares and print them, one a line, once. They are kept nowhere.
    #[command(
        after_help = "Example:\n  claviger root recovery create --shares 5 --threshold 3 --data /var/lib/claviger"
    )]
    Create {
        /// How many shares to make.
        #[arg(long, value_name = "N", value_parser = value_parser!(u8).range(2..))]
        shares: u8,
        /// How many of them are needed.
        #[arg(long, value_name = "K", value_parser = value_parser!(u8).range(2..))]
        threshold: u8,
    },
    /// Prove that shares open a copy of the key file, without any of its other seals. Writes nothing.
    #[command(after_help = "Examples:\n  \
        claviger root recovery drill --from /backup/root.json --share alice.txt --share bob.txt --share carol.txt\n  \
        claviger root recovery drill --from /backup/root.json      # asks for the shares\n\n\
        Exit codes: 0 the shares open it; 1 they do not; 2 wrong use; 3 the file cannot be read.")]
    Drill {
        /// The copy, from a backup.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        #[command(flatten)]
        shares: Shares,
    },
    /// Open the key with shares and add a seal: after a disaster, and on a new node. Then name the seal in the settings.
    #[command(after_help = "Examples:\n  \
        claviger root recovery open --data /var/lib/claviger --seal passphrase --share a.txt --share b.txt --share c.txt\n  \
        claviger root recovery open --data /var/lib/claviger --seal tpm2 --hsm      # asks for the shares")]
    Open(Open),
}

#[derive(Debug, Args)]
pub(super) struct Open {
    #[command(flatten)]
    pub(super) shares: Shares,
    /// What the new seal is.
    #[arg(long, value_enum, value_name = "KIND")]
    pub(super) seal: SealKind,
    #[command(flatten)]
    pub(super) options: SealOptions,
}

#[derive(Debug, Args)]
pub(super) struct Shares {
    /// File with one share or more; `-` is standard input. Once for each file. Without it, they are asked for.
    #[arg(long = "share", value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}
