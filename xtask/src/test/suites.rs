//! Test suites beside `cargo test`: programs that judge the release binary from outside.

use super::tools::{NODE, NPM, OPENSSL, PYTHON, Tool};

/// One suite.
pub(super) struct Suite {
    /// Name of its step.
    pub(super) name: &'static str,
    /// What is run from the root of the repository; `{claviger}` stands for the release binary.
    pub(super) command: &'static [&'static str],
    /// What must be installed.
    pub(super) tools: &'static [&'static Tool],
}

/// All suites, in the order they run. A new suite is a new row.
pub(super) static SUITES: &[Suite] = &[
    Suite {
        name: "live",
        command: &["python3", "tests/live/run.py", "--bin", "{claviger}"],
        tools: &[&PYTHON, &NODE, &NPM, &OPENSSL],
    },
    Suite {
        name: "crash",
        command: &["python3", "tests/crash/run.py", "--bin", "{claviger}"],
        tools: &[&PYTHON],
    },
];
