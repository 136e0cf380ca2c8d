//! `cargo xtask test`: what CI runs, step by step.

mod kryoptic;
mod suites;
mod tools;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::{fuzz, metadata, process, tidy};
use suites::SUITES;
use tools::{CC, CLIPPY, LIBCLANG, LIBCRYPTO, OPENSSL, RUSTFMT, SOFTHSM, SWTPM, TSS2, Tool};

/// How long each fuzz target runs here. Long runs are started by hand.
const FUZZ_SECONDS: u32 = 5;

/// One step.
#[derive(Clone, Copy)]
struct Step {
    name: &'static str,
    tools: &'static [&'static Tool],
    work: Work,
}

/// What a step does.
#[derive(Clone, Copy)]
enum Work {
    /// cargo with these words.
    Cargo(&'static [&'static str]),
    /// A program with these words, run from the root; `{claviger}` stands for the release binary.
    Program(&'static [&'static str]),
    /// Something of this tool's own.
    Own(fn(&Path) -> Result<(), Failure>),
}

/// The steps before the suites, in their order: cheap ones first, the build that the suites need last.
static STEPS: &[Step] = &[
    Step {
        name: "fmt",
        tools: &[&RUSTFMT],
        work: Work::Cargo(&["fmt", "--all", "--check"]),
    },
    Step {
        name: "tidy",
        tools: &[],
        work: Work::Own(|root| tidy::run(root, &[])),
    },
    Step {
        name: "clippy",
        tools: &[&CLIPPY, &CC],
        work: Work::Cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step {
        name: "doc",
        tools: &[&CC],
        work: Work::Own(doc),
    },
    Step {
        name: "test",
        tools: &[&CC, &OPENSSL, &SOFTHSM],
        work: Work::Cargo(&["test", "--workspace"]),
    },
    Step {
        name: "kryoptic",
        tools: &[&CC, &LIBCRYPTO, &LIBCLANG],
        work: Work::Own(kryoptic::run),
    },
    Step {
        name: "tpm",
        tools: &[&CC, &TSS2, &SWTPM],
        work: Work::Cargo(&["test", "--package", "claviger-seal-tpm", "--features", "tpm"]),
    },
    Step {
        name: "fuzz",
        tools: &[&CC],
        work: Work::Own(|root| fuzz::fuzz(root, FUZZ_SECONDS)),
    },
    Step {
        name: "build",
        tools: &[&CC],
        work: Work::Cargo(&[
            "build",
            "--release",
            "--package",
            "claviger-server",
            "--bin",
            "claviger",
        ]),
    },
];

/// All steps.
fn steps() -> Vec<Step> {
    let suites = SUITES.iter().map(|suite| Step {
        name: suite.name,
        tools: suite.tools,
        work: Work::Program(suite.command),
    });
    STEPS.iter().copied().chain(suites).collect()
}

/// The verb.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let mut steps = steps();
    let options = Options::parse(args, &steps)?;
    steps.retain(|step| options.only.is_empty() || options.only.iter().any(|name| name == step.name));
    tools::ensure(steps.iter().flat_map(|step| step.tools))?;

    let mut results = Vec::new();
    for step in &steps {
        let stopped = !options.keep_going
            && results
                .iter()
                .any(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
        results.push((
            step.name,
            if stopped {
                Outcome::NotRun
            } else {
                perform(root, step)
            },
        ));
    }
    println!("\n{}", summary(&results));
    if results
        .iter()
        .all(|(_, outcome)| matches!(outcome, Outcome::Passed(_)))
    {
        Ok(())
    } else {
        Err(Failure::new("not everything passed"))
    }
}

struct Options {
    keep_going: bool,
    only: Vec<String>,
}

impl Options {
    fn parse(args: &[String], steps: &[Step]) -> Result<Self, Failure> {
        let names = || steps.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
        let mut options = Self {
            keep_going: false,
            only: Vec::new(),
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--keep-going" => options.keep_going = true,
                "--only" => match args.next() {
                    Some(name) if steps.iter().any(|step| step.name == name) => {
                        options.only.push(name.clone());
                    }
                    _ => return Err(Failure::new(format!("`--only` takes one of: {}", names()))),
                },
                _ => {
                    let usage = "usage: cargo xtask test [--keep-going] [--only STEP]...";
                    return Err(Failure::new(format!(
                        "unknown option `{arg}`; {usage}; steps: {}",
                        names()
                    )));
                }
            }
        }
        Ok(options)
    }
}

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

fn perform(root: &Path, step: &Step) -> Outcome {
    println!("\n=== {} ===", step.name);
    let start = Instant::now();
    let result = match step.work {
        Work::Cargo(words) => process::run(process::cargo(root).args(words)),
        Work::Program(words) => program(root, words),
        Work::Own(work) => work(root),
    };
    let took = start.elapsed();
    match result {
        Ok(()) => {
            println!("--- {}: passed in {:.1} s", step.name, took.as_secs_f64());
            Outcome::Passed(took)
        }
        Err(failure) => {
            println!(
                "--- {}: FAILED after {:.1} s: {failure}",
                step.name,
                took.as_secs_f64()
            );
            Outcome::Failed(took)
        }
    }
}

fn program(root: &Path, words: &[&str]) -> Result<(), Failure> {
    let binary = metadata::release_binary(root, "claviger")?;
    let mut words = words.iter();
    let mut command = Command::new(words.next().copied().unwrap_or_default());
    command.current_dir(root);
    for word in words {
        if *word == "{claviger}" {
            command.arg(&binary)
        } else {
            command.arg(word)
        };
    }
    process::run(&mut command)
}

fn doc(root: &Path) -> Result<(), Failure> {
    let mut command = process::cargo(root);
    command.args(["doc", "--no-deps", "--workspace"]);
    process::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn summary(results: &[(&str, Outcome)]) -> String {
    let lines = results.iter().map(|(name, outcome)| match outcome {
        Outcome::Passed(took) => format!("  {name:<10} passed  {:>8.1} s", took.as_secs_f64()),
        Outcome::Failed(took) => format!("  {name:<10} FAILED  {:>8.1} s", took.as_secs_f64()),
        Outcome::NotRun => format!("  {name:<10} not run"),
    });
    std::iter::once("summary".to_owned())
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options, Failure> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Options::parse(&words, &steps())
    }

    #[test]
    fn steps_can_be_chosen_by_name() {
        let options = parse(&["--only", "tidy", "--keep-going", "--only", "live"]).unwrap();
        assert_eq!(options.only, ["tidy", "live"]);
        assert!(options.keep_going);
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_known_ones() {
        let text = parse(&["--only", "nonsense"]).err().unwrap().to_string();
        assert!(text.contains("clippy") && text.contains("live"), "{text}");
    }

    #[test]
    fn names_of_steps_are_unique() {
        let mut names: Vec<_> = steps().iter().map(|step| step.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn the_summary_tells_apart_what_failed_and_what_never_ran() {
        let second = Duration::from_secs(1);
        let results = [
            ("a", Outcome::Passed(second)),
            ("b", Outcome::Failed(second)),
            ("c", Outcome::NotRun),
        ];
        let text = summary(&results);
        let line = |name: &str| {
            text.lines()
                .find(|line| line.trim().starts_with(name))
                .unwrap()
                .to_owned()
        };
        assert!(
            line("a").contains("passed") && line("b").contains("FAILED") && line("c").contains("not run")
        );
    }
}
