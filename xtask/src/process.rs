//! Starting other programs.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// The cargo that started this tool, so that one toolchain is used throughout. On CI nothing is built a second
/// time, so what incremental builds keep (more than all they build) is not written there.
pub(crate) fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root);
    if std::env::var_os("CI").is_some() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// Runs to the end with the terminal shared; anything but success is a failure that shows the command.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    println!("$ {}", show(command));
    let status = command
        .status()
        .map_err(|error| Failure::new(format!("cannot start `{}`: {error}", show(command))))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{}` failed: {status}", show(command))))
    }
}

/// Runs to the end and gives standard output; standard error stays on the terminal.
pub(crate) fn read(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("cannot start `{}`: {error}", show(command))))?;
    if !output.status.success() {
        return Err(Failure::new(format!(
            "`{}` failed: {}",
            show(command),
            output.status
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::new(format!("`{}` printed no UTF-8", show(command))))
}

/// Whether the command starts and succeeds; prints nothing.
pub(crate) fn succeeds(words: &[&str]) -> bool {
    let Some((program, args)) = words.split_first() else {
        return false;
    };
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn show(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
