//! Repository chores, run as `cargo xtask <verb>`.
//!
//! `test` is exactly what CI runs. `tidy` holds the rules of the house that neither the compiler nor clippy checks.
//! This crate knows nothing of the product's crates and must build in seconds. To add a check, write one file in
//! `tidy/` and one row in its table; to add a test suite, write one row in `test/suites.rs`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod bench;
mod failure;
mod fuzz;
mod metadata;
mod optimized;
mod process;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

use crate::failure::Failure;

const HELP: &str = "\
Repository chores. Usage: cargo xtask <verb> [options]

  test [--keep-going] [--only STEP]...   everything that CI checks, in its order; installs what it needs
  tidy [--only RULE]...                  rules of the house: crate arrows, licences, sizes, words, links
  fuzz [--seconds N]                     a short run of every fuzz target
  bench [options]                        speed, memory and start time as ratios to a bare handler, cost of each stage;
                                         `cargo xtask bench --help` prints its options; with `--optimized`, of the
                                         build below
  optimized                              builds the server compiled by what it was seen to do (profile-guided) and prints
                                         where it stands; needs `rustup component add llvm-tools`
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<(), Failure> {
    let root = tree::root();
    match args.split_first().map(|(verb, rest)| (verb.as_str(), rest)) {
        Some(("test", rest)) => test::run(&root, rest),
        Some(("tidy", rest)) => tidy::run(&root, rest),
        Some(("fuzz", rest)) => fuzz::run(&root, rest),
        Some(("bench", rest)) => bench::run(&root, rest),
        Some(("optimized", rest)) => optimized::run(&root, rest),
        None | Some(("--help" | "-h" | "help", _)) => {
            print!("{HELP}");
            Ok(())
        }
        Some((verb, _)) => Err(Failure::new(format!(
            "unknown verb `{verb}`, see `cargo xtask --help`"
        ))),
    }
}
