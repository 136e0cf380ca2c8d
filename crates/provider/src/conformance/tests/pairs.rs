//! What the toy does with key pairs and imports, and what its callers do.

use std::sync::atomic::{AtomicU64, Ordering};

use claviger_model::{
    EncryptionAlgorithm, Family, Fingerprint, HashAlgorithm, KeySpec, Material, SignatureAlgorithm,
};
use claviger_secret::SecretBytes;

use super::super::{Client, ClientPair};
use super::toy::{Flaw, KEY_LEN, PADDINGS, Toy, stream, xor};
use crate::{
    Binding, ImportFault, Imported, ProviderError, Sealed, Wrapped, WrappedPair, WrappingBinding, WrappingKey,
};

/// In front of a public key.
const WORD: &[u8] = b"public";
/// In front of a pair that travels.
const PACKED: &[u8] = b"toy";
/// How a temporary key wraps; no padding of the toy has that name.
const KEY_WRAP: EncryptionAlgorithm = EncryptionAlgorithm::Sm2Pke;
/// Bytes of what makes each ciphertext another one.
const SALT_LEN: usize = 8;
const SIGNATURES: [SignatureAlgorithm; 2] = [
    SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256),
    SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256),
];

/// Somebody outside; counts what was encrypted.
#[derive(Default)]
pub(super) struct ToyClient(AtomicU64);

impl ToyClient {
    fn salt(&self) -> [u8; SALT_LEN] {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + (1 << 32);
        number.to_be_bytes()
    }
}

impl Client for ToyClient {
    fn encrypt(&self, public_key: &[u8], algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Vec<u8> {
        encrypt(private(public_key), algorithm, &self.salt(), plaintext)
    }

    fn verify(
        &self,
        public_key: &[u8],
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        sign(private(public_key), algorithm, digest) == signature
    }

    fn pair(&self, _: KeySpec) -> ClientPair {
        let private = stream(b"pair", &self.salt(), KEY_LEN);
        ClientPair {
            private: [PACKED, &private].concat(),
            public: [WORD, &private].concat(),
        }
    }

    fn wrap_key(&self, key: &[u8], plaintext: &[u8]) -> Vec<u8> {
        encrypt(key, KEY_WRAP, &self.salt(), plaintext)
    }
}

fn private(public_key: &[u8]) -> &[u8] {
    public_key.strip_prefix(WORD).unwrap()
}

fn sign(private: &[u8], algorithm: SignatureAlgorithm, digest: &[u8]) -> Vec<u8> {
    let name = format!("{algorithm:?}");
    stream(&[private, name.as_bytes()].concat(), digest, 32)
}

/// Salt, ciphertext, and a tag as long as the salt.
fn encrypt(private: &[u8], algorithm: EncryptionAlgorithm, salt: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let key = [private, format!("{algorithm:?}").as_bytes()].concat();
    let mut out = [salt, &xor(plaintext, &stream(&key, salt, plaintext.len()))].concat();
    out.extend(stream(&key, &out, SALT_LEN));
    out
}

/// The plaintext, and whether the tag is right.
fn decrypt(private: &[u8], algorithm: EncryptionAlgorithm, ciphertext: &[u8]) -> Option<(Vec<u8>, bool)> {
    let key = [private, format!("{algorithm:?}").as_bytes()].concat();
    let (front, tag) = ciphertext.split_at_checked(ciphertext.len().checked_sub(SALT_LEN)?)?;
    let (salt, body) = front.split_at_checked(SALT_LEN)?;
    let plaintext = xor(body, &stream(&key, salt, body.len()));
    Some((plaintext, stream(&key, front, SALT_LEN) == tag))
}

impl Toy {
    pub(super) fn show_public_key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        let key = self.key_of(sealed, Family::Rsa)?;
        Ok(match self.flaw {
            Flaw::PublicKeyVaries => [WORD, &key, &self.draw(8)].concat(),
            Flaw::PublicKeyOfAll => WORD.to_vec(),
            _ => [WORD, &key].concat(),
        })
    }

    pub(super) fn make_signature(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        let mut key = self.key_of(sealed, Family::Rsa)?;
        self.check_digest(algorithm, digest)?;
        if self.flaw == Flaw::SignsWithAnotherKey {
            key.reverse();
        }
        Ok(sign(&key, algorithm, digest))
    }

    pub(super) fn check_signature(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        let own = self.make_signature(sealed, algorithm, digest)?;
        let mut other_digest = digest.to_vec();
        other_digest[0] ^= 1;
        Ok(match self.flaw {
            Flaw::VerifiesAnything => true,
            Flaw::VerifiesPrefix => signature.starts_with(&own),
            Flaw::VerifiesOtherAlgorithms => {
                let key = self.key(sealed)?;
                SIGNATURES
                    .iter()
                    .any(|other| sign(&key, *other, digest) == signature)
            }
            Flaw::VerifiesOtherDigests => {
                own == signature || self.make_signature(sealed, algorithm, &other_digest)? == signature
            }
            Flaw::MalformedIsAnError if own.len() != signature.len() => {
                return Err(ProviderError::BadInput);
            }
            _ => own == signature,
        })
    }

    fn check_digest(&self, algorithm: SignatureAlgorithm, digest: &[u8]) -> Result<(), ProviderError> {
        if self.flaw != Flaw::SignsAsAnything && !SIGNATURES.contains(&algorithm) {
            return Err(ProviderError::Incapable);
        }
        if self.flaw != Flaw::SignsAnyLength && digest.len() != algorithm.hash().digest_len() {
            return Err(ProviderError::BadInput);
        }
        Ok(())
    }

    pub(super) fn encrypt_to_pair(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        let key = self.key_of(sealed, Family::Rsa)?;
        self.check_padding(algorithm)?;
        let longest = algorithm.longest_plaintext(sealed.binding.spec);
        if self.flaw != Flaw::EncryptsTooMuch && Some(plaintext.len()) > longest {
            return Err(ProviderError::BadInput);
        }
        let salt = if self.flaw == Flaw::EncryptsAlike {
            vec![0; SALT_LEN]
        } else {
            self.draw(SALT_LEN)
        };
        Ok(encrypt(&key, algorithm, &salt, plaintext))
    }

    pub(super) fn decrypt_with_pair(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        let key = self.key_of(sealed, Family::Rsa)?;
        self.check_padding(algorithm)?;
        let why = if self.flaw == Flaw::DecryptTellsWhy {
            ProviderError::BadInput
        } else {
            ProviderError::DoesNotOpen
        };
        decrypt(&key, algorithm, ciphertext)
            .filter(|(_, right)| *right || self.flaw == Flaw::DecryptsDamaged)
            .map(|(plaintext, _)| SecretBytes::from(plaintext))
            .ok_or(why)
    }

    /// Of the paddings for imports, callers get one.
    fn check_padding(&self, algorithm: EncryptionAlgorithm) -> Result<(), ProviderError> {
        let known = match algorithm {
            EncryptionAlgorithm::RsaPkcs1 => self.flaw == Flaw::EncryptsAsPkcs1,
            _ => self.flaw != Flaw::EncryptsNothing && PADDINGS.contains(&algorithm),
        };
        known.then_some(()).ok_or(ProviderError::Incapable)
    }

    pub(super) fn make_door(&self, key: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError> {
        if self.flaw != Flaw::DoorsOfAnySpec && key.spec != KeySpec::Rsa2048 {
            return Err(ProviderError::Incapable);
        }
        let private = if self.flaw == Flaw::DoorForAll {
            vec![5; KEY_LEN]
        } else {
            self.draw(KEY_LEN)
        };
        let sealed = self.seal(b"root", &self.draw(24), &self.door_place(key), &private);
        Ok(WrappingKey {
            public: [WORD, &private].concat(),
            private: sealed.into_boxed_slice(),
        })
    }

    fn door_place(&self, key: &WrappingBinding<'_>) -> Vec<u8> {
        match self.flaw {
            Flaw::DoorForEveryKey => Vec::new(),
            _ => key.to_bytes(),
        }
    }

    pub(super) fn take(
        &self,
        wrapped: Wrapped<'_>,
        binding: &Binding<'_>,
    ) -> Result<Imported, ProviderError> {
        let takes = [KeySpec::Aes256, KeySpec::HmacSha256, KeySpec::Rsa2048];
        let known = (self.flaw == Flaw::ImportTakesAnySpec || takes.contains(&binding.spec))
            && (self.flaw == Flaw::ImportTakesAnyAlgorithm || PADDINGS.contains(&wrapped.algorithm));
        if !known || binding.protection != claviger_model::ProtectionLevel::Software {
            return Err(ProviderError::Incapable);
        }
        let door = wrapped.wrapping;
        let same = (door.account, door.region, door.key) == (binding.account, binding.region, binding.key);
        if !same && self.flaw != Flaw::ImportIgnoresKey {
            return Err(ProviderError::DoesNotOpen);
        }
        let private = self.unseal(b"root", 24, &self.door_place(&door), wrapped.private);
        let private = private.ok_or(ProviderError::DoesNotOpen)?;
        let paddings: &[EncryptionAlgorithm] = if self.flaw == Flaw::ImportTakesAnyPadding {
            PADDINGS
        } else {
            &[wrapped.algorithm]
        };
        let opened = paddings
            .iter()
            .find_map(|padding| decrypt(&private, *padding, wrapped.bytes).filter(|(_, right)| *right))
            .map(|(secret, _)| secret);
        let secret = match (binding.spec, wrapped.pair) {
            (KeySpec::Rsa2048, None) if self.flaw != Flaw::PairWithoutPrivateKey => {
                Err(ProviderError::BadImport(ImportFault::NoPrivateKey))
            }
            (KeySpec::Rsa2048, Some(pair)) => self.unpack(opened, pair, wrapped.algorithm),
            (_, Some(_)) if self.flaw != Flaw::PairForSecrets => {
                Err(ProviderError::BadImport(ImportFault::PrivateKey))
            }
            _ => self.of_length(opened, wrapped.algorithm),
        };
        Ok(self.taken(binding, &secret?))
    }

    /// What is wrong with an import, as far as it may be told.
    fn fault(&self, algorithm: EncryptionAlgorithm, fault: ImportFault) -> ProviderError {
        match algorithm {
            _ if self.flaw == Flaw::ImportTellsWhy => ProviderError::BadInput,
            EncryptionAlgorithm::RsaPkcs1
                if self.flaw != Flaw::PairTellsOfPkcs1 || fault == ImportFault::Length =>
            {
                ProviderError::BadImport(ImportFault::Unwrap)
            }
            _ => ProviderError::BadImport(fault),
        }
    }

    fn of_length(
        &self,
        opened: Option<Vec<u8>>,
        algorithm: EncryptionAlgorithm,
    ) -> Result<Vec<u8>, ProviderError> {
        let secret = opened.ok_or_else(|| self.fault(algorithm, ImportFault::Unwrap))?;
        if self.flaw == Flaw::ImportTakesAnyLength || secret.len() == KEY_LEN {
            Ok(secret)
        } else {
            Err(self.fault(algorithm, ImportFault::Length))
        }
    }

    fn unpack(
        &self,
        opened: Option<Vec<u8>>,
        pair: WrappedPair<'_>,
        algorithm: EncryptionAlgorithm,
    ) -> Result<Vec<u8>, ProviderError> {
        let fault = |fault| self.fault(algorithm, fault);
        let temporary = opened.ok_or_else(|| fault(ImportFault::Unwrap))?;
        let asked = pair.temporary_key.filter(|_| self.flaw != Flaw::PairUnderAnyKey);
        let fits =
            [16, 24, 32].contains(&temporary.len()) && asked.is_none_or(|length| length == temporary.len());
        if self.flaw != Flaw::PairUnderAnyBytes && !fits {
            return Err(fault(ImportFault::TemporaryKey));
        }
        let packed = decrypt(&temporary, KEY_WRAP, pair.bytes)
            .filter(|(_, right)| *right || self.flaw == Flaw::PairIgnoresTag)
            .map(|(packed, _)| packed);
        let packed = packed.ok_or_else(|| fault(ImportFault::PrivateKey))?;
        match packed.strip_prefix(PACKED) {
            Some(private) if private.len() == KEY_LEN => Ok(private.to_vec()),
            _ if self.flaw == Flaw::PairNotLookedAt => Ok(packed),
            _ => Err(fault(ImportFault::PrivateKey)),
        }
    }

    fn taken(&self, binding: &Binding<'_>, secret: &[u8]) -> Imported {
        let made_up = match self.flaw {
            Flaw::ImportMakesItUp => true,
            Flaw::PairMakesItUp => binding.spec == KeySpec::Rsa2048,
            _ => false,
        };
        let key = if made_up {
            self.draw(KEY_LEN)
        } else {
            secret.to_vec()
        };
        let material = self.seal(b"root", &self.draw(24), &self.place(binding), &key);
        let covered = match self.flaw {
            Flaw::PrintFollowsVersion => [&binding.to_bytes(), secret].concat(),
            Flaw::PairPrintVaries if binding.spec == KeySpec::Rsa2048 => binding.to_bytes(),
            Flaw::PrintIgnoresKey => secret.to_vec(),
            Flaw::PrintIgnoresMaterial => binding.fingerprint_bytes(),
            _ => [&binding.fingerprint_bytes(), secret].concat(),
        };
        let print = stream(b"print", &covered, 32).try_into().unwrap();
        Imported {
            material: Material(material.into_boxed_slice()),
            fingerprint: Fingerprint(print),
        }
    }
}
