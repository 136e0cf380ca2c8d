//! What `cargo metadata` says, cut down to the fields that are used here.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;
use crate::process;

/// The package graph.
/// SOURCE: <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>, read 2026-11-21.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    /// All packages: the workspace's and everything they reach.
    pub(crate) packages: Vec<Package>,
    /// Where build results go.
    pub(crate) target_directory: PathBuf,
}

/// One package.
#[derive(Deserialize)]
pub(crate) struct Package {
    /// Its name as in `Cargo.toml`.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its licence expression, where it states one.
    pub(crate) license: Option<String>,
    /// The registry it came from; absent for the crates of this workspace.
    pub(crate) source: Option<String>,
    /// What it declares to depend on.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One declared dependency.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    /// Name of the package, also where it is renamed.
    pub(crate) name: String,
    /// `dev` or `build`; absent for a normal dependency.
    pub(crate) kind: Option<String>,
}

/// Asks cargo for the whole graph.
pub(crate) fn load(root: &Path) -> Result<Metadata, Failure> {
    ask(root, &[])
}

/// Where build results go, without the rest.
pub(crate) fn target_directory(root: &Path) -> Result<PathBuf, Failure> {
    Ok(ask(root, &["--no-deps"])?.target_directory)
}

/// Where the release build of `binary` stands, built or not.
pub(crate) fn release_binary(root: &Path, binary: &str) -> Result<PathBuf, Failure> {
    Ok(target_directory(root)?.join("release").join(binary))
}

fn ask(root: &Path, extra: &[&str]) -> Result<Metadata, Failure> {
    let text = process::read(
        process::cargo(root)
            .args(["metadata", "--format-version", "1"])
            .args(extra),
    )?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("cannot read `cargo metadata`: {error}")))
}
