//! Encryption and decryption under software keys: envelope formats 1, 4 and 5, which differ in the length of the key
//! only. `docs/adr/0012-derived-message-keys.md` has the reasons for the shorter two.

use claviger_crypto::gcm::AesKey;
use claviger_crypto::{rng, xaes};
use claviger_model::Family;
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
        let key = AesKey::try_from(key).map_err(|_| ProviderError::Incapable)?;
        let nonce: [u8; xaes::NONCE_LEN] =
            rng::draw(provider.rng.as_ref()).map_err(|_| ProviderError::Random)?;
        let start = out.len();
        out.reserve(xaes::NONCE_LEN + plaintext.len() + xaes::TAG_LEN);
        out.extend_from_slice(&nonce);
        xaes::seal(key, &nonce, additional, plaintext, out).map_err(|_| {
            out.truncate(start);
            ProviderError::BadInput
        })
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
        let key = AesKey::try_from(key).map_err(|_| ProviderError::Incapable)?;
        let (nonce, body) = body.split_first_chunk().ok_or(ProviderError::DoesNotOpen)?;
        xaes::open(key, nonce, additional, body).map_err(|_| ProviderError::DoesNotOpen)
    })
}
