//! `cargo xtask fuzz`: a short run of every fuzz target.

use std::path::Path;

use crate::failure::Failure;
use crate::process;

/// How long each target runs when nothing else is said.
const DEFAULT_SECONDS: u32 = 5;

/// The verb: reads its options and runs.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let seconds = match args {
        [] => DEFAULT_SECONDS,
        [option, value] if option == "--seconds" => value
            .parse()
            .map_err(|_| Failure::new(format!("`{value}` is not a number of seconds")))?,
        _ => return Err(Failure::new("usage: cargo xtask fuzz [--seconds N]")),
    };
    fuzz(root, seconds)
}

/// Runs every target for `seconds`. Targets live in a package of their own, `fuzz/`, as tests that read the
/// time they may take from `FUZZ_SECONDS`; so they run on the stable toolchain, without anything installed.
pub(crate) fn fuzz(root: &Path, seconds: u32) -> Result<(), Failure> {
    let mut command = process::cargo(root);
    // The profile of the other tests: what is built already is used again.
    command.args(["test", "--package", "claviger-fuzz"]);
    command.env("FUZZ_SECONDS", seconds.to_string());
    process::run(&mut command)
}
