//! Tokens of SoftHSM2.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use claviger_model::SystemClock;
use claviger_provider_pkcs11::{Pkcs11Provider, Settings};
use claviger_secret::SecretBytes;

use crate::common::alone_in;
pub(crate) use crate::common::{Key, Place, Stopped, run};

pub(crate) const PIN: &str = "1234";
/// Where Debian and others put the module.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

/// The module of SoftHSM2.
pub(crate) fn module() -> PathBuf {
    let found = MODULES.iter().map(Path::new).find(|path| path.exists());
    found
        .expect("SoftHSM2 is not installed: these tests need the package softhsm2")
        .to_owned()
}

/// Runs a test in a process of its own. `name` is its path: module and function.
pub(crate) fn alone(name: &str, test: impl FnOnce(World)) {
    let prepare = |folder: &Path| {
        module();
        let tokens = folder.join("tokens");
        fs::create_dir(&tokens).unwrap();
        let content = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        );
        let config = folder.join("softhsm2.conf");
        fs::write(&config, content).unwrap();
        ("SOFTHSM2_CONF", config)
    };
    alone_in(name, prepare, |folder| test(World { folder }));
}

/// The tokens of one test.
pub(crate) struct World {
    folder: PathBuf,
}

impl World {
    /// Makes a token.
    pub(crate) fn token(self, label: &str) -> Self {
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", label])
            .args(["--pin", PIN, "--so-pin", "5678"])
            .output()
            .expect("softhsm2-util is not installed: these tests need the package softhsm2");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        self
    }

    fn config(&self) -> PathBuf {
        self.folder.join("softhsm2.conf")
    }

    fn tokens(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    /// How many objects a token holds.
    pub(crate) fn objects(&self, label: &str) -> usize {
        let entries = fs::read_dir(self.folder_of(label)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        names
            .filter(|name| name.to_str().unwrap().ends_with(".object"))
            .count()
            - 1
    }

    /// The folders of all tokens that are there.
    fn folders(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.tokens()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// The folder of a token.
    fn folder_of(&self, label: &str) -> PathBuf {
        let holds = |folder: &PathBuf| {
            let token = fs::read(folder.join("token.object")).unwrap();
            token.windows(label.len()).any(|part| part == label.as_bytes())
        };
        self.folders().into_iter().find(holds).unwrap()
    }

    /// Pulls a token.
    pub(crate) fn pull(&self, label: &str) -> Pulled {
        let place = self.folder_of(label);
        let away = self.folder.join(format!("away-{label}"));
        fs::rename(&place, &away).unwrap();
        Pulled { place, away }
    }

    /// Copies a token with all its keys, as a vendor's cluster does. Labels of the same length; the serial number differs
    /// in its last digits.
    pub(crate) fn copy(&self, label: &str, copy: &str) {
        assert_eq!(label.len(), copy.len());
        let serial = self.serial_of(label);
        let from = self.folder_of(label);
        let to = self.tokens().join(format!("copy-{copy}"));
        fs::create_dir(&to).unwrap();
        for entry in fs::read_dir(&from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        let (front, last) = serial.split_at(serial.len() - 4);
        let other = format!("{front}{}", if last == "1111" { "2222" } else { "1111" });
        let file = to.join("token.object");
        let bytes = replace(&fs::read(&file).unwrap(), label.as_bytes(), copy.as_bytes());
        fs::write(&file, replace(&bytes, serial.as_bytes(), other.as_bytes())).unwrap();
    }

    /// The serial number of a token.
    pub(crate) fn serial_of(&self, label: &str) -> String {
        let shown = Command::new("softhsm2-util")
            .arg("--show-slots")
            .env("SOFTHSM2_CONF", self.config())
            .output()
            .unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        let mut serial = String::new();
        for line in shown.lines() {
            let (field, value) = line.split_once(':').unwrap_or_default();
            match field.trim() {
                "Serial number" => value.trim().clone_into(&mut serial),
                "Label" if value.trim() == label => return serial,
                _ => {}
            }
        }
        unreachable!("no token {label} in {shown}")
    }

    /// Settings for tokens of this world, which must have some.
    pub(crate) fn settings(&self, tokens: &[&str]) -> Settings {
        assert!(self.config().exists());
        Settings {
            module: module(),
            tokens: tokens.iter().map(|&token| token.to_owned()).collect(),
            pin: SecretBytes::copied(PIN.as_bytes()),
            sessions: 2,
            // Long, for machines that are busy; what is about patience says its own.
            patience: Duration::from_secs(60),
        }
    }

    pub(crate) fn provider(&self, tokens: &[&str]) -> Pkcs11Provider {
        Pkcs11Provider::open(&self.settings(tokens), Arc::new(SystemClock)).unwrap()
    }
}

fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|part| part == old).unwrap();
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

/// A token that was pulled.
pub(crate) struct Pulled {
    place: PathBuf,
    away: PathBuf,
}

impl Pulled {
    /// Adds copies of the youngest of its objects.
    pub(crate) fn fill(&self, count: usize) {
        let entries = fs::read_dir(&self.away)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let objects = entries.filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.ends_with(".object") && name != "token.object"
        });
        let youngest = objects
            .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
            .unwrap();
        for number in 0..count {
            let name = format!("00000000-0000-0000-0000-{number:012}");
            fs::copy(&youngest, self.away.join(format!("{name}.object"))).unwrap();
            fs::write(self.away.join(format!("{name}.lock")), b"").unwrap();
        }
    }

    /// Puts it back.
    pub(crate) fn put_back(self) {
        fs::rename(self.away, self.place).unwrap();
    }
}

/// A file name that is no module.
pub(crate) fn no_module() -> PathBuf {
    let mut path = OsString::from(std::env::current_exe().unwrap());
    path.push(".missing");
    path.into()
}
