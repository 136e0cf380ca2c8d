//! A token in software, made for one run: SoftHSM2, if the machine has it.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::folder;

/// Names the settings of SoftHSM2 to it. SOURCE: `softhsm2.conf(5)`.
const VARIABLE: &str = "SOFTHSM2_CONF";

/// Where Debian and others put the module.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

/// Label and PIN of the token.
pub(crate) const LABEL: &str = "bench";
pub(crate) const PIN: &str = "1234";

/// Starts this program anew, as the same process, unless its environment names settings of its own to the module: the
/// module looks there only, and a program cannot change its own environment safely.
pub(crate) fn begin(data: &Path) -> Result<(), Error> {
    let settings = settings(data);
    if std::env::var_os(VARIABLE).is_some_and(|named| named == settings) {
        return Ok(());
    }
    let program = std::env::current_exe().map_err(Error::system("find this program"))?;
    let mut again = Command::new(program);
    again.args(std::env::args_os().skip(1)).env(VARIABLE, settings);
    Err(Error::system("start this program anew")(again.exec()))
}

/// Makes an empty token. Gives the module; nothing if SoftHSM2 is not on this machine.
pub(crate) fn token(data: &Path) -> Result<Option<PathBuf>, Error> {
    let Some(module) = MODULES.iter().map(PathBuf::from).find(|path| path.exists()) else {
        return Ok(None);
    };
    let path = settings(data);
    let tokens = path.with_file_name("tokens");
    fs::create_dir_all(&tokens).map_err(Error::file("create", &tokens))?;
    let tokens = tokens.canonicalize().map_err(Error::file("find", &tokens))?;
    fs::write(&path, content(&tokens)).map_err(Error::file("write", &path))?;
    let mut utility = Command::new("softhsm2-util");
    utility
        .args(["--init-token", "--free", "--label", LABEL])
        .args(["--pin", PIN, "--so-pin", "567890"]);
    let made = match utility.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        made => made.map_err(Error::system("start softhsm2-util"))?,
    };
    if made.status.success() {
        Ok(Some(module))
    } else {
        let said = String::from_utf8_lossy(&made.stderr);
        Err(Error::Unfit(format!("softhsm2-util makes no token: {said}")))
    }
}

fn settings(data: &Path) -> PathBuf {
    folder::of_this_run(data).join("softhsm2.conf")
}

fn content(tokens: &Path) -> String {
    format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    )
}
