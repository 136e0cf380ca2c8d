//! What `fixtures/soft` holds, and small helpers.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use claviger_crypto::{Rng, RngError, SystemRng};
use claviger_model::{
    AccountId, EncryptionContext, KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region, Timestamp,
};
use claviger_provider::{Binding, Sealed, WrappingBinding};
use claviger_provider_soft::{RootKeys, SOFTWARE, Sealer, SoftProvider};
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
    json("golden.json")
}

/// `keys.json`.
pub(crate) fn golden_keys() -> Value {
    json("keys.json")
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(fixture(name)).unwrap()).unwrap()
}

/// The specs by their words in stored bytes, as `docs/stored-formats.md` lists them.
pub(crate) const SPEC_WORDS: [(&str, KeySpec); 17] = [
    ("aes256", KeySpec::Aes256),
    ("aes192", KeySpec::Aes192),
    ("aes128", KeySpec::Aes128),
    ("sm4", KeySpec::Sm4),
    ("rsa2048", KeySpec::Rsa2048),
    ("rsa3072", KeySpec::Rsa3072),
    ("rsa4096", KeySpec::Rsa4096),
    ("ec-p256", KeySpec::EcP256),
    ("ec-p256k", KeySpec::EcP256k),
    ("ec-p384", KeySpec::EcP384),
    ("ec-p521", KeySpec::EcP521),
    ("sm2", KeySpec::Sm2),
    ("hmac-sha224", KeySpec::HmacSha224),
    ("hmac-sha256", KeySpec::HmacSha256),
    ("hmac-sha384", KeySpec::HmacSha384),
    ("hmac-sha512", KeySpec::HmacSha512),
    ("hmac-sm3", KeySpec::HmacSm3),
];

/// The spec that the word at a JSON pointer names.
pub(crate) fn spec(value: &Value, pointer: &str) -> KeySpec {
    let word = text(value, pointer);
    SPEC_WORDS.iter().find(|(known, _)| *known == word).unwrap().1
}

/// The additional data of a golden ciphertext, and its body.
pub(crate) fn cut_blob(ciphertext: &Value) -> (Vec<u8>, Vec<u8>) {
    let mut context = EncryptionContext::default();
    for (key, value) in ciphertext["context"].as_object().unwrap() {
        assert!(context.add(key.clone(), value.as_str().unwrap().to_owned()));
    }
    let blob = hex(ciphertext, "/blob");
    let (header, body) = blob.split_at(37);
    let mut additional = header.to_vec();
    context.write_canonical(&mut additional);
    (additional, body.to_vec())
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
    SoftProvider::new(&SOFTWARE, Arc::new(roots), Arc::new(SystemRng), 1000)
}

/// The place of the key in `golden.json`, or of another one.
pub(crate) struct Place {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) key: KeyId,
    pub(crate) version: KeyVersionId,
    pub(crate) spec: KeySpec,
}

impl Place {
    pub(crate) fn golden() -> Self {
        let golden = golden();
        Self {
            account: text(&golden, "/place/account").parse().unwrap(),
            region: text(&golden, "/place/region").parse().unwrap(),
            key: text(&golden, "/place/key").parse().unwrap(),
            version: text(&golden, "/place/version").parse().unwrap(),
            spec: KeySpec::Aes256,
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

    /// The same place for a key of another spec.
    pub(crate) fn of(self, spec: KeySpec) -> Self {
        Self { spec, ..self }
    }

    pub(crate) fn binding(&self) -> Binding<'_> {
        Binding {
            account: self.account,
            region: &self.region,
            key: self.key,
            version: self.version,
            spec: self.spec,
            protection: ProtectionLevel::Software,
        }
    }

    /// What a wrapping key for the key is bound to.
    pub(crate) fn wrapping(&self) -> WrappingBinding<'_> {
        WrappingBinding {
            account: self.account,
            region: &self.region,
            key: self.key,
            spec: KeySpec::Rsa2048,
        }
    }

    pub(crate) fn sealed<'a>(&'a self, material: &'a Material) -> Sealed<'a> {
        Sealed {
            material,
            binding: self.binding(),
        }
    }
}

/// Runs what never waits: nothing in this provider does outside of a runtime.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the software provider never waits outside of a runtime"),
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
