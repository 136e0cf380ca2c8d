//! What `fixtures/soft` holds, and small helpers.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use claviger_crypto::{Rng, RngError, SystemRng};
use claviger_model::{AccountId, KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region, Timestamp};
use claviger_provider::{Binding, Sealed};
use claviger_provider_soft::{RootKeys, Sealer, SoftProvider};
use claviger_secret::SecretBytes;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A file of the fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/soft")
        .join(name)
}

/// `golden.json`.
pub(crate) fn golden() -> Value {
    serde_json::from_slice(&fs::read(fixture("golden.json")).unwrap()).unwrap()
}

/// The text at a JSON pointer.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
}

/// The bytes whose digits are at a JSON pointer.
pub(crate) fn hex(value: &Value, pointer: &str) -> Vec<u8> {
    let digits = text(value, pointer);
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// A file with that content and mode in a folder.
pub(crate) fn file(folder: &TempDir, name: &str, content: &[u8], mode: u32) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

/// The sealer of the fixtures that are sealed by a key file.
pub(crate) fn key_file() -> Sealer {
    let folder = tempfile::tempdir().unwrap();
    let content = fs::read(fixture("key-file.hex")).unwrap();
    Sealer::key_file(&file(&folder, "key", &content, 0o600)).unwrap()
}

/// A passphrase as a sealer.
pub(crate) fn passphrase(phrase: &str) -> Sealer {
    Sealer::passphrase(SecretBytes::copied(phrase.as_bytes())).unwrap()
}

/// A provider under the root keys of a fixture.
pub(crate) fn provider_of(name: &str) -> SoftProvider {
    provider_with(RootKeys::open(&fixture(name), &key_file()).unwrap())
}

/// A provider under these root keys.
pub(crate) fn provider_with(roots: RootKeys) -> SoftProvider {
    SoftProvider::new(Arc::new(roots), Arc::new(SystemRng), 1000)
}

/// The place of the key in `golden.json`.
pub(crate) struct Place {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) key: KeyId,
    pub(crate) version: KeyVersionId,
}

impl Place {
    pub(crate) fn golden() -> Self {
        let golden = golden();
        Self {
            account: text(&golden, "/place/account").parse().unwrap(),
            region: text(&golden, "/place/region").parse().unwrap(),
            key: text(&golden, "/place/key").parse().unwrap(),
            version: text(&golden, "/place/version").parse().unwrap(),
        }
    }

    /// A place of its own for every number.
    pub(crate) fn numbered(number: u64) -> Self {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&number.to_be_bytes());
        Self {
            key: KeyId::from_bytes(id),
            version: KeyVersionId::from_bytes(id),
            ..Self::golden()
        }
    }

    pub(crate) fn binding(&self) -> Binding<'_> {
        Binding {
            account: self.account,
            region: &self.region,
            key: self.key,
            version: self.version,
            spec: KeySpec::Aes256,
            protection: ProtectionLevel::Software,
        }
    }

    pub(crate) fn sealed<'a>(&'a self, material: &'a Material) -> Sealed<'a> {
        Sealed {
            material,
            binding: self.binding(),
        }
    }
}

/// Runs what never waits: nothing in this provider does.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the software provider never waits"),
    }
}

/// A random generator that fails after some draws.
#[derive(Debug)]
pub(crate) struct FailingRng(std::sync::atomic::AtomicUsize);

impl FailingRng {
    pub(crate) fn after(draws: usize) -> Self {
        Self(draws.into())
    }
}

impl Rng for FailingRng {
    fn fill(&self, out: &mut [u8]) -> Result<(), RngError> {
        use std::sync::atomic::Ordering::Relaxed;
        self.0
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
            .map_err(|_| RngError)?;
        SystemRng.fill(out)
    }
}
