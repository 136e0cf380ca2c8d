//! A provider with the shape of a real one and the strength of none. What it does with pairs and imports is next door.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use claviger_model::{
    EncryptionAlgorithm, Family, HashAlgorithm, KeySpec, KeyVersionId, Material, ProtectionLevel,
    SignatureAlgorithm,
};
use claviger_secret::SecretBytes;

use crate::{
    Binding, Capability, Cell, EnvelopeFormat, Imported, Provider, ProviderError, Sealed, TAG_LEN, Wrapped,
    WrappingBinding, WrappingKey,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
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
    CipherAmongOthers,
    ImportsWithoutDoor,
    SignsAnyLength,
    SignsAsAnything,
    SignsWithAnotherKey,
    VerifiesAnything,
    VerifiesPrefix,
    VerifiesOtherAlgorithms,
    VerifiesOtherDigests,
    MalformedIsAnError,
    PublicKeyVaries,
    PublicKeyOfAll,
    EncryptsTooMuch,
    EncryptsAlike,
    EncryptsAsPkcs1,
    EncryptsNothing,
    DecryptsDamaged,
    DecryptTellsWhy,
    CodeOfLength,
    CodeOfPrefix,
    CodeIsShort,
    CodeVaries,
    CodeOfAll,
    CodesWithAnything,
    EncryptsWithAnything,
    DoorsOfAnySpec,
    DoorForAll,
    DoorForEveryKey,
    ImportIgnoresKey,
    ImportTakesAnyLength,
    ImportTakesAnyPadding,
    ImportTakesAnySpec,
    ImportTakesAnyAlgorithm,
    ImportTellsWhy,
    ImportMakesItUp,
    PrintFollowsVersion,
    PrintIgnoresKey,
    PrintIgnoresMaterial,
    PairAmongCiphers,
    PairIgnoresTag,
    PairNotLookedAt,
    PairTellsOfPkcs1,
    PairWithoutPrivateKey,
    PairForSecrets,
    PairMakesItUp,
    PairPrintVaries,
    PairUnderAnyBytes,
    PairUnderAnyKey,
    RewrapsTheSame,
    RewrapsForever,
    RewrapsAnotherKey,
    RewrapsDamaged,
    RewrapEndsTheOld,
    /// None either: a module that keeps its keys. The next three are such modules too.
    Keeps,
    KeepsAfterDestroy,
    DestroysOnce,
    DestroysAll,
}

impl Flaw {
    fn keeps_keys(self) -> bool {
        matches!(
            self,
            Self::Keeps | Self::KeepsAfterDestroy | Self::DestroysOnce | Self::DestroysAll
        )
    }
}

/// Its cipher is the hash of the standard library; a public key is the private one with a word in front.
#[derive(Debug)]
pub(super) struct Toy {
    pub(super) flaw: Flaw,
    capability: Capability,
    drawn: AtomicU64,
    open: Mutex<HashMap<KeyVersionId, Open>>,
    destroyed: Mutex<Vec<KeyVersionId>>,
    /// Material that was wrapped anew.
    pub(super) rewrapped: Mutex<Vec<Vec<u8>>>,
    /// Material that no longer opens for it.
    pub(super) ended: Mutex<Vec<Vec<u8>>>,
}

/// An opened key, and the place and material it was opened from.
#[derive(Debug, Clone)]
struct Open {
    key: Vec<u8>,
    from: Vec<u8>,
}

/// Bytes of every key, of whatever spec.
pub(super) const KEY_LEN: usize = 32;
const ROW: (KeySpec, EnvelopeFormat) = (KeySpec::Aes256, EnvelopeFormat::Xaes256Gcm);
const OTHERS: &[KeySpec] = &[KeySpec::Rsa2048, KeySpec::HmacSha256];

/// The paddings that it takes imports with.
pub(super) const PADDINGS: &[EncryptionAlgorithm] = &[
    EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
    EncryptionAlgorithm::RsaPkcs1,
];

impl Toy {
    pub(super) fn new(flaw: Flaw) -> Self {
        let symmetric = if flaw == Flaw::RowTwice {
            vec![ROW, ROW]
        } else {
            vec![ROW]
        };
        let name = if flaw == Flaw::NoName { "" } else { "toy" };
        Self {
            flaw,
            capability: Capability {
                name: name.into(),
                protection: ProtectionLevel::Software,
                keeps_keys: flaw.keeps_keys(),
                symmetric: symmetric.into(),
                others: match flaw {
                    Flaw::CipherAmongOthers => {
                        vec![KeySpec::Rsa2048, KeySpec::HmacSha256, KeySpec::Sm4].into()
                    }
                    _ => OTHERS.into(),
                },
                imports: vec![KeySpec::Aes256, KeySpec::HmacSha256].into(),
                pairs: match flaw {
                    Flaw::PairAmongCiphers => vec![KeySpec::Aes192].into(),
                    _ => vec![KeySpec::Rsa2048].into(),
                },
                wraps: match flaw {
                    Flaw::ImportsWithoutDoor => Vec::new().into(),
                    _ => vec![(KeySpec::Rsa2048, PADDINGS.into())].into(),
                },
            },
            drawn: AtomicU64::new(0),
            open: Mutex::default(),
            destroyed: Mutex::default(),
            rewrapped: Mutex::default(),
            ended: Mutex::default(),
        }
    }

    pub(super) fn draw(&self, length: usize) -> Vec<u8> {
        let number = match self.flaw {
            Flaw::ConstantRandom => 7,
            _ => self.drawn.fetch_add(1, Ordering::Relaxed),
        };
        stream(b"random", &number.to_be_bytes(), length)
    }

    /// Nonce, ciphertext, tag.
    pub(super) fn seal(&self, key: &[u8], nonce: &[u8], additional: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut body = nonce.to_vec();
        match self.flaw {
            Flaw::LeaksPlaintext => body.extend_from_slice(plaintext),
            _ => body.extend(xor(plaintext, &stream(key, nonce, plaintext.len()))),
        }
        let tag = stream(&[key, b"tag", additional].concat(), &body, TAG_LEN);
        body.extend(tag);
        body
    }

    pub(super) fn unseal(
        &self,
        key: &[u8],
        nonce_len: usize,
        additional: &[u8],
        body: &[u8],
    ) -> Option<Vec<u8>> {
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

    pub(super) fn place(&self, binding: &Binding<'_>) -> Vec<u8> {
        match self.flaw {
            Flaw::IgnoresPlace => Vec::new(),
            _ => binding.to_bytes(),
        }
    }

    pub(super) fn key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        let version = sealed.binding.version;
        let ended = self.ended.lock().unwrap().contains(&sealed.material.0.to_vec());
        if ended || self.destroyed.lock().unwrap().contains(&version) {
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
            Flaw::IgnoresMaterialEnd => &sealed.material.0[..sealed.material.0.len().min(72)],
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

    /// The key, if it is of that family.
    pub(super) fn key_of(&self, sealed: Sealed<'_>, family: Family) -> Result<Vec<u8>, ProviderError> {
        let lax = match family {
            Family::Cipher => self.flaw == Flaw::EncryptsWithAnything,
            Family::Mac => self.flaw == Flaw::CodesWithAnything,
            _ => false,
        };
        if lax || sealed.binding.spec.family() == family {
            self.key(sealed)
        } else {
            Err(ProviderError::Incapable)
        }
    }

    fn additional<'a>(&self, additional: &'a [u8]) -> &'a [u8] {
        match self.flaw {
            Flaw::IgnoresAdditional => &[],
            _ => additional,
        }
    }

    pub(super) fn cell(&self, cell: &Cell<'_>) -> Vec<u8> {
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

    async fn generate(&self, binding: &Binding<'_>) -> Result<Material, ProviderError> {
        let known = self.flaw == Flaw::MakesEverything || self.capability.makes(binding.spec);
        let here =
            self.flaw == Flaw::MakesEveryProtection || binding.protection == self.capability.protection;
        if !known || !here {
            return Err(ProviderError::Incapable);
        }
        let key = if self.flaw == Flaw::SameKeyForAll {
            vec![1; KEY_LEN]
        } else {
            self.draw(KEY_LEN)
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
        let key = self.key_of(sealed, Family::Cipher)?;
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
        let key = key.map_or_else(|| self.key_of(sealed, Family::Cipher), Ok)?;
        let why = match self.flaw {
            Flaw::TellsWhy => ProviderError::Unavailable,
            _ => ProviderError::DoesNotOpen,
        };
        self.unseal(&key, 24, self.additional(additional), body)
            .map(SecretBytes::from)
            .ok_or(why)
    }

    async fn sign(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        self.make_signature(sealed, algorithm, digest)
    }

    async fn verify(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        self.check_signature(sealed, algorithm, digest, signature)
    }

    async fn encrypt_to(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        self.encrypt_to_pair(sealed, algorithm, plaintext)
    }

    async fn decrypt_from(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        self.decrypt_with_pair(sealed, algorithm, ciphertext)
    }

    async fn public_key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        self.show_public_key(sealed)
    }

    async fn mac(&self, sealed: Sealed<'_>, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        let key = match self.flaw {
            Flaw::CodeOfAll => self.key_of(sealed, Family::Mac).map(|_| vec![1])?,
            _ => self.key_of(sealed, Family::Mac)?,
        };
        let message = match self.flaw {
            Flaw::CodeOfLength => message.len().to_be_bytes().to_vec(),
            Flaw::CodeVaries => [message, &self.draw(1)].concat(),
            _ => message.to_vec(),
        };
        let length = if self.flaw == Flaw::CodeIsShort { 16 } else { 32 };
        Ok(stream(&key, &message, length))
    }

    async fn verify_mac(
        &self,
        sealed: Sealed<'_>,
        message: &[u8],
        code: &[u8],
    ) -> Result<bool, ProviderError> {
        let expected = self.mac(sealed, message).await?;
        Ok(match self.flaw {
            Flaw::CodeOfPrefix => expected.starts_with(code),
            _ => expected == code,
        })
    }

    async fn wrapping_key(&self, key: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError> {
        self.make_door(key)
    }

    async fn import(&self, wrapped: Wrapped<'_>, binding: &Binding<'_>) -> Result<Imported, ProviderError> {
        self.take(wrapped, binding)
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        let length = if self.flaw == Flaw::ShortRandom {
            length.min(1000)
        } else {
            length
        };
        Ok(SecretBytes::from(self.draw(length)))
    }

    async fn rewrap(&self, sealed: Sealed<'_>) -> Result<Option<Material>, ProviderError> {
        self.wrap_anew(sealed)
    }

    async fn destroy(&self, binding: &Binding<'_>) -> Result<(), ProviderError> {
        let mut open = self.open.lock().unwrap();
        let mut destroyed = self.destroyed.lock().unwrap();
        match self.flaw {
            Flaw::DestroysOnce if destroyed.contains(&binding.version) => {
                return Err(ProviderError::Unavailable);
            }
            Flaw::DestroysAll => destroyed.extend(open.keys()),
            Flaw::ForgettingDestroys | Flaw::Keeps | Flaw::DestroysOnce => destroyed.push(binding.version),
            _ => {}
        }
        open.remove(&binding.version);
        Ok(())
    }
}

pub(super) fn stream(key: &[u8], nonce: &[u8], length: usize) -> Vec<u8> {
    let blocks = (0u64..).flat_map(|block| {
        let mut hasher = DefaultHasher::new();
        (key, nonce, block).hash(&mut hasher);
        hasher.finish().to_be_bytes()
    });
    blocks.take(length).collect()
}

pub(super) fn xor(left: &[u8], right: &[u8]) -> Vec<u8> {
    left.iter().zip(right).map(|(left, right)| left ^ right).collect()
}
