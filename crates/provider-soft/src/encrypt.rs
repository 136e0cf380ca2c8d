//! Encryption and decryption. Envelope formats 1, 4 and 5 differ in the length of the key only, and
//! `docs/adr/0012-derived-message-keys.md` has the reasons for the shorter two. Format 3 is SM4, whose random nonces are
//! short: who asks counts the messages.

use claviger_crypto::AesKey;
use claviger_crypto::{OpenError, Rng, SealError, rng, sm4, xaes};
use claviger_model::{Family, KeySpec};
use claviger_provider::{ProviderError, Sealed};
use claviger_secret::SecretBytes;

use crate::open;
use crate::provider::SoftProvider;

/// See [`claviger_provider::Provider::encrypt`].
pub(crate) fn encrypt(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    additional: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), ProviderError> {
    open::with_secret_key(provider, &sealed, Family::Cipher, |key| {
        let key = Key::new(sealed.binding.spec, key)?;
        let start = out.len();
        out.reserve(key.nonce_len() + plaintext.len() + claviger_provider::TAG_LEN);
        key.seal(provider.rng.as_ref(), additional, plaintext, out)
            .inspect_err(|_| out.truncate(start))
    })
}

/// See [`claviger_provider::Provider::decrypt`].
pub(crate) fn decrypt(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    additional: &[u8],
    body: &[u8],
) -> Result<SecretBytes, ProviderError> {
    open::with_secret_key(provider, &sealed, Family::Cipher, |key| {
        let key = Key::new(sealed.binding.spec, key)?;
        key.open(additional, body).map_err(|_| ProviderError::DoesNotOpen)
    })
}

/// A key with its cipher.
enum Key<'a> {
    /// One AES key a message.
    Derived(AesKey<'a>),
    Sm4(&'a [u8; sm4::KEY_LEN]),
}

impl<'a> Key<'a> {
    fn new(spec: KeySpec, key: &'a [u8]) -> Result<Self, ProviderError> {
        match spec {
            KeySpec::Sm4 => key.try_into().map(Self::Sm4).ok(),
            _ => AesKey::try_from(key).map(Self::Derived).ok(),
        }
        .ok_or(ProviderError::Incapable)
    }

    fn nonce_len(&self) -> usize {
        match self {
            Self::Derived(_) => xaes::NONCE_LEN,
            Self::Sm4(_) => sm4::NONCE_LEN,
        }
    }

    /// Appends nonce, ciphertext and tag; on failure, a part of them.
    fn seal(
        self,
        rng: &dyn Rng,
        additional: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ProviderError> {
        match self {
            Self::Derived(key) => {
                let nonce = draw(rng, out)?;
                xaes::seal(key, &nonce, additional, plaintext, out)
            }
            Self::Sm4(key) => {
                let nonce = draw(rng, out)?;
                sm4::seal(key, &nonce, additional, plaintext, out)
            }
        }
        .map_err(|SealError| ProviderError::BadInput)
    }

    fn open(self, additional: &[u8], body: &[u8]) -> Result<SecretBytes, OpenError> {
        match self {
            Self::Derived(key) => {
                let (nonce, body) = body.split_first_chunk().ok_or(OpenError)?;
                xaes::open(key, nonce, additional, body)
            }
            Self::Sm4(key) => {
                let (nonce, body) = body.split_first_chunk().ok_or(OpenError)?;
                sm4::open(key, nonce, additional, body)
            }
        }
    }
}

/// Draws a nonce and writes it.
fn draw<const N: usize>(rng: &dyn Rng, out: &mut Vec<u8>) -> Result<[u8; N], ProviderError> {
    let nonce = rng::draw(rng).map_err(|_| ProviderError::Random)?;
    out.extend_from_slice(&nonce);
    Ok(nonce)
}
