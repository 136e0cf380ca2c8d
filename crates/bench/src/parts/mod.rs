//! The measurements, one file each, and what they share.

mod asymmetric;
mod audit;
mod bare;
mod compare;
mod create;
mod footprint;
mod generation;
mod index;
mod keys;
mod latency;
mod open_loop;
mod policies;
mod providers;
mod rest;
mod rotation;
mod sample;
mod scale;
mod size;
mod stages;
mod throughput;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::Options;
use crate::error::Error;
use crate::folder::Folder;
use crate::kms::{Kms, SYMMETRIC};
use crate::load::{Load, Script, Target, Until};
use crate::machine::{self, Cores};
use crate::process::{Launch, Server};
use crate::report::{self, Row, Verdict};
use sample::Sample;

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The limit: the bare handler with 64 connections and with one
    Bare,
    /// Encrypt, Decrypt, `GenerateDataKey` with 64 connections, as ratios to the bare handler
    Throughput,
    /// encrypt-data and create-datakey of the other face with 64 connections, as ratios to the bare handler
    Rest,
    /// What each stage of these operations costs
    Stages,
    /// One connection against one durable write
    Latency,
    /// 10,000 requests a second, whatever the server does
    OpenLoop,
    /// `CreateKey` against unbatched durable writes
    Create,
    /// Key pairs: signing, decrypting, verifying, making them, and whether others have to wait for that
    Asymmetric,
    /// Keys in HSMs against keys in software, raw tokens and raw libraries
    Providers,
    /// Rotation of 10,000 keys that are due
    Rotation,
    /// Memory and start time
    Footprint,
    /// Many keys against few
    Keys,
    /// A user with many policies against the root of the account, and many identities in the store
    Policies,
    /// `GenerateDataKey` with the index of the audit log against without it
    Index,
    /// A long audit log: checking it, making its index, finding calls in it
    Audit,
    /// The binary
    Size,
    /// Cost against the number of keys
    Scale,
    /// This server against another build of it, see `--against`
    Compare,
}

impl Part {
    fn run(self, bench: &mut Bench<'_>) -> Result<(), Error> {
        match self {
            Self::Bare => bare::run(bench),
            Self::Throughput => throughput::run(bench),
            Self::Rest => rest::run(bench),
            Self::Stages => stages::run(bench),
            Self::Latency => latency::run(bench),
            Self::OpenLoop => open_loop::run(bench),
            Self::Create => create::run(bench),
            Self::Asymmetric => asymmetric::run(bench),
            Self::Providers => providers::run(bench),
            Self::Rotation => rotation::run(bench),
            Self::Footprint => footprint::run(bench),
            Self::Keys => keys::run(bench),
            Self::Policies => policies::run(bench),
            Self::Index => index::run(bench),
            Self::Audit => audit::run(bench),
            Self::Size => size::run(bench),
            Self::Scale => scale::run(bench),
            Self::Compare => compare::run(bench),
        }
    }
}

/// A run of the whole tool.
struct Bench<'a> {
    options: &'a Options,
    folder: PathBuf,
    cores: Cores,
    /// The bare handler, up for the whole run; it costs nothing while it is not asked.
    bare: Server,
    rows: Vec<Row>,
    /// What does not fit into the rows.
    tables: Vec<String>,
    errors: Vec<String>,
}

/// Measures what was chosen and prints the table.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let chosen = |part: &Part| match part {
        Part::Scale if options.scale => true,
        Part::Compare if options.against.is_some() => true,
        part => match options.only.as_slice() {
            [] => !matches!(part, Part::Scale | Part::Compare),
            only => only.contains(part),
        },
    };
    let folder = Folder::create(&options.data)?;
    let facts = machine::facts(folder.path());
    let cores = Cores::choose()?;
    machine::pin(cores.load)?;
    let bare = bare::launch(folder.path())?.start(cores)?;
    let mut bench = Bench {
        options,
        folder: folder.path().to_owned(),
        cores,
        bare,
        rows: Vec::new(),
        tables: Vec::new(),
        errors: Vec::new(),
    };
    for part in Part::value_variants().iter().filter(|part| chosen(part)) {
        eprintln!("measuring: {part:?}");
        // What one part cannot do says nothing about the others.
        if let Err(error) = part.run(&mut bench) {
            bench.errors.push(format!("{part:?}: {error}"));
        }
    }
    print(&bench, &facts);
    if bench.errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Unfit("not everything could be measured".to_owned()))
    }
}

fn print(bench: &Bench<'_>, facts: &[String]) {
    for fact in facts {
        println!("{fact}");
    }
    println!(
        "cores      server on {}, generator on {}",
        bench.cores.server, bench.cores.load
    );
    if bench.cores.shared() {
        println!("           one core for both: the ratios mean little");
    }
    println!(
        "rounds     {} of {:.1} s each, medians\n",
        bench.options.rounds(),
        bench.options.duration().as_secs_f64()
    );
    if !bench.rows.is_empty() {
        println!("{}", report::table(&bench.rows));
    }
    for table in &bench.tables {
        println!("{table}");
    }
    for error in &bench.errors {
        eprintln!("not measured: {error}");
    }
    println!("{FLAME_GRAPH}");
}

/// How to look inside. Printed, not done: profilers need rights that a benchmark should not ask for.
const FLAME_GRAPH: &str = "\
To see where the server's time goes, while `cargo xtask bench --only throughput --seconds 20` runs:
  CARGO_PROFILE_RELEASE_DEBUG=line-tables-only CARGO_PROFILE_RELEASE_STRIP=none cargo build --release
  perf record -F 997 --call-graph dwarf,16384 -p \"$(pgrep -n -x claviger)\" -- sleep 10
  perf script | inferno-collapse-perf | inferno-flamegraph > flame.svg        (cargo install inferno)";

impl Bench<'_> {
    /// A server of its own for one part.
    fn launch(&self, name: &str) -> Launch {
        Launch {
            program: self.options.server.clone(),
            verb: "dev",
            data: self.folder.join(name),
            stage_times: None,
            settings: None,
        }
    }

    /// Starts such a server with `count` keys in it.
    fn server_with_keys(&self, name: &str, count: usize) -> Result<(Server, Vec<String>), Error> {
        keys_in(self.launch(name).start(self.cores)?, count)
    }

    /// One closed-loop measurement on fresh connections, after a short warm-up.
    fn sample(
        &self,
        server: &Server,
        target: &Target,
        connections: usize,
        script: &mut dyn Script,
    ) -> Result<Sample, Error> {
        let mut load = Load::connect(target, connections)?;
        let length = self.options.duration();
        load.closed(script, Until::Time(length / 8))?;
        let before = server.cpu_seconds()?;
        let outcome = load.closed(script, Until::Time(length))?;
        Ok(Sample::new(&outcome, server.cpu_seconds()? - before))
    }

    /// Adds a row; wrong answers void its verdict.
    fn add(&mut self, samples: &[Sample], row: Row) {
        let wrong = samples.iter().find_map(|sample| sample.first_error.clone());
        let verdict = if wrong.is_some() {
            Some(Verdict::Wrong)
        } else {
            row.verdict
        };
        self.errors
            .extend(wrong.map(|error| format!("{}: {error}", row.scenario)));
        let mut row = Row { verdict, ..row };
        if samples.iter().any(Sample::is_limited_by_load) {
            row.measured.push_str(" (generator-bound)");
        }
        self.rows.push(row);
    }
}

/// Makes keys in a server.
fn keys_in(server: Server, count: usize) -> Result<(Server, Vec<String>), Error> {
    let plain = server.plain()?;
    let (keys, _) = Kms::new(&server, &plain)?.create_keys(count, SYMMETRIC)?;
    Ok((server, keys))
}
