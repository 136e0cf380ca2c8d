//! Does the suite see flaws? A toy provider passes it; with any one flaw it must not.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use claviger_model::{KeyVersionId, Material, ProtectionLevel};
use claviger_secret::SecretBytes;

use super::*;
use crate::{Binding, Capability, Cell, EnvelopeFormat, Keeper, Sealed, TAG_LEN};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    RepeatsNonces,
    LeaksPlaintext,
    IgnoresAdditional,
    IgnoresTag,
    ChecksHalfTheTag,
    IgnoresPlace,
    CacheIgnoresPlace,
    CacheIgnoresMaterial,
    ChecksPlaceToEncryptOnly,
    IgnoresMaterialEnd,
    WritesBeforeItFails,
    ReplacesTheBuffer,
    MakesEverything,
    MakesEveryProtection,
    ForgettingDestroys,
    SameKeyForAll,
    ConstantRandom,
    ShortRandom,
    TellsWhy,
    RowTwice,
    NoName,
    CellsIgnored,
    CellsJoined,
    CellsRepeat,
    CellsOpenDamaged,
}

/// A provider with the shape of a real one and the strength of none: its cipher is the hash of the standard library.
#[derive(Debug)]
struct Toy {
    flaw: Flaw,
    capability: Capability,
    drawn: AtomicU64,
    open: Mutex<HashMap<KeyVersionId, Open>>,
    destroyed: Mutex<Vec<KeyVersionId>>,
}

/// An opened key, and the place and material it was opened from.
#[derive(Debug, Clone)]
struct Open {
    key: Vec<u8>,
    from: Vec<u8>,
}

const ROW: (KeySpec, EnvelopeFormat) = (KeySpec::Aes256, EnvelopeFormat::Xaes256Gcm);

impl Toy {
    fn new(flaw: Flaw) -> Self {
        let symmetric: &'static [_] = if flaw == Flaw::RowTwice {
            &[ROW, ROW]
        } else {
            &[ROW]
        };
        let name = if flaw == Flaw::NoName { "" } else { "toy" };
        Self {
            flaw,
            capability: Capability {
                name,
                protection: ProtectionLevel::Software,
                symmetric,
            },
            drawn: AtomicU64::new(0),
            open: Mutex::default(),
            destroyed: Mutex::default(),
        }
    }

    fn draw(&self, length: usize) -> Vec<u8> {
        let number = match self.flaw {
            Flaw::ConstantRandom => 7,
            _ => self.drawn.fetch_add(1, Ordering::Relaxed),
        };
        stream(b"random", &number.to_be_bytes(), length)
    }

    /// Nonce, ciphertext, tag.
    fn seal(&self, key: &[u8], nonce: &[u8], additional: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut body = nonce.to_vec();
        match self.flaw {
            Flaw::LeaksPlaintext => body.extend_from_slice(plaintext),
            _ => body.extend(xor(plaintext, &stream(key, nonce, plaintext.len()))),
        }
        let tag = stream(&[key, b"tag", additional].concat(), &body, TAG_LEN);
        body.extend(tag);
        body
    }

    fn unseal(&self, key: &[u8], nonce_len: usize, additional: &[u8], body: &[u8]) -> Option<Vec<u8>> {
        let (front, tag) = body.split_at_checked(body.len().checked_sub(TAG_LEN)?)?;
        let (nonce, ciphertext) = front.split_at_checked(nonce_len)?;
        let expected = stream(&[key, b"tag", additional].concat(), front, TAG_LEN);
        let checked = match self.flaw {
            Flaw::IgnoresTag => 0,
            Flaw::ChecksHalfTheTag => TAG_LEN / 2,
            _ => TAG_LEN,
        };
        if tag[..checked] != expected[..checked] {
            return None;
        }
        match self.flaw {
            Flaw::LeaksPlaintext => Some(ciphertext.to_vec()),
            _ => Some(xor(ciphertext, &stream(key, nonce, ciphertext.len()))),
        }
    }

    fn place(&self, binding: &Binding<'_>) -> Vec<u8> {
        match self.flaw {
            Flaw::IgnoresPlace => Vec::new(),
            _ => binding.to_bytes(),
        }
    }

    fn key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        let version = sealed.binding.version;
        if self.destroyed.lock().unwrap().contains(&version) {
            return Err(ProviderError::BadMaterial);
        }
        let place = self.place(&sealed.binding);
        let wrapped = [&place, sealed.material.0.as_ref()].concat();
        if let Some(Open { key, from }) = self.open.lock().unwrap().get(&version) {
            let hit = match self.flaw {
                Flaw::CacheIgnoresPlace => from.ends_with(&sealed.material.0),
                Flaw::CacheIgnoresMaterial => from.starts_with(&place),
                _ => *from == wrapped,
            };
            if hit {
                return Ok(key.clone());
            }
        }
        let material = match self.flaw {
            Flaw::IgnoresMaterialEnd => &sealed.material.0[..sealed.material.0.len().min(56)],
            _ => &sealed.material.0,
        };
        let key = self.unseal(b"root", 24, &place, material);
        let key = key.ok_or(ProviderError::BadMaterial)?;
        let open = Open {
            key: key.clone(),
            from: wrapped,
        };
        self.open.lock().unwrap().insert(version, open);
        Ok(key)
    }

    fn additional<'a>(&self, additional: &'a [u8]) -> &'a [u8] {
        match self.flaw {
            Flaw::IgnoresAdditional => &[],
            _ => additional,
        }
    }

    fn cell(&self, cell: &Cell<'_>) -> Vec<u8> {
        match self.flaw {
            Flaw::CellsIgnored => Vec::new(),
            Flaw::CellsJoined => [cell.table, cell.column, cell.row].concat().into_bytes(),
            _ => cell.to_bytes(),
        }
    }
}

#[async_trait]
impl Provider for Toy {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    async fn generate(&self, spec: KeySpec, binding: &Binding<'_>) -> Result<Material, ProviderError> {
        let known = self.flaw == Flaw::MakesEverything || spec == KeySpec::Aes256;
        let here =
            self.flaw == Flaw::MakesEveryProtection || binding.protection == self.capability.protection;
        if !known || !here {
            return Err(ProviderError::Incapable);
        }
        let key = if self.flaw == Flaw::SameKeyForAll {
            vec![1; 16]
        } else {
            self.draw(16)
        };
        let material = self.seal(b"root", &self.draw(24), &self.place(binding), &key);
        Ok(Material(material.into_boxed_slice()))
    }

    async fn encrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ProviderError> {
        if self.flaw == Flaw::WritesBeforeItFails {
            out.push(0);
        }
        let key = self.key(sealed)?;
        if self.flaw == Flaw::ReplacesTheBuffer {
            out.clear();
        } else if self.flaw == Flaw::WritesBeforeItFails {
            out.pop();
        }
        let nonce = if self.flaw == Flaw::RepeatsNonces {
            vec![0; 24]
        } else {
            self.draw(24)
        };
        out.extend(self.seal(&key, &nonce, self.additional(additional), plaintext));
        Ok(())
    }

    async fn decrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        body: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        let key = match self.flaw {
            Flaw::ChecksPlaceToEncryptOnly => {
                let open = self.open.lock().unwrap();
                open.get(&sealed.binding.version).map(|open| open.key.clone())
            }
            _ => None,
        };
        let key = key.map_or_else(|| self.key(sealed), Ok)?;
        let why = match self.flaw {
            Flaw::TellsWhy => ProviderError::Unavailable,
            _ => ProviderError::DoesNotOpen,
        };
        self.unseal(&key, 24, self.additional(additional), body)
            .map(SecretBytes::from)
            .ok_or(why)
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        let length = if self.flaw == Flaw::ShortRandom {
            length.min(1000)
        } else {
            length
        };
        Ok(SecretBytes::from(self.draw(length)))
    }

    fn forget(&self, binding: &Binding<'_>) {
        if self.flaw == Flaw::ForgettingDestroys {
            self.destroyed.lock().unwrap().push(binding.version);
        }
        self.open.lock().unwrap().remove(&binding.version);
    }
}

impl Keeper for Toy {
    fn seal(&self, cell: &Cell<'_>, secret: &SecretBytes) -> Result<Box<[u8]>, ProviderError> {
        let nonce = if self.flaw == Flaw::CellsRepeat {
            vec![0; 24]
        } else {
            self.draw(24)
        };
        Ok(self
            .seal(b"root", &nonce, &self.cell(cell), secret.expose())
            .into_boxed_slice())
    }

    fn open(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<SecretBytes, ProviderError> {
        let opened = self.unseal(b"root", 24, &self.cell(cell), sealed);
        let lax = (self.flaw == Flaw::CellsOpenDamaged).then(Vec::new);
        opened
            .or(lax)
            .map(SecretBytes::from)
            .ok_or(ProviderError::DoesNotOpen)
    }
}

fn stream(key: &[u8], nonce: &[u8], length: usize) -> Vec<u8> {
    let blocks = (0u64..).flat_map(|block| {
        let mut hasher = DefaultHasher::new();
        (key, nonce, block).hash(&mut hasher);
        hasher.finish().to_be_bytes()
    });
    blocks.take(length).collect()
}

fn xor(left: &[u8], right: &[u8]) -> Vec<u8> {
    left.iter().zip(right).map(|(left, right)| left ^ right).collect()
}

/// Runs what never waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the toy never waits"),
    }
}

/// What the suite says of a toy with this flaw; nothing if it passes.
fn complaint(flaw: Flaw) -> Option<String> {
    let toy = Toy::new(flaw);
    let checked = catch_unwind(AssertUnwindSafe(|| {
        run(check_provider(&toy));
        check_keeper(&toy);
    }));
    let panic = checked.err()?;
    let fixed = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    fixed.or_else(|| panic.downcast_ref().cloned())
}

#[test]
fn a_flawless_provider_passes_and_the_rest_is_named() {
    assert_eq!(complaint(Flaw::None), None);
    let report = run(check_provider(&Toy::new(Flaw::None)));
    assert_eq!(report.passed, [KeySpec::Aes256]);
    assert_eq!(report.skipped, SPECS[1..]);
}

#[test]
fn every_flaw_is_found_and_named() {
    let flaws = [
        (Flaw::RepeatsNonces, "a nonce came twice"),
        (Flaw::LeaksPlaintext, "the plaintext stands in the body"),
        (
            Flaw::IgnoresAdditional,
            "additional data: bit 0 of byte 0 flipped",
        ),
        (Flaw::IgnoresTag, "bit 0 of byte 0 flipped"),
        (Flaw::ChecksHalfTheTag, "bit 0 of byte 32 flipped"),
        (Flaw::IgnoresPlace, "closed, another account"),
        (Flaw::CacheIgnoresPlace, "open, another account"),
        (Flaw::CacheIgnoresMaterial, "open, another place: encrypt"),
        (Flaw::ChecksPlaceToEncryptOnly, "open, another account: decrypt"),
        (Flaw::IgnoresMaterialEnd, "closed, material: a byte behind"),
        (Flaw::WritesBeforeItFails, "the buffer changed"),
        (Flaw::ReplacesTheBuffer, "the bytes in front are gone"),
        (Flaw::MakesEverything, "generate for Aes192"),
        (Flaw::MakesEveryProtection, "generate for Aes256 Hsm"),
        (Flaw::ForgettingDestroys, "the stored material does not open"),
        (Flaw::SameKeyForAll, "another key"),
        (Flaw::ConstantRandom, "the same bytes as before"),
        (Flaw::ShortRandom, "random 1001: wrong length"),
        (Flaw::TellsWhy, "Some(Unavailable) is none of [DoesNotOpen]"),
        (Flaw::RowTwice, "the table names a spec twice"),
        (Flaw::NoName, "the provider must have a name"),
        (Flaw::CellsIgnored, "Cell { table: \"user\""),
        (Flaw::CellsJoined, "Cell { table: \"access_keys\""),
        (Flaw::CellsRepeat, "the same sealed bytes twice"),
        (Flaw::CellsOpenDamaged, "bit 0 of byte 0 flipped"),
    ];
    for (flaw, expected) in flaws {
        let complaint = complaint(flaw);
        let found = complaint
            .as_ref()
            .is_some_and(|complaint| complaint.contains(expected));
        assert!(found, "{flaw:?}: {complaint:?}");
    }
}
