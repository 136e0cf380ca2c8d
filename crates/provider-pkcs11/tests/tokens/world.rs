//! Tokens, and processes to use them in.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use claviger_model::{
    Clock, KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region, SystemClock, Timestamp,
};
use claviger_provider::{Binding, Provider, Sealed, WrappingBinding};
use claviger_provider_pkcs11::{Pkcs11Provider, Settings};
use claviger_secret::SecretBytes;

pub(crate) const PIN: &str = "1234";
/// Says to a process which folder is its own.
const FOLDER: &str = "CLAVIGER_TEST_TOKENS";

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
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = PathBuf::from(folder);
        return test(World { folder });
    }
    module();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tokens")).unwrap();
    let config = folder.path().join("softhsm2.conf");
    let tokens = folder.path().join("tokens");
    let content = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    fs::write(&config, content).unwrap();
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder.path())
        .env("SOFTHSM2_CONF", &config)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let complained = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success() && said.contains("1 passed"),
        "{name}: {}\n{said}\n{complained}",
        run.status
    );
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

/// Runs a test's calls.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A place of its own for every number.
#[derive(Clone)]
pub(crate) struct Place {
    region: Region,
    number: u64,
    pub(crate) spec: KeySpec,
}

impl Place {
    pub(crate) fn numbered(number: u64, spec: KeySpec) -> Self {
        Self {
            region: "cn-hangzhou".parse().unwrap(),
            number,
            spec,
        }
    }

    fn id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&self.number.to_be_bytes());
        id
    }

    pub(crate) fn binding(&self) -> Binding<'_> {
        Binding {
            account: "1000000000000001".parse().unwrap(),
            region: &self.region,
            key: KeyId::from_bytes(self.id()),
            version: KeyVersionId::from_bytes(self.id()),
            spec: self.spec,
            protection: ProtectionLevel::Hsm,
        }
    }

    pub(crate) fn wrapping(&self) -> WrappingBinding<'_> {
        let binding = self.binding();
        WrappingBinding {
            account: binding.account,
            region: &self.region,
            key: binding.key,
            spec: KeySpec::Rsa2048,
        }
    }
}

/// A key of a test.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) place: Place,
    pub(crate) material: Material,
}

impl Key {
    pub(crate) async fn make(provider: &dyn Provider, number: u64, spec: KeySpec) -> Self {
        let place = Place::numbered(number, spec);
        let material = provider.generate(&place.binding()).await.unwrap();
        Self { place, material }
    }

    pub(crate) fn sealed(&self) -> Sealed<'_> {
        Sealed {
            material: &self.material,
            binding: self.place.binding(),
        }
    }

    pub(crate) async fn encrypt(&self, provider: &dyn Provider) -> Vec<u8> {
        let mut body = Vec::new();
        provider
            .encrypt(self.sealed(), b"additional", b"plaintext", &mut body)
            .await
            .unwrap();
        body
    }

    pub(crate) async fn opens(&self, provider: &dyn Provider, body: &[u8]) {
        let opened = provider.decrypt(self.sealed(), b"additional", body).await;
        assert_eq!(opened.unwrap().expose(), b"plaintext");
    }
}

/// A clock that stands at a second.
#[derive(Debug)]
pub(crate) struct Stopped(pub(crate) i64);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0).unwrap()
    }
}

/// A file name that is no module.
pub(crate) fn no_module() -> PathBuf {
    let mut path = OsString::from(std::env::current_exe().unwrap());
    path.push(".missing");
    path.into()
}
