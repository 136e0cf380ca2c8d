//! AES-GCM with 96-bit nonces and full tags.
//!
//! A nonce must never repeat under one key, and random ones allow at most 2^32 messages a key: whoever holds the key
//! counts. [`xaes`](crate::xaes) has no such limit.
//!
//! SOURCE: NIST SP 800-38D, sections 7.1, 7.2 and 8.3.

use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM};
use claviger_secret::SecretBytes;

use crate::{AesKey, OpenError, SealError, aead, aead::Gcm};

/// Bytes of a nonce.
pub const NONCE_LEN: usize = aead::NONCE_LEN;
/// Bytes that sealing adds to a plaintext.
pub const TAG_LEN: usize = aead::TAG_LEN;

/// Encrypts `plaintext` and appends ciphertext and tag to `out`.
///
/// `aad` is authenticated, not encrypted; [`open`] needs the same.
///
/// # Errors
/// [`SealError`] if the plaintext is too long; `out` is as before then.
pub fn seal<'a>(
    key: impl Into<AesKey<'a>>,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    expand(key.into())
        .ok_or(SealError)?
        .seal(*nonce, aad, plaintext, out)
}

/// Decrypts `sealed`, which is ciphertext and tag.
///
/// # Errors
/// [`OpenError`] for whatever is wrong.
pub fn open<'a>(
    key: impl Into<AesKey<'a>>,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    sealed: &[u8],
) -> Result<SecretBytes, OpenError> {
    expand(key.into()).ok_or(OpenError)?.open(*nonce, aad, sealed)
}

/// Like [`open`], but writes the plaintext to `out`, so that a key can be unwrapped straight into its place.
///
/// # Errors
/// [`OpenError`] for whatever is wrong, an `out` that has not the length of the plaintext included. `out` is zeros then.
pub fn open_into<'a>(
    key: impl Into<AesKey<'a>>,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    sealed: &[u8],
    out: &mut [u8],
) -> Result<(), OpenError> {
    expand(key.into())
        .ok_or(OpenError)?
        .open_into(*nonce, aad, sealed, out)
}

/// `None` only if the library has no memory: the types make every length right.
fn expand(key: AesKey<'_>) -> Option<Gcm> {
    match key {
        AesKey::Aes128(key) => Gcm::new(&AES_128_GCM, key),
        AesKey::Aes192(key) => Gcm::new(&AES_192_GCM, key),
        AesKey::Aes256(key) => Gcm::new(&AES_256_GCM, key),
    }
}
