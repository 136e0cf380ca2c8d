//! `cargo xtask bench`: builds the server and the load generator, and lets the latter measure.

use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::{metadata, process};

/// The verb. All options belong to the load generator and are passed on.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    // Who asks for the options only need not wait for the server's build.
    if !args.iter().any(|arg| arg == "--help" || arg == "-h") {
        build(root, &["--package", "claviger-server", "--bin", "claviger"])?;
    }
    build(root, &["--package", "claviger-bench"])?;
    let server = metadata::release_binary(root, "claviger")?;
    let generator = metadata::release_binary(root, "claviger-bench")?;
    // The build's own disk is a real one; a temporary folder may live in memory and hide the cost of fdatasync.
    let data = server.with_file_name("..").join("bench");
    let mut command = Command::new(generator);
    command
        .current_dir(root)
        .arg("run")
        .arg("--server")
        .arg(server)
        .arg("--data")
        .arg(data)
        .args(args);
    process::run(&mut command)
}

fn build(root: &Path, what: &[&str]) -> Result<(), Failure> {
    process::run(process::cargo(root).args(["build", "--release"]).args(what))
}
