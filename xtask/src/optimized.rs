//! `cargo xtask optimized`: builds the server for use, compiled by what it was seen to do.
//!
//! Profile-guided optimisation in three steps: a build that counts, a short run of the benchmark, a build that reads the
//! counts. The counts belong to the compiler and the code of the day, so they are made each time and kept nowhere.
//! SOURCE: <https://doc.rust-lang.org/rustc/profile-guided-optimization.html>, read 2026-11-23.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::{metadata, process};

/// What the server is trained with: every part of the benchmark that needs nothing but the server, one short round each.
const TRAINING: [&str; 10] = [
    "bare",
    "throughput",
    "rest",
    "create",
    "asymmetric",
    "rotation",
    "keys",
    "policies",
    "index",
    "audit",
];

/// The packages that are built: the server, and what it is compared with.
const PACKAGES: [&str; 2] = ["claviger-server", "claviger-bench"];

/// Where the two programs stand once they are built.
#[derive(Debug)]
pub(crate) struct Built {
    /// The server, `claviger`.
    pub(crate) server: PathBuf,
    /// The load generator, with the bare handler in it.
    pub(crate) generator: PathBuf,
}

/// The verb.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    if let Some(word) = args.first() {
        return Err(Failure::new(format!(
            "`optimized` has no options, and no `{word}`"
        )));
    }
    let built = build(root)?;
    println!("{}", built.server.display());
    Ok(())
}

/// All three steps.
pub(crate) fn build(root: &Path) -> Result<Built, Failure> {
    let toolchain = Toolchain::find(root)?;
    let target = metadata::target_directory(root)?;
    let counts = target.join("counts");
    let merged = counts.join("merged.profdata");
    // Counts of other code would be taken for those of this one where the names are the same.
    if counts.exists() {
        fs::remove_dir_all(&counts)
            .map_err(|error| Failure::new(format!("cannot remove `{}`: {error}", counts.display())))?;
    }

    let counting = toolchain.compile(root, &target.join("counting"), "generate", &counts)?;
    let mut training = Command::new(&counting.generator);
    training.current_dir(root).args(["run", "--quick", "--server"]);
    training
        .arg(&counting.server)
        .arg("--data")
        .arg(target.join("bench"));
    training.args(TRAINING.iter().flat_map(|part| ["--only", part]));
    // Its figures are those of a program that counts; where it stands, it says on the other stream.
    process::run(training.stdout(Stdio::null()))?;
    let mut merge = Command::new(&toolchain.profdata);
    process::run(merge.arg("merge").arg("--output").arg(&merged).arg(&counts))?;
    toolchain.compile(root, &target.join("optimized"), "use", &merged)
}

/// What of the compiler is needed here.
struct Toolchain {
    /// The platform that is built for: this one.
    host: String,
    /// The program that merges counts.
    profdata: PathBuf,
}

impl Toolchain {
    fn find(root: &Path) -> Result<Self, Failure> {
        let program = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
        let ask = |words: &[&str]| process::read(Command::new(&program).current_dir(root).args(words));
        let version = ask(&["-vV"])?;
        let libraries = ask(&["--print", "target-libdir"])?;
        let host = host(&version).ok_or_else(|| Failure::new("`rustc -vV` names no host"))?;
        let profdata = Path::new(libraries.trim())
            .with_file_name("bin")
            .join("llvm-profdata");
        if !profdata.exists() {
            return Err(Failure::new(format!(
                "`{}` is missing: run `rustup component add llvm-tools`",
                profdata.display()
            )));
        }
        Ok(Self {
            host: host.to_owned(),
            profdata,
        })
    }

    /// Builds both programs into `folder`. Naming the platform keeps the flags from build scripts and macros.
    fn compile(&self, root: &Path, folder: &Path, verb: &str, counts: &Path) -> Result<Built, Failure> {
        let mut cargo = process::cargo(root);
        let mut flag = OsString::from(format!("-Cprofile-{verb}="));
        flag.push(counts);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flag);
        cargo.args(["build", "--release", "--target", &self.host, "--target-dir"]);
        cargo.arg(folder);
        cargo.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        process::run(&mut cargo)?;
        let programs = folder.join(&self.host).join("release");
        Ok(Built {
            server: programs.join("claviger"),
            generator: programs.join("claviger-bench"),
        })
    }
}

/// The platform in the answer of `rustc -vV`.
fn host(version: &str) -> Option<&str> {
    version.lines().find_map(|line| line.strip_prefix("host: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_the_compiler_says() {
        let text = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\n";
        assert_eq!(host(text), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(host("nonsense"), None);
    }

    #[test]
    fn there_are_no_options() {
        let refused = run(Path::new("/nowhere"), &["--fast".to_owned()]).unwrap_err();
        assert_eq!(refused.to_string(), "`optimized` has no options, and no `--fast`");
    }
}
