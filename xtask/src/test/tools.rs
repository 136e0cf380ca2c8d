//! Programs that the steps need, and how they are installed.

use std::process::Command;

use crate::failure::Failure;
use crate::process;

/// One program.
pub(super) struct Tool {
    /// Its name for people.
    name: &'static str,
    /// A command that succeeds exactly when it is there and whole.
    probe: &'static [&'static str],
    /// Where it comes from.
    origin: Origin,
}

enum Origin {
    /// Debian packages.
    Apt(&'static [&'static str]),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
}

/// The formatter.
pub(super) static RUSTFMT: Tool = Tool {
    name: "rustfmt",
    probe: &["cargo", "fmt", "--version"],
    origin: Origin::Rustup("rustfmt"),
};
/// The linter.
pub(super) static CLIPPY: Tool = Tool {
    name: "clippy",
    probe: &["cargo", "clippy", "--version"],
    origin: Origin::Rustup("clippy"),
};
/// Compiler of the C parts: the cryptography and the database.
pub(super) static CC: Tool = Tool {
    name: "a C compiler",
    probe: &["cc", "--version"],
    origin: Origin::Apt(&["build-essential"]),
};
/// Python with everything that `python3 -m venv` needs; Debian splits that off.
pub(super) static PYTHON: Tool = Tool {
    name: "Python 3 with venv",
    probe: &["python3", "-c", "import venv, ensurepip"],
    origin: Origin::Apt(&["python3", "python3-venv"]),
};
/// Node.js.
pub(super) static NODE: Tool = Tool {
    name: "Node.js",
    probe: &["node", "--version"],
    origin: Origin::Apt(&["nodejs"]),
};
/// The package manager of Node.js.
pub(super) static NPM: Tool = Tool {
    name: "npm",
    probe: &["npm", "--version"],
    origin: Origin::Apt(&["npm"]),
};
/// The independent judge of signatures and encodings.
pub(super) static OPENSSL: Tool = Tool {
    name: "openssl",
    probe: &["openssl", "version"],
    origin: Origin::Apt(&["openssl"]),
};

/// A PKCS#11 token in software.
pub(super) static SOFTHSM: Tool = Tool {
    name: "SoftHSM 2",
    probe: &["softhsm2-util", "--version"],
    origin: Origin::Apt(&["softhsm2"]),
};
/// What kryoptic is built with: the system's OpenSSL, and the compiler that reads its headers.
pub(super) static LIBCRYPTO: Tool = Tool {
    name: "OpenSSL's headers",
    probe: &["pkg-config", "--atleast-version=3.0.7", "libcrypto"],
    origin: Origin::Apt(&["libssl-dev", "pkg-config"]),
};
/// See [`LIBCRYPTO`].
pub(super) static LIBCLANG: Tool = Tool {
    name: "libclang",
    probe: &[
        "sh",
        "-c",
        "ls /usr/lib/llvm-*/lib/libclang.so* /usr/lib*/libclang.so* 2>&1 | grep -qv ^ls:",
    ],
    origin: Origin::Apt(&["libclang-dev"]),
};
/// The library that speaks to TPMs, with what a build needs of it.
pub(super) static TSS2: Tool = Tool {
    name: "tpm2-tss",
    probe: &["pkg-config", "--exists", "tss2-esys", "tss2-tctildr", "tss2-mu"],
    origin: Origin::Apt(&["libtss2-dev", "pkg-config"]),
};
/// A TPM 2.0 in software.
pub(super) static SWTPM: Tool = Tool {
    name: "swtpm",
    probe: &["swtpm", "--version"],
    origin: Origin::Apt(&["swtpm"]),
};

/// Makes sure that all of `tools` are there: installs what is missing where that is possible.
/// Fails with the commands to run by hand otherwise, and also when something is still missing afterwards.
pub(super) fn ensure<'a>(tools: impl IntoIterator<Item = &'a &'static Tool>) -> Result<(), Failure> {
    let mut missing: Vec<&Tool> = Vec::new();
    for tool in tools {
        if !missing.iter().any(|known| known.name == tool.name) && !process::succeeds(tool.probe) {
            missing.push(tool);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    println!("missing: {}", names(&missing));
    // An installer that fails is no reason to stop before the second look: the tool may be there all the same.
    if let Err(failure) = install(&missing) {
        println!("could not install: {failure}");
    }
    missing.retain(|tool| !process::succeeds(tool.probe));
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} not found; install with:\n{}",
        names(&missing),
        by_hand(&missing)
    )))
}

fn names(tools: &[&Tool]) -> String {
    tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ")
}

fn by_hand(tools: &[&Tool]) -> String {
    let (packages, components) = wanted(tools);
    let mut lines = Vec::new();
    if !packages.is_empty() {
        lines.push(format!(
            "  apt-get install {}   (or your system's equivalent)",
            packages.join(" ")
        ));
    }
    if !components.is_empty() {
        lines.push(format!("  rustup component add {}", components.join(" ")));
    }
    lines.join("\n")
}

fn wanted(tools: &[&Tool]) -> (Vec<&'static str>, Vec<&'static str>) {
    let (mut packages, mut components) = (Vec::new(), Vec::new());
    for tool in tools {
        match tool.origin {
            Origin::Apt(names) => packages.extend_from_slice(names),
            Origin::Rustup(name) => components.push(name),
        }
    }
    (packages, components)
}

fn install(tools: &[&Tool]) -> Result<(), Failure> {
    let (packages, components) = wanted(tools);
    if !components.is_empty() {
        process::run(
            Command::new("rustup")
                .args(["component", "add"])
                .args(&components),
        )?;
    }
    if packages.is_empty() {
        return Ok(());
    }
    let Some(prefix) = apt_get() else {
        return Err(Failure::new("not root, or no apt-get here"));
    };
    process::run(&mut command(prefix, &["update"]))?;
    process::run(command(prefix, &["install", "-y", "--no-install-recommends"]).args(&packages))
}

/// How apt-get can be run here, if at all. A person is never asked for a password; CI machines let `sudo` pass.
fn apt_get() -> Option<&'static [&'static str]> {
    if !process::succeeds(&["apt-get", "--version"]) {
        return None;
    }
    let root = process::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    if root {
        Some(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
    } else if ci && process::succeeds(&["sudo", "-n", "true"]) {
        Some(&["sudo", "-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
    } else {
        None
    }
}

fn command(prefix: &[&str], args: &[&str]) -> Command {
    let mut words = prefix.iter().chain(args);
    let mut command = Command::new(words.next().copied().unwrap_or("apt-get"));
    command.args(words);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    static ABSENT: Tool = Tool {
        name: "an absent thing",
        probe: &["claviger-has-no-such-program"],
        origin: Origin::Apt(&["absent-a", "absent-b"]),
    };
    static PRESENT: Tool = Tool {
        name: "a shell",
        probe: &["sh", "-c", "true"],
        origin: Origin::Apt(&["dash"]),
    };

    #[test]
    fn what_is_there_needs_no_installation() {
        assert!(ensure(&[&PRESENT]).is_ok());
    }

    #[test]
    fn the_hint_names_every_package_and_component() {
        let text = by_hand(&[&ABSENT, &CLIPPY]);
        assert!(text.contains("apt-get install absent-a absent-b"), "{text}");
        assert!(text.contains("rustup component add clippy"), "{text}");
    }
}
