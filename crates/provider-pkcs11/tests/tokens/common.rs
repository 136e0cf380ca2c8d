//! What tests on every token share: a process of its own for each, and keys.

use std::path::{Path, PathBuf};
use std::process::Command;

use claviger_model::{Clock, KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region, Timestamp};
use claviger_provider::{Binding, Provider, Sealed, WrappingBinding};

/// Says to a process which folder is its own.
const FOLDER: &str = "CLAVIGER_TEST_TOKENS";

/// Runs a test in a process of its own, with a folder of its own. `name` is its path: module and function. `prepare` fills
/// the folder and says which variable of the environment names what to the module.
pub(crate) fn alone_in(
    name: &str,
    prepare: impl FnOnce(&Path) -> (&'static str, PathBuf),
    test: impl FnOnce(PathBuf),
) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return test(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let (variable, named) = prepare(folder.path());
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder.path())
        .env(variable, named)
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
