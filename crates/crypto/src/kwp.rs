//! AES key wrap, with padding ([`wrap_padded`]) and without ([`wrap`]).
//!
//! Both are deterministic and authenticate what they carry, so they suit keys and other random bytes, not messages. The
//! padded form takes any length from one byte; the other takes multiples of 8 from 16 bytes on. The key that wraps is
//! one of AES. AWS-LC's Rust face wraps with 128 and 256 bits only, so 192 are another library's.
//!
//! SOURCE: RFC 5649, section 4, and RFC 3394, section 2.2, with the initial values those name; NIST SP 800-38F,
//! sections 6.2 and 6.3.

use aes_kw::{KeyInit as _, KwAes192, KwpAes192};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap, KeyWrapPadded};
use claviger_secret::SecretBytes;
use zeroize::zeroize_stack;

use crate::{AesKey, OpenError, SealError};

/// Bytes that [`wrap`] adds; [`wrap_padded`] adds up to 7 more.
pub const OVERHEAD: usize = 8;
/// Bytes of the shortest result of [`wrap_padded`].
const LEAST_PADDED: usize = 16;
/// Bytes of the shortest plaintext of [`wrap`].
const LEAST_WHOLE: usize = 16;

/// A key that is ready to wrap.
enum Ready<'a> {
    Library(AesKek),
    Aes192(&'a [u8; 24]),
}

/// Wraps `plaintext` with padding.
///
/// # Errors
/// [`SealError`] if the plaintext is empty or longer than 2^31 bytes.
pub fn wrap_padded<'a>(key: impl Into<AesKey<'a>>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let key = key.into();
    if plaintext.is_empty() {
        return Err(SealError);
    }
    wrap_into(plaintext.len().next_multiple_of(8) + OVERHEAD, |out| {
        let wrapped = match expand(key)? {
            Ready::Library(kek) => kek.wrap_with_padding(plaintext, out).ok()?.len(),
            Ready::Aes192(key) => KwpAes192::new(key.into()).wrap_key(plaintext, out).ok()?.len(),
        };
        Some(wrapped)
    })
}

/// Unwraps what [`wrap_padded`] made.
///
/// # Errors
/// [`OpenError`] for whatever is wrong.
pub fn unwrap_padded<'a>(key: impl Into<AesKey<'a>>, wrapped: &[u8]) -> Result<SecretBytes, OpenError> {
    let key = key.into();
    if wrapped.len() < LEAST_PADDED {
        return Err(OpenError);
    }
    unwrap_into(wrapped, |out| {
        let opened = match expand(key)? {
            Ready::Library(kek) => kek.unwrap_with_padding(wrapped, out).ok()?.len(),
            Ready::Aes192(key) => KwpAes192::new(key.into()).unwrap_key(wrapped, out).ok()?.len(),
        };
        Some(opened)
    })
}

/// Wraps `plaintext` without padding.
///
/// # Errors
/// [`SealError`] if the length of the plaintext is not a multiple of 8, less than 16 or more than 2^31 bytes.
pub fn wrap<'a>(key: impl Into<AesKey<'a>>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let key = key.into();
    if plaintext.len() < LEAST_WHOLE {
        return Err(SealError);
    }
    wrap_into(plaintext.len() + OVERHEAD, |out| {
        let wrapped = match expand(key)? {
            Ready::Library(kek) => kek.wrap(plaintext, out).ok()?.len(),
            Ready::Aes192(key) => KwAes192::new(key.into()).wrap_key(plaintext, out).ok()?.len(),
        };
        Some(wrapped)
    })
}

/// Unwraps what [`wrap`] made.
///
/// # Errors
/// [`OpenError`] for whatever is wrong. A wrapped key of 8 bytes is wrong too: RFC 3394 wraps two blocks or more.
pub fn unwrap<'a>(key: impl Into<AesKey<'a>>, wrapped: &[u8]) -> Result<SecretBytes, OpenError> {
    let key = key.into();
    if wrapped.len() < LEAST_WHOLE + OVERHEAD {
        return Err(OpenError);
    }
    unwrap_into(wrapped, |out| {
        let opened = match expand(key)? {
            Ready::Library(kek) => kek.unwrap(wrapped, out).ok()?.len(),
            Ready::Aes192(key) => KwAes192::new(key.into()).unwrap_key(wrapped, out).ok()?.len(),
        };
        Some(opened)
    })
}

/// Lets `work` write at most `max` bytes; it says how many they are.
fn wrap_into(max: usize, work: impl FnOnce(&mut [u8]) -> Option<usize>) -> Result<Vec<u8>, SealError> {
    let mut out = vec![0; max];
    let len = leaving_no_trace(|| work(&mut out)).ok_or(SealError)?;
    out.truncate(len);
    Ok(out)
}

/// Lets `work` write the plaintext. What it wrote before it failed is wiped.
fn unwrap_into(
    wrapped: &[u8],
    work: impl FnOnce(&mut [u8]) -> Option<usize>,
) -> Result<SecretBytes, OpenError> {
    SecretBytes::filled_within(wrapped.len(), |out| {
        leaving_no_trace(|| work(out)).ok_or(OpenError)
    })
}

/// The library wipes its copy of the key, but leaves the round keys on the stack, about 250 bytes deep.
fn leaving_no_trace<T>(work: impl FnOnce() -> T) -> T {
    #[inline(never)]
    fn on_its_own_stack<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
    let out = on_its_own_stack(work);
    zeroize_stack::<8192>();
    out
}

/// `None` never: the types make every length right.
fn expand(key: AesKey<'_>) -> Option<Ready<'_>> {
    let kek = match key {
        AesKey::Aes128(key) => AesKek::new(&AES_128, key),
        AesKey::Aes192(key) => return Some(Ready::Aes192(key)),
        AesKey::Aes256(key) => AesKek::new(&AES_256, key),
    };
    kek.ok().map(Ready::Library)
}
