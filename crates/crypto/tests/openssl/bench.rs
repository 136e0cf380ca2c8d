//! The `openssl` command and its files.

use std::{
    fs,
    process::{Command, Output},
};

use tempfile::TempDir;

/// A directory of files that the command reads and writes.
pub(crate) struct Bench(TempDir);

impl Bench {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let bench = Self::new();
        for (name, contents) in files {
            bench.put(name, contents);
        }
        bench
    }

    pub(crate) fn put(&self, name: &str, contents: &[u8]) {
        fs::write(self.0.path().join(name), contents).unwrap();
    }

    pub(crate) fn take(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }

    /// Runs the command with the words of `line`.
    pub(crate) fn try_openssl(&self, line: &str) -> Output {
        Command::new("openssl")
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    /// Its output; it must succeed.
    pub(crate) fn openssl(&self, line: &str) -> String {
        let output = self.try_openssl(line);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {line}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// Hexadecimal digits, two a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
