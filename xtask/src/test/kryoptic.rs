//! The step that runs the tests of the PKCS#11 provider on kryoptic, which no system packages: it is built first.

use std::path::Path;

use crate::failure::Failure;
use crate::process;

/// Names the version, and has a lock file of its own.
const PACKAGE: &str = "crates/provider-pkcs11/kryoptic/Cargo.toml";
/// Where it is built, from the root.
const TARGET: &str = "target/kryoptic";
/// Tells the tests where the library is.
const VARIABLE: &str = "CLAVIGER_TEST_KRYOPTIC";

/// Builds the library and runs the tests.
pub(super) fn run(root: &Path) -> Result<(), Failure> {
    let target = root.join(TARGET);
    let mut build = process::cargo(root);
    build.args([
        "build",
        "--locked",
        "--package",
        "kryoptic",
        "--manifest-path",
        PACKAGE,
    ]);
    process::run(build.arg("--target-dir").arg(&target))?;
    let name = format!(
        "{}kryoptic_pkcs11{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let mut test = process::cargo(root);
    test.args(["test", "--package", "claviger-provider-pkcs11"]);
    test.args(["--features", "kryoptic", "--test", "kryoptic"]);
    process::run(test.env(VARIABLE, target.join("debug").join(name)))
}
