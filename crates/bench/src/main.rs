//! Load generator and bare handler of `cargo xtask bench`.
//!
//! It sees the server from outside, as a program that answers HTTP, and shares no code with it: the requests are
//! signed by a second implementation that the recorded requests of real clients check. Only `parts/providers` uses crates
//! of the product: it compares providers with what is behind them, in one process. A new measurement is a file in `parts/` and a line in [`parts::Part`].
//!
//! How it measures: the server under test is alone on one core, the generator on another, and a bare handler of the
//! same HTTP stack runs in the same rounds. Machines differ and drift; the ratio of the two does so much less.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod bare;
mod disk;
mod error;
mod folder;
mod huawei;
mod kms;
mod library;
mod load;
mod machine;
mod parts;
mod process;
mod report;
mod requests;
mod sign;
mod softhsm;
mod stats;
mod trail;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::parts::Part;

/// The allocator of the server, so that the bare handler differs from it in nothing but the work.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(
    name = "claviger-bench",
    about = "Measures a Claviger server against a bare handler of the same HTTP stack"
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Measures and prints a table
    Run(Options),
    /// Serves the bare handler: reads a small POST, encrypts it, answers; checks nothing
    Bare(Bare),
}

/// Options of a measurement.
#[derive(clap::Args)]
struct Options {
    /// The `claviger` program; set by `cargo xtask bench`
    #[arg(long, value_name = "PROGRAM", default_value = "target/release/claviger")]
    server: PathBuf,
    /// Folder for data, on a real disk; removed at the end
    #[arg(long, value_name = "FOLDER", default_value = "target/bench")]
    data: PathBuf,
    /// Seconds of each single measurement
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// One short round and fewer keys: shows that all works, measures little
    #[arg(long)]
    quick: bool,
    /// Only this part; may be given again
    #[arg(long, value_name = "NAME")]
    only: Vec<Part>,
    /// Also the cost against the number of keys, 100 to 1,000,000; takes long
    #[arg(long)]
    scale: bool,

    /// Another build of the server, measured beside this one: before and after a change
    #[arg(long, value_name = "PROGRAM")]
    against: Option<PathBuf>,
}

impl Options {
    /// Length of one measurement.
    fn duration(&self) -> Duration {
        let seconds = if self.quick {
            self.seconds.min(0.4)
        } else {
            self.seconds
        };
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(1))
    }

    /// How often each measurement is repeated; the median counts. Many short rounds tell more than a few long ones where
    /// others use the machine too.
    fn rounds(&self) -> usize {
        if self.quick { 1 } else { 7 }
    }
}

/// Options of the bare handler, named as those of `claviger dev`.
#[derive(clap::Args)]
struct Bare {
    /// Address for plain HTTP
    #[arg(long)]
    http: SocketAddr,
    /// Address for HTTPS
    #[arg(long)]
    https: SocketAddr,
    /// Folder for its certificate
    #[arg(long)]
    data: PathBuf,
    /// File that is written when it answers
    #[arg(long)]
    credentials: PathBuf,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().verb {
        Verb::Run(options) => softhsm::begin(&options.data).and_then(|()| parts::run(&options)),
        Verb::Bare(options) => bare::serve(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
