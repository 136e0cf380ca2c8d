//! What the AES-GCM family has in common: buffers, tags and errors around one call of the library.

use aws_lc_rs::aead::{Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use claviger_secret::SecretBytes;
use zeroize::Zeroize;

use crate::{OpenError, SealError};

/// Bytes of a GCM nonce.
pub(crate) const NONCE_LEN: usize = 12;
/// Bytes of a full GCM tag; shorter ones are not offered.
pub(crate) const TAG_LEN: usize = 16;

/// One AES-GCM key, expanded for one message.
///
/// Expanded keys live on the heap of the library, which wipes every block it frees.
pub(crate) struct Gcm(LessSafeKey);

impl Gcm {
    /// Expands `key`; `None` if its length is not that of `algorithm`.
    pub(crate) fn new(algorithm: &'static Algorithm, key: &[u8]) -> Option<Self> {
        UnboundKey::new(algorithm, key)
            .ok()
            .map(|key| Self(LessSafeKey::new(key)))
    }

    /// Appends ciphertext and tag to `out`. On failure `out` is as before.
    pub(crate) fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let start = out.len();
        out.resize(start + plaintext.len() + TAG_LEN, 0);
        let sealed = out
            .get_mut(start..)
            .and_then(|tail| tail.split_at_mut_checked(plaintext.len()))
            .ok_or(SealError)
            .and_then(|(ciphertext, tag)| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                self.0
                    .seal_out_of_place_scatter(nonce, Aad::from(aad), plaintext, ciphertext, &[], tag)
                    .map_err(|_| SealError)
            });
        if sealed.is_err() {
            out.truncate(start);
        }
        sealed
    }

    /// Opens ciphertext and tag into a new buffer.
    pub(crate) fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<SecretBytes, OpenError> {
        let len = sealed.len().checked_sub(TAG_LEN).ok_or(OpenError)?;
        SecretBytes::filled(len, |out| self.open_into(nonce, aad, sealed, out))
    }

    /// Opens ciphertext and tag into `out`, which must have the length of the plaintext. On failure `out` is zeros.
    pub(crate) fn open_into(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        sealed: &[u8],
        out: &mut [u8],
    ) -> Result<(), OpenError> {
        let opened = sealed
            .split_last_chunk::<TAG_LEN>()
            .ok_or(OpenError)
            .and_then(|(ciphertext, tag)| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                self.0
                    .open_separate_gather(nonce, Aad::from(aad), ciphertext, tag, out)
                    .map_err(|_| OpenError)
            });
        if opened.is_err() {
            // The library decrypts while it authenticates; what it wrote must not be seen.
            out.zeroize();
        }
        opened
    }
}
