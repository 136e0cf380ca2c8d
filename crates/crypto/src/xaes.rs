//! XAES-256-GCM: AES-256-GCM with a 192-bit nonce, of which the first half makes a key of its own for the message.
//!
//! Random nonces are safe for 2^80 messages under one key, so nothing needs to be counted.
//!
//! SOURCE: C2SP XAES-256-GCM, <https://c2sp.org/XAES-256-GCM>, "Detailed key derivation algorithm", read 2026-11-21.

use aes::{
    Aes256Enc, Block,
    cipher::{
        BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit, consts::U16,
    },
};
use aws_lc_rs::aead::AES_256_GCM;
use claviger_secret::SecretBytes;
use zeroize::{Zeroizing, zeroize_stack};

use crate::{
    OpenError, SealError,
    aead::{self, Gcm},
};

/// Bytes of a key.
pub const KEY_LEN: usize = 32;
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
pub fn seal(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    let (gcm, nonce) = derive(key, nonce).ok_or(SealError)?;
    gcm.seal(nonce, aad, plaintext, out)
}

/// Decrypts `sealed`, which is ciphertext and tag.
///
/// # Errors
/// [`OpenError`] for whatever is wrong.
pub fn open(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    sealed: &[u8],
) -> Result<SecretBytes, OpenError> {
    let (gcm, nonce) = derive(key, nonce).ok_or(OpenError)?;
    gcm.open(nonce, aad, sealed)
}

/// Like [`open`], but writes the plaintext to `out`.
///
/// # Errors
/// [`OpenError`] for whatever is wrong, an `out` that has not the length of the plaintext included. `out` is zeros then.
pub fn open_into(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    sealed: &[u8],
    out: &mut [u8],
) -> Result<(), OpenError> {
    let (gcm, nonce) = derive(key, nonce).ok_or(OpenError)?;
    gcm.open_into(nonce, aad, sealed, out)
}

/// Splits the nonce: the first half makes the message's key, the second is its GCM nonce. `None` only if the library
/// has no memory.
fn derive(key: &[u8; KEY_LEN], nonce: &[u8; NONCE_LEN]) -> Option<(Gcm, [u8; aead::NONCE_LEN])> {
    let (context, gcm_nonce) = nonce.split_first_chunk::<{ NONCE_LEN - aead::NONCE_LEN }>()?;
    let mut message_key = Zeroizing::new([0; KEY_LEN]);
    derive_key(key, context, &mut message_key);
    let gcm = Gcm::new(&AES_256_GCM, message_key.as_slice())?;
    Some((gcm, gcm_nonce.try_into().ok()?))
}

/// Writes the key of one message in its place and leaves no trace of it or of `key` elsewhere.
fn derive_key(key: &[u8; KEY_LEN], context: &[u8; 12], message_key: &mut [u8; KEY_LEN]) {
    derive_on_stack(key, context, message_key);
    // Round keys, their copies in vector form and the blocks between lie on the stack that the call has left: about
    // 4 KiB of it in optimised code. One memset over it costs less than wiping each of them.
    zeroize_stack::<8192>();
}

/// Steps 1 to 5 of the specification. Never inlined, so that its stack can be wiped after it.
#[inline(never)]
fn derive_on_stack(key: &[u8; KEY_LEN], context: &[u8; 12], message_key: &mut [u8; KEY_LEN]) {
    let subkey = Subkey {
        messages: [message(1, context), message(2, context)],
        message_key,
    };
    // The bare block comes from the `aes` crate: three of them through the library's cipher objects, which allocate,
    // cost as much as the rest of the message.
    Aes256Enc::new(key.into()).encrypt_with_backend(subkey);
}

/// The block that makes one half of the key: counter, the label `X`, a zero byte, and the context, big endian.
fn message(counter: u8, context: &[u8; 12]) -> u128 {
    let mut block = [0; 16];
    let (head, tail) = block.split_at_mut(4);
    head.copy_from_slice(&[0, counter, b'X', 0]);
    tail.copy_from_slice(context);
    u128::from_be_bytes(block)
}

/// CMAC of two messages that are one full block each, which takes three blocks of AES. All three run in one visit to
/// the cipher, because each visit prepares the round keys anew.
struct Subkey<'a> {
    messages: [u128; 2],
    message_key: &'a mut [u8; KEY_LEN],
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
        for (half, message) in self.message_key.chunks_exact_mut(16).zip(self.messages) {
            let mut block = Block::from((message ^ k1).to_be_bytes());
            cipher.encrypt_block((&mut block).into());
            half.copy_from_slice(&block);
        }
    }
}

#[cfg(test)]
mod tests;
