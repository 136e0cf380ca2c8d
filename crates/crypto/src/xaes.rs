//! XAES-256-GCM: AES-256-GCM with a 192-bit nonce, of which the first half makes a key of its own for the message.
//!
//! Random nonces are safe for 2^80 messages under one key, so nothing needs to be counted.
//!
//! The same is done here with keys of 192 and 128 bits: AES-CMAC under such a key derives a message key of the same
//! length. That is a construction of ours, in the pattern of the specification; `docs/adr/0012-derived-message-keys.md`
//! has its bounds.
//!
//! SOURCE: C2SP XAES-256-GCM, <https://c2sp.org/XAES-256-GCM>, "Detailed key derivation algorithm", read 2026-11-21;
//! NIST SP 800-108 Rev. 1, section 4.1, for the other lengths: counter mode with CMAC, the counter in two bytes, the
//! label `X`, a zero byte, the context, and no length field.

use aes::{
    Aes128Enc, Aes192Enc, Aes256Enc, Block,
    cipher::{
        BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit, consts::U16,
    },
};
use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Algorithm};
use claviger_secret::SecretBytes;
use zeroize::{Zeroizing, zeroize_stack};

use crate::{
    AesKey, OpenError, SealError,
    aead::{self, Gcm},
};

/// Bytes of the longest key.
const MAX_KEY_LEN: usize = 32;
/// Bytes of a nonce.
pub const NONCE_LEN: usize = 24;
/// Bytes that sealing adds to a plaintext.
pub const TAG_LEN: usize = aead::TAG_LEN;

/// Encrypts `plaintext` and appends ciphertext and tag to `out`. The nonce is not part of it.
///
/// `nonce` is drawn at random for every message. `aad` is authenticated, not encrypted; [`open`] needs the same.
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
    let (gcm, nonce) = derive(key.into(), nonce).ok_or(SealError)?;
    gcm.seal(nonce, aad, plaintext, out)
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
    let (gcm, nonce) = derive(key.into(), nonce).ok_or(OpenError)?;
    gcm.open(nonce, aad, sealed)
}

/// Like [`open`], but writes the plaintext to `out`.
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
    let (gcm, nonce) = derive(key.into(), nonce).ok_or(OpenError)?;
    gcm.open_into(nonce, aad, sealed, out)
}

/// Splits the nonce: the first half makes the message's key, the second is its GCM nonce. `None` only if the library
/// has no memory.
fn derive(key: AesKey<'_>, nonce: &[u8; NONCE_LEN]) -> Option<(Gcm, [u8; aead::NONCE_LEN])> {
    let (context, gcm_nonce) = nonce.split_first_chunk::<{ NONCE_LEN - aead::NONCE_LEN }>()?;
    let (algorithm, len): (&'static Algorithm, _) = match key {
        AesKey::Aes128(_) => (&AES_128_GCM, 16),
        AesKey::Aes192(_) => (&AES_192_GCM, 24),
        AesKey::Aes256(_) => (&AES_256_GCM, 32),
    };
    let mut message_key = Zeroizing::new([0; MAX_KEY_LEN]);
    let message_key = message_key.get_mut(..len)?;
    derive_key(key, context, message_key);
    let gcm = Gcm::new(algorithm, message_key)?;
    Some((gcm, gcm_nonce.try_into().ok()?))
}

/// Writes the key of one message in its place and leaves no trace of it or of `key` elsewhere.
fn derive_key(key: AesKey<'_>, context: &[u8; 12], message_key: &mut [u8]) {
    derive_on_stack(key, context, message_key);
    // Round keys, their copies in vector form and the blocks between lie on the stack that the call has left: about
    // 4 KiB of it in optimised code. One memset over it costs less than wiping each of them.
    zeroize_stack::<8192>();
}

/// Steps 1 to 5 of the specification. Never inlined, so that its stack can be wiped after it.
#[inline(never)]
fn derive_on_stack(key: AesKey<'_>, context: &[u8; 12], message_key: &mut [u8]) {
    let subkey = Subkey {
        messages: [message(1, context), message(2, context)],
        message_key,
    };
    // The bare block comes from the `aes` crate: three of them through the library's cipher objects, which allocate,
    // cost as much as the rest of the message.
    match key {
        AesKey::Aes128(key) => Aes128Enc::new(key.into()).encrypt_with_backend(subkey),
        AesKey::Aes192(key) => Aes192Enc::new(key.into()).encrypt_with_backend(subkey),
        AesKey::Aes256(key) => Aes256Enc::new(key.into()).encrypt_with_backend(subkey),
    }
}

/// The block that makes 16 bytes of the key: counter, the label `X`, a zero byte, and the context, big endian.
fn message(counter: u8, context: &[u8; 12]) -> u128 {
    let mut block = [0; 16];
    let (head, tail) = block.split_at_mut(4);
    head.copy_from_slice(&[0, counter, b'X', 0]);
    tail.copy_from_slice(context);
    u128::from_be_bytes(block)
}

/// CMAC of up to two messages that are one full block each, which takes up to three blocks of AES. All of them run in
/// one visit to the cipher, because each visit prepares the round keys anew.
struct Subkey<'a> {
    messages: [u128; 2],
    /// As many messages are used as it takes to fill this; what is left of the last code is dropped.
    message_key: &'a mut [u8],
}

impl BlockSizeUser for Subkey<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Subkey<'_> {
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, cipher: &B) {
        let mut l = Block::default();
        cipher.encrypt_block((&mut l).into());
        let l = u128::from_be_bytes(l.0);
        // Doubling in GF(2^128) without a branch on the secret top bit.
        let k1 = (l << 1) ^ (0x87 * (l >> 127));
        for (part, message) in self.message_key.chunks_mut(16).zip(self.messages) {
            let mut block = Block::from((message ^ k1).to_be_bytes());
            cipher.encrypt_block((&mut block).into());
            for (byte, derived) in part.iter_mut().zip(block) {
                *byte = derived;
            }
        }
    }
}

#[cfg(test)]
mod tests;
