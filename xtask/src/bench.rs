//! `cargo xtask bench`: builds the server and the load generator, and lets the latter measure.

use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::optimized::{self, Built};
use crate::{metadata, process};

/// Measures the build of `cargo xtask optimized`, and the bare handler built the same way.
const OPTIMIZED: &str = "--optimized";

/// The verb. All options but one belong to the load generator and are passed on.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let (ours, theirs): (Vec<_>, Vec<_>) = args.iter().partition(|arg| *arg == OPTIMIZED);
    let only_asks = args.iter().any(|arg| arg == "--help" || arg == "-h");
    let built = if ours.is_empty() || only_asks {
        plain(root, only_asks)?
    } else {
        optimized::build(root)?
    };
    // The build's own disk is a real one; a temporary folder may live in memory and hide the cost of fdatasync.
    let data = metadata::target_directory(root)?.join("bench");
    let mut command = Command::new(built.generator);
    command
        .current_dir(root)
        .arg("run")
        .arg("--server")
        .arg(built.server)
        .arg("--data")
        .arg(data)
        .args(theirs);
    process::run(&mut command)
}

/// The release build.
fn plain(root: &Path, generator_only: bool) -> Result<Built, Failure> {
    // Who asks for the options only need not wait for the server's build.
    if !generator_only {
        build(root, &["--package", "claviger-server", "--bin", "claviger"])?;
    }
    build(root, &["--package", "claviger-bench"])?;
    Ok(Built {
        server: metadata::release_binary(root, "claviger")?,
        generator: metadata::release_binary(root, "claviger-bench")?,
    })
}

fn build(root: &Path, what: &[&str]) -> Result<(), Failure> {
    process::run(process::cargo(root).args(["build", "--release"]).args(what))
}
